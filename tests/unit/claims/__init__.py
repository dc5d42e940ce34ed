"""Tests of claims: values, files, clocks, policies; no engine."""
