"""The grid of a drum loop, to look at and to draw in, and its nine voices."""
