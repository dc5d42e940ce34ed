"""Words that no text of ours may hold, in any language. Pure."""
