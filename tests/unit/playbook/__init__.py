"""Rules of playbooks and of the engine that runs them."""
