"""Session files: round trips, and everything that can be wrong with one."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError, SessionError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode, Quality
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session import files
from blender_app.session.files import decode, encode, load_session, save_session
from blender_app.session.session import (
    Clip,
    DrawnPath,
    MidiSettings,
    Morph,
    PathMode,
    PuckCoupling,
    Session,
    Source,
    Track,
    TrackKind,
    names_of,
)

shares = st.floats(0, 1)
points = st.tuples(shares, shares)
nudges = st.floats(-0.5, 0.5, width=32)
lengths = st.sampled_from((16, 32, 32, 64, 256))
drum_loops = lengths.flatmap(
    lambda steps: st.builds(
        DrumLoop,
        hnp.arrays(np.bool_, (steps, 9)),
        hnp.arrays(np.uint8, (steps, 9), elements=st.integers(1, 127)),
        hnp.arrays(np.float32, (steps, 9), elements=nudges),
    )
)
melodies = lengths.flatmap(
    lambda steps: st.builds(
        MelodyLoop,
        hnp.arrays(np.int16, steps, elements=st.sampled_from((-2, -2, -1)) | st.integers(0, 127)),
        hnp.arrays(np.uint8, steps, elements=st.integers(1, 127)),
        hnp.arrays(np.float32, steps, elements=nudges),
    )
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
paths = st.builds(
    DrawnPath,
    nodes=st.lists(points, min_size=1, max_size=5).map(tuple),
    bars=st.integers(1, 128),
    mode=st.sampled_from(PathMode),
    closed=st.booleans(),
    playing=st.booleans(),
)
keys = st.builds(
    Key,
    st.integers(0, 11),
    st.sampled_from(Mode),
    st.sampled_from((0, 1, 2, 4, 8)).flatmap(
        lambda count: st.lists(
            st.builds(Chord, st.integers(0, 11), st.sampled_from(Quality)), min_size=count, max_size=count
        ).map(tuple)
    ),
)


@st.composite
def tracks(draw: st.DrawFn, name: str) -> Track:
    kind = TrackKind(name.split(maxsplit=1)[0])
    loops = melodies if kind.is_melodic else drum_loops
    morph = draw(
        st.none()
        | st.builds(
            Morph,
            ends=st.tuples(loops, loops),
            names=st.tuples(texts, texts),
            steps=st.integers(3, 33),
            position=shares,
            sweep_bars=st.integers(1, 64),
            sweeping=st.booleans(),
            user_edited=st.tuples(st.booleans(), st.booleans()),
        )
    )
    mix = st.lists(st.builds(VoiceMix, st.booleans(), st.booleans(), shares), min_size=9, max_size=9)
    notes = st.lists(st.integers(0, 127), min_size=9, max_size=9)
    return Track(
        name=name,
        kind=kind,
        corners=draw(st.tuples(loops, loops, loops, loops)),
        corner_names=draw(st.tuples(texts, texts, texts, texts)),
        user_edited=draw(st.tuples(*[st.booleans()] * 4)),
        sound=draw(st.tuples(st.integers(0, 128), st.integers(0, 127))),
        channel=draw(st.integers(0, 15)),
        puck=draw(points),
        rows=draw(st.integers(3, 33)),
        cols=draw(st.integers(3, 33)),
        path=draw(st.none() | paths),
        port=draw(st.none() | texts),
        note_map=None if kind.is_melodic else tuple(draw(notes)),
        octave=draw(st.integers(-3, 3)),
        mute=draw(st.booleans()),
        solo=draw(st.booleans()),
        volume=draw(shares),
        pan=draw(st.floats(-1, 1)),
        reverb=draw(shares),
        gate=draw(st.floats(0.1, 1)),
        legato=draw(shares),
        scale_lock=draw(st.booleans()),
        mix=() if kind.is_melodic else tuple(draw(mix)),
        source=Source.PALETTE if morph is None else draw(st.sampled_from(Source)),
        morph=morph,
        model=draw(st.sampled_from(("", "melody-16bar", "of my own"))),
    )


names = [name for kind in TrackKind for name in names_of(kind)]
clips = st.builds(Clip, texts, st.just(TrackKind.DRUMS), drum_loops) | st.builds(
    Clip, texts, st.sampled_from((TrackKind.BASS, TrackKind.MELODY)), melodies
)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    band = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    return Session(
        tracks=tuple(draw(tracks(name)) for name in band),
        front=draw(st.sampled_from(band)),
        coupling=draw(st.sampled_from(PuckCoupling)),
        scale=draw(st.none() | keys),
        clips=tuple(draw(st.lists(clips, max_size=2))),
        tempo_bpm=draw(st.floats(20, 300)),
        swing=draw(st.floats(0.5, 0.75)),
        groove_amount=draw(shares),
        change_at=draw(st.sampled_from(ChangeAt)),
        font=draw(st.none() | texts),
        volume=draw(shares),
        midi=MidiSettings(draw(st.none() | texts), draw(st.booleans()), draw(st.floats(-0.02, 0.5))),
        audio_enabled=draw(st.booleans()),
        models=tuple(draw(st.lists(st.tuples(texts, texts), max_size=2))),
    )


@settings(max_examples=25, deadline=None)
@given(sessions())
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert decode(encode(session), "x") == session


def test_a_saved_session_is_opened(tmp_path: Path) -> None:
    session = Session(tempo_bpm=93.5, coupling=PuckCoupling.SAME)
    save_session(tmp_path / "a.blend.json", session)
    assert load_session(tmp_path / "a.blend.json") == session
    assert [file.name for file in tmp_path.iterdir()] == ["a.blend.json"]


def test_a_file_can_be_read_by_a_person() -> None:
    text = encode(Session())
    assert '"tempo_bpm": 110.0' in text
    assert '"kick": [[0, 111, 0.0]' in text
    assert '"notes": [[0, ' in text
    assert max(map(len, text.splitlines())) < 1000


def test_a_file_with_unknown_and_missing_entries_is_opened() -> None:
    document = json.loads(encode(Session()))
    document["later"] = "idea"
    del document["swing"], document["midi"]["latency_s"], document["clips"], document["tracks"][0]["path"]
    assert decode(json.dumps(document), "x") == Session()


def changed(**changes: object) -> str:
    """Return a file with other values."""
    return json.dumps({**json.loads(encode(Session())), **changes})


def changed_track(name: str, /, **changes: object) -> str:
    """Return a file with other values in one of its tracks."""
    document = json.loads(encode(Session()))
    bands = [{**track, **changes} if track["name"] == name else track for track in document["tracks"]]
    return json.dumps({**document, "tracks": bands})


def hits(**voices: object) -> list[dict[str, object]]:
    return [{"name": "a", "steps": 32, "hits": voices}] * 4


def notes(*numbers: object) -> list[dict[str, object]]:
    return [{"name": "a", "steps": 32, "notes": [list(numbers)]}] * 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "damaged"),
        (encode(Session())[:-200], "damaged"),
        ("[" * 100_000, "damaged"),
        ("[]", "no Loopweave session"),
        ('{"format": "other"}', "no Loopweave session"),
        (changed(version=4), "newer Loopweave"),
        (changed(version=4, tracks=[{"kind": "strings", "lanes": 7}]), "newer Loopweave.*Update Loopweave"),
        (changed(version="1"), "version"),
        (changed(version=True), "version"),
        (changed(version=0), "damaged: its version is 0"),
        (changed(tracks=[]), "at least one track"),
        (changed(tracks={}), "the tracks are no list"),
        (changed(tracks=[3]), "track"),
        (changed(front="bass 2"), "front"),
        (changed(coupling="chained"), "chained"),
        (changed(scale={"tonic": 12, "mode": "major"}), "tonic"),
        (changed(scale={"tonic": -1, "mode": "major"}), "tonic"),
        (changed(scale={"tonic": 0, "mode": "loud"}), "the mode of the scale is major, minor.*not 'loud'"),
        (changed(scale={"mode": "major"}), "tonic is missing"),
        (changed(scale={"tonic": 0, "mode": "major", "chords": ["H7"]}), "H7"),
        (changed(scale={"tonic": 0, "mode": "major", "chords": ["C"] * 3}), "chords"),
        (changed(scale=[]), "scale"),
        (changed(clips=[{"name": "a", "kind": "gong", "hits": {}}]), "drums, bass or melody, not 'gong'"),
        (changed(clips=[3]), "a clip's values"),
        (
            changed(clips=[{"name": "a", "kind": "drums", "steps": 32, "hits": {}}] * 5000),
            "at most 256 clips, not 5000",
        ),
        (changed(clips=[{"name": "a", "kind": "bass", "hits": {}}]), "notes"),
        (changed(models=[{"name": "a"}]), "hash"),
        (changed(models=None), "models"),
        (changed(models=["drums-2bar"]), "a model's values"),
        (changed(tempo_bpm="fast"), "tempo"),
        (changed(tempo_bpm=float("nan")), "tempo"),
        (changed(change_at="whim"), "whim"),
        (changed(midi={"port": 5}), "port"),
        (changed(midi={"virtual": "no"}), "true or false"),
        (changed(font=5), "font"),
        (changed(audio_enabled="no"), "synthesizer"),
        (changed(tracks=[json.loads(encode(Session()))["tracks"][0]] * 2), "one name"),
        (changed_track("drums", kind="gong"), "drums, bass or melody, not 'gong'"),
        (changed_track("drums", kind="bass"), "notes is missing"),
        (changed_track("drums", name="bass"), "bass"),
        (changed_track("drums", corners=[]), "corners are 4"),
        (changed_track("drums", corners=7), "corners are no list"),
        (changed_track("drums", corners=[{"name": "a"}] * 4), "hits is missing.*in track 'drums'"),
        (changed_track("drums", corners=[7] * 4), "a corner's values"),
        (changed_track("drums", corners=hits(kick=[[0, 100]])), "the numbers of a hit are 3, not 2"),
        (changed_track("drums", corners=hits(kick=[[32, 1, 0]])), "step"),
        (changed_track("drums", corners=hits(kick=[[-1, 1, 0]])), "a hit's step"),
        (changed_track("drums", corners=hits(kick=[[0, 0, 0]])), "velocity"),
        (changed_track("drums", corners=hits(kick=[[0, 128, 0]])), "velocity"),
        (changed_track("drums", corners=hits(kick=[[0, 1, 0.51]])), "microtiming"),
        (changed_track("drums", corners=hits(kick=[[0, 1, -0.51]])), "microtiming"),
        (
            changed_track("drums", corners=[{"name": "a", "hits": {}}] * 4),
            "steps is missing.*in track 'drums'",
        ),
        (changed_track("bass", corners=[{**notes()[0], "notes": [], "steps": 48}] * 4), "32, 64.*not 48"),
        (changed_track("bass", corners=[{**notes()[0], "notes": [], "steps": 32.0}] * 4), "whole number"),
        (changed_track("bass", corners=[{**notes()[0], "notes": [], "steps": True}] * 4), "steps"),
        (changed_track("bass", model=7), "the name of a track's model is no text"),
        (changed_track("drums", corners=hits(gong=[])), "gong"),
        (changed_track("drums", corners=[{"name": 3, "steps": 32, "hits": {}}] * 4), "name"),
        (changed_track("drums", corners=[{**hits()[0], "user_edited": 1}] * 4), "edited by hand"),
        (changed_track("bass", corners=notes(0, 60, 100, 1)), "the numbers of a note are 5, not 4"),
        (changed_track("bass", corners=notes(0, 128, 100, 1, 0.0)), "pitch"),
        (changed_track("bass", corners=notes(31, 60, 100, 2, 0.0)), "length"),
        (changed_track("bass", corners=notes(0, 60, 100, 1.5, 0.0)), "length"),
        (changed_track("bass", corners=notes(0, 60, 100, 0, 0.0)), "length"),
        (changed_track("bass", corners=notes(-1, 60, 100, 1, 0.0)), "a note's step"),
        (changed_track("bass", corners=notes(32, 60, 100, 1, 0.0)), "a note's step"),
        (changed_track("bass", corners=notes(0, -1, 100, 1, 0.0)), "pitch"),
        (changed_track("bass", corners=notes(0, 60, 0, 1, 0.0)), "velocity"),
        (changed_track("bass", corners=notes(0, 60, 128, 1, 0.0)), "velocity"),
        (changed_track("bass", corners=notes(0, 60, 100, 1, 0.51)), "microtiming"),
        (changed_track("bass", corners=notes(0, 60, 100, 1, -0.51)), "microtiming"),
        (changed_track("bass", note_map={}), "kick"),
        (changed_track("drums", puck=[1]), "puck"),
        (changed_track("drums", path={"nodes": []}), "damaged"),
        (changed_track("drums", path={"nodes": [[0, 0]], "bars": 1, "mode": "loop", "closed": 1}), "closed"),
        (changed_track("drums", source="morph"), "has none"),
        (changed_track("drums", source="radio"), "palette or morph, not 'radio'"),
        (changed_track("bass", morph={"ends": []}), "a morph's ends are 2, not 0"),
        (changed_track("bass", morph={"ends": hits()[:2]}), "notes is missing.*in track 'bass'"),
        (changed_track("drums", morph={"ends": notes(0, 60, 100, 1, 0.0)[:2]}), "hits is missing"),
        (changed_track("bass", morph={"ends": [[], []]}), "a morph's end"),
        (changed_track("bass", morph=[]), "morph"),
        (changed_track("drums", sound={"bank": 0}), "program"),
        (changed_track("drums", sound=[128, 0]), "a sound's values"),
        (changed_track("drums", mix={}), "kick"),
        (changed_track("drums", mix=[]), "mix"),
        (changed_track("drums", note_map={}), "kick"),
        (changed_track("drums", gate="wide"), "gate"),
        (changed_track("drums", pan=None), "pan"),
        (changed_track("drums", octave=1.0), "octave"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.blend.json"
    path.write_text(text)
    with pytest.raises(SessionError, match=words) as caught:
        load_session(path)
    assert "wrong.blend.json" in str(caught.value)


@pytest.mark.parametrize("name", ["sound", "channel", "corners", "name", "kind"])
def test_what_a_track_cannot_do_without_is_told(name: str) -> None:
    document = json.loads(encode(Session()))
    del document["tracks"][1][name]
    with pytest.raises(SessionError, match=f"x is damaged: {name} is missing"):
        decode(json.dumps(document), "x")


def test_the_name_of_a_file_that_is_no_text_can_be_saved(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")  # as a system gives it that knows only UTF-8
    bass = replace(Session().track("bass"), corner_names=("a", odd, "caf\u00e9", "\U0001d11e"))
    session = replace(Session(font=f"/{odd}.sf2"), clips=(Clip(odd, TrackKind.BASS, bass.corners[0]),))
    save_session(tmp_path / "a.blend.json", session.with_track(bass))
    assert load_session(tmp_path / "a.blend.json") == session.with_track(bass)


def test_a_picture_is_no_session(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(SessionError, match="no Loopweave session"):
        load_session(tmp_path / "x.json")


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        load_session(tmp_path / "none.json")
    with pytest.raises(FileError, match="cannot be read"):
        load_session(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.blend.json"
    save_session(path, Session(tempo_bpm=90.0))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="no room left"):
        save_session(path, Session(tempo_bpm=120.0))
    assert load_session(path).tempo_bpm == 90.0
    assert [file.name for file in tmp_path.iterdir()] == ["a.blend.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_device_without_room_is_told() -> None:
    with pytest.raises(FileError, match="no room left"):
        save_session(Path("/dev/full"), Session())


def test_a_read_only_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)  # a folder's mode stops no root
    with pytest.raises(FileError, match="read-only"):
        save_session(tmp_path / "a.blend.json", Session())


def test_what_is_at_the_edge_is_read() -> None:
    text = changed_track("bass", corners=notes(31, 127, 127, 1, 0.5))
    assert decode(text, "x").track("bass").corners[0].to_notes() == (Note(31, 127, 127, 1.0, 0.5),)
    text = changed_track("bass", corners=notes(0, 0, 1, 32, -0.5))
    assert decode(text, "x").track("bass").corners[0].to_notes() == (Note(0, 0, 1, 32.0, -0.5),)
    loop = (
        decode(changed_track("drums", corners=hits(crash=[[31, 127, 0.5], [0, 1, -0.5]])), "x")
        .tracks[0]
        .corners[0]
    )
    assert [(note.step, note.velocity, note.microtiming) for note in loop.to_notes()] == [
        (0, 1, -0.5),
        (31, 127, 0.5),
    ]
    for tonic in (0, 11):
        assert decode(changed(scale={"tonic": tonic, "mode": "major"}), "x").scale.tonic == tonic


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.blend.json"
    save_session(path, Session())
    assert files.MAX_FILE_BYTES == 2**26
    monkeypatch.setattr(files, "MAX_FILE_BYTES", path.stat().st_size)
    assert load_session(path) == Session()
    monkeypatch.setattr(files, "MAX_FILE_BYTES", path.stat().st_size - 1)
    with pytest.raises(SessionError, match="far too large"):
        load_session(path)


def test_marks_that_are_missing_are_not_set() -> None:
    document = json.loads(encode(Session()))
    for track in document["tracks"]:
        for corner in track["corners"]:
            del corner["user_edited"]
    ends = [{"name": "a", "steps": 32, "hits": {}}] * 2
    whole = {"ends": ends, "steps": 9, "position": 0.0, "sweep_bars": 8, "sweeping": False}
    document["tracks"][0]["morph"] = whole
    session = decode(json.dumps(document), "x")
    assert {track.user_edited for track in session.tracks} == {(False,) * 4}
    assert session.tracks[0].morph.user_edited == (False, False)


def test_lines_are_short_and_groups_are_indented() -> None:
    lines = encode(Session(models=(("a" * 60, "b" * 60), ("c", "d")))).splitlines()
    assert lines[0] == "{"
    assert lines[-1] == "}"
    assert lines[1] == '  "format": "loopweave-session",'
    start = lines.index('  "models": [')
    assert lines[start + 1 : start + 7] == [
        "    {",
        f'      "name": "{"a" * 60}",',
        f'      "hash": "{"b" * 60}"',
        "    },",
        '    {"name": "c", "hash": "d"}',
        "  ],",
    ]
    exact = {"k": "x" * (110 - len('{"k": ""}'))}
    assert files._pretty(exact) == json.dumps(exact)
    assert files._pretty(exact, 1) != json.dumps(exact)
