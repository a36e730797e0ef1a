"""Recording a few bars from a MIDI keyboard: notes and their moments in, a melody loop out.

The recorder has no clock and no device. It is told of the transport's timeline and of notes, and is
asked how far it is; a moment is a number of seconds on the monotonic clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from blender_app.core.lengths import resized
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import (
    DEFAULT_STEPS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    Timeline,
    check_steps,
    seconds_to_steps,
    swing_delay_steps,
)

EARLY_STEPS = 0.5
"""How long before the first step a note still belongs to it."""


class Phase(Enum):
    """What a recorder is doing at a moment."""

    COUNT_IN = "count-in"
    RECORDING = "recording"
    DONE = "done"


@dataclass(slots=True)
class _Played:
    """A note as it was played, in steps of the take, without swing taken off; `end` once it is known."""

    pitch: int
    velocity: int
    start: float
    end: float | None = None


class Recorder:
    """One take: a loop from a step of the transport on.

    Parameters
    ----------
    timeline
        The transport's; its swing is that of the grid to which notes are quantised.
    first_step
        The transport's step on which the take begins.
    overdub
        A loop that goes on where nothing is played; None to replace everything.
    latency_s
        By how much later a note arrives than it was meant, in seconds.
    steps
        Length of the take: 16, 32, 64, 128 or 256. An overdubbed loop that is shorter goes on as often
        as it fits, of a longer one the beginning counts.

    Notes
    -----
    A note belongs to the nearest sixteenth where swing puts it, and keeps its distance from there as
    microtiming. Up to half a step before the take it belongs to the first step; in the last half step of
    the take it is the first step of the next round, which is the same place in a loop, and is kept
    there if nothing else begins there.
    """

    def __init__(
        self,
        timeline: Timeline,
        first_step: int,
        overdub: MelodyLoop | None = None,
        latency_s: float = 0.0,
        steps: int = DEFAULT_STEPS,
    ) -> None:
        self._timeline = timeline
        self._steps = check_steps(steps)
        self._first_step = first_step
        self._overdub = None if overdub is None else resized(overdub, steps)
        self._latency_s = latency_s
        self._played: list[_Played] = []

    @classmethod
    def armed(
        cls,
        timeline: Timeline,
        now_s: float,
        count_in_bars: int = 1,
        overdub: MelodyLoop | None = None,
        latency_s: float = 0.0,
        steps: int = DEFAULT_STEPS,
    ) -> Recorder:
        """Return a recorder that begins when the count-in is over.

        A transport that is about to start counts in by itself, up to its anchor. One that plays goes on,
        and the take begins with the first round of the loop that leaves enough bars before it.

        Parameters
        ----------
        timeline
            The transport's.
        now_s
            The present moment, in seconds.
        count_in_bars
            How many bars there are to be before the take, at least.
        overdub, latency_s, steps
            As for the recorder itself.
        """
        if now_s < timeline.anchor_s:
            earliest = timeline.anchor_step
        else:
            earliest = timeline.step_at(now_s) + count_in_bars * STEPS_PER_BAR
        first_step = math.ceil(round(earliest, 3) / steps) * steps
        return cls(timeline, first_step, overdub, latency_s, steps)

    @property
    def steps(self) -> int:
        """Length of the take in sixteenths."""
        return self._steps

    @property
    def first_step(self) -> int:
        """The transport's step on which the take begins."""
        return self._first_step

    def retime(self, timeline: Timeline) -> None:
        """Go on with the tempo and swing of `timeline`; what was played stays where it is."""
        self._timeline = timeline

    # -- how far it is --------------------------------------------------------------------------------

    def phase_at(self, now_s: float) -> Phase:
        """Return what the recorder is doing at `now_s`."""
        step = self._step_at(now_s)
        if step < 0.0:
            return Phase.COUNT_IN
        return Phase.RECORDING if step < self._steps else Phase.DONE

    def beats_until_start(self, now_s: float) -> int:
        """Return the beats left at `now_s`, the one that sounds included; 0 in the take."""
        return max(0, math.ceil(-self._step_at(now_s) / STEPS_PER_BEAT))

    def progress_at(self, now_s: float) -> float:
        """Return how much of the take has passed at `now_s`, 0-1."""
        return min(1.0, max(0.0, self._step_at(now_s) / self._steps))

    # -- what was played ------------------------------------------------------------------------------

    def receive(self, pitch: int, velocity: int, time_s: float) -> None:
        """Take a note from the input.

        Parameters
        ----------
        pitch
            0-127.
        velocity
            1-127, or 0 where it ends.
        time_s
            When it was played, on the monotonic clock.
        """
        step = self._step_at(time_s) - seconds_to_steps(self._latency_s, self._timeline.tempo_bpm)
        for played in self._played:
            if played.pitch == pitch and played.end is None:
                played.end = step
        if velocity > 0 and -EARLY_STEPS <= step < self._steps:
            self._played.append(_Played(pitch, velocity, step))

    def take(self, now_s: float = math.inf) -> MelodyLoop:
        """Return what was played so far as a loop.

        A note that is still held lasts to the moment `now_s`, at most to the end of the loop.
        """
        end = self._steps if math.isinf(now_s) else min(self._steps, self._step_at(now_s))
        loop = MelodyLoop.from_notes(self._quantised(end), self._steps)
        if self._overdub is None:
            return loop
        played = loop.to_notes()
        steps = {step for note in played for step in range(note.step, note.step + int(note.length_steps))}
        kept = (note for note in self._overdub.to_notes() if note.step not in steps)
        return MelodyLoop.from_notes((*played, *kept), self._steps)

    def _quantised(self, end: float) -> Iterable[Note]:
        taken: set[int] = set()
        last: list[Note] = []
        for played in sorted(self._played, key=_start_of):
            step, microtiming = self._nearest(played.start)
            note = Note(step, played.pitch, played.velocity, _length_of(played, end), microtiming)
            if step < self._steps:
                taken.add(step)
                yield note
            else:
                last.append(Note(0, note.pitch, note.velocity, 1.0, microtiming))
        if last and 0 not in taken:
            yield last[-1]

    def _nearest(self, start: float) -> tuple[int, float]:
        """Return the step whose swung place is nearest, 0 to the end, and how much later than that it is."""
        swing = self._timeline.swing
        around = range(max(0, math.floor(start)), math.floor(start) + 2)  # swing is half a step at most
        late = {step: start - step - swing_delay_steps(step, swing) for step in around}
        step = min(late, key=lambda each: (abs(late[each]), -each))
        return step, min(0.5, max(-0.5, late[step]))

    def _step_at(self, moment_s: float) -> float:
        return self._timeline.step_at(moment_s) - self._first_step


def _length_of(played: _Played, end: float) -> float:
    """Return the length in whole steps, at least one; what sounds at the `end` of the take ends there."""
    until = end if played.end is None else min(played.end, end)
    return float(max(1, math.floor(until - played.start + 0.5)))


def _start_of(played: _Played) -> float:
    return played.start
