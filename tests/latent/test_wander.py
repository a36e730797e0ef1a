"""How far a blend goes from its loops: what is asked for reaches it, and what is no share is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.latent.config import DrumConfig
from blender_app.latent.drum_model import DrumModel
from blender_app.latent.drum_space import DrumSpace
from blender_app.latent.networks import DrumNets
from blender_app.latent.wander import WanderCurves

TINY = DrumConfig(
    z_hits=8, z_dynamics=4, width=24, blocks=1, dynamics_width=12, prior_width=16, prior_blocks=1
)
HITS = np.random.default_rng(2).random((4, 32, 9)) < 0.3
LOOPS = [DrumLoop.from_hits(hits) for hits in HITS]

Ask = Callable[[DrumModel, float], object]
ASKED: list[Ask] = [
    lambda model, wander: model.make_palette(LOOPS, wander=wander).cells(3, 3),
    lambda model, wander: model.make_morph(LOOPS[0], LOOPS[1], wander=wander).at(np.linspace(0, 1, 5)),
    lambda model, wander: model.palette(HITS, 3, 3, wander=wander).tolist(),
    lambda model, wander: model.interpolate(HITS[0], HITS[1], 5, wander=wander).tolist(),
    lambda model, wander: model.interpolate(HITS[:2], HITS[2:], 5, wander=wander).tolist(),
]
DEFAULTS: list[Callable[[DrumModel], object]] = [
    lambda model: model.make_palette(LOOPS).cells(3, 3),
    lambda model: model.make_morph(LOOPS[0], LOOPS[1]).at(np.linspace(0, 1, 5)),
    lambda model: model.palette(HITS, 3, 3).tolist(),
    lambda model: model.interpolate(HITS[0], HITS[1], 5).tolist(),
    lambda model: model.interpolate(HITS[:2], HITS[2:], 5).tolist(),
]


@pytest.fixture
def model() -> DrumModel:
    torch.manual_seed(0)
    nets = DrumNets(TINY)
    with torch.no_grad():
        for parameter in nets.parameters():
            parameter.add_(torch.randn(parameter.shape), alpha=0.2)
    return DrumModel(DrumSpace(nets.eval().requires_grad_(False)), "drums", "")


@pytest.fixture
def wanders(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return at which wanders blends are made."""
    found: list[float] = []
    settings_at = WanderCurves.at

    def at(curves: WanderCurves, wander: float) -> object:
        found.append(wander)
        return settings_at(curves, wander)

    monkeypatch.setattr(WanderCurves, "at", at)
    return found


@pytest.mark.parametrize(("ask", "by_default"), list(zip(ASKED, DEFAULTS, strict=True)))
def test_what_is_asked_for_reaches_the_blend(
    model: DrumModel, wanders: list[float], ask: Ask, by_default: Callable[[DrumModel], object]
) -> None:
    near, free = ask(model, 0.0), ask(model, 1.0)
    assert set(wanders) == {0.0, 1.0}
    assert near != free
    wanders.clear()
    assert by_default(model) == ask(model, DEFAULT_WANDER)
    assert set(wanders) == {DEFAULT_WANDER}


@pytest.mark.parametrize("wander", [-0.01, 1.01, float("nan")])
@pytest.mark.parametrize("ask", ASKED)
def test_what_is_no_share_is_refused(model: DrumModel, ask: Ask, wander: float) -> None:
    with pytest.raises(ModelError, match=rf"wander is a number from 0 \(near\) to 1 \(free\), not {wander}"):
        ask(model, wander)


def test_corners_stay_at_every_wander(model: DrumModel) -> None:
    for wander in (0.0, 0.3, 1.0):
        cells = model.make_palette(LOOPS, wander=wander).cells(3, 3)
        assert [cells[0][0], cells[0][2], cells[2][0], cells[2][2]] == LOOPS
