"""The description of session files: it names every key that is written, and its example is a session."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from blender_app.core.parameters import parameters_of
from blender_app.core.scales import Chord, Key
from blender_app.core.time import LOOP_LENGTHS
from blender_app.engine.messages import VoiceMix
from blender_app.session.clips import added
from blender_app.session.files import VERSION, decode, encode
from blender_app.session.morphing import default_morph
from blender_app.session.session import Clip, DrawnPath, MidiSettings, Morph, Session, Track, TrackKind

TEXT = (Path(__file__).parents[2] / "docs" / "session-format.md").read_text(encoding="utf-8")
IN_CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
ROWS = {
    name
    for owner in (Session, Track, Morph, DrawnPath, MidiSettings, VoiceMix)
    for name in parameters_of(owner)
}


def full_session() -> Session:
    """Return a session that has everything."""
    session = Session(scale=Key(chords=(Chord(0),)), models=(("drums-2bar", "f00d"),))
    for track in session.tracks:
        full = replace(track, path=DrawnPath(((0.0, 0.0),)), morph=default_morph(track))
        session = session.with_track(full)
    loop = session.track("bass").corners[0]
    return replace(session, clips=added((), Clip("a", TrackKind.BASS, loop)))


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def test_every_key_that_is_written_is_described() -> None:
    written = set(keys_of(json.loads(encode(full_session()))))
    assert len(written) > 60
    # A new row of the table of parameters is a key by the rule that the description gives for them.
    assert written - ROWS <= IN_CODE


def test_ranges_of_parameters_are_those_of_the_table() -> None:
    session_text, track_text = TEXT.split("## Tracks")[0], TEXT.split("## Tracks")[1]
    for text, owner in ((session_text, Session), (track_text, Track)):
        described = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text, flags=re.MULTILINE))
        plain = {name: re.sub(r" \([^)]*\)", "", words) for name, words in described.items()}
        for name, row in parameters_of(owner).items():
            if name in plain and row.kind is not bool:
                assert plain[name].startswith(f"{row.low:g} to {row.high:g}"), name


def test_lengths_and_version_are_those_of_the_program() -> None:
    assert f"| `steps` | {', '.join(map(str, LOOP_LENGTHS[:-1]))} or {LOOP_LENGTHS[-1]}:" in TEXT
    assert f"This describes version {VERSION}." in TEXT
    for version in range(1, VERSION):
        assert f"**Version {version}**" in TEXT


def test_the_example_is_a_session() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL)
    session = decode(example, "the example")
    assert [loop.steps for loop in session.track("bass").corners] == [16, 32, 32, 64]
    written = json.loads(encode(session))
    for name, value in json.loads(example).items():
        if name != "tracks":
            assert written[name] == value
    (track,) = json.loads(example)["tracks"]
    assert {name: written["tracks"][0][name] for name in track} == track
