"""What every presenter knows of the window round it, and what it is itself."""
