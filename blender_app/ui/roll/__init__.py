"""The piano roll of a melodic loop, to look at and to draw in, and playing in from a keyboard."""
