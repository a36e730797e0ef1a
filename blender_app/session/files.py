"""Session files: versioned JSON that a person can read, written whole or not at all."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blender_app.core.checks import check_choice, check_text, check_whole
from blender_app.core.errors import FileError, SessionError
from blender_app.core.files import write_atomically
from blender_app.core.kinds import TrackKind
from blender_app.core.parameters import parameters_of, values_of
from blender_app.core.scales import Chord, Key, Mode
from blender_app.engine.messages import ChangeAt
from blender_app.session.file_tracks import (
    decode_loop,
    decode_track,
    encode_loop,
    encode_track,
    items_of,
    mapping,
)
from blender_app.session.file_versions import migrated
from blender_app.session.session import Clip, MidiSettings, PuckCoupling, Session, Track

FORMAT = "loopweave-session"
VERSION = 3
SUFFIX = ".blend.json"
MAX_FILE_BYTES = 64 * 1024 * 1024

_PLAIN = ("front", *parameters_of(Session), "font", "audio_enabled")
_LINE = 110
_DAMAGES = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading a damaged file can raise."""


def save_session(path: Path, session: Session) -> None:
    """Write `session` to `path`; an older file stays until the new one is complete.

    Raises
    ------
    FileError
        If the folder is missing or read-only or the disk is full.
    """
    # A name may hold what UTF-8 cannot, as those of files do: JSON's escape for it is the same as Python's.
    write_atomically(path, encode(session).encode(errors="backslashreplace"))


def load_session(path: Path) -> Session:
    """Return the session in the file `path`.

    Raises
    ------
    FileError
        If the file cannot be read.
    SessionError
        If it is damaged, no session, or from a newer version; the message says which.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SessionError(f"{path} is no Loopweave session: it is far too large.")
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise SessionError(f"{path} is no Loopweave session: it is not a text file.") from error
    except FileNotFoundError as error:
        raise FileError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"{path} cannot be read: {reason}.") from error
    return decode(text, str(path))


def encode(session: Session) -> str:
    """Return the text of the file of a `session`."""
    midi = session.midi
    document: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "models": [{"name": name, "hash": digest} for name, digest in session.models],
        **{name: getattr(session, name) for name in _PLAIN},
        "change_at": session.change_at.value,
        "coupling": session.coupling.value,
        "scale": None if session.scale is None else _encode_key(session.scale),
        "midi": {"port": midi.port, **values_of(midi)},
        "tracks": [encode_track(track) for track in session.tracks],
        "clips": [
            {"name": clip.name, "kind": clip.kind.value, **encode_loop(clip.loop)} for clip in session.clips
        ],
    }
    return _pretty(document) + "\n"


def decode(text: str, where: str) -> Session:
    """Return the session that `text` holds; `where` names its file in messages.

    Raises
    ------
    SessionError
        If the text is damaged, no session, or from a newer version.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{where} is damaged: it is no complete JSON text ({error}).") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SessionError(f"{where} is no Loopweave session.")
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise SessionError(f"{where} is damaged: its version is {version!r}.")
    if version > VERSION:
        raise SessionError(
            f"{where} comes from a newer Loopweave (file version {version}, this one reads up to {VERSION}). "
            "Update Loopweave to open it."
        )
    try:
        return _session(migrated(document, version))
    except _DAMAGES as error:
        raise SessionError(f"{where} is damaged: {_told(error)}.") from error


def _told(error: Exception) -> str:
    """Return in words what is wrong."""
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error).removesuffix(".")


def _session(document: Mapping[str, Any]) -> Session:
    values: dict[str, Any] = {name: document[name] for name in _PLAIN if name in document}
    values["tracks"] = tuple(_decode_track(track) for track in items_of("the tracks", document["tracks"]))
    for name, read in (
        ("change_at", lambda change_at: check_choice("where patterns change", change_at, ChangeAt)),
        ("coupling", lambda coupling: check_choice("how pucks are linked", coupling, PuckCoupling)),
        ("scale", _decode_key),
        ("midi", _decode_midi),
        ("models", _decode_models),
        ("clips", _decode_clips),
    ):
        if name in document:
            values[name] = read(document[name])
    return Session(**values)


def _decode_track(document: object) -> Track:
    """Return a track; what is wrong with it is told with its name."""
    track = mapping("a track's values", document)
    try:
        return decode_track(track)
    except _DAMAGES as error:
        name = track.get("name")
        where = f" (in track {reprlib.repr(name)})" if isinstance(name, str) else ""
        raise ValueError(f"{_told(error)}{where}") from error


def _encode_key(key: Key) -> dict[str, object]:
    return {"tonic": key.tonic, "mode": key.mode.value, "chords": [chord.name for chord in key.chords]}


def _decode_key(key: object) -> Key | None:
    if key is None:
        return None
    parts = mapping("the values of the scale", key)
    chords = items_of("the chords", parts.get("chords", []))
    return Key(
        tonic=check_whole("the tonic", parts["tonic"], 0, 11),
        mode=check_choice("the mode of the scale", parts["mode"], Mode),
        chords=tuple(Chord.parse(check_text("a chord", chord)) for chord in chords),
    )


def _decode_midi(midi: object) -> MidiSettings:
    parts = mapping("the MIDI settings", midi)
    return MidiSettings(
        port=parts.get("port"),
        **{name: parts[name] for name in parameters_of(MidiSettings) if name in parts},
    )


def _decode_models(models: object) -> tuple[tuple[str, str], ...]:
    return tuple(
        (check_text("a model's name", model["name"]), check_text("a model's hash", model["hash"]))
        for model in (mapping("a model's values", model) for model in items_of("the models", models))
    )


def _decode_clips(clips: object) -> tuple[Clip, ...]:
    found = []
    for item in items_of("the clips", clips):
        clip = mapping("a clip's values", item)
        kind = check_choice("a clip's kind", clip["kind"], TrackKind)
        found.append(Clip(check_text("a clip's name", clip["name"]), kind, decode_loop(kind, clip)))
    return tuple(found)


def _pretty(value: object, indent: int = 0) -> str:
    """Return JSON with a line for each entry of what is too long for one: readable, and good to compare."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    items = value if isinstance(value, list) else []
    if isinstance(value, dict) and len(flat) + indent > _LINE:
        inner = [f"{json.dumps(name)}: {_pretty(item, indent + 2)}" for name, item in value.items()]
        opening, closing = "{", "}"
    elif any(isinstance(item, dict) for item in items):
        inner = [_pretty(item, indent + 2) for item in items]
        opening, closing = "[", "]"
    else:
        return flat
    pad = " " * (indent + 2)
    return opening + "\n" + ",\n".join(pad + line for line in inner) + "\n" + " " * indent + closing
