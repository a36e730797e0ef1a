"""How a note is heard: swing and feel, the same for the ear and for a file."""

from __future__ import annotations

from blender_app.core.notes import Note
from blender_app.core.time import swing_delay_steps

EVEN_VELOCITY = 100
"""Velocity of every note when the feel is 0."""


def heard_step(note: Note, swing: float, feel: float) -> float:
    """Return the position in steps, from the pattern's beginning, at which `note` sounds.

    Parameters
    ----------
    note
        The note as the pattern has it.
    swing
        Share of an eighth taken by its first sixteenth, 0.5 to 0.75.
    feel
        How much of the microtiming is heard, 0 (none, on the grid) to 1 (as in the pattern).
    """
    return note.step + swing_delay_steps(note.step, swing) + feel * note.microtiming


def heard_velocity(velocity: int, feel: float) -> int:
    """Return `velocity` (1-127) with its distance from an even 100 scaled by `feel` (0-1)."""
    return min(127, max(1, round(EVEN_VELOCITY + feel * (velocity - EVEN_VELOCITY))))
