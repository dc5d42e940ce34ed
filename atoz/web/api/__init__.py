"""The API: every verb of the command that acts on claims, with the same models and the same refusals."""
