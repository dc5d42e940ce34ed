"""What a claim costs and how fast claims run: measured on the real thing, printed with how."""
