"""Tracks as they are when they are added, and the band of a new session."""

from __future__ import annotations

from blender_app.core.gm import DRUM_CHANNEL, LAST_CHANNEL
from blender_app.core.kinds import MAX_OF_A_KIND, TrackKind
from blender_app.core.kit import VOICE_COUNT
from blender_app.core.lengths import Loop
from blender_app.engine.messages import VoiceMix
from blender_app.session.track import Corners, Track


def default_corners(kind: TrackKind = TrackKind.DRUMS) -> Corners:
    """Return the loops in the corners of a new track of a `kind`."""
    loops: dict[str, Loop] = {preset.name: preset.loop for preset in kind.spec.presets}
    top_left, top_right, bottom_left, bottom_right = (loops[name] for name in kind.spec.default_corners)
    return top_left, top_right, bottom_left, bottom_right


def default_mix() -> tuple[VoiceMix, ...]:
    """Return nine voices, all heard at full volume."""
    return (VoiceMix(mute=False, solo=False, volume=1.0),) * VOICE_COUNT


def new_track(kind: TrackKind, taken: tuple[Track, ...] = ()) -> Track:
    """Return a track of a `kind` as it is when it is added to the tracks `taken`.

    Raises
    ------
    ValueError
        There are as many of this kind as there can be.
    """
    name = next((name for name in kind.track_names if name not in {track.name for track in taken}), None)
    if name is None:
        raise ValueError(f"there are {MAX_OF_A_KIND} {kind.value} tracks already, and no more fit")
    spec = kind.spec
    used = {track.channel for track in taken} | {DRUM_CHANNEL}
    free = min(set(range(LAST_CHANNEL + 1)) - used)
    return Track(
        name=name,
        kind=kind,
        corners=default_corners(kind),
        corner_names=spec.default_corners,
        sound=spec.sound,
        channel=free if spec.channel is None else spec.channel,
        note_map=spec.note_map,
        volume=spec.volume,
        mix=default_mix() if spec.voices else (),
    )


def default_tracks() -> tuple[Track, ...]:
    """Return the band of a new session: drums, bass, melody."""
    tracks: tuple[Track, ...] = ()
    for kind in TrackKind:
        tracks = (*tracks, new_track(kind, tracks))
    return tracks
