"""What the window says to the engine's process, and what the engine says back.

Commands refuse values that nobody can play with ValueError, so that no mistake reaches the engine.
All of it is frozen and picklable. Times are seconds of `time.monotonic()`, which on one machine is
the same clock in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from blender_app.core.notes import Note, Pattern
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING, Timeline

DRUM_TRACK = "drums"
"""Name of the drums' track."""
_LAST_STEP = 10**7  # a week at 240 a minute


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # refuses NaN, too
        raise ValueError(f"{name} must be {low} to {high}, not {value}")


class ChangeAt(Enum):
    """The moment a new pattern waits for."""

    STEP = "step"
    BEAT = "beat"
    BAR = "bar"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class VoiceMix:
    """How loud one voice is: muted, solo, and a volume of 0 to 1 that scales its velocities."""

    mute: bool = False
    solo: bool = False
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit (or another preset) of the loaded font."""

    bank: int
    program: int
    name: str


# -- commands ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Start from where the transport stands."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop, silence everything, and go back to step 0."""


@dataclass(frozen=True, slots=True)
class Locate:
    """Go to a step of the transport, playing on if it plays."""

    step: float

    def __post_init__(self) -> None:
        _check("step", self.step, 0, _LAST_STEP)


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Set the tempo in quarters a minute, 20 to 300, without a jump in position."""

    tempo_bpm: float

    def __post_init__(self) -> None:
        _check("tempo", self.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM)


@dataclass(frozen=True, slots=True)
class SetSwing:
    """Set the share of an eighth that its first sixteenth takes, 0.5 to 0.75."""

    swing: float

    def __post_init__(self) -> None:
        _check("swing", self.swing, STRAIGHT_SWING, MAX_SWING)


@dataclass(frozen=True, slots=True)
class SetFeel:
    """Scale microtiming and unevenness of velocity: 1 as in the pattern, 0 on the grid and even."""

    amount: float

    def __post_init__(self) -> None:
        _check("feel", self.amount, 0, 1)


@dataclass(frozen=True, slots=True)
class SetPattern:
    """Play `pattern` on `track` from the next `change_at` on; replaces one that still waits."""

    track: str
    pattern: Pattern
    change_at: ChangeAt = ChangeAt.STEP

    def __post_init__(self) -> None:
        _check("length in steps", self.pattern.length_steps, 1, _LAST_STEP)
        _check("first step of later rounds", self.pattern.loop_from_step, 0, self.pattern.length_steps - 1)
        for note in self.pattern.notes:
            if not (
                0 <= note.pitch <= 127
                and 1 <= note.velocity <= 127
                and -0.5 <= note.microtiming <= 0.5
                and 0.0 < note.length_steps <= _LAST_STEP
            ):
                raise ValueError(f"this note cannot be played: {note}")

    def __reduce__(self) -> tuple[Callable[..., SetPattern], tuple[object, ...]]:
        """Pickle notes as plain tuples: a fifth of the time, of which a dragged puck needs much."""
        pattern = self.pattern
        notes = [
            (note.step, note.pitch, note.velocity, note.length_steps, note.microtiming, note.voice)
            for note in pattern.notes
        ]
        rest = pattern.serial, pattern.length_steps, pattern.loop_from_step, pattern.anchor_step
        return _unpickle_pattern, (self.track, notes, rest, self.change_at.value)


def _unpickle_pattern(
    track: str,
    notes: list[tuple[int, int, int, float, float, int | None]],
    rest: tuple[int, int, int, int],
    change_at: str,
) -> SetPattern:
    serial, *lengths = rest
    return SetPattern(
        track, Pattern(serial, tuple(Note(*note) for note in notes), *lengths), ChangeAt(change_at)
    )


@dataclass(frozen=True, slots=True)
class SetMix:
    """Set mute, solo and volume of a track's voices, in order of voice."""

    track: str
    voices: tuple[VoiceMix, ...]

    def __post_init__(self) -> None:
        for voice in self.voices:
            _check("volume", voice.volume, 0, 1)


@dataclass(frozen=True, slots=True)
class SetKit:
    """Choose the drum kit of the loaded font; kept when another font is loaded that has it."""

    bank: int
    program: int


@dataclass(frozen=True, slots=True)
class SetGain:
    """Set the volume of FluidSynth, 0 to 1."""

    gain: float

    def __post_init__(self) -> None:
        _check("volume", self.gain, 0, 1)


