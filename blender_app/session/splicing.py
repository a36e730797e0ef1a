"""One melody out of many: each step takes its row of the loop that holds there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note

_SILENT = -1


def spliced(loops: Sequence[MelodyLoop], first_row: int = 0) -> tuple[Note, ...]:
    """Return the notes of a line that changes loops, never two at once.

    Parameters
    ----------
    loops
        The loop that holds at each step of the line.
    first_row
        Row, from 0, that the line's first step takes; each later step takes the next. A loop that has
        fewer begins again, so that loops of different lengths share their bar lines.

    Notes
    -----
    Where the loop changes in mid-note, the note goes on as long as the new loop sounds the same
    pitch there, and ends otherwise; so lengths and rests stay what they are.
    """
    notes: list[Note] = []
    pitches: dict[int, NDArray[np.int16]] = {}
    begun: tuple[int, MelodyLoop, int] | None = None

    def end(step: int) -> None:
        if begun is not None:
            start, loop, row = begun
            notes.append(
                Note(
                    step=start,
                    pitch=int(loop.events[row]),
                    velocity=int(loop.velocity[row]),
                    length_steps=float(step - start),
                    microtiming=float(loop.microtiming[row]),
                )
            )

    for step, loop in enumerate(loops):
        row = (first_row + step) % loop.steps
        if loop.events[row] >= 0:
            end(step)
            begun = step, loop, row
        elif begun is not None:
            if id(loop) not in pitches:
                pitches[id(loop)] = _sounding(loop)
            if pitches[id(loop)][row] != begun[1].events[begun[2]]:
                end(step)
                begun = None
    end(len(loops))
    return tuple(notes)


def _sounding(loop: MelodyLoop) -> NDArray[np.int16]:
    """Return the pitch that sounds at each step, -1 where none does; int16, shape (steps,)."""
    pitches = np.full(loop.steps, _SILENT, np.int16)
    for note in loop.to_notes():
        pitches[note.step : note.step + int(note.length_steps)] = note.pitch
    return pitches
