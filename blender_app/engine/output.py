"""Where notes go: what an output is, the queue that keeps its note-ons and -offs in pairs, a recorder."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from typing import Protocol

from blender_app.core.notes import Note

DRUM_CHANNEL = 9
OFF, ON = 0, 1  # in this order at one moment, so that a note repeated on its key is not cut off


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
        """Start a note (channel 0-15, key 0-127, velocity 1-127) at `time_s`."""

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """End a note at `time_s`."""

    def cancel(self) -> None:
        """Forget the notes that were told of but do not sound yet."""

    def follow(self, now_s: float) -> None:
        """Keep in step with the device's clock; called some hundred times a second."""

    def panic(self) -> None:
        """Silence everything behind the output."""


@dataclass(frozen=True, slots=True)
class Routing:
    """On which channel and key notes go out.

    `note_map` gives the key of each drum voice; None leaves the notes' own pitches.
    """

    channel: int = DRUM_CHANNEL
    note_map: tuple[int, ...] | None = None

    def key(self, note: Note) -> int:
        """Return the key (0-127) that sounds `note`."""
        if self.note_map is None or note.voice is None or note.voice >= len(self.note_map):
            return note.pitch
        return self.note_map[note.voice]


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    due_s: float  # when to tell the output
    kind: int
    order: int
    time_s: float
    channel: int
    key: int
    velocity: int


class NoteQueue:
    """Tells one output of its notes in time, and of the end of each note exactly once.

    A note that comes while its key still sounds ends the earlier one first.
    """

    def __init__(self, output: Output, routing: Routing) -> None:
        self.output = output
        self.routing = routing
        self.late_events = 0
        self.worst_lateness_s = 0.0
        self._heap: list[_Entry] = []
        self._sounding: dict[tuple[int, int], int] = {}  # channel and key -> order of the note-on
        self._order = 0

    @property
    def next_s(self) -> float:
        """When `dispatch` has something to do; infinite if nothing waits."""
        return self._heap[0].due_s if self._heap else math.inf

    @property
    def sounding(self) -> frozenset[tuple[int, int]]:
        """Channels and keys whose note-off is still to come."""
        return frozenset(self._sounding)

    def add(self, note: Note, velocity: int, time_s: float, off_s: float) -> None:
        """Queue a note from `time_s` to `off_s`."""
        self._order += 1
        channel, key = self.routing.channel, self.routing.key(note)
        if note.voice is not None:
            off_s = max(off_s, time_s + self.output.drums_ring_s)
        shift_s = self.output.latency_s
        on = _Entry(
            time_s + shift_s - self.output.lead_s, ON, self._order, time_s + shift_s, channel, key, velocity
        )
        off_s += shift_s
        heapq.heappush(self._heap, on)
        heapq.heappush(
            self._heap, replace(on, due_s=off_s - self.output.lead_s, kind=OFF, time_s=off_s, velocity=0)
        )

    def dispatch(self, now_s: float) -> None:
        """Tell the output of all that is due at `now_s`.

        Raises
        ------
        PortError
            The output is a MIDI port that can no longer be written to.
        """
        while self._heap and self._heap[0].due_s <= now_s:
            entry = heapq.heappop(self._heap)
            place = entry.channel, entry.key
            if entry.kind == ON:
                self._note_lateness(now_s - entry.time_s)
                if place in self._sounding:
                    self.output.note_off(entry.time_s, *place)
                self._sounding[place] = entry.order
                self.output.note_on(entry.time_s, *place, entry.velocity)
            elif self._sounding.get(place) == entry.order:
                del self._sounding[place]
                self.output.note_off(entry.time_s, *place)

    def silence(self, now_s: float) -> None:
        """Forget what waits, and end what sounds."""
        self._heap.clear()
        self.output.cancel()
        sounding = list(self._sounding)
        self._sounding.clear()
        for place in sounding:
            self.output.note_off(now_s, *place)

    def panic(self, now_s: float) -> None:
        """Silence everything, whether it is known here or not."""
        self.silence(now_s)
        self.output.panic()

    def take_worst_lateness_s(self) -> float:
        """Return by how much the latest event was late since the last call."""
        worst_s, self.worst_lateness_s = self.worst_lateness_s, 0.0
        return worst_s

    def _note_lateness(self, lateness_s: float) -> None:
        self.worst_lateness_s = max(self.worst_lateness_s, lateness_s)
        if lateness_s > LATE_S:
            self.late_events += 1


LATE_S = 0.002
"""An event that leaves later than this counts as late."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event that a `RecordingOutput` was told of; velocity 0 is a note-off."""

    time_s: float
    channel: int
    key: int
    velocity: int


class RecordingOutput:
    """An output that writes down what it is told, for tests."""

    def __init__(self, lead_s: float = 0.0, latency_s: float = 0.0, drums_ring_s: float = 0.0) -> None:
        self.lead_s = lead_s
        self.latency_s = latency_s
        self.drums_ring_s = drums_ring_s
        self.events: list[Recorded] = []
        self.panics = 0
        self.cancels = 0

    def note_on(self, time_s: float, channel: int, key: int, velocity: int) -> None:
        """Write down a note-on."""
        self.events.append(Recorded(time_s, channel, key, velocity))

    def note_off(self, time_s: float, channel: int, key: int) -> None:
        """Write down a note-off."""
        self.events.append(Recorded(time_s, channel, key, 0))

    def cancel(self) -> None:
        """Count the call."""
        self.cancels += 1

    def follow(self, now_s: float) -> None:
        """Do nothing."""

    def panic(self) -> None:
        """Count the call."""
        self.panics += 1

    @property
    def note_ons(self) -> list[Recorded]:
        """The note-ons alone."""
        return [event for event in self.events if event.velocity]
