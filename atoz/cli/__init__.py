"""The command: what a person types, and how the answers look. No rule about claims stands here."""
