"""How a note is heard: swing, groove amount, gate, legato and octave, the same for the ear and for a file."""

from __future__ import annotations

import math
from dataclasses import dataclass

from blender_app.core.notes import Note
from blender_app.core.parameters import GrooveParameters, SoundParameters
from blender_app.core.time import swing_delay_steps

EVEN_VELOCITY = 100
"""Velocity of every note when the groove amount is 0."""
_OCTAVE, _LAST_PITCH = 12, 127
_GROOVE, _SOUND = GrooveParameters(), SoundParameters()


@dataclass(frozen=True, slots=True)
class Articulation:
    """How the written notes of one part are heard.

    Parameters
    ----------
    groove
        How all tracks play together: swing, and how much of microtiming and dynamics is heard.
    sound
        How the part sounds: gate and legato.

    Notes
    -----
    What is turned reaches the ear and files here: a new row of either table has only to be used in one of
    these methods. Positions are in steps.
    """

    groove: GrooveParameters = _GROOVE
    sound: SoundParameters = _SOUND

    def onset(self, step: int, note: Note) -> float:
        """Return where a note is heard to start.

        Parameters
        ----------
        step
            Sixteenth on which it is written, by which swing goes: of the transport in the engine, for a
            pattern of odd length would swing the wrong notes in its second round.
        note
            The note as the pattern has it.
        """
        return (
            step + swing_delay_steps(step, self.groove.swing) + self.groove.groove_amount * note.microtiming
        )

    def velocity(self, velocity: int) -> int:
        """Return `velocity` (1-127) with its distance from an even 100 scaled by the groove amount."""
        return min(127, max(1, round(EVEN_VELOCITY + self.groove.groove_amount * (velocity - EVEN_VELOCITY))))

    def end(self, step: int, length_steps: float, start: float, next_start: float = math.inf) -> float:
        """Return where a melodic note is heard to end.

        Parameters
        ----------
        step
            Sixteenth on which the note is written.
        length_steps
            Its written length, more than 0. Where it ends on a step, swing delays its end as it delays
            a note that would start there.
        start
            Where it is heard to start.
        next_start
            Where the next note of the part is heard to start; a note never sounds beyond it, and legato
            pulls its end there.
        """
        written_end = step + length_steps
        delay = -swing_delay_steps(step, self.groove.swing)
        if math.floor(written_end) == written_end:
            delay += swing_delay_steps(int(written_end), self.groove.swing)
        end = start + self.sound.gate * (length_steps + delay)
        if self.sound.legato and end < next_start < math.inf:
            end += self.sound.legato * (next_start - end)
        return min(end, max(start, next_start))


def heard_pitch(pitch: int, semitones: int) -> int:
    """Return `pitch` 0-127 moved by `semitones` up or down; out of range it goes by whole octaves."""
    moved = pitch + semitones
    if moved < 0:
        return moved % _OCTAVE
    if moved > _LAST_PITCH:
        return _LAST_PITCH - (_LAST_PITCH - moved) % _OCTAVE
    return moved
