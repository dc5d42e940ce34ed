"""Tests of atoz.access."""
