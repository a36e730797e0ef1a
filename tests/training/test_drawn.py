"""The kinds of loops that people draw are what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.training.drawn import drawn_drums, drawn_melodies


def test_drums_are_what_they_are_called() -> None:
    kinds = drawn_drums(40, np.random.default_rng(0))
    assert all(loops.shape[1:] == (32, 9) and loops.dtype == np.bool_ for loops in kinds.values())
    at_once = kinds.pop("everything at once on 5 steps")
    assert (at_once.sum(2) == 9).sum(1).tolist() == [5] * 40
    assert at_once.sum((1, 2)).tolist() == [45] * 40
    in_turn = kinds.pop("voices in turn")
    assert (in_turn.sum(2) == 1).all()
    assert (in_turn.argmax(2)[:, 1:] == (in_turn.argmax(2)[:, :-1] + 1) % 9).all()
    assert len({loop.tobytes() for loop in in_turn}) == 9
    (bar_two,) = kinds.pop("only bar 2, full")
    assert bar_two[16:].all()
    assert not bar_two[:16].any()
    for name, loops in kinds.items():
        assert loops.mean() == pytest.approx(float(name.split()[-1]), abs=0.01)


def test_melodies_are_what_they_are_called() -> None:
    kinds = drawn_melodies(40, np.random.default_rng(0))
    shuffled, wide, each = kinds.values()
    lowest = shuffled.min(1, keepdims=True)
    assert (np.sort(shuffled, 1) - lowest == np.arange(32)).all()
    assert (lowest.min() >= 36, shuffled.max() <= 91) == (True, True)
    assert (wide.min(), wide.max(), wide.shape) == (21, 108, (40, 32))
    assert each[:, ::4].tolist() == [[pitch] * 8 for pitch in range(128)]
    assert (each[:, np.arange(32) % 4 != 0] == -2).all()
