"""Tracks in session files: loops, paths, morphs and all that a track holds, as JSON's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from blender_app.core.checks import Point, check_choice, check_flag, check_real, check_text, check_whole
from blender_app.core.drums import DrumLoop
from blender_app.core.kinds import TrackKind
from blender_app.core.kit import VOICE_COUNT, VOICES
from blender_app.core.lengths import Loop
from blender_app.core.melody import MAX_PITCH, MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.parameters import parameters_of, values_of
from blender_app.core.time import LOOP_LENGTHS, check_steps
from blender_app.engine.messages import VoiceMix
from blender_app.session.track import (
    CORNER_COUNT,
    DrawnPath,
    Morph,
    PathMode,
    Source,
    Track,
)

_PLAIN = (*parameters_of(Track), "port", "model")


def mapping(what: str, value: object) -> Mapping[str, Any]:
    """Return `value` if it is an object of JSON, or raise ValueError about `what`."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} are no group of named values")
    return value


def items_of(what: str, value: object, count: int | None = None) -> list[Any]:
    """Return `value` if it is a list of JSON, of `count` items if given, or raise ValueError about `what`."""
    if not isinstance(value, list):
        raise ValueError(f"{what} are no list")
    if count is not None and len(value) != count:
        raise ValueError(f"{what} are {count}, not {len(value)}")
    return value


# -- tracks -----------------------------------------------------------------------------------------


def encode_track(track: Track) -> dict[str, object]:
    """Return `track` as JSON's values; what only drums have is left out of others."""
    document: dict[str, object] = {
        "name": track.name,
        "kind": track.kind.value,
        "corners": [
            {"name": name, "user_edited": user_edited, **encode_loop(loop)}
            for name, user_edited, loop in zip(
                track.corner_names, track.user_edited, track.corners, strict=True
            )
        ],
        "puck": list(track.puck),
        "path": None if track.path is None else _encode_path(track.path),
        "source": track.source.value,
        "morph": None if track.morph is None else _encode_morph(track.morph),
        "sound": {"bank": track.sound[0], "program": track.sound[1]},
        **{name: getattr(track, name) for name in _PLAIN},
    }
    if track.note_map is not None:
        document["note_map"] = dict(zip(VOICES, track.note_map, strict=True))
        document["mix"] = {voice: values_of(mix) for voice, mix in zip(VOICES, track.mix, strict=True)}
    return document


def decode_track(document: Mapping[str, Any]) -> Track:
    """Return the track that `document`, values of JSON, describes.

    Raises
    ------
    KeyError, TypeError, ValueError
        Something is missing or is not allowed; the message says what.
    """
    kind = check_choice("a track's kind", mapping("a track's values", document)["kind"], TrackKind)
    corners = [
        mapping("a corner's values", corner)
        for corner in items_of("a palette's corners", document["corners"], CORNER_COUNT)
    ]
    values: dict[str, Any] = {name: document[name] for name in _PLAIN if name in document}
    values["corners"] = tuple(decode_loop(kind, corner) for corner in corners)
    values["corner_names"] = tuple(check_text("a corner's name", corner["name"]) for corner in corners)
    values["user_edited"] = tuple(
        check_flag("whether a corner was edited by hand", corner.get("user_edited", False))
        for corner in corners
    )
    readers: dict[str, Callable[[Any], object]] = {
        "puck": lambda puck: _point("the puck", puck),
        "path": _decode_path,
        "source": _decode_source,
        "morph": lambda morph: _decode_morph(kind, morph),
        "note_map": lambda notes: _of_voices("the notes of the note map", notes),
        "mix": lambda mix: tuple(_decode_mix(voice) for voice in _of_voices("the voices of the mix", mix)),
    }
    for name, read in readers.items():
        if name in document:
            values[name] = read(document[name])
    values["channel"], sound = document["channel"], mapping("a sound's values", document["sound"])
    values["sound"] = sound["bank"], sound["program"]
    return Track(name=check_text("a track's name", document["name"]), kind=kind, **values)


def _of_voices(what: str, document: object) -> tuple[Any, ...]:
    """Return what a group of values holds for each of the nine voices."""
    voices = mapping(what, document)
    return tuple(voices[voice] for voice in VOICES)


def _decode_source(source: object) -> Source:
    return check_choice("what plays", source, Source)


def _encode_morph(morph: Morph) -> dict[str, object]:
    return {
        "ends": [
            {"name": name, "user_edited": user_edited, **encode_loop(loop)}
            for name, user_edited, loop in zip(morph.names, morph.user_edited, morph.ends, strict=True)
        ],
        **values_of(morph),
    }


