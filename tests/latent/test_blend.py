"""Blends beside the sums that they stand for, on an untrained network that tells what it was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.latent import blend as blends
from blender_app.latent.blend import Blend, allowed_tensor
from blender_app.latent.config import DrumConfig
from blender_app.latent.drum_space import DrumSpace
from blender_app.latent.networks import DrumNets
from blender_app.latent.places import anchor_weights, lattice, shares_around
from blender_app.latent.wander import WanderCurves

TINY = DrumConfig(
    z_hits=8,
    z_dynamics=4,
    width=32,
    blocks=1,
    dynamics_width=16,
    prior_width=24,
    prior_blocks=1,
    wander=WanderCurves(between_noise=(1.0, 2.0, 3.0), key_logits=(1.0, 1.5, 2.0)),
    lively_logits=(0.0,),
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
    return Blend(space, loops(4))


PLACES = np.array([[0.2, 0.3], [0.9, 0.05], [0.5, 0.5], [0.1, 0.97]], np.float32)
WEIGHTS = anchor_weights(torch.from_numpy(PLACES)).numpy()


def faded(weights: np.ndarray) -> np.ndarray:
    """Return how much of each anchor's corrections is left."""
    return np.clip((weights - 0.55) / 0.45, 0.0, 1.0)


def test_codes_and_targets_are_those_of_the_keys_around(space: Telling, blend: Blend[DrumLoop]) -> None:
    assert blend.refined
    blend.content_at(PLACES)
    even = shares_around(torch.from_numpy(PLACES))[0]
    torch.testing.assert_close(space.codes, even @ blend.keys.codes)
    content = space.content(blend.anchors)
    mu, logvar = space.encode(content)
    torch.testing.assert_close(blend.codes, space.refine(content, mu, logvar))
    corners = [0, 2, 6, 8]
    torch.testing.assert_close(blend.keys.codes[corners], blend.codes)
    torch.testing.assert_close(blend.keys.targets[corners], blend.target_logits)
    quick = Blend(space, loops(4), refined=False)
    torch.testing.assert_close(quick.codes, mu)
    assert not quick.refined


@pytest.mark.parametrize(
    ("wander", "level", "keeping"), [(0.0, 1.0, 1.0), (0.5, 2.0, 1.5), (0.75, 2.5, 1.75)]
)
def test_noise_and_the_hold_of_keys_follow_wander(
    space: Telling, wander: float, level: float, keeping: float
) -> None:
    blend = Blend(space, loops(4), wander=wander)
    near, nearer = 0.01, 1e-8
    blend.content_at(np.array([[0.5, 0.5], [near, 0.0], [nearer, 0.0]]))
    assert space.noise.tolist() == pytest.approx([level, level * near / blends.NEAR, 0.0])
    at_key = torch.tensor(np.asarray(space.bias[0]))
    torch.testing.assert_close(at_key, keeping * blend.keys.targets[4])


