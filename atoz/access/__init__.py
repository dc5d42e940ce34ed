"""Who gets in: people with passwords, tokens of programs, one-time links, sessions.

Each is a small file in the state folder that only its owner can read, and holds no secret that
opens anything: passwords as argon2 hashes, all others as digests. Nobody gets in by a file that is
not there.
"""
