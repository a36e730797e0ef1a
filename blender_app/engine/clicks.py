"""Count-in and metronome: clicks on the beats, decided as notes are."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT, Timeline

HIGH_CLICK, LOW_CLICK = 76, 77
"""General MIDI's wood blocks, for a bar's first beat and for the others."""
HIGH_VELOCITY, LOW_VELOCITY = 112, 84


class Clicks:
    """Gives out each click once: in the bars before the first step, and later if switched on."""

    def __init__(self) -> None:
        self.enabled = False
        self._first_step = 0
        self._next_step: float = 0

    def start(self, first_step: int, count_in_bars: int) -> None:
        """Begin `count_in_bars` bars before `first_step`."""
        self._first_step = first_step
        self._next_step = _beat_from(first_step - count_in_bars * STEPS_PER_BAR)

    def due(self, timeline: Timeline, since_s: float, until_s: float) -> Iterator[tuple[int, float]]:
        """Yield step and moment of each click on `timeline`, from `since_s` to before `until_s`."""
        position = timeline.step_at(since_s)
        self._next_step = max(self._next_step, _beat_from(position))
        while (time_s := timeline.seconds_at(self._next_step)) < until_s:
            step = int(self._next_step)
            self._next_step += STEPS_PER_BEAT
            if time_s >= since_s and (self.enabled or step < self._first_step):
                yield step, time_s

    def next_s(self, timeline: Timeline) -> float:
        """Return the moment of the next click on `timeline`, infinite if there is none."""
        counts = self._next_step < self._first_step
        return timeline.seconds_at(self._next_step) if self.enabled or counts else math.inf


def click_of(step: int) -> tuple[int, int]:
    """Return key and velocity of the click on a `step` of the transport."""
    return (HIGH_CLICK, HIGH_VELOCITY) if step % STEPS_PER_BAR == 0 else (LOW_CLICK, LOW_VELOCITY)


def _beat_from(step: float) -> int:
    return math.ceil(step / STEPS_PER_BEAT - 1e-9) * STEPS_PER_BEAT
