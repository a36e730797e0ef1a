"""Files that the program reads: icons, style, the stored palette."""
