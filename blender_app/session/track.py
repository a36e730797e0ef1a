"""A track of the session: one part of the band, with its palette, its morph and its sound."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

from blender_app.core.checks import (
    MAX_NAME_LENGTH,
    Point,
    check_count,
    check_flag,
    check_point,
    check_text,
    check_whole,
)
from blender_app.core.gm import LAST_BANK, LAST_CHANNEL, LAST_PROGRAM
from blender_app.core.kinds import MAX_OF_A_KIND, TrackKind
from blender_app.core.kit import VOICE_COUNT
from blender_app.core.lengths import Loop
from blender_app.core.parameters import (
    DEFAULT_WANDER,
    SoundParameters,
    check_parameters,
    check_values,
    flag,
    real,
    whole,
)
from blender_app.core.time import STEPS_PER_BAR
from blender_app.engine.messages import VoiceMix

__all__ = [
    "CORNER_COUNT",
    "CORNER_PLACES",
    "DEFAULT_GRID",
    "DEFAULT_MORPH_STEPS",
    "DEFAULT_SWEEP_BARS",
    "MAX_GRID",
    "MAX_MORPH_STEPS",
    "MAX_OCTAVE",
    "MAX_OF_A_KIND",
    "MAX_PATH_BARS",
    "MAX_PATH_NODES",
    "MAX_SWEEP_BARS",
    "MIN_GRID",
    "MIN_MORPH_STEPS",
    "MIN_OCTAVE",
    "MIN_PATH_BARS",
    "MIN_SWEEP_BARS",
    "TRACK_FIELDS",
    "Clip",
    "CornerNames",
    "Corners",
    "Drawn",
    "DrawnPath",
    "Loop",
    "Morph",
    "PathMode",
    "Source",
    "Track",
    "TrackKind",
    "names_of",
]

Corners = tuple[Loop, Loop, Loop, Loop]
CornerNames = tuple[str, str, str, str]
Drawn = tuple[bool, bool, bool, bool]

CORNER_COUNT = 4
CORNER_PLACES = ("top left", "top right", "bottom left", "bottom right")
MIN_GRID, MAX_GRID, DEFAULT_GRID = 3, 33, 11
MIN_PATH_BARS, MAX_PATH_BARS = 1, 128
MAX_PATH_NODES = 512
MIN_MORPH_STEPS, MAX_MORPH_STEPS, DEFAULT_MORPH_STEPS = 3, 33, 9
"""Loops from end to end of a morph."""
MIN_SWEEP_BARS, MAX_SWEEP_BARS, DEFAULT_SWEEP_BARS = 1, 64, 8
MIN_OCTAVE, MAX_OCTAVE = -3, 3

MAX_MODEL_NAME_LENGTH = 200


class Source(Enum):
    """What of a track sounds."""

    PALETTE = "palette"
    MORPH = "morph"


class PathMode(Enum):
    """What happens at the end of a lap."""

    ONCE = "once"
    LOOP = "loop"
    PING_PONG = "ping-pong"


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A way over the palette that plays by itself.

    Parameters
    ----------
    nodes
        Points through which the smoothed line runs, at least one.
    bars
        Length of a lap in bars, 1-128.
    mode
        What happens at the end of a lap; in ping-pong a lap is there and back.
    closed
        Whether the line returns from its last node to its first.
    playing
        Whether the path sounds instead of the puck.
    """

    nodes: tuple[Point, ...]
    bars: int = whole(MIN_PATH_BARS, MAX_PATH_BARS, 8, label="Bars per lap", what="a path's bars per lap")
    mode: PathMode = PathMode.LOOP
    closed: bool = flag(default=True, label="Closed", what="whether a path is closed")
    playing: bool = flag(default=False, label="Play path", what="whether a path plays")

    def __post_init__(self) -> None:
        if not 1 <= len(self.nodes) <= MAX_PATH_NODES:
            raise ValueError(f"a path has 1 to {MAX_PATH_NODES} nodes, not {len(self.nodes)}")
        object.__setattr__(self, "nodes", tuple(check_point("a path's node", node) for node in self.nodes))
        check_parameters(self)
        if not isinstance(self.mode, PathMode):
            raise ValueError(f"a path's mode is once, loop or ping-pong, not {self.mode!r}")

    @property
    def lap_steps(self) -> int:
        """Length of a lap in sixteenths."""
        return self.bars * STEPS_PER_BAR


