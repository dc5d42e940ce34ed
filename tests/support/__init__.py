"""Hand-written fakes and builders that more than one tier uses."""
