"""Evidence: the files of a claim, kept once, by what they are."""
