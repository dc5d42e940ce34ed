"""Tests of appeals: every sentence rests on a fact."""
