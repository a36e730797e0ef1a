"""Loops wherever they are shown: pictures, cards, what is heard of one, and how one is carried."""
