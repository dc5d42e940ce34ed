"""Keys, what is sealed with them, and how it is let go of.

The ring's keys seal nothing but data keys; each claim has a data key of its own, kept in the store and
outside the history. Where that key is destroyed, everything that it sealed is gone, wherever it lies.
"""
