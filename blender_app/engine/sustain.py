"""Where the notes of a part that plays one note at a time end, also when its pattern changes.

Positions are in steps of the transport, with swing and microtiming in them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from blender_app.core.articulation import Articulation
from blender_app.core.notes import Note
from blender_app.core.time import LOOP_LENGTHS
from blender_app.engine.track_state import Span, SustainedNote

_NEIGHBOUR_STEPS = 2 * LOOP_LENGTHS[-1]
"""How far the note before and the note after are looked for: two rounds of the longest loop."""


def end_of(heard: Articulation, step: int, note: Note, notes_at: Callable[[int], list[Note]]) -> float:
    """Return where a note is heard to end.

    Parameters
    ----------
    heard
        How the track is articulated.
    step
        Step of the transport on which the note is written.
    note
        The note.
    notes_at
        Returns the notes that start on a later step.
    """
    next_start = math.inf
    if heard.sound.legato > 0.0:
        for later in range(step + 1, step + 1 + _NEIGHBOUR_STEPS):
            if notes := notes_at(later):
                next_start = heard.onset(later, notes[0])
                break
    return heard.end(step, note.length_steps, heard.onset(step, note), next_start)


def hand_over(heard: Articulation, sustained: SustainedNote, span: Span, position: float) -> None:
    """Let another pattern say how long a sustained note goes on.

    It goes on to the end of the note that the pattern sounds there (no longer than it would have
    gone on anyway, unless that has the same pitch), and where the pattern rests, it ends.

    Parameters
    ----------
    heard
        How the track is articulated.
    sustained
        The note that sounds; it is changed.
    span
        The other pattern.
    position
        Where that takes over.
    """
    end_step = position
    begun = _begun(heard, span, position)
    same = False
    if begun is not None:
        step, note = begun
        end_step = max(position, end_of(heard, step, note, span.highest_at))
        same = note.pitch == sustained.pitch
    sustained.hand_over(span, end_step if same else min(sustained.end_step, end_step))


def _begun(heard: Articulation, span: Span, position: float) -> tuple[int, Note] | None:
    """Return the latest note of a pattern that starts at or before `position`."""
    last = math.ceil(position)
    for step in range(last, last - _NEIGHBOUR_STEPS, -1):
        for note in span.highest_at(step):
            if heard.onset(step, note) <= position:
                return step, note
    return None
