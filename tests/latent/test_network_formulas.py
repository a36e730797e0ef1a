"""The networks beside their formulas, in NumPy and on layers that are asked what they were given."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from blender_app.latent import melody_networks as tunes
from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.drum_space import DrumSpace
from blender_app.latent.melody_networks import TOKENS, UNKNOWN, MelodyNets
from blender_app.latent.melody_space import MelodySpace
from blender_app.latent.networks import DrumNets, FlowPrior, ResidualBlock, ResidualMLP
from blender_app.latent.refine import refine

SIZES = {"width": 10, "blocks": 2, "dynamics_width": 6, "prior_width": 12, "prior_blocks": 1}
DRUMS = DrumConfig(z_hits=5, z_dynamics=3, head_width=7, step_features=6, **SIZES)
TUNES = MelodyConfig(
    z_notes=5, z_dynamics=3, head_width=8, step_features=6, embedding=4, history_embedding=3, **SIZES
)


class Kept(nn.Module):
    """A layer that keeps what it is given and answers with `said`."""

    def __init__(self, said: Tensor) -> None:
        super().__init__()
        self.said = said

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return self.said


def shaken(net: nn.Module) -> nn.Module:
    """Return a network in which no weight is zero."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    return net.eval().requires_grad_(False)


def linear(layer: nn.Linear, x: np.ndarray) -> np.ndarray:
    out = x @ layer.weight.double().numpy().T
    return out if layer.bias is None else out + layer.bias.double().numpy()


def gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


def normed(layer: nn.LayerNorm, x: np.ndarray) -> np.ndarray:
    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + layer.eps)
    return x * layer.weight.double().numpy() + layer.bias.double().numpy()


def test_a_residual_network_is_its_formula() -> None:
    net = shaken(ResidualMLP(4, 6, 2, 3))
    x = np.random.default_rng(1).normal(size=(5, 4))
    y = linear(net[0], x)
    for block in (net[1], net[2]):
        y = y + linear(block.outer, gelu(linear(block.inner, normed(block.norm, y))))
    expected = linear(net[-1], gelu(normed(net[-3], y)))
    assert [type(layer) for layer in net] == [
        nn.Linear, ResidualBlock, ResidualBlock, nn.LayerNorm, nn.GELU, nn.Linear
    ]  # fmt: skip
    np.testing.assert_allclose(net(torch.from_numpy(x).float()), expected, atol=1e-5)


def test_logits_of_hits_are_their_formula() -> None:
    decoder = shaken(DrumNets(DRUMS)).decoder
    rng = np.random.default_rng(2)
    z, noise = rng.normal(size=(3, 5)), np.array([0.0, 1.0, 0.5])
    hits, known = rng.choice([-1.0, 1.0], (3, 32, 9)), rng.choice([0.0, 1.0], (3, 32, 1))
    tensors = [torch.from_numpy(each).float() for each in (z, noise, hits, known)]
    level = np.stack([noise, noise == 0.0], 1)
    features = decoder.features(torch.from_numpy(np.concatenate([z, level], 1)).float())
    features = features.double().numpy().reshape(3, 32, 6)
    logits = decoder(*tensors).numpy()
    past = np.concatenate([np.zeros((3, 16, 9)), hits * known], 1)
    for step in (0, 1, 16, 31):
        before = past[:, step : step + 16].reshape(3, -1)
        remembered = linear(decoder.from_history, before) + decoder.position[step].double().numpy()
        hidden = gelu(linear(decoder.from_features, features[:, step]) + remembered)
        pair = linear(decoder.pair, hidden).reshape(3, 9, 9)
        expected = linear(decoder.single, hidden) + linear(decoder.direct, features[:, step])
        for voice in range(9):
            for lower in range(voice):
                expected[:, voice] += pair[:, voice, lower] * hits[:, step, lower]
        np.testing.assert_allclose(logits[:, step], expected, atol=1e-4)


