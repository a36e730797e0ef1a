"""The clip library: loops that are kept."""
