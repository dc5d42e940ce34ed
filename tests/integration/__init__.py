"""Adapters against the real thing on loopback: Temporal, SMTP, a folder of files."""
