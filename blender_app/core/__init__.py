"""Plain values: no torch, no Qt, no devices, no threads."""
