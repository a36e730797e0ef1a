"""Files to loops: sources, parsing, quantising, splits."""
