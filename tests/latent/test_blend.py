"""Blends beside the sums that they stand for, on an untrained network that tells what it was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.latent import blend as blends
from blender_app.latent.blend import Blend, Steer, allowed_tensor
from blender_app.latent.config import DrumConfig
from blender_app.latent.drum_space import DrumSpace
from blender_app.latent.networks import DrumNets

TINY = DrumConfig(
    z_hits=8,
    z_dynamics=4,
    width=32,
    blocks=1,
    dynamics_width=16,
    prior_width=24,
    prior_blocks=1,
    anchor_bias=1.5,
    between_noise=2.0,
)


class Telling(DrumSpace):
    """A space that keeps what it was asked to decode and to play."""

    def decode(self, codes, noise, bias=None, allowed=None, temperature=None, generator=None):
        self.codes, self.noise, self.bias, self.allowed = codes, noise, bias, allowed
        return super().decode(codes, noise, bias, allowed, temperature, generator)

    def played(self, content, code, known=None):
        self.code, self.known = code, known
        return super().played(content, code, known)


@pytest.fixture(scope="module")
def space() -> Telling:
    torch.manual_seed(0)
    nets = DrumNets(TINY)
    with torch.no_grad():
        for parameter in nets.parameters():
            parameter.add_(torch.randn(parameter.shape), alpha=0.1)
    return Telling(nets.eval().requires_grad_(False))


def loops(count: int) -> list[DrumLoop]:
    rng = np.random.default_rng(1)
    hits = rng.random((count, 32, 9)) < 0.3
    return [DrumLoop.from_hits(each, velocity=int(rng.integers(20, 120))) for each in hits]


@pytest.fixture(scope="module")
def blend(space: Telling) -> Blend[DrumLoop]:
    return Blend(space, loops(3))


WEIGHTS = np.array([[0.2, 0.3, 0.5], [0.8, 0.1, 0.1], [0.0, 0.4, 0.6], [0.05, 0.9, 0.05]], np.float32)


def faded(weights: np.ndarray) -> np.ndarray:
    """Return how much of each anchor's corrections is left."""
    return np.clip((weights - 0.55) / 0.45, 0.0, 1.0)


def test_codes_are_mixed_and_their_refinement_fades(space: Telling, blend: Blend[DrumLoop]) -> None:
    assert blend.refined
    blend.content_at(WEIGHTS)
    moved = blend.code_delta.numpy()
    assert np.abs(moved).max() > 0.01
    expected = WEIGHTS @ blend.codes.numpy() + faded(WEIGHTS) @ moved
    np.testing.assert_allclose(space.codes, expected, atol=1e-5)
    away = np.sqrt(2.0 * (1.0 - (WEIGHTS**2).sum(1)))
    np.testing.assert_allclose(space.noise, 2.0 * away, rtol=1e-5)
    content = space.content(blend.anchors)
    mu, logvar = space.encode(content)
    torch.testing.assert_close(blend.codes, mu)
    torch.testing.assert_close(blend.code_delta, space.refine(content, mu, logvar) - mu)
    quick = Blend(space, loops(3), refined=False)
    assert not quick.code_delta.any()
    assert not quick.refined


def test_only_at_an_anchor_nothing_is_uncertain(space: Telling, blend: Blend[DrumLoop]) -> None:
    near, nearer = 1e-3, 1e-7
    weights = np.array([[1.0 - near, near, 0.0], [1.0 - nearer, nearer, 0.0]], np.float32)
    blend.content_at(weights)
    assert space.noise[0].item() == pytest.approx(2.0 * (4.0 * near) ** 0.5, rel=1e-2)
    assert space.noise[1].item() == 0.0


