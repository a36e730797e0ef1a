"""What is due when: patterns on a timeline, decided note by note one look-ahead before they sound.

Notes
-----
At each call of `advance` the sequencer looks at the notes whose time falls into the look-ahead
window, of the pattern that is valid then, and gives each (step, voice) out at most once. So a new
pattern is heard one look-ahead later at most, and neither it nor a new tempo plays a hit twice.
Nothing here knows about clocks, devices or threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from blender_app.core.feel import heard_velocity
from blender_app.core.notes import Note, Pattern
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT, Timeline, steps_to_seconds, swing_delay_steps
from blender_app.engine.messages import ChangeAt, PatternStarted, VoiceMix

LOOK_AHEAD_S = 0.03
CATCH_UP_S = 0.1
"""A note that is later than this (the machine was asleep) is left out instead of played late."""
MIN_NOTE_S = 0.005
_TOLERANCE_S = 1e-6  # of sums of floats: a note is due when its wake-up has come
_EARLIEST_STEPS, _LATEST_STEPS = 0.5, 1.0  # microtiming; microtiming and swing
_HORIZON_STEPS = 4
_PLAYED_FOR_STEPS = 8


@dataclass(frozen=True, slots=True)
class DueNote:
    """A note with the moments in seconds at which it starts and ends, and its final velocity."""

    time_s: float
    off_s: float
    step: int
    track: str
    note: Note
    velocity: int


@dataclass(frozen=True, slots=True)
class Due:
    """What `Sequencer.advance` found: notes in order of time, and patterns that begin to sound.

    `next_s` is when to call again if nothing changes before.
    """

    notes: tuple[DueNote, ...]
    started: tuple[PatternStarted, ...]
    next_s: float


class _Span:
    """A pattern, indexed by step, and the transport step from which on it is valid."""

    __slots__ = ("_by_step", "from_step", "pattern", "told")

    def __init__(self, pattern: Pattern, from_step: float) -> None:
        self.pattern = pattern
        self.from_step = from_step
        self.told = False
        self._by_step: dict[int, list[Note]] = {}
        for note in pattern.notes:
            self._by_step.setdefault(note.step, []).append(note)

    def notes_at(self, transport_step: int) -> list[Note]:
        return self._by_step.get(self.pattern.step_of(transport_step), _NO_NOTES)


_NO_NOTES: list[Note] = []


@dataclass(slots=True)
class _Track:
    """The patterns of a track in order of their first step, its mix, and what it has played."""

    spans: list[_Span] = field(default_factory=list)
    mix: tuple[VoiceMix, ...] = ()
    solo: bool = False
    played: set[tuple[int, int]] = field(default_factory=set)

    def notes_at(self, step: int) -> list[Note]:
        for span in reversed(self.spans):
            if span.from_step <= step:
                return span.notes_at(step)
        return _NO_NOTES

    def volume(self, voice: int | None) -> float:
        """Return the volume of a voice, 0 if it is muted or another one is solo."""
        if voice is None or voice >= len(self.mix):
            return 0.0 if self.solo else 1.0
        mix = self.mix[voice]
        return 0.0 if mix.mute or (self.solo and not mix.solo) else mix.volume

    def forget(self, before_step: float) -> None:
        """Drop what lies behind: spans that another one has replaced, and played notes."""
        while len(self.spans) > 1 and self.spans[1].from_step <= before_step:
            del self.spans[0]
        if len(self.played) > 256:
            self.played = {key for key in self.played if key[0] >= before_step}


class Sequencer:
    """Decides which notes of which tracks sound when.

    Parameters
    ----------
    look_ahead_s
        How long before its time a note is decided, in seconds; at most 0.04.
    """

    def __init__(self, look_ahead_s: float = LOOK_AHEAD_S) -> None:
        self.look_ahead_s = look_ahead_s
        self.feel = 1.0
        self._tracks: dict[str, _Track] = {}
        self._timeline: Timeline | None = None
        self._first_step = 0
        self._decided_s = -math.inf

    # -- what is played

    def set_pattern(self, track: str, pattern: Pattern, change_at: ChangeAt, now_s: float) -> None:
        """Play `pattern` from the next `change_at` after `now_s`; at once while nothing plays."""
        state = self._tracks.setdefault(track, _Track())
        if self._timeline is None or change_at is ChangeAt.STEP or not state.spans:
            state.spans = [_Span(pattern, -math.inf)]
            return
        position = self._timeline.step_at(now_s)
        state.spans = [span for span in state.spans if span.from_step <= position]
        from_step = _next_boundary(position, change_at, state.spans[-1].pattern)
        state.spans.append(_Span(pattern, from_step))

    def set_mix(self, track: str, voices: tuple[VoiceMix, ...]) -> None:
        """Set mute, solo and volume of the voices of a track."""
        state = self._tracks.setdefault(track, _Track())
        state.mix = voices
        state.solo = any(voice.solo for voice in voices)

    # -- where it plays

    def start(self, timeline: Timeline) -> None:
        """Play on from the timeline's anchor, with nothing before it."""
        self._timeline = timeline
        self._first_step = math.ceil(timeline.anchor_step)
        self._decided_s = -math.inf
        self._settle()

    def stop(self) -> None:
        """Give out nothing more; a pattern that still waited is now the one to play."""
        self._timeline = None
        self._settle()

    def retime(self, timeline: Timeline) -> None:
        """Go on with another tempo or swing; what was given out stays given out."""
        if self._timeline is not None:
            self._timeline = timeline

    def _settle(self) -> None:
        for state in self._tracks.values():
            del state.spans[:-1]
            for span in state.spans:
                span.from_step = -math.inf
            state.played.clear()

    # -- what is due

    def advance(self, now_s: float) -> Due:
        """Return the notes that fall due within one look-ahead from `now_s`."""
        timeline = self._timeline
        if timeline is None:
            return Due((), self._started_at_rest(now_s), math.inf)
        until_s = now_s + self.look_ahead_s + _TOLERANCE_S
        since_s = max(min(now_s, self._decided_s), now_s - CATCH_UP_S)
        earliest_s = -math.inf
        if self._decided_s == -math.inf:  # a first hit may be meant for before the start: now, then
            earliest_s = now_s
            since_s = min(now_s, timeline.seconds_at(self._first_step - _EARLIEST_STEPS))
        position, ahead = timeline.step_at(since_s), timeline.step_at(until_s)
        first = max(self._first_step, math.ceil(position - _LATEST_STEPS))
        last = math.ceil(ahead + _EARLIEST_STEPS) + _HORIZON_STEPS
        next_s = timeline.seconds_at(last - _EARLIEST_STEPS)
        due: list[DueNote] = []
        for name, state in self._tracks.items():
            for step, note, time_s in self._notes(state, timeline, first, last):
                if time_s >= until_s:
                    next_s = min(next_s, time_s)
                elif time_s >= since_s and (
                    hit := self._give(name, state, step, note, max(time_s, earliest_s))
                ):
                    due.append(hit)
            state.forget(position - _PLAYED_FOR_STEPS)
        started = self._started(timeline, now_s, until_s)
        next_s = min([next_s, *self._waiting_s(timeline, until_s)])
        self._decided_s = until_s
        due.sort(key=lambda hit: hit.time_s)
        return Due(tuple(due), started, next_s - self.look_ahead_s)

    def _notes(
        self, state: _Track, timeline: Timeline, first: int, last: int
    ) -> Iterator[tuple[int, Note, float]]:
        """Yield the notes of the transport's steps `first` to `last` - 1 that were not given out.

        Their moment is that of `core.feel.heard_step`, but swing goes by the transport's step: a
        pattern of odd length would swing the wrong notes in its second round.
        """
        for step in range(first, last):
            onset = step + swing_delay_steps(step, timeline.swing)
            for note in state.notes_at(step):
                if (step, _slot(note)) not in state.played:
                    yield step, note, timeline.seconds_at(onset + self.feel * note.microtiming)

    def _give(self, track: str, state: _Track, step: int, note: Note, time_s: float) -> DueNote | None:
        volume = state.volume(note.voice)
        if volume <= 0.0 or self._timeline is None:
            return None
        state.played.add((step, _slot(note)))
        length_s = steps_to_seconds(note.length_steps, self._timeline.tempo_bpm)
        off_s = time_s + max(length_s, MIN_NOTE_S)
        velocity = max(1, round(volume * heard_velocity(note.velocity, self.feel)))
        return DueNote(time_s, off_s, step, track, note, velocity)

    def _started(self, timeline: Timeline, now_s: float, until_s: float) -> tuple[PatternStarted, ...]:
        started = []
        for name, state in self._tracks.items():
            for span in state.spans:
                step = max(span.from_step, timeline.step_at(now_s), timeline.anchor_step)
                if not span.told and timeline.seconds_at(step) < until_s:
                    span.told = True
                    started.append(PatternStarted(name, span.pattern.serial, step, timeline.seconds_at(step)))
        return tuple(started)

    def _started_at_rest(self, now_s: float) -> tuple[PatternStarted, ...]:
        started = []
        for name, state in self._tracks.items():
            for span in state.spans:
                if not span.told:
                    span.told = True
                    started.append(PatternStarted(name, span.pattern.serial, 0.0, now_s))
        return tuple(started)

    def _waiting_s(self, timeline: Timeline, until_s: float) -> Iterator[float]:
        """Yield the moments at which patterns that still wait begin."""
        for state in self._tracks.values():
            for span in state.spans:
                if not span.told:
                    yield max(timeline.seconds_at(max(span.from_step, timeline.anchor_step)), until_s)


def _slot(note: Note) -> int:
    """Return what may sound once a step: the voice or, of melodic notes, the pitch (negative)."""
    return note.voice if note.voice is not None else -1 - note.pitch


def _next_boundary(position: float, change_at: ChangeAt, pattern: Pattern) -> int:
    """Return the first step after `position` on which a beat, a bar or the pattern's round begins."""
    if change_at is not ChangeAt.LOOP:
        unit = STEPS_PER_BEAT if change_at is ChangeAt.BEAT else STEPS_PER_BAR
        return (math.floor(position / unit) + 1) * unit
    inside = position - pattern.anchor_step
    if 0 <= inside < pattern.length_steps:
        return pattern.anchor_step + pattern.length_steps
    span = pattern.length_steps - pattern.loop_from_step
    rounds = math.floor((inside - pattern.loop_from_step) / span) + 1
    return pattern.anchor_step + pattern.loop_from_step + rounds * span
