"""Committed histories replayed against this code, so that running claims survive a change."""
