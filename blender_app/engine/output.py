"""Where notes go: what an output is, the queue that keeps its note-ons and -offs in pairs, a recorder."""

from __future__ import annotations

import collections
import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

SOUND, MIDI = "sound", "midi"
"""Names of the internal sound and of the main MIDI port."""
OFF, ON = 0, 1  # in this order at one moment, so that a note repeated on its key is not cut off
MIN_NOTE_S = 0.005
"""No note is shorter; also what keeps a note's beginning and end apart inside FluidSynth."""


def port_of(track: str | None) -> str:
    """Return the name of the output that is the MIDI port of a `track` alone; None is the main one."""
    return MIDI if track is None else f"{MIDI}:{track}"


class Output(Protocol):
    """Something that sounds notes: FluidSynth, a MIDI port, or a recording of them.

    Attributes
    ----------
    lead_s
        How long before its moment the output wants to be told of a note; 0 if it sounds at once.
    latency_s
        What is added to each moment, in seconds.
    drums_ring_s
        How long a drum sounds at least, in seconds, however short its note is.
    """

    lead_s: float
    latency_s: float
    drums_ring_s: float

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:
        """Start a note (`channel` 0-15, `key` 0-127, `velocity` 1-127) at `time_s`."""

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """End the note on `key` of `channel` at `time_s`."""

    def cancel(self) -> None:
        """Forget the notes that were told of but do not sound yet."""

    def follow(self, now_s: float) -> None:
        """Keep in step with the device's clock; called some hundred times a second.

        `now_s` is read from the monotonic clock.
        """

    def panic(self) -> None:
        """Silence everything behind the output."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A note as one output is told of it.

    Parameters
    ----------
    serial
        Number that the note has on every output.
    track
        The track it belongs to.
    monophonic
        Whether the track sounds one note at a time.
    channel, key, velocity
        0-15, 0-127 and 1-127.
    """

    serial: int
    track: str
    monophonic: bool
    channel: int
    key: int
    velocity: int


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    due_s: float  # when to tell the output
    kind: int
    order: int
    time_s: float
    serial: int
    sound: Sound | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Sounding:
    serial: int
    track: str
    place: tuple[int, int]  # channel and key
    on_s: float


