"""What is due when: patterns on a timeline, decided note by note one look-ahead before they sound.

Notes
-----
At each call of `advance` the sequencer looks at the notes whose time falls into the look-ahead
window, of the pattern that is valid then, and gives each (step, voice) out at most once. So a new
pattern is heard one look-ahead later at most, and neither it nor a new tempo plays a hit twice.
A drum hit is given out with its end. The note of a monophonic track is sustained instead, and
its end decided when it is due, so that tempo and pattern may change while it sounds.
Nothing here knows about clocks, devices or threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from blender_app.core.articulation import Articulation
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import GrooveParameters
from blender_app.core.time import Timeline, steps_to_seconds
from blender_app.engine.clicks import Clicks
from blender_app.engine.messages import ChangeAt, PatternStarted, TrackSettings, VoiceMix
from blender_app.engine.output import MIN_NOTE_S
from blender_app.engine.sustain import end_of, hand_over
from blender_app.engine.track import change_step
from blender_app.engine.track_state import Span, SustainedNote, TrackState

LOOK_AHEAD_S = 0.03
CATCH_UP_S = 0.1
"""A note that is later than this (the machine was asleep) is left out instead of played late."""
_TOLERANCE_S = 1e-6  # of sums of floats: a note is due when its wake-up has come
_EARLIEST_STEPS, _LATEST_STEPS = 0.5, 1.0  # microtiming; microtiming and swing
_HORIZON_STEPS = 4
_PLAYED_FOR_STEPS = 8


@dataclass(frozen=True, slots=True)
class DueNote:
    """A note that is to sound.

    Parameters
    ----------
    time_s, off_s
        Moments in seconds at which it starts and ends; one that is sustained has an infinite end, and a
        `DueEnd` with its serial, or the next note of its track, ends it.
    step
        Of the transport, on which it is written.
    track
        That plays it.
    note
        As the pattern has it.
    velocity
        1-127, as it is played.
    serial
        Names it to `DueEnd`.
    """

    time_s: float
    off_s: float
    step: int
    track: str
    note: Note
    velocity: int
    serial: int


@dataclass(frozen=True, slots=True)
class DueEnd:
    """The end of the sustained note with this `serial`, at `time_s`."""

    time_s: float
    serial: int


@dataclass(frozen=True, slots=True)
class DueClick:
    """A click of count-in or metronome on `step` of the transport, at `time_s`."""

    time_s: float
    step: int


@dataclass(frozen=True, slots=True)
class Due:
    """What `Sequencer.advance` found.

    Parameters
    ----------
    notes
        In order of time.
    started
        Patterns that begin to sound.
    next_s
        When to call again if nothing changes before.
    ends
        Of sustained notes.
    clicks
        Of count-in and metronome.
    """

    notes: tuple[DueNote, ...]
    started: tuple[PatternStarted, ...]
    next_s: float
    ends: tuple[DueEnd, ...] = ()
    clicks: tuple[DueClick, ...] = ()


@dataclass(slots=True)
class _Turn:
    """What one call of `advance` looks at, moments from `since_s` to before `until_s`, and finds."""

    timeline: Timeline
    groove: GrooveParameters
    since_s: float
    until_s: float
    earliest_s: float
    first: int
    last: int
    next_s: float
    notes: list[DueNote] = field(default_factory=list)
    ends: list[DueEnd] = field(default_factory=list)


class Sequencer:
    """Decides which notes of which tracks sound when; of tracks without settings, none.

    Parameters
    ----------
    look_ahead_s
        How long before its time a note is decided, in seconds; at most 0.04.
    """

    def __init__(self, look_ahead_s: float = LOOK_AHEAD_S) -> None:
        self.look_ahead_s = look_ahead_s
        self._groove = GrooveParameters()
        self.clicks = Clicks()
        self._tracks: dict[str, TrackState] = {}
        self._serials = count()
        self._timeline: Timeline | None = None
        self._begin_step = 0.0
        self._first_step = 0
        self._decided_s = -math.inf

    # -- what is played

    def set_groove(self, groove: GrooveParameters) -> None:
        """Play everything with the groove amount of `groove`; tempo and swing are the timeline's."""
        self._groove = groove

    def set_track(self, settings: TrackSettings) -> None:
        """Add a track or change its `settings`; what sounds on ends if it can be heard no more."""
        self._tracks.setdefault(settings.track, TrackState()).settings = settings
        for track in self.silent_tracks:
            self._tracks[track].sustained = None

    def remove_track(self, track: str) -> None:
        """Forget all of `track`."""
        self._tracks.pop(track, None)

    @property
    def silent_tracks(self) -> frozenset[str]:
        """The tracks that are muted, turned down to nothing, or not solo while others are."""
        known = [(name, state.settings) for name, state in self._tracks.items()]
        solo = any(settings.solo for _, settings in known if settings is not None)
        return frozenset(
            name
            for name, settings in known
            if settings is None or settings.mute or settings.volume <= 0.0 or (solo and not settings.solo)
        )

    def set_pattern(self, track: str, pattern: Pattern, change_at: ChangeAt, now_s: float) -> None:
        """Play `pattern` on `track` from the next `change_at` after `now_s`; at once while idle."""
        state = self._tracks.setdefault(track, TrackState())
        position = self._timeline.step_at(now_s) if self._timeline is not None else -math.inf
        if change_at is ChangeAt.STEP or not state.spans or position < self._begin_step:
            state.spans = [Span(pattern, -math.inf)]
            return
        state.spans = [span for span in state.spans if span.from_step <= position]
        from_step = change_step(position, change_at, state.spans[-1].pattern)
        state.spans.append(Span(pattern, from_step))

    def set_mix(self, track: str, voices: tuple[VoiceMix, ...]) -> None:
        """Set mute, solo and volume of the nine `voices` of `track`."""
        self._tracks.setdefault(track, TrackState()).voices = voices

    # -- where it plays

    def start(self, timeline: Timeline, count_in_bars: int = 0) -> None:
        """Play on from the anchor of `timeline`, with nothing before it but `count_in_bars` of clicks."""
        self._timeline = timeline
        self._begin_step = timeline.anchor_step
        self._first_step = math.ceil(timeline.anchor_step)
        self._decided_s = -math.inf
        self.clicks.start(self._first_step, count_in_bars)
        self._settle()

    def stop(self) -> None:
        """Give out nothing more; a pattern that still waited is now the one to play."""
        self._timeline = None
        self._settle()

    def retime(self, timeline: Timeline) -> None:
        """Go on with the tempo and swing of `timeline`; what was given out stays given out."""
        if self._timeline is not None:
            self._timeline = timeline

    def release(self) -> None:
        """Sustain nothing more: all that sounded was ended."""
        for state in self._tracks.values():
            state.sustained = None

    def _settle(self) -> None:
        for state in self._tracks.values():
            state.settle()

    # -- what is due

    def advance(self, now_s: float) -> Due:
        """Return what falls due within one look-ahead from `now_s`."""
        timeline = self._timeline
        if timeline is None:
            return Due((), self._started_at_rest(now_s), math.inf)
        turn = self._turn(timeline, now_s)
        silent = self.silent_tracks
        for name, state in self._tracks.items():
            self._decide(name, state, turn, name in silent)
            state.forget(timeline.step_at(turn.since_s) - _PLAYED_FOR_STEPS)
        clicks = [
            DueClick(time_s, step) for step, time_s in self.clicks.due(timeline, turn.since_s, turn.until_s)
        ]
        started = self._started(timeline, now_s, turn.until_s)
        waiting_s = self._waiting_s(timeline, turn.until_s)
        next_s = min([turn.next_s, self.clicks.next_s(timeline), *waiting_s])
        self._decided_s = turn.until_s
        turn.notes.sort(key=lambda due: due.time_s)
        return Due(tuple(turn.notes), started, next_s - self.look_ahead_s, tuple(turn.ends), tuple(clicks))

    def _turn(self, timeline: Timeline, now_s: float) -> _Turn:
        until_s = now_s + self.look_ahead_s + _TOLERANCE_S
        since_s = max(min(now_s, self._decided_s), now_s - CATCH_UP_S)
        earliest_s = -math.inf
        if self._decided_s == -math.inf:  # a first hit may be meant for before the start: now, then
            earliest_s = now_s
            since_s = min(now_s, timeline.seconds_at(self._first_step - _EARLIEST_STEPS))
        first = max(self._first_step, math.ceil(timeline.step_at(since_s) - _LATEST_STEPS))
        last = math.ceil(timeline.step_at(until_s) + _EARLIEST_STEPS) + _HORIZON_STEPS
        next_s = timeline.seconds_at(last - _EARLIEST_STEPS)
        groove = replace(self._groove, swing=timeline.swing)
        return _Turn(timeline, groove, since_s, until_s, earliest_s, first, last, next_s)

    def _decide(self, track: str, state: TrackState, turn: _Turn, silent: bool) -> None:
        """Find what a track starts and ends, and the moment of the first that is not due yet."""
        if state.settings is None:
            return
        heard = Articulation(turn.groove, state.settings)
        found = []
        for step, note in state.unplayed(turn.first, turn.last):
            time_s = turn.timeline.seconds_at(heard.onset(step, note))
            if time_s >= turn.until_s:
                turn.next_s = min(turn.next_s, time_s)
            elif time_s >= turn.since_s and not silent:
                found.append((time_s, step, note))
        for time_s, step, note in sorted(found, key=lambda due: due[0]):
            due = self._given(track, state, heard, (step, note, max(time_s, turn.earliest_s)), turn)
            if due is not None:
                turn.notes.append(due)
                if state.monophonic:
                    self._sustain(state, due, turn, heard)
        if state.sustained is not None:
            self._follow(state, state.sustained, turn, heard)

    def _given(
        self,
        track: str,
        state: TrackState,
        heard: Articulation,
        found: tuple[int, Note, float],
        turn: _Turn,
    ) -> DueNote | None:
        """Return a note as it is given out, or None if its voice is silent."""
        step, note, time_s = found
        volume = state.volume(note.voice)
        if volume <= 0.0:
            return None
        state.played.add((step, state.slot(note)))
        off_s = math.inf
        if not state.monophonic:
            off_s = time_s + max(steps_to_seconds(note.length_steps, turn.timeline.tempo_bpm), MIN_NOTE_S)
        velocity = max(1, round(volume * heard.velocity(note.velocity)))
        return DueNote(time_s, off_s, step, track, note, velocity, next(self._serials))

    def _sustain(self, state: TrackState, due: DueNote, turn: _Turn, heard: Articulation) -> None:
        """Let a note sound on instead of the one before, which may have ended by then."""
        if state.sustained is not None and (end_s := _end_s(state.sustained, turn.timeline)) < due.time_s:
            turn.ends.append(DueEnd(end_s, state.sustained.serial))
        span = state.span_at(due.step)
        if span is not None:
            end_step = end_of(heard, due.step, due.note, state.notes_at)
            state.sustained = SustainedNote(due.serial, span, due.note.pitch, due.time_s, end_step)

    def _follow(self, state: TrackState, sustained: SustainedNote, turn: _Turn, heard: Articulation) -> None:
        """End a sustained note if it is time; if the pattern has changed, it has its say."""
        position = turn.timeline.step_at(turn.until_s)
        span = state.span_at(position)
        if span is not None and span is not sustained.span:
            hand_over(heard, sustained, span, position if span.from_step == -math.inf else span.from_step)
        end_s = _end_s(sustained, turn.timeline)
        if end_s < turn.until_s:
            turn.ends.append(DueEnd(end_s, sustained.serial))
            state.sustained = None
        else:
            turn.next_s = min(turn.next_s, end_s)

    # -- clicks, and notifications
    def _started(self, timeline: Timeline, now_s: float, until_s: float) -> tuple[PatternStarted, ...]:
        started = []
        for name, state in self._tracks.items():
            for span in state.unnotified:
                step = max(span.from_step, timeline.step_at(now_s), self._begin_step)
                if timeline.seconds_at(step) < until_s:
                    span.notified = True
                    started.append(PatternStarted(name, span.pattern.serial, step, timeline.seconds_at(step)))
        return tuple(started)

    def _started_at_rest(self, now_s: float) -> tuple[PatternStarted, ...]:
        started = []
        for name, state in self._tracks.items():
            for span in state.unnotified:
                span.notified = True
                started.append(PatternStarted(name, span.pattern.serial, 0.0, now_s))
        return tuple(started)

    def _waiting_s(self, timeline: Timeline, until_s: float) -> Iterator[float]:
        """Yield the moments at which patterns that still wait begin."""
        for state in self._tracks.values():
            for span in state.unnotified:
                yield max(timeline.seconds_at(max(span.from_step, self._begin_step)), until_s)


def _end_s(sustained: SustainedNote, timeline: Timeline) -> float:
    return max(timeline.seconds_at(sustained.end_step), sustained.on_s + MIN_NOTE_S)
