"""Tracks as they are when they are added, and the band of a new session."""

from __future__ import annotations

from blender_app.core.drums import VOICE_COUNT, VOICE_PITCHES
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.melody_presets import (
    BASS_PRESETS,
    DEFAULT_BASS_CORNERS,
    DEFAULT_MELODY_CORNERS,
    MELODY_PRESETS,
)
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS
from blender_app.engine.messages import VoiceMix
from blender_app.session.track import (
    DRUM_BANK,
    LAST_CHANNEL,
    MAX_OF_A_KIND,
    CornerNames,
    Corners,
    Loop,
    Track,
    TrackKind,
    names_of,
)

_SOUNDS = {TrackKind.DRUMS: (DRUM_BANK, 0), TrackKind.BASS: (0, 33), TrackKind.MELODY: (0, 4)}
_VOLUMES = {TrackKind.MELODY: 0.85}
"""Of new tracks, where it is not 1: so that the first sounds are about equally loud."""


def default_corners(kind: TrackKind = TrackKind.DRUMS) -> Corners:
    """Return the loops in the corners of a new track."""
    loops: dict[str, Loop]
    if kind is TrackKind.DRUMS:
        loops = {preset.name: preset.loop for preset in PRESETS}
    else:
        presets = BASS_PRESETS if kind is TrackKind.BASS else MELODY_PRESETS
        loops = {preset.name: preset.loop for preset in presets}
    top_left, top_right, bottom_left, bottom_right = (loops[name] for name in default_corner_names(kind))
    return top_left, top_right, bottom_left, bottom_right


def default_corner_names(kind: TrackKind) -> CornerNames:
    """Return the names of the corners of a new track."""
    return {
        TrackKind.DRUMS: DEFAULT_CORNERS,
        TrackKind.BASS: DEFAULT_BASS_CORNERS,
        TrackKind.MELODY: DEFAULT_MELODY_CORNERS,
    }[kind]


def default_mix() -> tuple[VoiceMix, ...]:
    """Return nine voices, all heard at full volume."""
    return (VoiceMix(mute=False, solo=False, volume=1.0),) * VOICE_COUNT


def new_track(kind: TrackKind, taken: tuple[Track, ...] = ()) -> Track:
    """Return a track as it is when it is added to the tracks `taken`.

    Raises
    ------
    ValueError
        There are as many of this kind as there can be.
    """
    name = next((name for name in names_of(kind) if name not in {track.name for track in taken}), None)
    if name is None:
        raise ValueError(f"there are {MAX_OF_A_KIND} {kind.value} tracks already, and no more fit")
    drums = kind is TrackKind.DRUMS
    used = {track.channel for track in taken} | {DRUM_CHANNEL}
    return Track(
        name=name,
        kind=kind,
        corners=default_corners(kind),
        corner_names=default_corner_names(kind),
        sound=_SOUNDS[kind],
        channel=DRUM_CHANNEL if drums else min(set(range(LAST_CHANNEL + 1)) - used),
        note_map=VOICE_PITCHES if drums else None,
        volume=_VOLUMES.get(kind, 1.0),
        mix=default_mix() if drums else (),
    )


def default_tracks() -> tuple[Track, ...]:
    """Return the band of a new session: drums, bass, melody."""
    tracks: tuple[Track, ...] = ()
    for kind in TrackKind:
        tracks = (*tracks, new_track(kind, tracks))
    return tracks
