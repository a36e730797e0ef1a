"""The losses and the averaged weights are what their formulas say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal
from torch.distributions import kl_divergence as expected_divergence

from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.melody_networks import TOKENS, UNKNOWN
from blender_app.latent.networks import FlowPrior
from blender_app.training.loop import Schedule, Stage
from blender_app.training.objective import (
    Objective,
    _noise_levels,
    dynamics_loss,
    flow_loss,
    hits_loss,
    kl_divergence,
    loudness_loss,
    tune_loss,
)
from blender_app.training.prior import prior_stage


def normal(mu: Tensor, logvar: Tensor) -> Normal:
    return Normal(mu, torch.exp(0.5 * logvar), validate_args=False)


def test_the_divergence_is_that_of_normal_distributions() -> None:
    mu, logvar, mu_p, logvar_p = torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(1))
    standard = expected_divergence(normal(mu, logvar), normal(torch.zeros(6, 5), torch.zeros(6, 5))).sum(1)
    torch.testing.assert_close(kl_divergence(mu, logvar), standard)
    learned = expected_divergence(normal(mu, logvar), normal(mu_p, logvar_p)).sum(1)
    torch.testing.assert_close(kl_divergence(mu, logvar, mu_p, logvar_p), learned)
    torch.testing.assert_close(kl_divergence(mu, logvar, mu, logvar), torch.zeros(6))


def test_noise_levels_have_their_shares() -> None:
    torch.manual_seed(0)
    levels = _noise_levels(20_000, Objective(clean_share=0.3, unit_share=0.2), 3.0)
    assert (levels == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert (levels == 1).float().mean().item() == pytest.approx(0.2, abs=0.02)
    rest = levels[(levels != 0) & (levels != 1)]
    assert rest.mean().item() == pytest.approx(1.5, abs=0.05)
    assert 2.9 < rest.max().item() <= 3.0


class Wordy:
    """An encoder and decoder of hits that remember what they were given."""

    config = DrumConfig()

    def encode(self, hits: Tensor) -> tuple[Tensor, Tensor]:
        self.seen = hits
        return torch.full((len(hits), 4), 2.0), torch.full((len(hits), 4), 0.5)

    def decode(self, z: Tensor, noise: Tensor, hits: Tensor, known: Tensor) -> Tensor:
        self.z, self.noise, self.known = z, noise, known
        return 1.5 * hits


def test_the_loss_of_hits_is_what_they_cost_and_the_divergence() -> None:
    torch.manual_seed(0)
    wordy, hits = Wordy(), torch.randn(3000, 8, 9).sign()
    none = torch.zeros(3000, dtype=torch.bool)
    loss, parts = hits_loss(wordy.encode, Decoder(wordy), (hits, none), Objective(flip=0.1), 0.25)
    nats = 72 * math.log(1 + math.exp(-1.5))
    kl = 4 * 0.5 * (4.0 + math.exp(0.5) - 1.0 - 0.5)
    assert loss.item() == pytest.approx((nats + 0.25 * kl) / 8, rel=1e-4)
    assert math.isnan(parts.pop("scattered"))
    assert parts == pytest.approx({"clean": nats, "unit": nats, "kl": kl}, rel=1e-4)
    flipped = (wordy.seen != hits).float().mean((1, 2))
    assert (flipped == 0).float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert flipped.mean().item() == pytest.approx(0.05, abs=0.01)
    away = (wordy.z - 2.0) / math.exp(0.25)
    for level in (0.0, 1.0):
        spread = away[wordy.noise == level].std().item()
        assert spread == pytest.approx(level, abs=0.05)
    known = wordy.known.mean((1, 2))
    assert set(wordy.known.unique().tolist()) == {0.0, 1.0}
    assert 0.2 < (known == 1).float().mean() < 0.45
    assert known.mean().item() == pytest.approx(1 - 0.75 / 2, abs=0.03)


def test_scattered_hits_are_only_to_be_said_to_the_letter() -> None:
    torch.manual_seed(0)
    wordy, hits = Wordy(), torch.randn(400, 8, 9).sign()
    scattered = torch.arange(400) >= 300
    loss, parts = hits_loss(wordy.encode, Decoder(wordy), (hits, scattered), Objective(flip=0.5), 0.25)
    assert torch.equal(wordy.seen[scattered], hits[scattered])
    assert not torch.equal(wordy.seen[~scattered], hits[~scattered])
    assert not wordy.noise[scattered].any()
    assert wordy.noise[~scattered].any()
    assert wordy.known[scattered].all()
    nats = 72 * math.log(1 + math.exp(-1.5))
    kl = 4 * 0.5 * (4.0 + math.exp(0.5) - 1.0 - 0.5)
    assert loss.item() == pytest.approx((nats + 0.25 * 0.75 * kl) / 8, rel=1e-4)
    assert (parts["scattered"], parts["kl"]) == pytest.approx((nats, kl), rel=1e-4)


class Decoder:
    def __init__(self, wordy: Wordy) -> None:
        self.config, self.wordy = wordy.config, wordy

    def __call__(self, *given: Tensor) -> Tensor:
        return self.wordy.decode(*given)


class Tuneful(Wordy):
    """The same for melodies; every token is as likely."""

    config = MelodyConfig()

    def decode(self, z: Tensor, noise: Tensor, tokens: Tensor, known: Tensor) -> Tensor:
        self.z, self.noise, self.known = z, noise, known.float()
        return torch.zeros(*tokens.shape, TOKENS)


def test_the_loss_of_melodies_takes_noise_for_real_music_only() -> None:
    torch.manual_seed(0)
    tuneful, tokens = Tuneful(), torch.randint(0, TOKENS, (2000, 8))
    real, scattered = torch.arange(2000) < 1000, torch.arange(2000) >= 1500
    objective = Objective(clean_share=0.2, unit_share=0.3, flip=0.2, scattered_beta=0.1)
    batch = tokens, real, scattered
    loss, parts = tune_loss(tuneful.encode, Decoder(tuneful), batch, objective, 0.5)
    nats, kl = 8 * math.log(TOKENS), 4 * 0.5 * (4.0 + math.exp(0.5) - 1.5)
    assert loss.item() == pytest.approx((nats + (0.75 * 0.5 + 0.25 * 0.1) * kl) / 8, rel=1e-4)
    assert parts == pytest.approx({"clean": nats, "unit": nats, "scattered": nats, "kl": kl}, rel=1e-4)
    warming, _ = tune_loss(tuneful.encode, Decoder(tuneful), batch, objective, 0.05)
    assert warming.item() == pytest.approx((nats + 0.05 * kl) / 8, rel=1e-4), (
        "no more than others while it rises"
    )
    assert not tuneful.noise[~real].any()
    assert (tuneful.noise[real] == 0).float().mean().item() == pytest.approx(0.2, abs=0.04)
    away = (tuneful.z - 2.0) / math.exp(0.25)
    assert away[tuneful.noise == 1].std().item() == pytest.approx(1.0, abs=0.06)
    assert not away[~real].any()
    hidden = (tuneful.seen == UNKNOWN).float().mean(1)
    assert (tuneful.seen == tokens)[tuneful.seen != UNKNOWN].all()
    assert hidden.mean().item() == pytest.approx(0.1, abs=0.02)
    assert tuneful.known.mean().item() == pytest.approx(1 - 0.75 / 2, abs=0.03)


class Played:
    """Networks of dynamics that always say the same; their posterior and prior are known."""

    def __init__(self, said: Tensor) -> None:
        self.said = said

    def encode(self, content: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(content), 2), 1.0), torch.zeros(len(content), 2)

    def expect(self, content: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(content), 2), 3.0), torch.zeros(len(content), 2)

    def decode(self, content: Tensor, z: Tensor) -> Tensor:
        self.z = z
        return self.said.expand(len(content), *self.said.shape)


def test_the_loss_of_dynamics_is_the_error_where_something_sounds() -> None:
    torch.manual_seed(0)
    hits = torch.full((4, 8, 9), -1.0)
    hits[:, 0, :2] = 1.0
    net = Played(torch.tensor([0.5, 0.1]).expand(8, 9, 2))
    played = torch.zeros(4, 8, 9, 2)
    played[:, 0, 0] = torch.tensor([0.7, 0.4])
    loss, parts = dynamics_loss(net, hits, played, 0.1)
    velocity, timing, kl = (0.2 + 0.5) / 2, (0.3 + 0.1) / 2, 2 * 0.5 * 4.0
    assert loss.item() == pytest.approx(velocity + 2 * timing + 0.1 * kl / 72, rel=1e-4)
    expected = {"velocity_error": 127 * velocity, "timing_error": timing, "kl": kl}
    assert parts == pytest.approx(expected, rel=1e-4)
    assert net.z.std() > 0.3
    silent, _ = dynamics_loss(net, torch.full((4, 8, 9), -1.0), played, 0.0)
    assert silent.item() == 0.0


def test_the_loss_of_loudness_is_the_error_where_velocities_are_known() -> None:
    net = Played(torch.full((8,), 0.5))
    velocity = torch.zeros(3, 8)
    velocity[:, 2], velocity[:, 4] = 0.8, 0.4
    loss, parts = loudness_loss(net, torch.zeros(3, 8, dtype=torch.long), velocity, 0.1)
    assert loss.item() == pytest.approx(0.2 + 0.1 * 4.0 / 8, rel=1e-4)
    assert parts == pytest.approx({"velocity_error": 127 * 0.2, "kl": 4.0}, rel=1e-4)
    unknown, _ = loudness_loss(net, torch.zeros(3, 8, dtype=torch.long), torch.zeros(3, 8), 0.0)
    assert unknown.item() == 0.0


class Field(FlowPrior):
    """A flow that is asked where it was looked at."""

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        self.x, self.time = x, time
        return torch.ones_like(x)


def test_the_flow_is_to_go_straight_from_noise_to_codes() -> None:
    prior = Field(2, 8, 1)
    prior.mean.fill_(1.0)
    prior.scale.fill_(2.0)
    codes = torch.full((4000, 2), 7.0)  # standardised: 3
    torch.manual_seed(0)
    loss = flow_loss(prior, codes)
    assert loss.item() == pytest.approx(2.0**2 + 1.0, rel=0.1)  # a flow of 1 misses target - noise
    noise = (prior.x - prior.time[:, None] * 3.0) / (1.0 - prior.time[:, None]).clamp(min=1e-3)
    early = prior.time < 0.9
    assert noise[early].std().item() == pytest.approx(1.0, abs=0.05)


SCHEDULE = Schedule(steps=100, minutes=5.0, rate=0.1, final_rate=0.01, warmup_steps=4, average=0.5)


def falling(net: nn.Linear):
    def loss_of(rng: np.random.Generator, _: float) -> tuple[Tensor, Mapping[str, float]]:
        return net.weight.sum(), {"drawn": rng.random()}

    return loss_of


def stage_of(net: nn.Linear, schedule: Schedule = SCHEDULE) -> Stage:
    return Stage("toy", net, falling(net), dict, schedule, seed=1)


def test_averaged_weights_follow_at_a_distance() -> None:
    net = nn.Linear(2, 1, bias=False)
    stage = stage_of(net)
    averaged = net.weight.detach().clone()
    for step in range(1, 12):
        stage.advance()
        keep = min(0.5, (1 + step) / (10 + step))  # the first steps are soon forgotten
        averaged = keep * averaged + (1.0 - keep) * net.weight.detach()
        torch.testing.assert_close(stage.averaged[0], averaged)
    assert (stage.averaged[0] > net.weight).all()  # the weight falls
    current = net.weight.detach().clone()
    with stage.averaged_weights():
        torch.testing.assert_close(net.weight.detach(), averaged)
    assert torch.equal(net.weight, current)
    stage.finish()
    torch.testing.assert_close(net.weight.detach(), averaged)


def test_the_rate_rises_and_falls() -> None:
    assert [SCHEDULE.rate_at(step, 0.0) for step in range(5)] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1])
    assert SCHEDULE.rate_at(50, 0.5) == pytest.approx(0.055)
    assert SCHEDULE.rate_at(100, 1.0) == SCHEDULE.rate_at(150, 1.5) == pytest.approx(0.01)


def test_progress_is_by_steps_or_by_time() -> None:
    stage = stage_of(nn.Linear(2, 1))
    stage.step = 25
    assert stage.progress == 0.25
    stage.elapsed_s = 150.0
    assert stage.progress == 0.5


def test_only_matrices_decay_and_gradients_are_clipped() -> None:
    net = nn.Linear(3, 2)
    stage = stage_of(net, replace(SCHEDULE, weight_decay=0.03))
    matrices, rest = stage.optimiser.param_groups
    assert (matrices["weight_decay"], rest["weight_decay"]) == (0.03, 0.0)
    assert [p.ndim for p in matrices["params"]] == [2]
    assert [p.ndim for p in rest["params"]] == [1]
    parts = stage.advance()
    assert torch.nn.utils.get_total_norm([net.weight.grad]).item() == pytest.approx(1.0, rel=1e-4)
    assert set(parts) == {"loss", "drawn"}
    assert stage.optimiser.param_groups[0]["lr"] == pytest.approx(0.025)
    assert stage.step == 1


def test_the_prior_is_scaled_to_the_codes() -> None:
    torch.manual_seed(0)
    mu, sd = 3.0 + 2.0 * torch.randn(4000, 3), torch.full((4000, 3), 1.5)
    prior = FlowPrior(3, 8, 1)
    stage = prior_stage(prior, (mu, sd), (mu[:50], sd[:50]), 64, SCHEDULE, 1)
    torch.testing.assert_close(prior.mean, torch.full((3,), 3.0), atol=0.1, rtol=0)
    torch.testing.assert_close(prior.scale, torch.full((3,), 2.5), atol=0.1, rtol=0)
    assert stage.name == "prior"
    assert np.isfinite(stage.advance()["loss"])
    assert stage.validate()["held_out"] > 0


class Unsure:
    """Networks of dynamics whose posterior and prior are wide, and that say what they are told to."""

    def __init__(self, said: Tensor) -> None:
        self.said = said

    def encode(self, content: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(content), 2), 1.0), torch.full((len(content), 2), 0.6)

    def expect(self, content: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(content), 2), 3.0), torch.full((len(content), 2), -0.4)

    def decode(self, _: Tensor, z: Tensor) -> Tensor:
        self.z = z
        return self.said


UNSURE_KL = 2 * 0.5 * ((4.0 + math.exp(0.6)) / math.exp(-0.4) - 1.0 - 0.6 - 0.4)


def test_dynamics_cost_their_errors_at_hits() -> None:
    torch.manual_seed(0)
    hits = torch.full((500, 2, 9), -1.0)
    hits[:, 0, :2], hits[:, 1, 3] = 1.0, 0.0  # two hits; what is unknown is none
    true = torch.rand(500, 2, 9, 2)
    net = Unsure(true.clone())
    net.said[:, 0, 0, 0] += 0.5
    net.said[:, 0, 1, 1] -= 0.125
    net.said[:, 1] += 7.0
    loss, parts = dynamics_loss(net, hits, true, 0.3)
    assert parts == pytest.approx(
        {"velocity_error": 127 * 0.25, "timing_error": 0.0625, "kl": UNSURE_KL}, rel=1e-4
    )
    assert loss.item() == pytest.approx(0.25 + 2.0 * 0.0625 + 0.3 * UNSURE_KL / 18, rel=1e-4)
    assert net.z.mean().item() == pytest.approx(1.0, abs=0.1)
    assert net.z.std().item() == pytest.approx(math.exp(0.3), rel=0.1)


def test_loudness_costs_its_errors_at_notes_that_are_known() -> None:
    torch.manual_seed(0)
    tokens, velocity = torch.full((500, 8), 60), torch.zeros(500, 8)
    velocity[:, :2] = 0.5
    net = Unsure(velocity.clone())
    net.said[:, 0] += 0.25
    net.said[:, 2:] += 7.0
    loss, parts = loudness_loss(net, tokens, velocity, 0.3)
    assert parts == pytest.approx({"velocity_error": 127 * 0.125, "kl": UNSURE_KL}, rel=1e-4)
    assert loss.item() == pytest.approx(0.125 + 0.3 * UNSURE_KL / 8, rel=1e-4)
    assert net.z.std().item() == pytest.approx(math.exp(0.3), rel=0.1)
