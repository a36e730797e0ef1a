"""The engine: a process of its own that plays patterns in time; no Qt, no torch."""
