"""What the sequencer knows of one track: its patterns, its mix, what it played and what sounds on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from blender_app.core.notes import Note, Pattern
from blender_app.engine.track import TrackSettings, VoiceMix

_PLAYED_KEPT = 256
_NO_NOTES: list[Note] = []
_ONE_SLOT = -1


class Span:
    """A `pattern`, indexed by step, valid on the transport from `from_step` on."""

    __slots__ = ("_by_step", "from_step", "notified", "pattern")

    def __init__(self, pattern: Pattern, from_step: float) -> None:
        self.pattern = pattern
        self.from_step = from_step
        self.notified = False
        self._by_step: dict[int, list[Note]] = {}
        for note in pattern.notes:
            self._by_step.setdefault(note.step, []).append(note)

    def notes_at(self, transport_step: int) -> list[Note]:
        """Return the notes that start on `transport_step`."""
        return self._by_step.get(self.pattern.step_of(transport_step), _NO_NOTES)

    def highest_at(self, transport_step: int) -> list[Note]:
        """Return the highest that starts on `transport_step` alone: of one part, it wins."""
        notes = self.notes_at(transport_step)
        return [max(notes, key=lambda note: note.pitch)] if len(notes) > 1 else notes


@dataclass(slots=True)
class SustainedNote:
    """A note that a track of one note at a time sounds, and where it is to end.

    Parameters
    ----------
    serial
        Under which outputs know it.
    span
        Holds the pattern that last had a say in it.
    pitch
        0-127, as written.
    on_s
        Moment at which it starts.
    end_step
        Position of the transport at which it ends.
    """

    serial: int
    span: Span
    pitch: int
    on_s: float
    end_step: float

    def hand_over(self, span: Span, end_step: float) -> None:
        """Let the pattern of `span` have its say from now on: the note ends at `end_step`."""
        self.span, self.end_step = span, end_step


@dataclass(slots=True)
class TrackState:
    """What a track plays, and what it has played.

    Parameters
    ----------
    settings
        None before the track is known.
    spans
        Its patterns in order of their first step.
    voices
        Mute, solo and volume of each.
    played
        Steps and slots, as of `slot`, that were given out.
    sustained
        The note that sounds on, of a monophonic track.
    """

    settings: TrackSettings | None = None
    spans: list[Span] = field(default_factory=list)
    voices: tuple[VoiceMix, ...] = ()
    played: set[tuple[int, int]] = field(default_factory=set)
    sustained: SustainedNote | None = None

    @property
    def monophonic(self) -> bool:
        """Whether it sounds one note at a time."""
        return self.settings is not None and not self.settings.drums

    @property
    def unnotified(self) -> list[Span]:
        """The patterns of a track with settings of which nobody was notified that they play."""
        return [span for span in self.spans if not span.notified] if self.settings is not None else []

    def span_at(self, step: float) -> Span | None:
        """Return the pattern that is valid at a `step` of the transport."""
        for span in reversed(self.spans):
            if span.from_step <= step:
                return span
        return None

    def notes_at(self, step: int) -> list[Note]:
        """Return what starts on a `step` of the transport; of a monophonic track only the highest."""
        span = self.span_at(step)
        if span is None:
            return _NO_NOTES
        return span.highest_at(step) if self.monophonic else span.notes_at(step)

    def slot(self, note: Note) -> int:
        """Return what may sound once a step: the voice of `note`, its pitch (negative), or the part."""
        if self.monophonic:
            return _ONE_SLOT
        return note.voice if note.voice is not None else -1 - note.pitch

    def unplayed(self, first: int, last: int) -> Iterator[tuple[int, Note]]:
        """Yield steps `first` to `last` - 1 with those of their notes that were not given out."""
        for step in range(first, last):
            for note in self.notes_at(step):
                if (step, self.slot(note)) not in self.played:
                    yield step, note

    def volume(self, voice: int | None) -> float:
        """Return the volume of a `voice` 0-8, 0 if it is muted or another one is solo."""
        solo = any(mix.solo for mix in self.voices)
        if voice is None or voice >= len(self.voices):
            return 0.0 if solo else 1.0
        mix = self.voices[voice]
        return 0.0 if mix.mute or (solo and not mix.solo) else mix.volume

    def settle(self) -> None:
        """Begin anew: the newest pattern is the one to play, nothing was played, nothing sounds on."""
        del self.spans[:-1]
        for span in self.spans:
            span.from_step = float("-inf")
        self.played.clear()
        self.sustained = None

    def forget(self, before_step: float) -> None:
        """Drop what lies before `before_step`: spans that another one has replaced, and played notes."""
        while len(self.spans) > 1 and self.spans[1].from_step <= before_step:
            del self.spans[0]
        if len(self.played) > _PLAYED_KEPT:
            self.played = {key for key in self.played if key[0] >= before_step}
