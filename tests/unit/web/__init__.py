"""Tests of atoz.web."""
