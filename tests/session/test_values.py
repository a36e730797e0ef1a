"""The values that pass between threads and into histories: none can be changed, equal ones are equal."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.parameters import parameters_of
from blender_app.core.scales import Key
from blender_app.engine.messages import ChangeAt
from blender_app.session import requests as r
from blender_app.session.export import Music
from blender_app.session.morphing import default_morph
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath
from blender_app.session.recovery import Recoverable
from blender_app.session.session import (
    MAX_CLIPS,
    MAX_NAME_LENGTH,
    MAX_PATH_NODES,
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
)
from blender_app.session.status import Status

TARGET = r.DecodeTarget("drums")
LOOP = DrumLoop.empty()
LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)))
SPACE = r.Space(TrackKind.DRUMS, "drums-2bar", (LOOP,) * 4)
PALETTE = r.PaletteRequest(TARGET, SPACE, 3, 3)
AT, ALONG = r.LoopRequest(TARGET, (0.0, 0.0)), r.PathRequest(TARGET, PathPlan(LINE))
DICE = r.DiceRequest(TARGET, 0, TrackKind.DRUMS, "drums-2bar", 1)
VALUES = (
    Session(),
    Session().track("bass"),
    default_morph(Session().track("bass")),
    LINE,
    Clip("Mine", TrackKind.DRUMS, LOOP),
    MidiSettings(),
    Music(()),
    PathPlan(LINE),
    PlayedLoop(LOOP),
    PlayedPath(PathPlan(LINE), (LOOP,)),
    Recoverable(Path("a"), Session(), datetime(2000, 1, 1, tzinfo=UTC), None),
    Status(),
    SPACE,
    PALETTE,
    AT,
    ALONG,
    DICE,
    r.VaryRequest(TARGET, 0, TrackKind.DRUMS, "drums-2bar", 1, LOOP, 0.5),
    r.RefineRequest(PALETTE),
    r.RefinedPalette(PALETTE, None),
    r.ForgetRequest(TARGET),
    r.LoadedModel("drums-2bar", None),
    r.FailedModel("drums-2bar", "It is missing."),
    r.PaletteResult(PALETTE, [], None, refined=False),
    r.LoopResult(AT, LOOP),
    r.PathResult(ALONG, (LOOP,)),
    r.CornerResult(DICE, LOOP),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_no_field_can_be_set(value: object) -> None:
    assert is_dataclass(value)
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, getattr(value, field.name))
    assert replace(value) == value


def test_a_word_without_fields_is_a_value_too() -> None:
    assert r.LoadModels() == r.LoadModels()
    assert len({r.LoadModels(), r.LoadModels()}) == 1


def test_all_values_of_the_requests_are_looked_at() -> None:
    values = {name for name, each in vars(r).items() if is_dataclass(each) and each.__module__ == r.__name__}
    assert values - {type(value).__name__ for value in VALUES} == {"LoadModels"}


def test_what_nobody_marked_was_not_edited_by_hand() -> None:
    bass = Session().track("bass")
    track = Track(
        name="bass",
        kind=bass.kind,
        corners=bass.corners,
        corner_names=bass.corner_names,
        sound=bass.sound,
        channel=bass.channel,
    )
    assert track.user_edited == (False,) * 4
    assert (track.puck, track.source, track.path, track.morph) == ((0.5, 0.5), Source.PALETTE, None, None)
    morph = Morph(bass.corners[:2], ("A", "B"))
    assert morph.user_edited == (False, False)
    assert (morph.steps, morph.position, morph.sweep_bars, morph.sweeping) == (9, 0.0, 8, False)
    path = DrawnPath(((0.0, 0.0),))
    assert (path.bars, path.mode, path.closed, path.playing) == (8, PathMode.LOOP, True, False)
    assert (track.rows, track.cols) == (11, 11)
    assert [row.name for row in parameters_of(Track).values() if row.in_panel][-1:] == ["octave"]
    session = Session()
    assert (session.audio_enabled, session.font, session.scale, session.clips) == (True, None, None, ())
    assert (session.change_at, session.coupling, session.front) == (ChangeAt.STEP, PuckCoupling.FREE, "drums")
    assert MidiSettings() == MidiSettings(None, virtual=False, latency_s=0.0)


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        (Track, {"octave": True, "scale_lock": True, "channel": False}),
        (DrawnPath, {"bars": False, "closed": False, "playing": False}),
        (Morph, {"steps": False, "sweeping": False}),
    ],
)
def test_only_melodies_have_octaves_and_a_lock(kind: type, flags: dict[str, bool]) -> None:
    rows = parameters_of(kind)
    assert {name: rows[name].melodic_only for name in flags} == flags


def test_sweeps_go_there_and_back_in_twice_their_bars() -> None:
    morph = replace(default_morph(Session().track("bass")), sweeping=True, sweep_bars=3)
    assert morph.sweep == DrawnPath(
        ((0.0, 0.0), (1.0, 0.0)), 6, PathMode.PING_PONG, closed=False, playing=True
    )
    assert (morph.sweep.lap_steps, replace(morph, sweeping=False).sweep) == (96, None)
    assert replace(morph, position=0.25).place == (0.25, 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"sound": (0, 128)},
        {"sound": (16384, 0)},
        {"sound": (-1, 0)},
        {"sound": (0, -1)},
        {"channel": 16},
        {"channel": -1},
        {"note_map": (128, *range(8))},
        {"note_map": (-1, *range(8))},
        {"model": "x" * 201},
        {"corner_names": ("x" * (MAX_NAME_LENGTH + 1), "a", "b", "c")},
    ],
)
def test_one_more_than_the_most_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        replace(Session().track("drums"), **changes)


def test_the_most_is_allowed() -> None:
    drums = Session().track("drums")
    for changes in (
        {"sound": (16383, 127)},
        {"sound": (0, 0)},
        {"channel": 0},
        {"note_map": (127, 0, *range(7))},
        {"model": "x" * 200},
        {"corner_names": ("x" * MAX_NAME_LENGTH, "a", "b", "c")},
    ):
        ((name, value),) = changes.items()
        assert getattr(replace(drums, **changes), name) == value
    many = DrawnPath(((0.0, 0.0),) * MAX_PATH_NODES)
    assert len(many.nodes) == MAX_PATH_NODES == 512
    for nodes in ((), ((0.0, 0.0),) * (MAX_PATH_NODES + 1)):
        with pytest.raises(ValueError, match="nodes"):
            DrawnPath(nodes)
    clip = Clip("Mine", TrackKind.DRUMS, LOOP)
    assert len(Session(clips=(clip,) * MAX_CLIPS).clips) == MAX_CLIPS == 256
    with pytest.raises(ValueError, match="at most 256 clips, not 257"):
        Session(clips=(clip,) * (MAX_CLIPS + 1))


def test_a_track_takes_the_place_of_the_one_of_its_name() -> None:
    session = Session()
    bass = replace(session.track("bass"), octave=1)
    changed = session.with_track(bass)
    assert changed.tracks == (session.tracks[0], bass, session.tracks[2])
    assert changed.track("bass") is bass
    with pytest.raises(ValueError, match="no track 'bass 2'"):
        session.with_track(replace(bass, name="bass 2"))
    with pytest.raises(ValueError, match="one name"):
        replace(session, tracks=(bass, bass), front="bass")


def test_the_key_holds_for_melodies_that_are_locked_to_it() -> None:
    session = Session(scale=Key(2))
    bass = session.track("bass")
    assert session.key_of(bass) == Key(2)
    assert session.key_of(replace(bass, scale_lock=False)) is None
    assert session.key_of(session.track("drums")) is None
    assert Session().key_of(bass) is None


def test_models_are_names_with_hashes() -> None:
    models = (("drums-2bar", "f00d"), ("melody-2bar", "cafe"))
    assert Session(models=models).models == models
    for wrong in (("a",), ("a", "b", "c"), ("a", 3)):
        with pytest.raises(ValueError, match="model"):
            Session(models=(wrong,))


def test_a_path_plays_if_it_is_the_palette_that_sounds() -> None:
    bass = Session().track("bass")
    playing, standing = (replace(LINE, playing=playing) for playing in (True, False))
    sweep = replace(default_morph(bass), sweeping=True)
    for track, plays in (
        (bass, False),
        (replace(bass, path=playing), True),
        (replace(bass, path=standing), False),
        (replace(bass, path=playing, morph=sweep), True),
        (replace(bass, path=standing, morph=sweep), False),
        (replace(bass, path=standing, morph=sweep, source=Source.MORPH), True),
        (replace(bass, path=playing, morph=default_morph(bass), source=Source.MORPH), False),
    ):
        assert track.path_plays is plays