def test_what_is_added_to_the_logits_is_summed_beat_by_beat(space: Telling, blend: Blend[DrumLoop]) -> None:
    chance = torch.Generator().manual_seed(3)
    offsets = blends.BEAT_SPREAD * torch.randn(8, 3, generator=chance).double().numpy()
    generator = torch.Generator().manual_seed(4)
    steer = Steer(torch.rand(4, 2, generator=generator), torch.randn(2, 32, 9, generator=generator))
    targets, correction = blend.target_logits.double().numpy(), blend.correction.double().numpy()
    for steering in (None, steer):
        blend.content_at(WEIGHTS, steering)
        for point, weights in enumerate(WEIGHTS.astype(float)):
            for step in (0, 3, 4, 17, 31):
                votes = np.maximum(weights, 1e-9) * np.exp(offsets[step // 4])
                nearness = votes / votes.sum()
                expected = 1.5 * nearness @ targets[:, step] + faded(weights) @ correction[:, step]
                if steering is not None:
                    expected += steer.shares[point].numpy() @ steer.logits[:, step].numpy()
                np.testing.assert_allclose(space.bias[point, step], expected, atol=1e-4)


def test_corrections_bring_what_is_wrong_to_the_right_side(space: Telling, blend: Blend[DrumLoop]) -> None:
    codes, content = blend.codes + blend.code_delta, space.content(blend.anchors)
    margin = space.margin(codes, content)
    assert (margin > 0.5).any()
    assert (margin < 0.0).any()
    lead = margin + blend.correction * content
    torch.testing.assert_close(lead[margin < 0.5], torch.full_like(lead[margin < 0.5], 0.5))
    assert not blend.correction[margin >= 0.5].any()
    right = (margin > 0).all(-1).float().mean(1)
    assert blend.accuracy == pytest.approx(right.tolist())


def test_dynamics_are_mixed_and_what_is_known_of_them_fades(space: Telling, blend: Blend[DrumLoop]) -> None:
    played = blend.at(WEIGHTS)
    assert len(played) == 4
    np.testing.assert_allclose(space.code, WEIGHTS @ blend.dynamics.numpy(), atol=1e-5)
    onsets = np.stack([loop.hits for loop in blend.anchors])
    agreed = np.tensordot(WEIGHTS, onsets, 1)
    np.testing.assert_allclose(space.known.share, faded(agreed), atol=1e-5)
    velocity = np.stack([loop.velocity for loop in blend.anchors]) / 127.0
    mean = np.tensordot(WEIGHTS, velocity, 1)[agreed > 0] / agreed[agreed > 0]
    np.testing.assert_allclose(space.known.dynamics[..., 0][agreed > 0], mean, atol=1e-5)
    plain = Blend(space, loops(3), plain=True)
    assert (plain.refined, plain.plain) == (False, True)
    plain.at(WEIGHTS)
    assert space.known is None
    assert not space.noise.any()
    assert space.bias is None
    np.testing.assert_allclose(space.codes, WEIGHTS @ plain.codes.numpy(), atol=1e-5)


def test_an_anchor_is_itself_and_its_neighbours_are_not(space: Telling, blend: Blend[DrumLoop]) -> None:
    weights = np.array([[0.0, 1.0 - 5e-7, 5e-7], [0.0, 1.0 - 1e-4, 1e-4], [1.0, 0.0, 0.0]])
    at, beside, first = blend.at(weights)
    assert at is blend.anchors[1]
    assert first is blend.anchors[0]
    assert beside is not blend.anchors[1]
    plain = Blend(space, loops(3), plain=True)
    assert plain.at(weights)[2] is not plain.anchors[0]


def test_anchors_that_are_equal_are_one(space: Telling) -> None:
    first, second, other = loops(3)
    loud = DrumLoop(first.hits, np.where(first.hits, 127, 0), first.microtiming)
    blend, apart = Blend(space, [first, other, loud, second]), Blend(space, [first, other, second])
    torch.testing.assert_close(blend.codes, apart.codes)
    torch.testing.assert_close(blend.correction, apart.correction)
    assert blend.accuracy == (*apart.accuracy[:2], apart.accuracy[0], apart.accuracy[2])
    four = np.array([[0.2, 0.1, 0.4, 0.3], [0.7, 0.0, 0.3, 0.0]], np.float32)
    three = np.array([[0.6, 0.1, 0.3], [1.0, 0.0, 0.0]], np.float32)
    torch.testing.assert_close(blend.content_at(four), apart.content_at(three))
    np.testing.assert_array_equal(blend.at(four)[1].hits, first.hits)


def test_steering_reaches_the_decoder_of_loops_as_well(space: Telling, blend: Blend[DrumLoop]) -> None:
    everything = Steer(torch.ones(1, 1), torch.full((1, 32, 9), 1000.0))
    assert blend.at(WEIGHTS[:1], everything)[0].hit_count == 32 * 9


def test_the_pace_of_lines_is_measured_along_them(space: Telling, blend: Blend[DrumLoop]) -> None:
    starts, ends = np.eye(3, dtype=np.float32)[:2], np.eye(3, dtype=np.float32)[1:]
    asked: list[np.ndarray] = []
    content = torch.full((10, 32, 9), -1.0)
    content[3:5, 0, 0] = 1.0  # on the first line, the only step is between its third and fourth loop
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blend, "content_at", lambda weights: asked.append(weights) or content)
        positions = blend.even_positions(starts, ends, 5)
    along = np.linspace(0.0, 1.0, 5)[:, None]
    lines = [a * (1.0 - along) + b * along for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_allclose(asked[0], np.concatenate(lines), atol=1e-6)
    assert asked[0].dtype == np.float32
    length = np.array([0.0, 0.05, 0.1, 1.15, 1.2])  # stretches without change count a little
    np.testing.assert_allclose(positions[0], np.interp(np.linspace(0, 1.2, 5), length, along[:, 0]))
    np.testing.assert_allclose(positions[1], along[:, 0], atol=1e-7)
    plain = Blend(space, loops(3), plain=True)
    np.testing.assert_allclose(plain.even_positions(starts, ends, 3), [[0.0, 0.5, 1.0]] * 2)


def test_what_is_allowed_has_the_loops_length(space: Telling) -> None:
    assert allowed_tensor(NO_CONSTRAINTS, 32) is None
    allowed = np.zeros((32, 128), np.bool_)
    allowed[3, 60] = True
    table = allowed_tensor(DecodeConstraints(allowed), 32)
    assert table is not None
    assert table.nonzero().tolist() == [[3, 60]]
    blend = Blend(space, loops(2), constraints=DecodeConstraints(allowed, (True, False)))
    assert blend.kept == (True, False)
    at = blend.at(np.eye(2, dtype=np.float32))
    assert (at[0] is blend.anchors[0], at[1] is blend.anchors[1]) == (True, False)
    assert space.allowed is blend.allowed
    plain = Blend(space, loops(2), plain=True, constraints=DecodeConstraints(allowed))
    plain.content_at(np.eye(2, dtype=np.float32))
    assert space.allowed is plain.allowed


def test_beats_of_a_shorter_model_are_its_own() -> None:
    torch.manual_seed(0)
    space = DrumSpace(DrumNets(replace(TINY, steps=16)).eval().requires_grad_(False))
    blend = Blend(space, [DrumLoop.from_hits(loop.hits[:16]) for loop in loops(2)])
    assert blend.beat_offsets.shape == (4, 2)
