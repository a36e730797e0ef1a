"""The values that pass between threads and into histories: none can be changed, equal ones are equal."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.session import requests as r
from blender_app.session.document import Clip, DrawnPath, MidiSettings, Session, TrackKind
from blender_app.session.export import Music
from blender_app.session.morphing import default_morph
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath
from blender_app.session.recovery import Recoverable
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
