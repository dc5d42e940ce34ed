"""The command as a person uses it: processes, exit codes, printed documents."""
