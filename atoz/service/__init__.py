"""What a person or a program does to claims, without any surface: the command and the board call it.

Every function takes a `Service`, gives a JSON-ready document with instants as `2026-09-08T09:00:00Z`,
and raises errors of `atoz.errors` whose text says what to do. Where one is raised, nothing changed.
"""
