"""Playbooks as data, and the one pure engine that runs them. No I/O, no clock of its own."""
