"""Tests of the service layer that need no server."""