@dataclass(frozen=True, slots=True)
class Morph:
    """Two loops and the steps between them.

    Parameters
    ----------
    ends, names
        The loops at both ends, and their names.
    steps
        How many loops there are from end to end, 3-33.
    position
        Where the slider is, 0-1.
    sweep_bars
        How many bars the slider takes from one end to the other, 1-64.
    sweeping
        Whether the slider moves by itself.
    user_edited
        Which ends were drawn, recorded or imported by hand: scale lock leaves them as they are.
    """

    ends: tuple[Loop, Loop]
    names: tuple[str, str]
    steps: int = whole(MIN_MORPH_STEPS, MAX_MORPH_STEPS, DEFAULT_MORPH_STEPS, what="a morph's steps")
    position: float = real(0.0, 1.0, 0.0, what="a morph's position")
    sweep_bars: int = whole(
        MIN_SWEEP_BARS, MAX_SWEEP_BARS, DEFAULT_SWEEP_BARS, label="Sweep", what="a morph's bars a sweep"
    )
    sweeping: bool = flag(default=False, label="Sweep", what="whether a morph sweeps")
    user_edited: tuple[bool, bool] = (False, False)

    def __post_init__(self) -> None:
        check_count("a morph's ends", self.ends, 2)
        check_count("the names of a morph's ends", self.names, 2)
        for name in self.names:
            check_text("the name of a morph's end", name, MAX_NAME_LENGTH)
        check_parameters(self)
        for user_edited in check_count("the ends' marks for edited by hand", self.user_edited, 2):
            check_flag("whether an end was edited by hand", user_edited)

    @property
    def place(self) -> Point:
        """The slider as a place on a palette of one row."""
        return self.position, 0.0

    @property
    def sweep(self) -> DrawnPath | None:
        """The sweep as a path there and back; None while the slider stands."""
        if not self.sweeping:
            return None
        ends = ((0.0, 0.0), (1.0, 0.0))
        return DrawnPath(ends, 2 * self.sweep_bars, PathMode.PING_PONG, closed=False, playing=True)


@dataclass(frozen=True, slots=True)
class Clip:
    """A `loop` put aside, with its `name`; `kind` is that of the track that it comes from."""

    name: str
    kind: TrackKind
    loop: Loop

    def __post_init__(self) -> None:
        check_text("a clip's name", self.name, MAX_NAME_LENGTH)
        self.kind.check_loop("a clip", self.loop)


