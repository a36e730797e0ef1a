"""What the engine's process says to the window; times are seconds of `time.monotonic()`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blender_app.core.time import Timeline
from blender_app.engine.track import Kit


@dataclass(frozen=True, slots=True)
class TransportChanged:
    """The transport started, stopped, moved, or changed tempo or swing.

    It runs (`playing`) or stands at the anchor of `timeline`.
    """

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
    """The MIDI ports, by their `names`, that notes can be sent to now.

    `message` says what is missing where the machine has no MIDI system at all.
    """

    names: tuple[str, ...]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PortOpened:
    """Notes go to the MIDI port called `name` from now on; None: to no port.

    `track` is the track whose own port it is; None is the main port.

    Others can connect to it if it is `virtual`.
    """

    name: str | None
    virtual: bool = False
    track: str | None = None


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port called `name`, that notes went to, has vanished; `track` as in `PortOpened`.

    A track's own port is opened again by itself when it comes back.
    """

    name: str
    track: str | None = None


@dataclass(frozen=True, slots=True)
class InputsChanged:
    """The MIDI inputs, by their `names`, that notes can be taken from now."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputOpened:
    """Notes are taken from the MIDI input called `name` from now on; None: from none."""

    name: str | None


@dataclass(frozen=True, slots=True)
class InputLost:
    """The MIDI input called `name` has vanished; it is opened by itself when it comes back."""

    name: str


@dataclass(frozen=True, slots=True)
class NoteReceived:
    """A note, `pitch` 0-127, came from the MIDI input; `velocity` 0 ends it.

    `time_s` is when it came, taken in the callback of the MIDI system.
    """

    pitch: int
    velocity: int
    time_s: float


@dataclass(frozen=True, slots=True)
class AudioChanged:
    """What sounds now: `driver` and `font`, the font's `kits` and its other `sounds`; None is none.

    `message` says why there is no sound and what to do about it, and is None if all is well.
    """

    driver: str | None
    font: Path | None
    kits: tuple[Kit, ...]
    message: str | None = None
    sounds: tuple[Kit, ...] = ()


@dataclass(frozen=True, slots=True)
class FontLoaded:
    """The font at `path` can be heard from now on."""

    path: Path


@dataclass(frozen=True, slots=True)
class FontFailed:
    """The font at `path` cannot be used, as `message` says; the one before stays."""

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
    """Something failed that the musician should know, as `message` says; everything else goes on."""

    message: str


Event = (
    TransportChanged
    | PatternStarted
    | PortsChanged
    | PortOpened
    | PortLost
    | InputsChanged
    | InputOpened
    | InputLost
    | NoteReceived
    | AudioChanged
    | FontLoaded
    | FontFailed
    | Stats
    | EngineError
)
