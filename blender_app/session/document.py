"""The session: everything a musician sets, as one frozen value that edits replace."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from blender_app.core.drums import VOICE_COUNT, VOICE_PITCHES, DrumLoop
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STEPS_PER_BAR, STRAIGHT_SWING
from blender_app.engine.messages import ChangeAt, VoiceMix

Point = tuple[float, float]
"""A place on the palette: x from the left (0) to the right (1), y from the top (0) to the bottom (1)."""
Corners = tuple[DrumLoop, DrumLoop, DrumLoop, DrumLoop]
CornerNames = tuple[str, str, str, str]

CORNER_COUNT = 4
CORNER_PLACES = ("top left", "top right", "bottom left", "bottom right")
MIN_GRID, MAX_GRID, DEFAULT_GRID = 3, 33, 11
MIN_PATH_BARS, MAX_PATH_BARS = 1, 128
MAX_PATH_NODES = 512
MAX_NAME_LENGTH = 120
MIN_LATENCY_S, MAX_LATENCY_S = -0.02, 0.5
DRUM_MODEL = "drums-2bar"
DRUM_BANK = 128
"""Bank in which a SoundFont keeps its drum kits."""


def check_whole(what: str, value: object, low: int, high: int) -> int:
    """Return `value` if it is a whole number from `low` to `high`, or raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{what} is a whole number from {low} to {high}, not {value!r}")
    return value


def check_real(what: str, value: object, low: float, high: float) -> float:
    """Return `value` if it is a number from `low` to `high`, or raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{what} is a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def check_point(what: str, point: Point) -> Point:
    """Return `point` as two floats if it lies on the palette, or raise ValueError."""
    if len(point) != 2:
        raise ValueError(f"{what} is a point of two numbers, not {point!r}")
    x, y = point
    return check_real(f"{what}'s x", x, 0.0, 1.0), check_real(f"{what}'s y", y, 0.0, 1.0)


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
class MidiSettings:
    """Where the notes go.

    Parameters
    ----------
    port
        Name of the output port, or None.
    virtual
        Whether the port is one that this program opens for others to connect to.
    channel
        MIDI channel 0-15.
    note_map
        MIDI note 0-127 of each of the nine voices.
    latency_s
        How much later than their time notes are sent, -0.02 to 0.5 seconds.
    """

    port: str | None = None
    virtual: bool = False
    channel: int = DRUM_CHANNEL
    note_map: tuple[int, ...] = VOICE_PITCHES
    latency_s: float = 0.0

    def __post_init__(self) -> None:
        check_whole("the MIDI channel", self.channel, 0, 15)
        if len(self.note_map) != VOICE_COUNT:
            raise ValueError(f"the note map needs {VOICE_COUNT} notes, not {len(self.note_map)}")
        for note in self.note_map:
            check_whole("a note of the note map", note, 0, 127)
        check_real("the MIDI latency in seconds", self.latency_s, MIN_LATENCY_S, MAX_LATENCY_S)


def default_corners() -> Corners:
    """Return the loops in the corners at first start."""
    top_left, top_right, bottom_left, bottom_right = (preset_named(name).loop for name in DEFAULT_CORNERS)
    return top_left, top_right, bottom_left, bottom_right


def default_mix() -> tuple[VoiceMix, ...]:
    """Return nine voices, all heard at full volume."""
    return (VoiceMix(mute=False, solo=False, volume=1.0),) * VOICE_COUNT


@dataclass(frozen=True, slots=True)
class Session:
    """What a session file holds.

    Parameters
    ----------
    corners, corner_names
        Loops and names of the corners: top left, top right, bottom left, bottom right.
    puck
        Where we are on the palette.
    rows, cols
        Cells of the palette, 3-33 each.
    path
        The drawn path, if there is one.
    tempo_bpm
        Quarters a minute, 20-300.
    swing
        Share of an eighth taken by its first sixteenth, 0.5-0.75.
    feel
        How much of the pattern's microtiming and dynamics is played, 0-1.
    change_at
        On which boundary a new pattern takes over.
    kit
        Bank and program of the drum kit.
    font
        Path of the SoundFont, or None for the shipped one.
    volume
        Loudness of the synthesizer, 0-1.
    mix
        Mute, solo and volume of each of the nine voices.
    midi
        Where the notes go.
    audio_enabled
        Whether the built-in synthesizer plays.
    model_name, model_hash
        The model that the session was made with; the hash is empty until a model was loaded.
    """

    corners: Corners = field(default_factory=default_corners)
    corner_names: CornerNames = DEFAULT_CORNERS
    puck: Point = (0.5, 0.5)
    rows: int = DEFAULT_GRID
    cols: int = DEFAULT_GRID
    path: DrawnPath | None = None
    tempo_bpm: float = 110.0
    swing: float = STRAIGHT_SWING
    feel: float = 1.0
    change_at: ChangeAt = ChangeAt.STEP
    kit: tuple[int, int] = (DRUM_BANK, 0)
    font: str | None = None
    volume: float = 0.8
    mix: tuple[VoiceMix, ...] = field(default_factory=default_mix)
    midi: MidiSettings = MidiSettings()
    audio_enabled: bool = True
    model_name: str = DRUM_MODEL
    model_hash: str = ""

    def __post_init__(self) -> None:
        if len(self.corners) != CORNER_COUNT or len(self.corner_names) != CORNER_COUNT:
            raise ValueError("a palette has four corners with four names")
        for name in self.corner_names:
            if len(name) > MAX_NAME_LENGTH:
                raise ValueError(f"a corner's name has at most {MAX_NAME_LENGTH} characters")
        object.__setattr__(self, "puck", check_point("the puck", self.puck))
        check_whole("the number of rows", self.rows, MIN_GRID, MAX_GRID)
        check_whole("the number of columns", self.cols, MIN_GRID, MAX_GRID)
        check_real("the tempo in beats per minute", self.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM)
        check_real("the swing", self.swing, STRAIGHT_SWING, MAX_SWING)
        check_real("the feel", self.feel, 0.0, 1.0)
        check_real("the volume", self.volume, 0.0, 1.0)
        check_whole("the kit's bank", self.kit[0], 0, 16383)
        check_whole("the kit's program", self.kit[1], 0, 127)
        if len(self.mix) != VOICE_COUNT:
            raise ValueError(f"the mix needs {VOICE_COUNT} voices, not {len(self.mix)}")
        for voice in self.mix:
            check_real("a voice's volume", voice.volume, 0.0, 1.0)

    @property
    def path_plays(self) -> bool:
        """Whether the path sounds instead of the puck."""
        return self.path is not None and self.path.playing


def clamp_point(x: float, y: float) -> Point:
    """Return the place on the palette nearest to (`x`, `y`)."""
    return clamp(x, 0.0, 1.0), clamp(y, 0.0, 1.0)


def clamp(value: float, low: float, high: float) -> float:
    """Return the number from `low` to `high` nearest to `value`; not a number gives `low`."""
    return low if math.isnan(value) else min(max(float(value), low), high)


_Item = TypeVar("_Item")


def replace_at(items: tuple[_Item, ...], index: int, item: _Item) -> tuple[_Item, ...]:
    """Return `items` with `item` at `index`."""
    return (*items[:index], item, *items[index + 1 :])
