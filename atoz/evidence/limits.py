"""How many files of one message are looked at, and how large each may be: said once for every way in."""

MOST_FILES = 30

LARGEST_FILE = 20_000_000
"""Bytes of a file as it comes, before an image is written anew; cameras make such files."""
LARGEST_TOGETHER = 60_000_000
"""Bytes of all files of one message."""

LONGEST_NAME = 100
"""Signs of a file's name that are kept."""