def test_dynamics_of_hits_lie_in_their_ranges() -> None:
    net = DrumNets(DRUMS).dynamics
    rng = np.random.default_rng(3)
    raw = torch.from_numpy(rng.normal(size=(2, 576)) * 3).float()
    net.decoder, net.posterior, net.prior = Kept(raw), Kept(raw[:, :6]), Kept(raw[:, :6])
    hits, z = torch.randn(2, 32, 9).sign(), torch.randn(2, 3)
    said = net.decode(hits, z)
    assert torch.equal(net.decoder.x, torch.cat([hits.reshape(2, 288), z], 1))
    cells = raw.view(2, 32, 9, 2)
    torch.testing.assert_close(said[..., 0], 1.0 / (1.0 + torch.exp(-cells[..., 0])))
    torch.testing.assert_close(said[..., 1], 0.5 * torch.tanh(cells[..., 1]))
    played = torch.rand(2, 32, 9, 2)
    mean, logvar = net.encode(hits, played)
    assert torch.equal(net.posterior.x, torch.cat([hits.reshape(2, 288), played.reshape(2, 576)], 1))
    assert torch.equal(torch.cat([mean, logvar], 1), raw[:, :6].clamp(min=-10))
    net.expect(hits)
    assert torch.equal(net.prior.x, hits.reshape(2, 288))


def test_a_flow_knows_the_time_by_its_waves() -> None:
    prior = FlowPrior(2, 8, 1)
    prior.net = Kept(torch.zeros(3, 2))
    x, time = torch.randn(3, 2), torch.tensor([0.0, 0.3, 1.0])
    prior(x, time)
    angle = np.outer(time, np.arange(1, 33)) * np.pi / 2
    torch.testing.assert_close(prior.net.x[:, :2], x)
    np.testing.assert_allclose(
        prior.net.x[:, 2:], np.concatenate([np.sin(angle), np.cos(angle)], 1), atol=1e-5
    )
    assert not prior.mean.any()
    assert prior.scale.tolist() == [1.0, 1.0]


class Timed(FlowPrior):
    """A flow of one number to which its times and places can be told."""

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        self.looked.append((x[0, 0].item(), time[0].item()))
        return 2.0 * x


def test_a_flow_is_followed_by_midpoints() -> None:
    prior = Timed(1, 8, 1)
    prior.looked = []
    end = prior.sample(torch.ones(1, 1), steps=2).item()
    assert [time for _, time in prior.looked] == [0.0, 0.25, 0.5, 0.75]
    assert [x for x, _ in prior.looked] == pytest.approx([1.0, 1.5, 2.5, 3.75])
    assert end == pytest.approx(2.5**2)
    prior.looked = []
    prior.sample(torch.ones(1, 1))
    assert len(prior.looked) == 40


def slow_notes(tokens: list[int]) -> tuple[int, list[int], list[int]]:
    """Return the last pitch, how the last two notes were reached, and the classes above the last."""
    pitches = [token - 2 for token in tokens if 2 <= token < 130]
    steps = [
        min(max(b - a, -12), 12) + 12
        for a, b in zip([None, *pitches], pitches, strict=False)
        if a is not None
    ]
    reached = [*[25] * 2, *steps][::-1][:2] if pitches else [25, 25]
    if len(pitches) == 1:
        reached = [25, 25]
    last = pitches[-1] if pitches else -1
    classes = [int(any(p % 12 == (last + up) % 12 for p in pitches)) for up in range(12)]
    return last, reached, classes


