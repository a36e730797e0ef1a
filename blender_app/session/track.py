"""A track of the session: one part of the band, with its palette, its mixer and its sound."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.time import STEPS_PER_BAR
from blender_app.engine.messages import VoiceMix
from blender_app.session.checks import (
    MAX_NAME_LENGTH,
    Point,
    check_count,
    check_flag,
    check_point,
    check_real,
    check_text,
    check_whole,
)

Loop = DrumLoop | MelodyLoop
Corners = tuple[Loop, Loop, Loop, Loop]
CornerNames = tuple[str, str, str, str]
Drawn = tuple[bool, bool, bool, bool]

CORNER_COUNT = 4
CORNER_PLACES = ("top left", "top right", "bottom left", "bottom right")
MIN_GRID, MAX_GRID, DEFAULT_GRID = 3, 33, 11
MIN_PATH_BARS, MAX_PATH_BARS = 1, 128
MAX_PATH_NODES = 512
MIN_MIXER_STEPS, MAX_MIXER_STEPS, DEFAULT_MIXER_STEPS = 3, 33, 9
"""Loops from end to end of a mixer."""
MIN_SWEEP_BARS, MAX_SWEEP_BARS, DEFAULT_SWEEP_BARS = 1, 64, 8
MIN_OCTAVE, MAX_OCTAVE = -3, 3
MIN_GATE = 0.1
LAST_BANK, LAST_PROGRAM, LAST_CHANNEL = 16383, 127, 15
DRUM_BANK = 128
"""Bank in which a SoundFont keeps its drum kits."""
MAX_OF_A_KIND = 2


class TrackKind(Enum):
    """What a track plays; names of tracks begin with it."""

    DRUMS = "drums"
    BASS = "bass"
    MELODY = "melody"

    @property
    def is_melodic(self) -> bool:
        """Whether its loops are melody loops."""
        return self is not TrackKind.DRUMS

    @property
    def model_name(self) -> str:
        """Name of the model that makes its loops."""
        return "melody-2bar" if self.is_melodic else "drums-2bar"

    @property
    def register(self) -> tuple[int, int] | None:
        """Lowest and highest mean pitch of its loops; None for drums."""
        return {TrackKind.BASS: (28, 52), TrackKind.MELODY: (53, 96)}.get(self)

    def empty_loop(self) -> Loop:
        """Return a loop of silence."""
        return MelodyLoop.empty() if self.is_melodic else DrumLoop.empty()

    def check_loop(self, what: str, loop: object) -> None:
        """Raise ValueError if `loop` is no loop that such a track plays."""
        if not isinstance(loop, MelodyLoop if self.is_melodic else DrumLoop):
            raise ValueError(f"{what} is no {'melody' if self.is_melodic else 'drum'} loop")


class Source(Enum):
    """What of a track sounds."""

    PALETTE = "palette"
    MIXER = "mixer"


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
    bars: int = 8
    mode: PathMode = PathMode.LOOP
    closed: bool = True
    playing: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.nodes) <= MAX_PATH_NODES:
            raise ValueError(f"a path has 1 to {MAX_PATH_NODES} nodes, not {len(self.nodes)}")
        object.__setattr__(self, "nodes", tuple(check_point("a path's node", node) for node in self.nodes))
        check_whole("a path's bars per lap", self.bars, MIN_PATH_BARS, MAX_PATH_BARS)
        if not isinstance(self.mode, PathMode):
            raise ValueError(f"a path's mode is once, loop or ping-pong, not {self.mode!r}")

    @property
    def lap_steps(self) -> int:
        """Length of a lap in sixteenths."""
        return self.bars * STEPS_PER_BAR


@dataclass(frozen=True, slots=True)
class Mixer:
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
    drawn
        Which ends were drawn, recorded or imported by hand: scale lock leaves them as they are.
    """

    ends: tuple[Loop, Loop]
    names: tuple[str, str]
    steps: int = DEFAULT_MIXER_STEPS
    position: float = 0.0
    sweep_bars: int = DEFAULT_SWEEP_BARS
    sweeping: bool = False
    drawn: tuple[bool, bool] = (False, False)

    def __post_init__(self) -> None:
        check_count("a mixer's ends", self.ends, 2)
        check_count("the names of a mixer's ends", self.names, 2)
        for name in self.names:
            check_text("the name of a mixer's end", name, MAX_NAME_LENGTH)
        check_whole("a mixer's steps", self.steps, MIN_MIXER_STEPS, MAX_MIXER_STEPS)
        object.__setattr__(self, "position", check_real("a mixer's position", self.position, 0.0, 1.0))
        check_whole("a mixer's bars a sweep", self.sweep_bars, MIN_SWEEP_BARS, MAX_SWEEP_BARS)
        check_flag("whether a mixer sweeps", self.sweeping)
        for drawn in check_count("the ends' marks for drawn by hand", self.drawn, 2):
            check_flag("whether an end was drawn", drawn)

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
    """A loop put aside, with its name."""

    name: str
    kind: TrackKind
    loop: Loop

    def __post_init__(self) -> None:
        check_text("a clip's name", self.name, MAX_NAME_LENGTH)
        self.kind.check_loop("a clip", self.loop)


