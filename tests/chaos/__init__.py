"""Injected faults: the documented claim with its worker, its server or its mail taken away in the middle."""