def test_logits_of_tokens_are_their_formula() -> None:
    decoder = shaken(MelodyNets(TUNES)).decoder
    rng = np.random.default_rng(4)
    z, noise = rng.normal(size=(2, 5)), np.array([0.0, 0.7])
    tokens = np.where(rng.random((2, 32)) < 0.4, rng.integers(0, TOKENS, (2, 32)), 0)
    known = rng.random((2, 32)) < 0.7
    tokens[0, 16], known[0, 16] = 2, True  # the lowest pitch is one
    logits = decoder(
        torch.from_numpy(z).float(),
        torch.from_numpy(noise).float(),
        torch.from_numpy(tokens),
        torch.from_numpy(known),
    ).numpy()
    level = np.stack([noise, noise == 0.0], 1)
    features = decoder.features(torch.from_numpy(np.concatenate([z, level], 1)).float())
    features = features.double().numpy().reshape(2, 32, 6)
    seen = np.where(known, tokens, UNKNOWN)
    embedded, last_of = decoder.embed.weight.double().numpy(), decoder.last.weight.double().numpy()
    for row in range(2):
        for step in (0, 1, 5, 17, 31):
            past = [UNKNOWN] * 16 + seen[row, :step].tolist()
            last, reached, classes = slow_notes(past)
            memory = np.concatenate([embedded[past[-16:]].ravel(), classes])
            hidden = linear(decoder.from_history, memory) + decoder.position[step].double().numpy()
            hidden = hidden + last_of[UNKNOWN if last < 0 else last + 2]
            for embed, how in zip(decoder.reached, reached, strict=True):
                hidden = hidden + embed.weight[how].double().numpy()
            hidden = gelu(hidden + linear(decoder.from_features, features[row, step]))
            said = linear(decoder.out, hidden + gelu(linear(decoder.inner, hidden)))
            expected = said[:TOKENS].copy()
            if last >= 0:
                for interval in range(-24, 25):
                    if 0 <= last + interval < 128:
                        expected[2 + last + interval] += said[TOKENS + 24 + interval]
            expected += linear(decoder.direct, features[row, step])
            np.testing.assert_allclose(logits[row, step], expected, atol=1e-4)


def test_leaps_are_an_octave_or_more() -> None:
    assert tunes.LEAPS.shape == tunes.INTERVAL_OF.shape == (129, 128)
    assert not tunes.LEAPS[0].any()
    assert tunes.LEAPS[1 + 60].nonzero().flatten().tolist() == [*range(49), *range(72, 128)]
    assert tunes.LEAPS[1].nonzero().flatten().tolist() == list(range(12, 128))
    assert (tunes.INTERVAL_OF[0] == 49).all()
    assert tunes.CLASSES_FROM.shape == (129, 12)
    assert tunes.CLASSES_FROM[1 + 64].tolist() == [4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3]
    assert tunes.INTERVAL_OF[1, [0, 24, 25]].tolist() == [24, 48, 49]


def test_a_scale_takes_the_nearest_and_leaves_the_best_as_good() -> None:
    pitches = torch.full((2, 128), -50.0)
    pitches[0, 61], pitches[0, 60], pitches[1, 10] = 5.0, -30.0, 3.0
    allowed = torch.zeros(128, dtype=torch.bool)
    allowed[[60, 64, 127]] = True
    unchanged = pitches.clone()
    tunes._keep_to(unchanged, torch.zeros(128, dtype=torch.bool))
    assert torch.equal(unchanged, pitches), "where nothing is allowed, all is"
    kept = pitches.clone()
    tunes._keep_to(kept, allowed)
    assert torch.isinf(kept).sum() == 2 * 125
    # -30 - 6, -50 - 18 and -50 - 396 before they are raised by as much as the best lost
    assert kept[0, [60, 64, 127]].tolist() == pytest.approx([5.0, 5.0 - 32.0, 5.0 - 410.0])
    assert kept[1, [60, 64, 127]].tolist() == pytest.approx([3.0, 3.0 - 24.0, 3.0 - 402.0])