@dataclass(frozen=True, slots=True)
class Track:
    """One part of the band.

    Parameters
    ----------
    name, kind
        "drums", "bass 2" and the like: the kind, and a number from the second one on.
    corners, corner_names
        Loops and names of the corners: top left, top right, bottom left, bottom right.
    drawn
        Which corners were drawn, recorded or imported by hand: scale lock leaves them as they are.
    puck
        Where we are on the palette.
    rows, cols
        Cells of the palette, 3-33 each.
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
    mute, solo, volume, pan, reverb
        Its place in the mix: volume and reverb 0-1, pan -1 (left) to 1 (right).
    gate, legato
        Share of a note's length that sounds, 0.1-1; how far notes reach to the next, 0-1.
    scale_lock
        Whether the session's key holds for this track; drums have none.
    mix
        Mute, solo and volume of each of the nine voices; melodic tracks have none.
    source, mixer
        What sounds, the palette or the mixer, and the mixer, if there is one.
    """

    name: str
    kind: TrackKind
    corners: Corners
    corner_names: CornerNames
    sound: tuple[int, int]
    channel: int
    drawn: Drawn = (False, False, False, False)
    puck: Point = (0.5, 0.5)
    rows: int = DEFAULT_GRID
    cols: int = DEFAULT_GRID
    path: DrawnPath | None = None
    port: str | None = None
    note_map: tuple[int, ...] | None = None
    octave: int = 0
    mute: bool = False
    solo: bool = False
    volume: float = 1.0
    pan: float = 0.0
    reverb: float = 0.2
    gate: float = 1.0
    legato: float = 0.0
    scale_lock: bool = True
    mix: tuple[VoiceMix, ...] = ()
    source: Source = Source.PALETTE
    mixer: Mixer | None = None

    def __post_init__(self) -> None:
        if self.name not in names_of(self.kind):
            raise ValueError(f"a {self.kind.value} track cannot be called {self.name!r}")
        self._check_palette()
        self._check_sound()
        self._check_mixer()

    def _check_palette(self) -> None:
        for what, value in (
            ("a palette's corners", self.corners),
            ("the names of a palette's corners", self.corner_names),
            ("the corners' marks for drawn by hand", self.drawn),
        ):
            check_count(what, value, CORNER_COUNT)
        for loop, name, drawn in zip(self.corners, self.corner_names, self.drawn, strict=True):
            self.kind.check_loop(f"a corner of {self.name}", loop)
            check_text("a corner's name", name, MAX_NAME_LENGTH)
            check_flag("whether a corner was drawn", drawn)
        object.__setattr__(self, "puck", check_point("the puck", self.puck))
        check_whole("the number of rows", self.rows, MIN_GRID, MAX_GRID)
        check_whole("the number of columns", self.cols, MIN_GRID, MAX_GRID)

    def _check_sound(self) -> None:
        check_count("the numbers of a sound", self.sound, 2)
        check_whole("a sound's bank", self.sound[0], 0, LAST_BANK)
        check_whole("a sound's program", self.sound[1], 0, LAST_PROGRAM)
        check_whole("the MIDI channel", self.channel, 0, LAST_CHANNEL)
        if self.port is not None:
            check_text("a track's MIDI port", self.port)
        check_whole("the octave", self.octave, MIN_OCTAVE, MAX_OCTAVE)
        for name, low, high in (
            ("volume", 0.0, 1.0),
            ("pan", -1.0, 1.0),
            ("reverb", 0.0, 1.0),
            ("gate", MIN_GATE, 1.0),
            ("legato", 0.0, 1.0),
        ):
            value = check_real(f"a track's {name}", getattr(self, name), low, high)
            object.__setattr__(self, name, value)
        for name in ("mute", "solo", "scale_lock"):
            check_flag(f"a track's {name.replace('_', ' ')}", getattr(self, name))
        if self.kind.is_melodic:
            if self.mix or self.note_map is not None:
                raise ValueError("only drums have voices with a mix and a note map")
            return
        check_count("the voices of the mix", self.mix, VOICE_COUNT)
        for voice in self.mix:
            check_real("a voice's volume", voice.volume, 0.0, 1.0)
        for note in check_count("the notes of the note map", self.note_map, VOICE_COUNT):
            check_whole("a note of the note map", note, 0, 127)

    def _check_mixer(self) -> None:
        if self.mixer is None:
            if self.source is Source.MIXER:
                raise ValueError(f"{self.name} is to play a mixer, but has none")
            return
        for loop in self.mixer.ends:
            self.kind.check_loop(f"an end of the mixer of {self.name}", loop)

    @property
    def place(self) -> Point:
        """Where we are: the puck, or the mixer's slider."""
        return self.mixer.place if self.mixer and self.source is Source.MIXER else self.puck

    @property
    def playing_path(self) -> DrawnPath | None:
        """The path, or the mixer's sweep, that sounds; None where puck or slider stand."""
        if self.mixer is not None and self.source is Source.MIXER:
            return self.mixer.sweep
        return self.path if self.path is not None and self.path.playing else None

    @property
    def path_plays(self) -> bool:
        """Whether a path or a sweep sounds instead of puck or slider."""
        return self.playing_path is not None


TRACK_FIELDS = tuple(item.name for item in fields(Track))


def names_of(kind: TrackKind) -> tuple[str, ...]:
    """Return the names that tracks of a kind can have, in order."""
    return (kind.value, *(f"{kind.value} {number}" for number in range(2, MAX_OF_A_KIND + 1)))
