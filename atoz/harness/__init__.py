"""Cases played for real: rehearsals, the demo, and the servers that they need."""
