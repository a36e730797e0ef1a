"""Where the notes of a part that plays one note at a time begin and end, also when its pattern changes.

Positions are in steps of the transport, with swing and microtiming in them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from blender_app.core.feel import heard_end
from blender_app.core.notes import Note
from blender_app.core.time import swing_delay_steps
from blender_app.engine.track import TrackSettings
from blender_app.engine.track_state import Held, Span

_NEIGHBOUR_STEPS = 64
"""How far the note before and the note after are looked for."""


@dataclass(frozen=True, slots=True)
class Articulation:
    """How written notes are heard: swing (0.5-0.75), feel (0-1), and the track's gate and legato."""

    swing: float
    feel: float
    gate: float = 1.0
    legato: float = 0.0

    @classmethod
    def of(cls, swing: float, feel: float, settings: TrackSettings) -> Articulation:
        """Return that of a track."""
        return cls(swing, feel, settings.gate, settings.legato)

    def onset(self, step: int, note: Note) -> float:
        """Return where a note of a step of the transport is heard to start.

        It is that of `core.feel.heard_step`, but swing goes by the transport's step: a pattern of odd
        length would swing the wrong notes in its second round.
        """
        return step + swing_delay_steps(step, self.swing) + self.feel * note.microtiming

    def end(self, step: int, note: Note, notes_at: Callable[[int], list[Note]]) -> float:
        """Return where a note is heard to end; `notes_at` gives those that start on a later step."""
        next_start = math.inf
        if self.legato > 0.0:
            for later in range(step + 1, step + 1 + _NEIGHBOUR_STEPS):
                if notes := notes_at(later):
                    next_start = self.onset(later, notes[0])
                    break
        start = self.onset(step, note)
        return heard_end(step, note.length_steps, start, self.swing, self.gate, self.legato, next_start)

    def hand_over(self, held: Held, span: Span, position: float) -> None:
        """Let another pattern say how long a held note goes on from `position`.

        It goes on to the end of the note that the pattern sounds there (no longer than it would have
        gone on anyway, unless that has the same pitch), and where the pattern rests, it ends.
        """
        held.span = span
        end_step = position
        begun = self._begun(span, position)
        if begun is not None:
            step, note = begun
            end_step = max(position, self.end(step, note, span.highest_at))
            if note.pitch == held.pitch:
                held.end_step = end_step
        held.end_step = min(held.end_step, end_step)

    def _begun(self, span: Span, position: float) -> tuple[int, Note] | None:
        """Return the latest note of a pattern that starts at or before `position`."""
        last = math.ceil(position)
        for step in range(last, last - _NEIGHBOUR_STEPS, -1):
            for note in span.highest_at(step):
                if self.onset(step, note) <= position:
                    return step, note
        return None
