"""Session files of earlier versions: what brings a document from each version to the next.

Each step is a pure function of a document as `json.loads` gives it. Nothing is checked here but what has to
be taken apart; what is wrong stays in the document, and is told when that is read. `docs/session-format.md`
describes the versions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blender_app.core.gm import DRUM_BANK, DRUM_CHANNEL
from blender_app.core.kit import VOICE_PITCHES, VOICES

Document = dict[str, Any]

_STEPS = 32
"""Of each loop in versions 1 and 2."""
_MODELS = {"drums": "drums-2bar", "bass": "melody-2bar", "melody": "melody-2bar"}
"""The model that each kind of track played by in version 2."""


def migrated(document: Mapping[str, Any], version: int) -> Document:
    """Return a document of a version as the newest version has it; it sounds as it did.

    Parameters
    ----------
    document
        What the file holds.
    version
        The file's version, 1 to the newest.
    """
    result = {**document}
    while version in MIGRATIONS:
        result = MIGRATIONS[version](result)
        version += 1
    return result


def from_1_to_2(document: Mapping[str, Any]) -> Document:
    """Return a `document` of version 1, from when there were drums only, as a band of one drum track."""
    midi = {**document.get("midi", {})}
    track = {
        "name": "drums",
        "kind": "drums",
        **_some(document, "corners", "puck", "path", "rows", "cols"),
        "sound": document.get("kit", {"bank": DRUM_BANK, "program": 0}),
        "mix": document.get("mix", {name: {"mute": False, "solo": False, "volume": 1.0} for name in VOICES}),
        "reverb": 0.0,
        "channel": midi.pop("channel", DRUM_CHANNEL),
        "note_map": midi.pop("note_map", dict(zip(VOICES, VOICE_PITCHES, strict=True))),
    }
    session = _some(document, "tempo_bpm", "swing", "feel", "font", "volume", "audio_enabled", "change_at")
    model = document.get("model", {})
    if model.get("hash"):
        session["models"] = [{"name": model.get("name", _MODELS["drums"]), "hash": model["hash"]}]
    return {**session, "midi": midi, "front": "drums", "tracks": [track]}


def from_2_to_3(document: Mapping[str, Any]) -> Document:
    """Return a `document` of version 2 in the words of version 3, with what went unsaid there.

    Loops state their steps, tracks their model.
    """
    result = _renamed(document, {"link": "coupling", "feel": "groove_amount"})
    _change(result, "tracks", lambda tracks: _each(tracks, _track_from_2))
    _change(result, "clips", lambda clips: _each(clips, _loop_from_2))
    return result


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: from_1_to_2, 2: from_2_to_3}
"""Version -> what makes the next one of it."""


def _track_from_2(track: Document) -> Document:
    result = _renamed(track, {"mixer": "morph"})
    kind = track.get("kind")
    if isinstance(kind, str) and kind in _MODELS:
        result["model"] = _MODELS[kind]
    _change(result, "source", lambda source: "morph" if source == "mixer" else source)
    _change(result, "corners", lambda corners: _each(corners, _loop_from_2))
    _change(result, "morph", _morph_from_2)
    return result


def _morph_from_2(morph: object) -> object:
    if isinstance(morph, dict):
        _change(morph := {**morph}, "ends", lambda ends: _each(ends, _loop_from_2))
    return morph


def _loop_from_2(loop: Document) -> Document:
    return {**_renamed(loop, {"drawn": "user_edited"}), "steps": _STEPS}


def _some(document: Mapping[str, Any], *names: str) -> Document:
    """Return the entries of these names, as far as there are any."""
    return {name: document[name] for name in names if name in document}


def _renamed(document: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    """Return a document with other names for some of its entries, in order."""
    return {names.get(name, name): value for name, value in document.items()}


def _change(document: Document, name: str, change: Callable[[Any], object]) -> None:
    """Change an entry, if there is one of that name."""
    if name in document:
        document[name] = change(document[name])


def _each(items: object, change: Callable[[Document], Document]) -> object:
    """Return a list with each group of values in it changed; what is no list or no group stays."""
    if not isinstance(items, list):
        return items
    return [change(item) if isinstance(item, dict) else item for item in items]
