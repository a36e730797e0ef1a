"""Session files of version 1, from when the instrument played drums only, as those of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blender_app.core.drums import VOICE_PITCHES, VOICES
from blender_app.core.gm import DRUM_BANK, DRUM_CHANNEL
from blender_app.core.kinds import TrackKind
from blender_app.session.new_tracks import default_mix

_OF_TRACK = ("corners", "puck", "path", "rows", "cols")
_OF_SESSION = ("tempo_bpm", "swing", "feel", "font", "volume", "audio_enabled", "change_at")


def upgraded(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a version-1 file as version 2 has it: a band of one drum track.

    It sounds as it did. Nothing is checked here but what has to be taken apart.
    """
    drums = TrackKind.DRUMS.value
    midi = {**document.get("midi", {})}
    mix = {
        voice: {"mute": voice_mix.mute, "solo": voice_mix.solo, "volume": voice_mix.volume}
        for voice, voice_mix in zip(VOICES, default_mix(), strict=True)
    }
    track = {
        "name": drums,
        "kind": drums,
        **{name: document[name] for name in _OF_TRACK if name in document},
        "sound": document.get("kit", {"bank": DRUM_BANK, "program": 0}),
        "mix": document.get("mix", mix),
        "reverb": 0.0,
        "channel": midi.pop("channel", DRUM_CHANNEL),
        "note_map": midi.pop("note_map", dict(zip(VOICES, VOICE_PITCHES, strict=True))),
    }
    session = {name: document[name] for name in _OF_SESSION if name in document}
    model = document.get("model", {})
    if model.get("hash"):
        session["models"] = [{"name": model.get("name", TrackKind.DRUMS.model_name), "hash": model["hash"]}]
    return {**session, "midi": midi, "front": drums, "tracks": [track]}
