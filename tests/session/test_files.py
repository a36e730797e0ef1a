"""Session files: round trips, and everything that can be wrong with one."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError, SessionError
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session.document import DrawnPath, MidiSettings, PathMode, Session
from blender_app.session.files import decode, encode, load_session, save_session

shares = st.floats(0, 1)
points = st.tuples(shares, shares)
loops = st.builds(
    DrumLoop,
    hnp.arrays(np.bool_, (32, 9)),
    hnp.arrays(np.uint8, (32, 9), elements=st.integers(1, 127)),
    hnp.arrays(np.float32, (32, 9), elements=st.floats(-0.5, 0.5, width=32)),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
sessions = st.builds(
    Session,
    corners=st.tuples(loops, loops, loops, loops),
    corner_names=st.tuples(texts, texts, texts, texts),
    puck=points,
    rows=st.integers(3, 33),
    cols=st.integers(3, 33),
    path=st.none()
    | st.builds(
        DrawnPath,
        nodes=st.lists(points, min_size=1, max_size=5).map(tuple),
        bars=st.integers(1, 128),
        mode=st.sampled_from(PathMode),
        closed=st.booleans(),
        playing=st.booleans(),
    ),
    tempo_bpm=st.floats(20, 300),
    swing=st.floats(0.5, 0.75),
    feel=shares,
    change_at=st.sampled_from(ChangeAt),
    kit=st.tuples(st.integers(0, 128), st.integers(0, 127)),
    font=st.none() | texts,
    volume=shares,
    mix=st.lists(st.builds(VoiceMix, st.booleans(), st.booleans(), shares), min_size=9, max_size=9).map(
        tuple
    ),
    midi=st.builds(
        MidiSettings,
        port=st.none() | texts,
        virtual=st.booleans(),
        channel=st.integers(0, 15),
        note_map=st.lists(st.integers(0, 127), min_size=9, max_size=9).map(tuple),
        latency_s=st.floats(-0.02, 0.5),
    ),
    audio_enabled=st.booleans(),
    model_hash=texts,
)


@given(sessions)
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert decode(encode(session), "x") == session


def test_a_saved_session_is_opened(tmp_path: Path) -> None:
    session = Session(tempo_bpm=93.5, puck=(0.25, 0.75))
    save_session(tmp_path / "a.blend.json", session)
    assert load_session(tmp_path / "a.blend.json") == session
    assert [file.name for file in tmp_path.iterdir()] == ["a.blend.json"]


def test_a_file_can_be_read_by_a_person() -> None:
    text = encode(Session())
    assert '"tempo_bpm": 110.0' in text
    assert '"kick": [[0, 111, 0.0]' in text
    assert max(map(len, text.splitlines())) < 1000


def test_a_file_with_unknown_and_missing_entries_is_opened() -> None:
    document = json.loads(encode(Session()))
    document["later"] = "idea"
    del document["path"], document["mix"], document["swing"], document["midi"]["channel"]
    assert decode(json.dumps(document), "x") == Session()


def changed(**changes: object) -> str:
    return json.dumps({**json.loads(encode(Session())), **changes})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "damaged"),
        (encode(Session())[:-200], "damaged"),
        ("[" * 100_000, "damaged"),
        ("[]", "no Loopweave session"),
        ('{"format": "other"}', "no Loopweave session"),
        (changed(version=2), "newer Loopweave"),
        (changed(version="1"), "version"),
        (changed(corners=[]), "four corners"),
        (changed(corners=[{"name": "a"}] * 4), "hits"),
        (changed(corners=[{"name": "a", "hits": {"kick": [[32, 1, 0]]}}] * 4), "step"),
        (changed(corners=[{"name": "a", "hits": {"kick": [[0, 0, 0]]}}] * 4), "velocity"),
        (changed(corners=[{"name": "a", "hits": {"gong": []}}] * 4), "gong"),
        (changed(corners=[{"name": 3, "hits": {}}] * 4), "name"),
        (changed(corners=7), "damaged"),
        (changed(tempo_bpm="fast"), "tempo"),
        (changed(tempo_bpm=float("nan")), "tempo"),
        (changed(puck=[1]), "damaged"),
        (changed(path={"nodes": []}), "damaged"),
        (changed(change_at="whim"), "whim"),
        (changed(kit={"bank": 0}), "program"),
        (changed(mix={}), "kick"),
        (changed(midi={"note_map": {}}), "kick"),
        (changed(midi={"port": 5}), "port"),
        (changed(font=5), "font"),
        (changed(audio_enabled="no"), "audio_enabled"),
        (changed(model=None), "damaged"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.blend.json"
    path.write_text(text)
    with pytest.raises(SessionError, match=words) as caught:
        load_session(path)
    assert "wrong.blend.json" in str(caught.value)


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
