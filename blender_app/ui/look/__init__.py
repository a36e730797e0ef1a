"""How everything looks: colours, themes, type, icons."""
