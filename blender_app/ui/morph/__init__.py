"""The row of steps between two loops."""
