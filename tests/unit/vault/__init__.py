"""Tests of keys and of what is sealed with them."""
