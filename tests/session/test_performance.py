"""What a session plays from the start, without the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.scales import Key
from blender_app.session.performance import band_parts, length_of
from blender_app.session.session import DrawnPath, Loop, Morph, Session, Source


class Model:
    """Answers with the nearest anchor, and writes down what it was asked."""

    steps = 32

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.wanders: list[float] = []

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> SimpleNamespace:
        self._ask(refine, constraints, wander)

        def at(points: NDArray[np.float64]) -> list[Loop]:
            return [corners[2 * round(y) + round(x)] for x, y in points]

        return SimpleNamespace(at=at)

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> SimpleNamespace:
        self._ask(refine, constraints, wander)
        return SimpleNamespace(at=lambda positions: [(a, b)[round(x)] for x in positions])

    def _ask(self, refine: bool, constraints: DecodeConstraints, wander: float) -> None:
        allowed, user_edited = constraints.allowed, constraints.user_edited
        locked = {} if constraints == NO_CONSTRAINTS else {"allowed": allowed, "user_edited": user_edited}
        self.asked.append({"refine": refine, **locked})
        self.wanders.append(wander)


@pytest.fixture
def models() -> dict[str, Model]:
    return {"drums-2bar": Model(), "melody-2bar": Model()}


def changed(session: Session, track: str, **fields: object) -> Session:
    return session.with_track(replace(session.track(track), **fields))  # type: ignore[arg-type]


def test_pucks_play_their_loops(models: dict[str, Model]) -> None:
    session = changed(changed(Session(), "bass", puck=(1.0, 0.0)), "melody", puck=(1.0, 1.0))
    parts = band_parts(session, models.__getitem__)  # type: ignore[arg-type]
    assert [track.name for track, _ in parts] == ["drums", "bass", "melody"]
    for (track, pattern), corner in zip(parts, (0, 1, 3), strict=True):
        expected = track.corners[
            corner if track.name != "drums" else 2 * round(track.puck[1]) + round(track.puck[0])
        ]
        assert pattern.notes == expected.to_notes()
    assert length_of(parts) == 2
    assert models["drums-2bar"].asked == [{"refine": True}]


def test_a_key_is_passed_on_but_for_tracks_without_the_lock(models: dict[str, Model]) -> None:
    session = Session(scale=Key.parse("A minor"))
    session = changed(session, "melody", scale_lock=False)
    band_parts(session, models.__getitem__)  # type: ignore[arg-type]
    bass, melody = models["melody-2bar"].asked
    assert np.array_equal(np.asarray(bass["allowed"]), Key.parse("A minor").allowed())
    assert bass["user_edited"] == (False,) * 4
    assert melody == models["drums-2bar"].asked[0] == {"refine": True}


def test_each_track_is_made_with_its_own_wander(models: dict[str, Model]) -> None:
    ends = Session().track("melody").corners[:2]
    session = changed(Session(), "melody", wander=1.0, source=Source.MORPH, morph=Morph(ends, ("A", "B")))
    band_parts(changed(session, "drums", wander=0.0), models.__getitem__)  # type: ignore[arg-type]
    assert models["drums-2bar"].wanders == [0.0]
    assert models["melody-2bar"].wanders == [DEFAULT_WANDER, 1.0]


def test_paths_and_sweeps_play_their_laps(models: dict[str, Model]) -> None:
    low, high = MelodyLoop.from_events([60] * 32), MelodyLoop.from_events([72] * 32)
    morph = Morph(ends=(low, high), names=("low", "high"), position=0.5, sweep_bars=4, sweeping=True)
    path = DrawnPath(((0.0, 0.0), (1.0, 0.0)), bars=6, closed=False, playing=True)
    session = changed(Session(), "melody", source=Source.MORPH, morph=morph)
    session = changed(session, "drums", path=path)
    parts = band_parts(session, models.__getitem__)  # type: ignore[arg-type]
    assert length_of(parts) == 8
    assert [pattern.length_steps for _, pattern in parts] == [6 * 16, 32, 8 * 16]
    _, sweep = parts[2]
    heard = {note.step: note.pitch for note in sweep.notes}
    # The sweep starts where the slider is, goes on to the end, comes back and passes there again.
    assert [heard[sweep.step_of(step)] for step in (4, 28, 40, 68, 90, 124)] == [72, 72, 72, 60, 60, 60]


def test_a_model_that_is_not_there_is_told(models: dict[str, Model]) -> None:
    def load(name: str) -> Model:
        raise ModelError(f"no model {name}")

    with pytest.raises(ModelError, match="no model drums-2bar"):
        band_parts(Session(), load)  # type: ignore[arg-type]
    only = Session(tracks=(Session().track("drums"),))
    assert isinstance(only.tracks[0].corners[0], DrumLoop)
    assert len(band_parts(only, {"drums-2bar": models["drums-2bar"]}.__getitem__)) == 1  # type: ignore[arg-type]


def test_what_plays_is_the_first_pattern_from_the_beginning(models: dict[str, Model]) -> None:
    path = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=3, playing=True)
    session = changed(Session(), "bass", path=path)
    parts = band_parts(session, models.__getitem__)
    assert {(pattern.serial, pattern.anchor_step) for _, pattern in parts} == {(1, 0)}
    assert length_of(parts) == 6  # three bars and two fit together after six
    bass = Session().track("bass")
    morph = Morph(bass.corners[:2], ("A", "B"), position=0.5, sweep_bars=2, sweeping=True)
    parts = band_parts(changed(Session(), "bass", morph=morph, source=Source.MORPH), models.__getitem__)
    assert [pattern.anchor_step for _, pattern in parts] == [0, -16, 0]
    assert all(asked["refine"] for model in models.values() for asked in model.asked)
