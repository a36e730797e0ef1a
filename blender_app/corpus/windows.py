"""How long the stretches are that models learn from."""

from __future__ import annotations

from blender_app.core.time import STEPS_PER_BAR

WINDOW_STEPS = 2 * STEPS_PER_BAR
"""Steps of a window: what is prepared with another length is for other models."""
