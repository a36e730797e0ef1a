"""How far loops go from those that they lie between: kept, taken back, and decoded anew."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.errors import SessionError
from blender_app.core.parameters import DEFAULT_WANDER, parameters_of
from blender_app.session import commands
from blender_app.session.controller import Controller
from blender_app.session.files import decode, encode
from blender_app.session.morphing import default_morph
from blender_app.session.session import Session, Source, Track

PLAYED = Session().track("drums").corners


def wandering(session: Session, track: str, wander: float) -> Session:
    return session.with_track(replace(session.track(track), wander=wander))


def test_every_kind_of_track_has_it() -> None:
    row = parameters_of(Track)["wander"]
    assert (row.low, row.high, row.default, row.melodic_only) == (0.0, 1.0, DEFAULT_WANDER, False)
    assert (row.label, row.shown(0.35)) == ("Wander", "35 %")
    assert {track.wander for track in Session().tracks} == {DEFAULT_WANDER}
    assert DEFAULT_WANDER == 0.5


@pytest.mark.parametrize("wander", [0.0, 0.35, 1.0])
def test_a_session_keeps_it(wander: float) -> None:
    session = wandering(Session(), "bass", wander)
    assert decode(encode(session), "x") == session


@pytest.mark.parametrize("wander", [-0.1, 1.5, "0.5", True, float("nan")])
def test_a_file_with_another_value_is_damaged(wander: object) -> None:
    document = json.loads(encode(Session()))
    document["tracks"][1]["wander"] = wander
    with pytest.raises(SessionError, match=r"a track's wander is a number from 0 to 1, .*in track 'bass'"):
        decode(json.dumps(document), "x")


def test_files_from_before_have_the_default() -> None:
    document = json.loads(encode(wandering(Session(), "bass", 1.0)))
    for track in document["tracks"]:
        del track["wander"]
    assert decode(json.dumps(document), "x") == Session()


def test_palette_and_morph_are_asked_for_with_it_and_the_engine_is_told_nothing() -> None:
    before = Session()
    before = before.with_track(replace(before.track("bass"), morph=default_morph(before.track("bass"))))
    after = wandering(before, "bass", 0.75)
    for source in Source:
        request = commands.palette_request(after, after.track("bass"), source)
        assert request is not None
        assert request.space.wander == 0.75
    assert commands.engine_commands(before, after) == []


def test_turning_it_decodes_anew_and_then_refines(controller: Controller, model, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: (PLAYED, True) in model.asked)
    seen = len(model.asked)
    controller.document.set_track_parameter("wander", 0.9, "drums")
    qtbot.waitUntil(lambda: len(model.asked) >= seen + 2)
    assert model.asked[seen:] == [(PLAYED, False), (PLAYED, True)]
    assert model.wanders[seen:] == [0.9, 0.9]
    assert set(model.wanders[:seen]) == {DEFAULT_WANDER}


def test_a_drag_is_one_step_of_the_history(controller: Controller, model, qtbot: QtBot) -> None:
    document = controller.document
    before = document.session
    document.begin_gesture("Wander")
    for percent in range(50, 101, 5):
        document.set_track_parameter("wander", percent / 100, "drums")
    document.end_gesture()
    assert document.session.track("drums").wander == 1.0
    assert (document.undo_stack.count(), document.undo_stack.undoText()) == (1, "Wander")
    qtbot.waitUntil(lambda: 1.0 in model.wanders)
    document.undo_stack.undo()
    assert document.session == before
    document.undo_stack.redo()
    assert document.session.track("drums").wander == 1.0


def test_values_are_brought_into_range(controller: Controller) -> None:
    for asked, kept in ((-1.0, 0.0), (7.0, 1.0), (float("nan"), 0.0)):
        controller.document.set_track_parameter("wander", asked, "melody")
        assert controller.document.session.track("melody").wander == kept
