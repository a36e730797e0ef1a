"""A note, and a pattern of notes: what the models give, the engine plays and files hold."""

from __future__ import annotations

from dataclasses import dataclass

from blender_app.core.time import DEFAULT_STEPS


@dataclass(frozen=True, slots=True)
class Note:
    """One note on the grid.

    Parameters
    ----------
    step
        Sixteenth on which it starts, from the pattern's beginning.
    pitch
        MIDI note number 0-127.
    velocity
        MIDI velocity 1-127.
    length_steps
        Length in sixteenths, more than 0.
    microtiming
        Deviation of the onset from the grid in steps, -0.5 to 0.5; late is positive.
    voice
        Index of the drum voice, or None for a melodic note.
    """

    step: int
    pitch: int
    velocity: int
    length_steps: float = 1.0
    microtiming: float = 0.0
    voice: int | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Notes that repeat: what the engine plays on one track.

    Parameters
    ----------
    serial
        Number given by whoever made the pattern; the engine reports it back when it sounds.
    notes
        In order of step.
    length_steps
        Length in sixteenths; a loop has 16 to 256, a path as many as it takes until all repeats.
    loop_from_step
        Where the second and later rounds begin; 0 repeats all, the last loop's beginning plays a path
        once and then stays on that loop.
    anchor_step
        Transport step on which the pattern's step 0 falls.
    """

    serial: int
    notes: tuple[Note, ...]
    length_steps: int = DEFAULT_STEPS
    loop_from_step: int = 0
    anchor_step: int = 0

    def step_of(self, transport_step: int) -> int:
        """Return which of the pattern's steps is played at `transport_step`, counted from the start."""
        position = transport_step - self.anchor_step
        if 0 <= position < self.length_steps:
            return position
        span = self.length_steps - self.loop_from_step
        return self.loop_from_step + (position - self.loop_from_step) % span
