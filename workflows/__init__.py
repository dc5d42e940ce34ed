"""Durable shells around the pure engine, one file per workflow."""