def test_a_decoder_forgets_what_lies_a_bar_behind() -> None:
    decoder = shaken(MelodyNets(TUNES)).decoder
    z, noise = torch.randn(4, 5, generator=torch.Generator().manual_seed(1)), torch.full((4,), 0.4)
    tokens = decoder.decode(z, noise)
    assert (tokens > 1).any(1).all()
    logits = decoder(z, noise, tokens, torch.ones(tokens.shape, dtype=torch.bool))
    own = logits.gather(-1, tokens[..., None])[..., 0]
    sounding = torch.zeros(4, dtype=torch.bool)
    for step in range(32):
        others = logits[:, step].clone()
        others[~sounding, 1] = -torch.inf
        assert torch.allclose(own[:, step], others.amax(-1))
        sounding = (tokens[:, step] > 1) | (sounding & (tokens[:, step] != 1))


def test_velocities_of_notes_lie_in_their_range() -> None:
    net = MelodyNets(TUNES).dynamics
    raw = torch.randn(2, 32) * 3
    net.decoder, net.posterior, net.prior = Kept(raw), Kept(raw[:, :6]), Kept(raw[:, :6])
    content, z, velocity = torch.randint(0, TOKENS, (2, 32)), torch.randn(2, 3), torch.rand(2, 32)
    embedded = net.embed.weight[content].reshape(2, -1)
    torch.testing.assert_close(net.decode(content, z), 1.0 / (1.0 + torch.exp(-raw)))
    assert torch.equal(net.decoder.x, torch.cat([embedded, z], 1))
    net.encode(content, velocity)
    assert torch.equal(net.posterior.x, torch.cat([embedded, velocity], 1))
    net.expect(content)
    assert torch.equal(net.prior.x, embedded)


def test_both_encoders_read_the_whole_loop() -> None:
    drums, melodies = DrumNets(DRUMS).encoder, MelodyNets(TUNES).encoder
    said = torch.randn(2, 10)
    drums.net, melodies.net = Kept(said), Kept(said)
    hits, content = torch.randn(2, 32, 9).sign(), torch.randint(0, TOKENS + 1, (2, 32))
    for (mean, logvar), given, expected in (
        (drums(hits), drums.net, hits.reshape(2, -1)),
        (melodies(content), melodies.net, melodies.embed.weight[content].reshape(2, -1)),
    ):
        assert torch.equal(given.x, expected)
        assert torch.equal(torch.cat([mean, logvar], 1), said)


@pytest.mark.parametrize("kind", ["drums", "tunes"])
def test_refining_and_margins_are_at_no_noise_and_see_all(kind: str) -> None:
    if kind == "drums":
        space = DrumSpace(shaken(DrumNets(DRUMS)))
        content = torch.randn(3, 32, 9, generator=torch.Generator().manual_seed(1)).sign()
        known = torch.ones(3, 32, 1)
    else:
        space = MelodySpace(shaken(MelodyNets(TUNES)))
        content = torch.randint(0, TOKENS, (3, 32), generator=torch.Generator().manual_seed(1))
        known = torch.ones(3, 32, dtype=torch.bool)
    mu, logvar = space.encode(content)
    logits = space.nets.decoder(mu, torch.zeros(3), content, known)
    margin = space.margin(mu, content)
    if kind == "drums":
        torch.testing.assert_close(margin, logits * content)
    else:
        right = logits.gather(-1, content[..., None])
        torch.testing.assert_close((margin > 0), (right >= logits.amax(-1, keepdim=True)))
    refined = space.refine(content, mu, logvar)
    assert not torch.equal(refined, mu)

    def wrong_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        wrong = space.decode(z, torch.zeros(len(z))) != content[rows]
        return wrong.view(*wrong.shape[:2], -1).any(-1).sum(1) + 1e-3 * wrong.flatten(1).sum(1)

    expected = refine(lambda z, rows: space.margin(z, content[rows]), wrong_of, mu, logvar)
    torch.testing.assert_close(refined, expected, atol=1e-4, rtol=1e-4)
    assert space.silence().shape == (1, *content.shape[1:])