def _decode_morph(kind: TrackKind, document: object) -> Morph | None:
    if document is None:
        return None
    parts = mapping("a morph's values", document)
    first, second = (
        mapping("the values of a morph's end", end) for end in items_of("a morph's ends", parts["ends"], 2)
    )
    return Morph(
        ends=(decode_loop(kind, first), decode_loop(kind, second)),
        names=(first["name"], second["name"]),
        user_edited=(first.get("user_edited", False), second.get("user_edited", False)),
        **_parameters(Morph, parts),
    )


def _encode_path(path: DrawnPath) -> dict[str, object]:
    return {
        "nodes": [list(node) for node in path.nodes],
        "mode": path.mode.value,
        **values_of(path),
    }


def _decode_path(document: object) -> DrawnPath | None:
    if document is None:
        return None
    path = mapping("a path's values", document)
    return DrawnPath(
        nodes=tuple(_point("a path's node", node) for node in items_of("a path's nodes", path["nodes"])),
        mode=check_choice("a path's mode", path["mode"], PathMode),
        **_parameters(DrawnPath, path),
    )


def _decode_mix(document: object) -> VoiceMix:
    return VoiceMix(**_parameters(VoiceMix, mapping("a voice's values", document)))


def _parameters(owner: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all parameters of a class; in order, so that the first wrong one is told."""
    return {name: row.check(document[name]) for name, row in parameters_of(owner).items()}


def _point(what: str, value: object) -> Point:
    x, y = items_of(f"the numbers of {what}", value, 2)
    return x, y


# -- loops ------------------------------------------------------------------------------------------


def encode_loop(loop: Loop) -> dict[str, object]:
    """Return what `loop` adds to the group of values that it belongs to: steps, and hits or notes."""
    if isinstance(loop, MelodyLoop):
        return {"steps": loop.steps, "notes": [_encode_note(note) for note in loop.to_notes()]}
    voices: dict[str, list[list[float]]] = {}
    for step, voice in np.argwhere(loop.hits):
        hit = [int(step), int(loop.velocity[step, voice]), _shortest(loop.microtiming[step, voice])]
        voices.setdefault(VOICES[voice], []).append(hit)
    return {"steps": loop.steps, "hits": {voice: voices[voice] for voice in VOICES if voice in voices}}


def decode_loop(kind: TrackKind, document: object) -> Loop:
    """Return the loop in `document`, a group of values, as tracks of a `kind` play it.

    Errors are those of `decode_track`.
    """
    parts = mapping("the values of a loop", document)
    if not kind.spec.voices:
        notes, steps = items_of("the notes", parts["notes"]), _decode_steps(parts)
        return MelodyLoop.from_notes([_decode_note(note, steps) for note in notes], steps)
    return _decode_hits(mapping("the hits", parts["hits"]), _decode_steps(parts))


def _decode_steps(parts: Mapping[str, Any]) -> int:
    return check_steps(check_whole("a loop's steps", parts["steps"], LOOP_LENGTHS[0], LOOP_LENGTHS[-1]))


def _encode_note(note: Note) -> list[float]:
    """Return step, pitch, velocity, length in steps and microtiming."""
    return [note.step, note.pitch, note.velocity, int(note.length_steps), _shortest(note.microtiming)]


def _decode_note(values: object, steps: int) -> Note:
    step, pitch, velocity, length, microtiming = items_of("the numbers of a note", values, 5)
    return Note(
        step=check_whole("a note's step", step, 0, steps - 1),
        pitch=check_whole("a note's pitch", pitch, 0, MAX_PITCH),
        velocity=check_whole("a note's velocity", velocity, 1, 127),
        length_steps=check_whole("a note's length", length, 1, steps - step),
        microtiming=check_real("a note's microtiming", microtiming, -0.5, 0.5),
    )


def _decode_hits(voices: Mapping[str, Any], steps: int) -> DrumLoop:
    hits = np.zeros((steps, VOICE_COUNT), np.bool_)
    velocity = np.zeros((steps, VOICE_COUNT), np.uint8)
    microtiming = np.zeros((steps, VOICE_COUNT), np.float32)
    for name, cells in voices.items():
        if name not in VOICES:
            raise ValueError(f"'{name}' is no drum voice")
        voice = VOICES.index(name)
        for cell in items_of("the hits of a voice", cells):
            step, level, deviation = items_of("the numbers of a hit", cell, 3)
            row = check_whole("a hit's step", step, 0, steps - 1)
            hits[row, voice] = True
            velocity[row, voice] = check_whole("a hit's velocity", level, 1, 127)
            microtiming[row, voice] = check_real("a hit's microtiming", deviation, -0.5, 0.5)
    return DrumLoop(hits, velocity, microtiming)


def _shortest(value: float) -> float:
    """Return a float32 with digits enough to tell it from others, and no more."""
    return float(str(np.float32(value)))
