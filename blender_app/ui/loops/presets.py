"""The named loops that a track of each kind can begin with."""

from __future__ import annotations

from collections.abc import Sequence

from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS, MelodyPreset
from blender_app.core.presets import PRESETS, DrumPreset
from blender_app.session.session import TrackKind


def presets_of(kind: TrackKind) -> Sequence[DrumPreset | MelodyPreset]:
    """Return the presets of a `kind` of track."""
    return melody_presets_of(kind) if kind.is_melodic else PRESETS


def melody_presets_of(kind: TrackKind) -> Sequence[MelodyPreset]:
    """Return the presets of a melodic `kind` of track."""
    return BASS_PRESETS if kind is TrackKind.BASS else MELODY_PRESETS
