"""Session files: versioned JSON that a person can read, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, VOICES, DrumLoop
from blender_app.core.errors import FileError, SessionError
from blender_app.core.files import write_atomically
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session.document import DrawnPath, MidiSettings, PathMode, Session, check_real, check_whole

FORMAT = "loopweave-session"
VERSION = 1
SUFFIX = ".blend.json"
MAX_FILE_BYTES = 16 * 1024 * 1024

_Value = TypeVar("_Value")
_PLAIN = ("rows", "cols", "tempo_bpm", "swing", "feel", "font", "volume", "audio_enabled")


def save_session(path: Path, session: Session) -> None:
    """Write a session to `path`; an older file stays until the new one is complete.

    Raises
    ------
    FileError
        If the folder is missing or read-only or the disk is full.
    """
    write_atomically(path, encode(session).encode())


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
    """Return the text of a session file."""
    document: dict[str, object] = {"format": FORMAT, "version": VERSION}
    document["model"] = {"name": session.model_name, "hash": session.model_hash}
    document["corners"] = [
        {"name": name, "hits": _encode_loop(loop)}
        for name, loop in zip(session.corner_names, session.corners, strict=True)
    ]
    document["puck"] = list(session.puck)
    document["path"] = None if session.path is None else _encode_path(session.path)
    document.update({name: getattr(session, name) for name in _PLAIN})
    document["change_at"] = session.change_at.value
    document["kit"] = {"bank": session.kit[0], "program": session.kit[1]}
    document["mix"] = {voice: asdict(mix) for voice, mix in zip(VOICES, session.mix, strict=True)}
    midi = session.midi
    document["midi"] = {
        "port": midi.port,
        "virtual": midi.virtual,
        "channel": midi.channel,
        "latency_s": midi.latency_s,
        "note_map": dict(zip(VOICES, midi.note_map, strict=True)),
    }
    return _indent(document)


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
        return _session(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise SessionError(f"{where} is damaged: {what}.") from error


def _session(document: Mapping[str, Any]) -> Session:
    defaults = Session()
    values: dict[str, Any] = {name: document[name] for name in _PLAIN if name in document}
    corners = document["corners"]
    values["corners"] = tuple(_decode_loop(corner["hits"]) for corner in corners)
    values["corner_names"] = tuple(_text("a corner's name", corner["name"]) for corner in corners)
    _take(document, values, "puck", _point)
    _take(document, values, "path", _decode_path)
    _take(document, values, "change_at", ChangeAt)
    _take(document, values, "kit", lambda kit: (kit["bank"], kit["program"]))
    _take(document, values, "mix", lambda mix: tuple(_decode_mix(mix[voice]) for voice in VOICES))
    _take(document, values, "midi", _decode_midi)
    model = document.get("model", {})
    values["model_name"] = _text("the model's name", model.get("name", defaults.model_name))
    values["model_hash"] = _text("the model's hash", model.get("hash", ""))
    if values.get("font") is not None:
        _text("the font", values["font"])
    if not isinstance(values.get("audio_enabled", True), bool):
        raise ValueError("audio_enabled is neither true nor false")
    return Session(**values)


def _take(
    document: Mapping[str, Any], values: dict[str, Any], name: str, read: Callable[[Any], _Value]
) -> None:
    if name in document:
        values[name] = read(document[name])


def _encode_loop(loop: DrumLoop) -> dict[str, list[list[float]]]:
    """Return step, velocity and microtiming of each voice's hits, voices without hits left out."""
    voices: dict[str, list[list[float]]] = {}
    for step, voice in np.argwhere(loop.hits):
        shortest = float(str(loop.microtiming[step, voice]))  # digits enough for a float32, no more
        voices.setdefault(VOICES[voice], []).append([int(step), int(loop.velocity[step, voice]), shortest])
    return {voice: voices[voice] for voice in VOICES if voice in voices}


def _decode_loop(voices: Mapping[str, list[list[float]]]) -> DrumLoop:
    hits = np.zeros((LOOP_STEPS, VOICE_COUNT), np.bool_)
    velocity = np.zeros((LOOP_STEPS, VOICE_COUNT), np.uint8)
    microtiming = np.zeros((LOOP_STEPS, VOICE_COUNT), np.float32)
    for name, cells in voices.items():
        if name not in VOICES:
            raise ValueError(f"'{name}' is no drum voice")
        voice = VOICES.index(name)
        for step, level, deviation in cells:
            row = check_whole("a hit's step", step, 0, LOOP_STEPS - 1)
            hits[row, voice] = True
            velocity[row, voice] = check_whole("a hit's velocity", level, 1, 127)
            microtiming[row, voice] = check_real("a hit's microtiming", deviation, -0.5, 0.5)
    return DrumLoop(hits, velocity, microtiming)


def _encode_path(path: DrawnPath) -> dict[str, object]:
    return {
        "nodes": [list(node) for node in path.nodes],
        "bars": path.bars,
        "mode": path.mode.value,
        "closed": path.closed,
        "playing": path.playing,
    }


def _decode_path(path: Mapping[str, Any] | None) -> DrawnPath | None:
    if path is None:
        return None
    return DrawnPath(
        nodes=tuple(_point(node) for node in path["nodes"]),
        bars=path["bars"],
        mode=PathMode(path["mode"]),
        closed=bool(path["closed"]),
        playing=bool(path["playing"]),
    )


def _decode_mix(mix: Mapping[str, Any]) -> VoiceMix:
    return VoiceMix(bool(mix["mute"]), bool(mix["solo"]), check_real("a voice's volume", mix["volume"], 0, 1))


def _decode_midi(midi: Mapping[str, Any]) -> MidiSettings:
    values = {item.name: midi[item.name] for item in fields(MidiSettings) if item.name in midi}
    if "note_map" in values:
        values["note_map"] = tuple(values["note_map"][voice] for voice in VOICES)
    if values.get("port") is not None:
        _text("the MIDI port", values["port"])
    values["virtual"] = bool(values.get("virtual", False))
    return MidiSettings(**values)


def _point(value: Iterable[float]) -> tuple[float, float]:
    x, y = value
    return x, y


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} is no text")
    return value


def _indent(document: Mapping[str, object]) -> str:
    """Return JSON with a line for each entry of the top two levels: readable, and good to compare."""
    lines = []
    for name, value in document.items():
        if isinstance(value, dict) and value:
            inner = ",\n".join(f"    {json.dumps(k)}: {_flat(v)}" for k, v in value.items())
            body = f"{{\n{inner}\n  }}"
        elif name == "corners" and isinstance(value, list):
            body = "[\n" + ",\n".join(f"    {_corner(corner)}" for corner in value) + "\n  ]"
        else:
            body = _flat(value)
        lines.append(f"  {json.dumps(name)}: {body}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _corner(corner: Mapping[str, Any]) -> str:
    voices = ",\n".join(f"      {json.dumps(k)}: {_flat(v)}" for k, v in corner["hits"].items())
    hits = f"{{\n{voices}\n    }}" if voices else "{}"
    return f'{{"name": {_flat(corner["name"])}, "hits": {hits}}}'


def _flat(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
