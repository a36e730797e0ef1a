"""Key loops on spaces whose answers are known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from blender_app import load_model
from blender_app.latent.config import DrumConfig
from blender_app.latent.keys import make_keys
from blender_app.latent.wander import WanderCurves, WanderSettings

FREE = WanderSettings(base_share=1.0, key_noise=2.0, anchor_bias=0.5, between_noise=1.0, key_logits=1.0)


class Line:
    """A space of loops of two cells: content is the sign of the code and the bias; the flow triples."""

    config = DrumConfig(lively_logits=(0.0, 1.0, 2.0, 3.0))

    def target_logits(self, content: Tensor) -> Tensor:
        return content[..., None]

    def base(self, codes: Tensor, steps: int) -> Tensor:
        return codes * 3.0

    def from_base(self, points: Tensor, steps: int) -> Tensor:
        return points / 3.0

    def onsets(self, content: Tensor) -> Tensor:
        return (content > 0).sum(1).float()

    def onset_logits(self) -> Tensor:
        return torch.ones(2, 1)

    def decode(self, codes: Tensor, noise: Tensor, bias: Tensor, allowed: Tensor | None = None) -> Tensor:
        self.noise, self.bias, self.allowed = noise, bias, allowed
        return torch.where(codes + bias[..., 0] > 0, 1.0, -1.0)


CONTENT = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
CODES = torch.tensor([[3.0, 0.0], [0.0, -4.0]])
WEIGHTS = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def test_a_key_at_a_loop_is_the_loop_and_one_between_keeps_its_length() -> None:
    space = Line()
    keys = make_keys(space, CONTENT, CODES, WEIGHTS, FREE, None)
    torch.testing.assert_close(keys.codes[[0, 2]], CODES)
    torch.testing.assert_close(keys.targets[[0, 2]], CONTENT[..., None])
    torch.testing.assert_close(keys.codes[1], torch.tensor([3.0, -4.0]) / 5.0 * 3.5)
    straight = make_keys(space, CONTENT, CODES, WEIGHTS, FREE._replace(base_share=0.0), None)
    torch.testing.assert_close(straight.codes[1], torch.tensor([1.5, -2.0]))


def test_a_key_is_drawn_to_the_loops_and_as_lively_as_they() -> None:
    space, allowed = Line(), torch.ones(2, 128, dtype=torch.bool)
    keys = make_keys(space, CONTENT, CODES, WEIGHTS, FREE, allowed)
    assert space.allowed is allowed
    assert space.noise.tolist() == [2.0] * 4
    own = 0.5 * torch.tensor([1.0, 0.0])
    torch.testing.assert_close(space.bias[..., 0], torch.tensor(space.config.lively_logits)[:, None] + own)
    assert keys.targets[1].flatten().tolist() == [1.0, -1.0]  # 1.5 onsets wanted: the first of one and two
    dense = make_keys(space, torch.ones(2, 2), CODES, WEIGHTS, FREE, None)
    assert dense.targets[1].flatten().tolist() == [1.0, 1.0]


def test_the_flow_leads_back_to_the_code_it_came_from() -> None:
    space = load_model("drums-2bar")._space
    points = torch.randn(8, space.config.z_hits, generator=torch.Generator().manual_seed(0))
    codes = space.from_base(points, 20)
    torch.testing.assert_close(space.base(codes, 20), points, atol=0.02, rtol=0.0)


def test_wander_goes_from_near_over_its_default_to_free() -> None:
    curves = WanderCurves(base_share=(0.0, 1.0, 1.0), key_noise=(4.0, 2.0, 1.0))
    assert [curves.at(w).base_share for w in (0.0, 0.25, 0.5, 1.0)] == [0.0, 0.5, 1.0, 1.0]
    assert [curves.at(w).key_noise for w in (0.0, 0.25, 0.75, 1.0)] == [4.0, 3.0, 1.5, 1.0]


def test_curves_are_kept_in_the_configuration() -> None:
    config = replace(DrumConfig(), wander=WanderCurves(key_noise=(1.0, 2.0, 3.0)))
    values = json.loads(json.dumps(config.to_dict()))
    assert DrumConfig.from_dict(values) == config
    del values["wander"]["anchor_bias"]
    values["wander"]["unheard_of"] = 3
    assert DrumConfig.from_dict(values) == config
    values["wander"]["key_noise"] = [1.0, 2.0]
    with pytest.raises(ValueError, match="three numbers"):
        DrumConfig.from_dict(values)


def test_near_holds_nothing_new_and_free_does() -> None:
    model = load_model("drums-2bar")
    loops = model.sample(4, seed=5)
    shares = []
    for wander in (0.0, 0.5, 1.0):
        morphs = [
            model.interpolate(a, b, 5, wander=wander)[2] for a, b in zip(loops[:2], loops[2:], strict=True)
        ]
        made, known = np.stack(morphs), loops[:2] | loops[2:]
        shares.append((made & ~known).sum() / made.sum())
    assert shares[0] < 0.03
    assert shares[1] > shares[0]
    assert shares[2] > 0.08
