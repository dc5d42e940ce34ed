"""Rules held without a server, a network or a clock; milliseconds each."""
