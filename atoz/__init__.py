"""The claim playbook engine: pure rules inside, durable workflows and a command around them."""
