"""Tests of the mail package that need nothing but the code."""