class NoteQueue:
    """Tells one `output` of its notes in time, and of the end of each note exactly once.

    A note that comes while its key, or a track of one note at a time, still sounds ends the earlier
    one first, at the same moment.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.late_events = 0
        self.worst_lateness_s = 0.0
        self._heap: list[_Entry] = []
        self._waiting_s: dict[int, float] = {}  # by serial, when it starts at the output
        self._sounding: dict[int, _Sounding] = {}  # by serial, as are the values of the next two
        self._on_place: dict[tuple[int, int], int] = {}
        self._on_track: dict[str, int] = {}  # tracks of one note at a time alone
        self._ends: collections.deque[tuple[float, tuple[int, int]]] = collections.deque()  # told ahead
        self._free_s: dict[tuple[int, int] | str, float] = {}  # when places and tracks have told ends
        self._order = 0
        # An output that is told before does not keep the order of what happens at one moment.
        self._shortest_s = MIN_NOTE_S if output.lead_s > 0.0 else 0.0

    @property
    def next_s(self) -> float:
        """When `dispatch` has something to do; infinite if nothing waits."""
        return self._heap[0].due_s if self._heap else math.inf

    @property
    def sounding(self) -> frozenset[tuple[int, int]]:
        """Channels and keys whose note-off is still to come."""
        return frozenset(self._on_place)

    def add(self, sound: Sound, time_s: float, off_s: float = math.inf) -> None:
        """Queue `sound` from `time_s` to `off_s`, or to where `end` will say."""
        if not sound.monophonic:
            off_s = max(off_s, time_s + self.output.drums_ring_s)
        self._push(ON, time_s, sound.serial, sound)
        self._waiting_s[sound.serial] = time_s + self.output.latency_s
        if off_s < math.inf:
            self._push(OFF, off_s, sound.serial)

    def end(self, serial: int, time_s: float) -> None:
        """Queue the end at `time_s` of the note with this `serial`; it may have ended or be unknown."""
        start_s = self._waiting_s.get(serial, -math.inf)  # perhaps at a latency that was longer
        self._push(OFF, max(time_s, start_s - self.output.latency_s + MIN_NOTE_S), serial)

    def dispatch(self, now_s: float) -> None:
        """Tell the output of all that is due at `now_s`.

        Raises
        ------
        PortError
            The output is a MIDI port that can no longer be written to.
        """
        while self._heap and self._heap[0].due_s <= now_s:
            entry = heapq.heappop(self._heap)
            if entry.sound is not None:
                self._note_lateness(now_s - entry.time_s)
                self._begin(entry.sound, entry.time_s)
            elif entry.serial in self._sounding:
                self._finish(entry.serial, entry.time_s)
        while self._ends and self._ends[0][0] <= now_s - CANCEL_S:
            self._ends.popleft()

    def end_track(self, track: str, now_s: float) -> None:
        """Forget what waits of `track`, and end at `now_s` what sounds of it."""
        kept = [entry for entry in self._heap if entry.sound is None or entry.sound.track != track]
        self._waiting_s = {e.serial: e.time_s for e in kept if e.sound is not None}
        self._heap = kept
        heapq.heapify(self._heap)
        for sounding in list(self._sounding.values()):
            if sounding.track == track:
                self._finish(sounding.serial, now_s)

    def silence(self, now_s: float) -> None:
        """Forget what waits, and end at `now_s` what sounds, also what would have ended in a moment."""
        self._heap.clear()
        self._waiting_s.clear()
        self.output.cancel()
        places = dict.fromkeys([*(place for _, place in self._ends), *self._on_place])
        self._ends.clear()
        self._free_s.clear()
        self._sounding.clear()
        self._on_place.clear()
        self._on_track.clear()
        for place in places:
            self.output.note_off(now_s, *place)

    def panic(self, now_s: float) -> None:
        """Silence everything at `now_s`, whether it is known here or not."""
        self.silence(now_s)
        self.output.panic()

    def take_worst_lateness_s(self) -> float:
        """Return by how much the latest event was late since the last call."""
        worst_s, self.worst_lateness_s = self.worst_lateness_s, 0.0
        return worst_s

    def _push(self, kind: int, time_s: float, serial: int, sound: Sound | None = None) -> None:
        self._order += 1
        moment_s = time_s + self.output.latency_s
        entry = _Entry(moment_s - self.output.lead_s, kind, self._order, moment_s, serial, sound)
        heapq.heappush(self._heap, entry)

    def _begin(self, sound: Sound, time_s: float) -> None:
        self._waiting_s.pop(sound.serial, None)
        place = sound.channel, sound.key
        before = {self._on_place.get(place), self._on_track.get(sound.track) if sound.monophonic else None}
        ended = [self._sounding[serial] for serial in before if serial is not None]
        free_s = [self._free_s.get(place, time_s), self._free_s.get(sound.track, time_s)]
        time_s = max([time_s, *free_s, *(sounding.on_s + self._shortest_s for sounding in ended)])
        for sounding in ended:
            self._finish(sounding.serial, time_s)
        self._sounding[sound.serial] = _Sounding(sound.serial, sound.track, place, time_s)
        self._on_place[place] = sound.serial
        if sound.monophonic:
            self._on_track[sound.track] = sound.serial
        self.output.note_on(time_s, *place, sound.velocity)

    def _finish(self, serial: int, time_s: float) -> None:
        sounding = self._sounding.pop(serial)
        del self._on_place[sounding.place]
        monophonic = self._on_track.get(sounding.track) == serial
        if monophonic:
            del self._on_track[sounding.track]
        time_s = max(time_s, sounding.on_s + self._shortest_s)
        self.output.note_off(time_s, *sounding.place)
        if self._shortest_s:
            self._ends.append((time_s, sounding.place))
            self._free_s[sounding.place] = time_s
            if monophonic:
                self._free_s[sounding.track] = time_s

    def _note_lateness(self, lateness_s: float) -> None:
        self.worst_lateness_s = max(self.worst_lateness_s, lateness_s)
        if lateness_s > LATE_S:
            self.late_events += 1


CANCEL_S = 0.2
"""What was told for a moment so long ago has happened: a device renders ahead or behind by a period."""
LATE_S = 0.002
"""An event that leaves later than this counts as late."""
FREE_CHANNELS = 15
CLICK_CHANNEL = 15
"""Channel of count-in and metronome inside FluidSynth."""


class SynthChannels:
    """Which of FluidSynth's channels each track has: the lowest free one, as tracks come and go.

    Told of the same tracks in the same order, two of them agree.
    """

    def __init__(self) -> None:
        self._of: dict[str, int] = {}

    def take(self, track: str) -> int:
        """Return the channel (0-14) of `track`, which it keeps until `free`."""
        if track not in self._of:
            used = set(self._of.values())
            free = (channel for channel in range(FREE_CHANNELS) if channel not in used)
            self._of[track] = next(free, FREE_CHANNELS - 1)
        return self._of[track]

    def free(self, track: str) -> None:
        """Give back the channel of `track`."""
        self._of.pop(track, None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event that a `RecordingOutput` was told of, at `time_s`.

    `channel` (0-15), `key` and `velocity` (0-127) as in `Output.note_on`; velocity 0 is a note-off.
    """

    time_s: float
    channel: int
    key: int
    velocity: int


class RecordingOutput:
    """An output that writes down what it is told, for tests.

    Parameters
    ----------
    lead_s, latency_s, drums_ring_s
        As in `Output`.
    now
        Returns the moment; with it, `cancel` takes back what was told for later, and a note-off where
        nothing sounds does nothing, as in FluidSynth.
    """

    def __init__(
        self,
        lead_s: float = 0.0,
        latency_s: float = 0.0,
        drums_ring_s: float = 0.0,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.lead_s = lead_s
        self.latency_s = latency_s
        self.drums_ring_s = drums_ring_s
        self.events: list[Recorded] = []
        self.panics = 0
        self.cancels = 0
        self._now = now

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:
        """Write down a note-on; see `Output.note_on`."""
        self.events.append(Recorded(time_s, channel, key, velocity))

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """Write down a note-off; see `Output.note_off`."""
        latest = next((e for e in reversed(self.events) if (e.channel, e.key) == (channel, key)), None)
        if self._now is None or (latest is not None and latest.velocity):
            self.events.append(Recorded(time_s, channel, key, 0))

    def cancel(self) -> None:
        """Count the call, and take back what is still to come."""
        self.cancels += 1
        if self._now is not None:
            now_s = self._now()
            self.events = [event for event in self.events if event.time_s <= now_s]

    def follow(self, now_s: float) -> None:
        """Do nothing with `now_s`."""

    def panic(self) -> None:
        """Count the call."""
        self.panics += 1

    @property
    def note_ons(self) -> list[Recorded]:
        """The note-ons alone."""
        return [event for event in self.events if event.velocity]
