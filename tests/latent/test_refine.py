"""What refining makes of a code is never heard to be worse, with the shipped models."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app import load_model
from blender_app.training.drawn import drawn_drums

load = cache(load_model)
seeds = st.integers(0, 2**32 - 1)


def random_loops(kind: str, seed: int) -> np.ndarray:
    """Return loops that nobody plays, sparse and dense: hits (4, 32, 9) or melody events (4, 32)."""
    rng = np.random.default_rng(seed)
    if kind == "drums-2bar":
        return rng.random((4, 32, 9)) < rng.uniform(0.0, 0.5, (4, 1, 1))
    events = rng.integers(0, 128, (4, 32))
    events[rng.random((4, 32)) < rng.uniform(0.0, 0.9, (4, 1))] = -2
    return events


@pytest.mark.parametrize("kind", ["drums-2bar", "melody-2bar"])
@settings(max_examples=8)
@given(seed=seeds)
def test_refining_makes_no_loop_worse(kind: str, seed: int) -> None:
    model, loops = load(kind), random_loops(kind, seed)
    wrong = []
    for codes in (model.encode(loops), model.refine(loops)):
        said = np.asarray(model.decode(codes)).reshape(4, 32, -1)
        wrong.append((said != loops.reshape(4, 32, -1)).any(-1).sum(1))
    assert (wrong[1] <= wrong[0]).all()
    assert wrong[1].sum() < wrong[0].sum() or wrong[0].sum() < 10


def test_refined_codes_say_what_people_draw() -> None:
    model = load("drums-2bar")
    kinds = drawn_drums(8, np.random.default_rng(2))
    exact = {name: (model.decode(model.refine(hits)) == hits).all(-1).mean() for name, hits in kinds.items()}
    for name in ("everything at once on 5 steps", "voices in turn", "only bar 2, full"):
        assert exact[name] == 1.0
    assert exact["hits by chance, density 0.05"] >= 0.99
    assert exact["hits by chance, density 0.1"] >= 0.95
