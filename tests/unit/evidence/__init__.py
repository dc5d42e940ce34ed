"""Tests of evidence that need nothing but the code."""