@dataclass(frozen=True, slots=True)
class LoadFont:
    """Load another .sf2 or .sf3 in the background; None is the shipped one."""

    path: Path | None = None


@dataclass(frozen=True, slots=True)
class SetAudio:
    """Switch sound on or off.

    `driver` is one of FluidSynth's names ("jack", "pulseaudio", ...), ``"file:out.wav"`` to write
    what would be heard into a file, or None to find one that works. With no font loaded yet, the
    shipped one is loaded first.
    """

    enabled: bool
    driver: str | None = None


@dataclass(frozen=True, slots=True)
class OpenPort:
    """Send notes to the MIDI port of this name; None closes the port."""

    name: str | None


@dataclass(frozen=True, slots=True)
class OpenVirtualPort:
    """Make a port of our own that other programs can connect to, and send notes there."""

    name: str


@dataclass(frozen=True, slots=True)
class SetRouting:
    """Choose the MIDI channel (0-15) and the note number of each voice, in order of voice."""

    channel: int
    note_map: tuple[int, ...]

    def __post_init__(self) -> None:
        _check("channel", self.channel, 0, 15)
        for key in self.note_map:
            _check("note number", key, 0, 127)


@dataclass(frozen=True, slots=True)
class SetLatency:
    """Send MIDI notes later than their time by seconds, -0.02 (earlier) to 0.5."""

    offset_s: float

    def __post_init__(self) -> None:
        _check("latency in s", self.offset_s, -0.02, 0.5)


@dataclass(frozen=True, slots=True)
class Preview:
    """Sound one voice at once, on every output, with a velocity of 1 to 127."""

    voice: int
    velocity: int

    def __post_init__(self) -> None:
        _check("voice", self.voice, 0, 8)
        _check("velocity", self.velocity, 1, 127)


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence everything that sounds, here and behind the MIDI port; the transport goes on."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Silence everything and end the process."""


Command = (
    Play
    | Stop
    | Locate
    | SetTempo
    | SetSwing
    | SetFeel
    | SetPattern
    | SetMix
    | SetKit
    | SetGain
    | LoadFont
    | SetAudio
    | OpenPort
    | OpenVirtualPort
    | SetRouting
    | SetLatency
    | Preview
    | Panic
    | Quit
)


# -- events -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransportChanged:
    """The transport started, stopped, moved, or changed tempo or swing."""

    playing: bool
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class PatternStarted:
    """Pattern `serial` of `track` sounds from `transport_step` on, at the moment `time_s`.

    Told as soon as it is decided, which is up to one look-ahead (40 ms) before it is heard. While
    the transport stands, told at once.
    """

    track: str
    serial: int
    transport_step: float
    time_s: float


@dataclass(frozen=True, slots=True)
class PortsChanged:
    """The MIDI ports that notes can be sent to now.

    `message` says what is missing where the machine has no MIDI system at all.
    """

    names: tuple[str, ...]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PortOpened:
    """Notes go to this MIDI port from now on; None: to no port."""

    name: str | None
    virtual: bool = False


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port that notes went to has vanished."""

    name: str


@dataclass(frozen=True, slots=True)
class AudioChanged:
    """What sounds now: driver, font and its kits; None where there is none.

    `message` says why there is no sound and what to do about it, and is None if all is well.
    """

    driver: str | None
    font: Path | None
    kits: tuple[Kit, ...]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class FontLoaded:
    """The font can be heard from now on."""

    path: Path


@dataclass(frozen=True, slots=True)
class FontFailed:
    """The font cannot be used; the one before stays."""

    path: Path | None
    message: str


@dataclass(frozen=True, slots=True)
class Stats:
    """How the engine fares, once a second.

    `late_events` counts all since the start that left more than 2 ms late, `worst_lateness_s` is of
    the last second, `cpu_share` is the share of one core that the process took in it.
    """

    late_events: int
    worst_lateness_s: float
    cpu_share: float


@dataclass(frozen=True, slots=True)
class EngineError:
    """Something failed that the musician should know; everything else goes on."""

    message: str


Event = (
    TransportChanged
    | PatternStarted
    | PortsChanged
    | PortOpened
    | PortLost
    | AudioChanged
    | FontLoaded
    | FontFailed
    | Stats
    | EngineError
)