@dataclass(frozen=True, slots=True)
class Track(SoundParameters):
    """One part of the band.

    Parameters
    ----------
    name, kind
        "drums", "bass 2" and the like: the kind, and a number from the second one on.
    model
        Name of the model that makes its loops; "" is the kind's own.
    corners, corner_names
        Loops, each of a length of its own, and names of the corners: top left, top right, bottom left,
        bottom right.
    user_edited
        Which corners were drawn, recorded or imported by hand: scale lock leaves them as they are.
    puck
        Where we are on the palette.
    rows, cols
        Cells of the palette.
    path
        The drawn path, if there is one.
    sound
        Bank and program of kit or instrument.
    channel, port
        MIDI channel 0-15, and the track's own output port; None is the session's.
    note_map
        MIDI note 0-127 of each of the nine voices; None for melodic tracks.
    octave
        By how many octaves it sounds higher, -3 to 3.
    scale_lock
        Whether the session's key holds for this track; drums have none.
    mix
        Mute, solo and volume of each of the nine voices; melodic tracks have none.
    source, morph
        What sounds, the palette or the morph, and the morph, if there is one.

    The other fields are rows of the table of parameters, explained there.
    """

    name: str
    kind: TrackKind
    corners: Corners
    corner_names: CornerNames
    sound: tuple[int, int]
    channel: int = whole(0, LAST_CHANNEL, label="MIDI channel", what="the MIDI channel")
    user_edited: Drawn = (False, False, False, False)
    puck: Point = (0.5, 0.5)
    rows: int = whole(MIN_GRID, MAX_GRID, DEFAULT_GRID, what="the number of rows")
    cols: int = whole(MIN_GRID, MAX_GRID, DEFAULT_GRID, what="the number of columns")
    path: DrawnPath | None = None
    port: str | None = None
    note_map: tuple[int, ...] | None = None
    octave: int = whole(
        MIN_OCTAVE, MAX_OCTAVE, 0, tip="Octaves that it sounds higher", melodic_only=True, in_panel=True
    )
    scale_lock: bool = flag(
        default=True,
        label="Scale lock",
        off_label="No scale lock",
        what="a track's scale lock",
        tip="What is decoded keeps to the session's key",
        melodic_only=True,
    )
    wander: float = real(
        0.0,
        1.0,
        DEFAULT_WANDER,
        what="a track's wander",
        tip="How far what lies between goes: 0 is near, with few hits or notes that the corners do not have; "
        "100 is free, as real as the model's own loops",
        unit=" %",
        factor=100.0,
        step=5.0,
    )
    mix: tuple[VoiceMix, ...] = ()
    source: Source = Source.PALETTE
    morph: Morph | None = None
    model: str = ""

    def __post_init__(self) -> None:
        if self.name not in self.kind.track_names:
            raise ValueError(f"a {self.kind.value} track cannot be called {self.name!r}")
        check_text("the name of a track's model", self.model, MAX_MODEL_NAME_LENGTH)
        object.__setattr__(self, "model", self.model or self.kind.spec.model)
        check_parameters(self)
        self._check_palette()
        self._check_sound()
        self._check_morph()

    def _check_palette(self) -> None:
        for what, value in (
            ("a palette's corners", self.corners),
            ("the names of a palette's corners", self.corner_names),
            ("the corners' marks for edited by hand", self.user_edited),
        ):
            check_count(what, value, CORNER_COUNT)
        for loop, name, user_edited in zip(self.corners, self.corner_names, self.user_edited, strict=True):
            self.kind.check_loop(f"a corner of {self.name}", loop)
            check_text("a corner's name", name, MAX_NAME_LENGTH)
            check_flag("whether a corner was edited by hand", user_edited)
        object.__setattr__(self, "puck", check_point("the puck", self.puck))

    def _check_sound(self) -> None:
        check_count("the numbers of a sound", self.sound, 2)
        check_whole("a sound's bank", self.sound[0], 0, LAST_BANK)
        check_whole("a sound's program", self.sound[1], 0, LAST_PROGRAM)
        if self.port is not None:
            check_text("a track's MIDI port", self.port)
        if not self.kind.spec.voices:
            if self.mix or self.note_map is not None:
                raise ValueError("only drums have voices with a mix and a note map")
            return
        check_count("the voices of the mix", self.mix, VOICE_COUNT)
        for voice in self.mix:
            check_values(voice)
        for note in check_count("the notes of the note map", self.note_map, VOICE_COUNT):
            check_whole("a note of the note map", note, 0, 127)

    def _check_morph(self) -> None:
        if self.morph is None:
            if self.source is Source.MORPH:
                raise ValueError(f"{self.name} is to play a morph, but has none")
            return
        for loop in self.morph.ends:
            self.kind.check_loop(f"an end of the morph of {self.name}", loop)

    @property
    def place(self) -> Point:
        """Where we are: the puck, or the morph's slider."""
        return self.morph.place if self.morph and self.source is Source.MORPH else self.puck

    @property
    def playing_path(self) -> DrawnPath | None:
        """The path, or the morph's sweep, that sounds; None where puck or slider stand."""
        if self.morph is not None and self.source is Source.MORPH:
            return self.morph.sweep
        return self.path if self.path is not None and self.path.playing else None

    @property
    def path_plays(self) -> bool:
        """Whether a path or a sweep sounds instead of puck or slider."""
        return self.playing_path is not None


TRACK_FIELDS = tuple(item.name for item in fields(Track))


def names_of(kind: TrackKind) -> tuple[str, ...]:
    """Return the names that tracks of a `kind` can have, in order."""
    return kind.track_names
