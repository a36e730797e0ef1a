"""What loops have in common stays on the whole way between them, with the shipped models."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app import load_model
from blender_app.core.constraints import DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.latent.common import AnchorDynamics, Known, alike

load = cache(load_model)
KINDS = ("drums-2bar", "melody-2bar")
seeds = st.integers(0, 2**32 - 1)
ALONG = np.linspace(0.0, 1.0, 9)


def drum_loop(rng: np.random.Generator) -> DrumLoop:
    """Return what no drummer plays, so that the code rarely says it."""
    hits = rng.random((32, 9)) < rng.choice([0.05, 0.2, 0.4])
    velocity, timing = rng.integers(1, 128, hits.shape), rng.uniform(-0.5, 0.5, hits.shape)
    return DrumLoop(hits, np.where(hits, velocity, 0).astype(np.uint8), np.where(hits, timing, 0.0))


def melody_loop(rng: np.random.Generator) -> MelodyLoop:
    """Return notes from all over, some held, some ended."""
    events = rng.integers(0, 128, 32)
    events[rng.random(32) < rng.choice([0.1, 0.5, 0.8])] = -2
    events[rng.random(32) < 0.2] = -1
    played = events >= 0
    velocity, timing = rng.integers(1, 128, 32), rng.uniform(-0.5, 0.5, 32)
    return MelodyLoop(events, np.where(played, velocity, 0), np.where(played, timing, 0.0))


def random_loop(kind: str, seed: int) -> DrumLoop | MelodyLoop:
    rng = np.random.default_rng(seed)
    return drum_loop(rng) if kind == "drums-2bar" else melody_loop(rng)


def content(loop: DrumLoop | MelodyLoop) -> np.ndarray:
    return loop.hits if isinstance(loop, DrumLoop) else loop.events


def assert_is(loops: Sequence[DrumLoop | MelodyLoop], expected: DrumLoop | MelodyLoop) -> None:
    for loop in loops:
        np.testing.assert_array_equal(content(loop), content(expected))
        np.testing.assert_array_equal(loop.velocity, expected.velocity)
        np.testing.assert_allclose(loop.microtiming, expected.microtiming, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8)
@given(seed=seeds)
def test_a_loop_blended_with_itself_is_itself(kind: str, seed: int) -> None:
    loop = random_loop(kind, seed)
    for refine in (False, True):
        assert_is(load(kind).make_morph(loop, loop, refine).at(ALONG), loop)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(seed=seeds)
def test_four_equal_corners_are_one_loop(kind: str, seed: int) -> None:
    loop = random_loop(kind, seed)
    for refine in (False, True):
        cells = load(kind).make_palette([loop] * 4, refine).cells(5, 5)
        assert_is([cell for row in cells for cell in row], loop)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(seed=seeds, other=st.integers(0, 3))
def test_an_edge_between_equal_corners_is_constant(kind: str, seed: int, other: int) -> None:
    loop = random_loop(kind, seed)
    corners = [loop] * 4
    corners[other] = random_loop(kind, seed + 1)
    palette = load(kind).make_palette(corners)
    x, y = other % 2, other // 2
    across, down = np.full((9, 2), 1.0 - x), np.full((9, 2), 1.0 - y)
    across[:, 1], down[:, 0] = ALONG, ALONG
    assert_is(palette.at(np.concatenate([across, down])), loop)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(seed=seeds)
def test_of_loops_that_differ_in_dynamics_alone_these_are_mixed(kind: str, seed: int) -> None:
    soft = random_loop(kind, seed)
    played = soft.velocity > 0
    loud = type(soft)(content(soft), np.where(played, 127, 0), -soft.microtiming)
    morph = load(kind).make_morph(soft, loud)
    for loop in morph.at(ALONG):
        np.testing.assert_array_equal(content(loop), content(soft))
    (middle,) = morph.at(np.array([0.5]))
    mean = (soft.velocity[played].astype(float) + 127) / 2
    assert np.abs(middle.velocity[played] - mean).max() <= 0.51
    np.testing.assert_allclose(middle.microtiming, 0.0, atol=1e-5)


@settings(max_examples=8)
@given(seed=seeds)
def test_a_hit_that_all_corners_play_softly_is_soft_wherever_it_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = []
    for _ in range(4):
        hits = rng.random((32, 9)) < 0.1
        hits[::4, 2] = True
        velocity = np.where(hits, 120, 0)
        velocity[::4, 2] = rng.integers(25, 36, 8)
        corners.append(DrumLoop(hits, velocity, np.zeros(hits.shape)))
    for row in load("drums-2bar").make_palette(corners).cells(5, 5):
        for cell in row:
            soft = cell.velocity[::4, 2][cell.hits[::4, 2]]
            assert ((soft >= 25) & (soft <= 36)).all()


def test_equal_corners_in_a_scale_are_one_loop_that_keeps_to_it() -> None:
    loop = MelodyLoop.from_events([60, -2, 61, 63] * 8)
    allowed = np.zeros((32, 128), np.bool_)
    allowed[:, ::12] = True
    cells = load("melody-2bar").make_palette([loop] * 4, constraints=DecodeConstraints(allowed)).cells(3, 3)
    first = cells[0][0]
    assert set(first.events[first.events >= 0] % 12) == {0}
    assert_is([cell for row in cells for cell in row], first)


def test_one_that_is_kept_is_not_the_same_as_one_that_is_not() -> None:
    told = torch.tensor([[0, 1], [2, 3], [0, 1], [0, 1]])
    assert alike(told, (True,) * 4).tolist() == [[1, 0], [0, 1], [1, 0], [1, 0]]
    assert alike(told, (True, True, False, True)).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert alike(told[:1], (True,)).tolist() == [[1]]


def test_anchors_speak_for_what_they_play_by_their_weight() -> None:
    dynamics = torch.tensor([[[0.2, 0.1], [0.8, 0.0]], [[0.6, -0.3], [0.5, 0.5]]])
    anchors = AnchorDynamics(dynamics, torch.tensor([[True, True], [True, False]]))
    mean, agreed = anchors.at(torch.tensor([[0.25, 0.75], [0.0, 1.0]]))
    torch.testing.assert_close(agreed, torch.tensor([[1.0, 0.25], [1.0, 0.0]]))
    torch.testing.assert_close(mean[0], torch.tensor([[0.5, -0.2], [0.8, 0.0]]))
    torch.testing.assert_close(mean[1], torch.tensor([[0.6, -0.3], [0.0, 0.0]]))
    said = torch.full((2, 2, 2), 0.4)
    held = Known(mean, torch.tensor([[1.0, 0.5], [0.0, 0.0]])).held(said)
    torch.testing.assert_close(held[0], torch.tensor([[0.5, -0.2], [0.6, 0.2]]))
    torch.testing.assert_close(held[1], said[1])
