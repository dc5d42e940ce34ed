"""Tests, by tier: unit (no server, no network), integration, replay, e2e; helpers in support."""