def test_what_is_added_to_the_logits_is_summed_span_by_span(space: Telling, blend: Blend[DrumLoop]) -> None:
    blend.content_at(PLACES)
    shares = shares_around(torch.from_numpy(PLACES), blend.leads).double().numpy()
    targets, correction = blend.keys.targets.double().numpy(), blend.correction.double().numpy()
    for point in range(len(PLACES)):
        for step in (0, 7, 8, 17, 31):
            expected = 1.5 * shares[step // 8, point] @ targets[:, step]
            expected += faded(WEIGHTS[point]) @ correction[:, step]
            np.testing.assert_allclose(space.bias[point, step], expected, atol=1e-5)


def test_on_a_square_onsets_are_kept_up_between_the_keys() -> None:
    torch.manual_seed(0)
    nets = DrumNets(replace(TINY, lively_logits=(0.0, 1.0, 4.0))).eval().requires_grad_(False)
    space = Telling(nets)
    dense = [DrumLoop.from_hits(np.ones((32, 9), np.bool_)), *loops(3)]
    blend, line = Blend(space, dense), Blend(space, dense[:2])
    grid = blend.lively.view(5, 5)
    assert not grid[::2, ::2].any(), "keys play what they play"
    assert set(grid.flatten().tolist()) <= {0.0, 1.0, 4.0}
    assert grid.any()
    assert not line.lively.any()
    places = lattice(2, 5).numpy()
    wanted = anchor_weights(lattice(2, 5)) @ space.onsets(blend.different)
    off = (space.onsets(blend.content_at(places)) - wanted).abs()
    blend.lively = torch.zeros(25)
    assert off.sum() < (space.onsets(blend.content_at(places)) - wanted).abs().sum()


def test_corrections_bring_what_is_wrong_to_the_right_side(space: Telling, blend: Blend[DrumLoop]) -> None:
    content = space.content(blend.anchors)
    margin = space.margin(blend.codes, content)
    assert (margin > 0.5).any()
    assert (margin < 0.0).any()
    lead = margin + blend.correction * content
    torch.testing.assert_close(lead[margin < 0.5], torch.full_like(lead[margin < 0.5], 0.5))
    assert not blend.correction[margin >= 0.5].any()
    right = (margin > 0).all(-1).float().mean(1)
    assert blend.accuracy == pytest.approx(right.tolist())


def test_dynamics_are_mixed_and_what_anchors_play_is_known(space: Telling, blend: Blend[DrumLoop]) -> None:
    played = blend.at(PLACES)
    assert len(played) == 4
    known = space.content(blend.anchors)
    usual, logvar = space.usual_dynamics(known)
    manner = (space.dynamics_code(blend.anchors, known) - usual) / torch.exp(0.5 * logvar)
    usual, logvar = space.usual_dynamics(space.content(played))
    mixed = (space.code - usual) / torch.exp(0.5 * logvar)
    lengths = torch.from_numpy(WEIGHTS) @ manner.norm(dim=1)
    torch.testing.assert_close(mixed.norm(dim=1), lengths, atol=1e-4, rtol=1e-4)
    along = torch.nn.functional.cosine_similarity(mixed, torch.from_numpy(WEIGHTS) @ manner)
    torch.testing.assert_close(along, torch.ones(4), atol=1e-4, rtol=0.0)
    onsets = np.stack([loop.hits for loop in blend.anchors])
    agreed = np.tensordot(WEIGHTS, onsets, 1)
    np.testing.assert_allclose(space.known.share, np.minimum(agreed / 0.5, 1.0), atol=1e-5)
    velocity = np.stack([loop.velocity for loop in blend.anchors]) / 127.0
    everywhere = onsets.all(0)
    mean = np.tensordot(WEIGHTS, velocity, 1)[:, everywhere]
    np.testing.assert_allclose(space.known.dynamics[:, everywhere, 0], mean, atol=1e-5)
    plain = Blend(space, loops(4), plain=True)
    assert (plain.refined, plain.plain) == (False, True)
    plain.at(PLACES)
    assert space.known is None
    assert not space.noise.any()
    assert space.bias is None
    np.testing.assert_allclose(space.codes, WEIGHTS @ plain.codes.numpy(), atol=1e-5)


def test_an_anchor_is_itself_and_its_neighbours_are_not(space: Telling, blend: Blend[DrumLoop]) -> None:
    places = np.array([[1.0 - 5e-7, 0.0], [1.0 - 1e-4, 0.0], [0.0, 0.0]])
    at, beside, first = blend.at(places)
    assert at is blend.anchors[1]
    assert first is blend.anchors[0]
    assert beside is not blend.anchors[1]
    plain = Blend(space, loops(4), plain=True)
    assert plain.at(places)[2] is not plain.anchors[0]


def test_anchors_that_are_equal_are_one(space: Telling) -> None:
    first, second, other = loops(3)
    loud = DrumLoop(first.hits, np.where(first.hits, 127, 0), first.microtiming)
    blend = Blend(space, [first, other, loud, second])
    assert len(blend.codes) == 3
    torch.testing.assert_close(blend.codes, Blend(space, [first, other, second, second]).codes)
    assert blend.accuracy[0] == blend.accuracy[2]
    torch.testing.assert_close(blend.keys.codes[3], blend.codes[0])  # half-way between the two that are equal
    edge = np.array([[0.0, 0.3], [0.0, 0.5], [0.0, 0.99]])
    for loop in blend.at(edge):
        np.testing.assert_array_equal(loop.hits, first.hits)


def test_the_pace_of_lines_is_measured_along_them(space: Telling, blend: Blend[DrumLoop]) -> None:
    starts, ends = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.5, 1.0]])
    asked: list[np.ndarray] = []
    content = torch.full((10, 32, 9), -1.0)
    content[3:5, 0, 0] = 1.0  # on the first line, the only step is between its third and fourth loop
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blend, "content_at", lambda places: asked.append(places) or content)
        positions = blend.even_positions(starts, ends, 5)
    along = np.linspace(0.0, 1.0, 5)[:, None]
    lines = [a * (1.0 - along) + b * along for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_allclose(asked[0], np.concatenate(lines), atol=1e-6)
    length = np.array([0.0, 0.05, 0.1, 1.15, 1.2])  # stretches without change count a little
    np.testing.assert_allclose(positions[0], np.interp(np.linspace(0, 1.2, 5), length, along[:, 0]))
    np.testing.assert_allclose(positions[1], along[:, 0], atol=1e-7)
    plain = Blend(space, loops(4), plain=True)
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
    at = blend.at(np.array([[0.0], [1.0]]))
    assert (at[0] is blend.anchors[0], at[1] is blend.anchors[1]) == (True, False)
    assert space.allowed is blend.allowed
    plain = Blend(space, loops(2), plain=True, constraints=DecodeConstraints(allowed))
    plain.content_at(np.array([[0.0], [1.0]]))
    assert space.allowed is plain.allowed


def test_spans_of_a_shorter_model_are_its_own() -> None:
    torch.manual_seed(0)
    space = DrumSpace(DrumNets(replace(TINY, steps=16)).eval().requires_grad_(False))
    blend = Blend(space, [DrumLoop.from_hits(loop.hits[:16]) for loop in loops(2)])
    assert blend.leads.shape == (2,)
    assert len(blend.at(np.array([[0.3], [0.5]]))) == 2
