"""How a note is heard: swing, feel, gate and octave, the same for the ear and for a file."""

from __future__ import annotations

import math

from blender_app.core.notes import Note
from blender_app.core.time import swing_delay_steps

EVEN_VELOCITY = 100
"""Velocity of every note when the feel is 0."""
_OCTAVE, _LAST_PITCH = 12, 127


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


def heard_end(
    step: int,
    length_steps: float,
    start: float,
    swing: float,
    gate: float = 1.0,
    legato: float = 0.0,
    next_start: float = math.inf,
) -> float:
    """Return the position in steps at which a melodic note ends.

    Parameters
    ----------
    step
        Sixteenth on which the note is written.
    length_steps
        Its written length, more than 0. Where it ends on a step, swing delays its end as it delays
        a note that would start there.
    start
        Where it is heard to start (`heard_step`).
    swing
        Share of an eighth taken by its first sixteenth, 0.5 to 0.75.
    gate
        Share of its length that sounds, 0.1 to 1.
    legato
        How far its end is pulled from there to the next note's start, 0 to 1.
    next_start
        Where the next note of the part is heard to start; a note never sounds beyond it.
    """
    written_end = step + length_steps
    delay = -swing_delay_steps(step, swing)
    if math.floor(written_end) == written_end:
        delay += swing_delay_steps(int(written_end), swing)
    end = start + gate * (length_steps + delay)
    if legato and end < next_start < math.inf:
        end += legato * (next_start - end)
    return min(end, max(start, next_start))


def heard_pitch(pitch: int, semitones: int) -> int:
    """Return `pitch` so many semitones higher; out of MIDI's range it moves by whole octaves."""
    moved = pitch + semitones
    if moved < 0:
        return moved % _OCTAVE
    if moved > _LAST_PITCH:
        return _LAST_PITCH - (_LAST_PITCH - moved) % _OCTAVE
    return moved
