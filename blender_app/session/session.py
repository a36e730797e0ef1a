"""The session: everything a musician sets, as one frozen value that edits replace.

Single tracks are in `track`; what both hold can be had from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import Enum

from blender_app.core.checks import (
    MAX_NAME_LENGTH,
    Point,
    check_count,
    check_flag,
    check_text,
    clamp,
    clamp_point,
)
from blender_app.core.gm import DRUM_BANK
from blender_app.core.parameters import GrooveParameters, OutputParameters, check_parameters, flag, real
from blender_app.core.scales import Key
from blender_app.core.time import MAX_LATENCY_S, MIN_LATENCY_S
from blender_app.engine.messages import ChangeAt
from blender_app.session.new_tracks import default_corners, default_mix, default_tracks, new_track
from blender_app.session.track import (
    CORNER_COUNT,
    CORNER_PLACES,
    DEFAULT_GRID,
    DEFAULT_MORPH_STEPS,
    DEFAULT_SWEEP_BARS,
    MAX_GRID,
    MAX_MORPH_STEPS,
    MAX_OCTAVE,
    MAX_PATH_BARS,
    MAX_PATH_NODES,
    MAX_SWEEP_BARS,
    MIN_GRID,
    MIN_MORPH_STEPS,
    MIN_OCTAVE,
    MIN_PATH_BARS,
    MIN_SWEEP_BARS,
    TRACK_FIELDS,
    Clip,
    CornerNames,
    Corners,
    DrawnPath,
    Loop,
    Morph,
    PathMode,
    Source,
    Track,
    TrackKind,
    names_of,
)

__all__ = [
    "CORNER_COUNT",
    "CORNER_PLACES",
    "DEFAULT_GRID",
    "DEFAULT_MORPH_STEPS",
    "DEFAULT_SWEEP_BARS",
    "DRUM_BANK",
    "MAX_CLIPS",
    "MAX_GRID",
    "MAX_LATENCY_S",
    "MAX_MORPH_STEPS",
    "MAX_NAME_LENGTH",
    "MAX_OCTAVE",
    "MAX_PATH_BARS",
    "MAX_PATH_NODES",
    "MAX_SWEEP_BARS",
    "MIN_GRID",
    "MIN_LATENCY_S",
    "MIN_MORPH_STEPS",
    "MIN_OCTAVE",
    "MIN_PATH_BARS",
    "MIN_SWEEP_BARS",
    "TRACK_FIELDS",
    "Clip",
    "CornerNames",
    "Corners",
    "DrawnPath",
    "Loop",
    "MidiSettings",
    "Morph",
    "PathMode",
    "Point",
    "PuckCoupling",
    "Session",
    "Source",
    "Track",
    "TrackKind",
    "clamp",
    "clamp_point",
    "default_corners",
    "default_mix",
    "default_tracks",
    "names_of",
    "new_track",
]

MAX_CLIPS = 256


class PuckCoupling(Enum):
    """How the pucks of the other tracks follow the one that is moved."""

    FREE = "free"
    SAME = "same"
    MIRRORED = "mirrored"


@dataclass(frozen=True, slots=True)
class MidiSettings:
    """Where the notes go.

    Parameters
    ----------
    port
        Name of the output port, or None; tracks may have ports of their own.
    virtual
        Whether the port is one that this program opens for others to connect to.
    latency_s
        How much later than their time notes are sent, -0.02 to 0.5 seconds.
    """

    port: str | None = None
    virtual: bool = flag(default=False, what="whether the MIDI port is our own")
    latency_s: float = real(
        MIN_LATENCY_S, MAX_LATENCY_S, 0.0, label="MIDI latency", what="the MIDI latency in seconds"
    )

    def __post_init__(self) -> None:
        if self.port is not None:
            check_text("the MIDI port", self.port)
        check_parameters(self)


@dataclass(frozen=True, slots=True)
class Session(GrooveParameters, OutputParameters):
    """What a session file holds.

    Parameters
    ----------
    tracks
        The band, at most `MAX_OF_A_KIND` tracks of a kind and at least one in all.
    front
        Name of the track on the big palette.
    coupling
        How pucks move together.
    scale
        The key that decoded melodies keep to, or None.
    clips
        Loops put aside.
    change_at
        On which boundary a new pattern takes over.
    font
        Path of the SoundFont, or None for the shipped one.
    midi
        Where the notes go.
    audio_enabled
        Whether the built-in synthesizer plays.
    models
        Name and hash of each model that the session was made with; empty until one was loaded.

    The other fields are rows of the table of parameters, explained there.
    """

    tracks: tuple[Track, ...] = field(default_factory=default_tracks)
    front: str = TrackKind.DRUMS.value
    coupling: PuckCoupling = PuckCoupling.FREE
    scale: Key | None = None
    clips: tuple[Clip, ...] = ()
    change_at: ChangeAt = ChangeAt.STEP
    font: str | None = None
    midi: MidiSettings = MidiSettings()
    audio_enabled: bool = True
    models: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = [track.name for track in self.tracks]
        if not names:
            raise ValueError("a session has at least one track")
        if len(set(names)) != len(names):
            raise ValueError(f"two tracks have one name: {', '.join(names)}")
        if self.front not in names:
            raise ValueError(f"the track in front is {self.front!r}, which does not exist")
        if len(self.clips) > MAX_CLIPS:
            raise ValueError(f"a session has at most {MAX_CLIPS} clips, not {len(self.clips)}")
        check_parameters(self)
        if self.font is not None:
            check_text("the font", self.font)
        check_flag("whether the synthesizer plays", self.audio_enabled)
        for model in self.models:
            for text in check_count("the name and the hash of a model", model, 2):
                check_text("a model's name or hash", text)

    def track(self, name: str) -> Track:
        """Return the track called `name`.

        Raises
        ------
        ValueError
            There is none.
        """
        for track in self.tracks:
            if track.name == name:
                return track
        raise ValueError(f"there is no track {name!r}")

    @property
    def track_names(self) -> tuple[str, ...]:
        """Names of the tracks, in order."""
        return tuple(track.name for track in self.tracks)

    @property
    def front_track(self) -> Track:
        """The track on the big palette."""
        return self.track(self.front)

    def key_of(self, track: Track) -> Key | None:
        """Return the key that the decoded loops of `track` keep to, or None."""
        return self.scale if track.scale_lock and not track.kind.spec.voices else None

    def with_track(self, track: Track) -> Session:
        """Return the session with `track` in place of the one of its name."""
        self.track(track.name)
        tracks = tuple(track if each.name == track.name else each for each in self.tracks)
        return replace(self, tracks=tracks)


SESSION_FIELDS = tuple(item.name for item in fields(Session))
