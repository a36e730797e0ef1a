"""The losses of the models' three parts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from blender_app.latent.melody_networks import UNKNOWN, LoudnessNet, TuneDecoder, TuneEncoder
from blender_app.latent.networks import DynamicsNet, FlowPrior, HitsDecoder, HitsEncoder


@dataclass(frozen=True, slots=True)
class Objective:
    """Weights and shares of the losses.

    Parameters
    ----------
    beta
        Weight of the hits' KL term.
    clean_share, unit_share
        Shares of a batch decoded at noise 0 and 1; the rest gets a random level up to the largest.
    flip
        Chance that a cell is flipped before the encoder, in half of the loops.
    dynamics_beta
        Weight of the dynamics' KL term.
    scattered_beta
        Weight of the KL term of melodies in no order: they must be held, and need not be near any other.
    """

    beta: float = 0.2
    clean_share: float = 0.3
    unit_share: float = 0.35
    flip: float = 0.015
    dynamics_beta: float = 0.02
    scattered_beta: float = 0.02


def kl_divergence(
    mu: Tensor, logvar: Tensor, mu_p: Tensor | float = 0.0, logvar_p: Tensor | None = None
) -> Tensor:
    """Return the divergence of two diagonal Gaussians in nats, (B,).

    Parameters
    ----------
    mu, logvar
        Of the first, (B, Z).
    mu_p, logvar_p
        Of the second, (B, Z); the default is N(0, I).
    """
    prior = torch.zeros_like(logvar) if logvar_p is None else logvar_p
    ratio = ((mu - mu_p) ** 2 + logvar.exp()) / prior.exp()
    return 0.5 * (ratio - 1.0 - logvar + prior).sum(1)


def hits_loss(
    encoder: HitsEncoder,
    decoder: HitsDecoder,
    batch: tuple[Tensor, Tensor],
    objective: Objective,
    beta: float,
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss in nats a step, and its parts.

    Parameters
    ----------
    encoder, decoder
        The networks in training.
    batch
        Hits (B, T, V) in -1 / +1, and which of them are scattered (B,). These are given whole and decoded at
        noise 0, and pay for no divergence: they are to be said to the letter, and teach nothing of what is
        plausible.
    objective
        How much is flipped, and how noisy the codes are.
    beta
        Weight of the divergence from the prior.
    """
    hits, scattered = batch
    count, plausible = len(hits), (~scattered).to(hits.dtype)
    halves = (torch.rand(count, 1, 1) < 0.5) * plausible[:, None, None]
    flipped = torch.rand_like(hits) < objective.flip * halves
    mu, logvar = encoder(torch.where(flipped, -hits, hits))
    noise = _noise_levels(count, objective, decoder.config.max_noise) * plausible
    z = mu + noise[:, None] * torch.exp(0.5 * logvar) * torch.randn_like(mu)
    forget = torch.rand(count, 1, 1) * (torch.rand(count, 1, 1) < 0.75) * plausible[:, None, None]
    known = (torch.rand(count, hits.shape[1], 1) >= forget).to(hits.dtype)
    logits = decoder(z, noise, hits, known).float()
    nats = F.softplus(-logits * hits).sum((1, 2))
    kl = kl_divergence(mu, logvar) * plausible
    parts = {
        "clean": nats[(noise == 0) & ~scattered].mean().item(),
        "unit": nats[noise == 1].mean().item(),
        "scattered": nats[scattered].mean().item(),
        "kl": kl[~scattered].mean().item(),
    }
    return (nats + beta * kl).mean() / hits.shape[1], parts


def _noise_levels(batch: int, objective: Objective, largest: float) -> Tensor:
    kind = torch.rand(batch)
    level = torch.rand(batch) * largest
    level = torch.where(kind < objective.clean_share + objective.unit_share, 1.0, level)
    return torch.where(kind < objective.clean_share, 0.0, level)


def dynamics_loss(
    net: DynamicsNet, hits: Tensor, dynamics: Tensor, beta: float
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of dynamics a hit, and its parts.

    Absolute errors, because the figure to beat is a mean absolute error; velocity in 0..1 and
    microtiming in -1..1 weigh the same.

    Parameters
    ----------
    net
        The network in training.
    hits
        A batch, (B, T, V) in -1 / +1.
    dynamics
        How it is played, (B, T, V, 2).
    beta
        Weight of the divergence from the usual dynamics.
    """
    mu, logvar = net.encode(hits, dynamics)
    mu_p, logvar_p = net.expect(hits)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    error = (net.decode(hits, z) - dynamics).abs() * (hits > 0)[..., None]
    count = (hits > 0).sum().clamp(min=1)
    velocity, timing = error[..., 0].sum() / count, error[..., 1].sum() / count
    kl = kl_divergence(mu, logvar, mu_p, logvar_p).mean()
    parts = {"velocity_error": 127 * velocity.item(), "timing_error": timing.item(), "kl": kl.item()}
    return velocity + 2.0 * timing + beta * kl / hits[0].numel(), parts


def flow_loss(prior: FlowPrior, codes: Tensor) -> Tensor:
    """Return the flow-matching loss of `prior` on `codes` (B, Z) (Lipman et al. 2023, equation 23)."""
    target = (codes - prior.mean) / prior.scale
    noise = torch.randn_like(target)
    time = torch.rand(len(target))
    x = torch.lerp(noise, target, time[:, None])
    flow: Tensor = prior(x, time)
    return ((flow - (target - noise)) ** 2).mean()


def tune_loss(
    encoder: TuneEncoder,
    decoder: TuneDecoder,
    batch: tuple[Tensor, Tensor, Tensor],
    objective: Objective,
    beta: float,
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss in nats a step, and its parts.

    Parameters
    ----------
    encoder, decoder
        The networks in training.
    batch
        Melody tokens (B, T), which of them are real music (B,), and which are in no order (B,). All but the
        real ones are decoded at noise 0 only, so that a noisy code is taken for the most plausible *music*
        near it.
    objective
        How much is hidden, and how noisy the codes are.
    beta
        Weight of the divergence from the prior.
    """
    tokens, real, scattered = batch
    hidden = torch.rand(tokens.shape) < objective.flip * (torch.rand(len(tokens), 1) < 0.5)
    mu, logvar = encoder(torch.where(hidden, UNKNOWN, tokens))
    noise = _noise_levels(len(tokens), objective, decoder.config.max_noise) * real
    z = mu + noise[:, None] * torch.exp(0.5 * logvar) * torch.randn_like(mu)
    known = torch.rand(tokens.shape) >= torch.rand(len(tokens), 1) * (torch.rand(len(tokens), 1) < 0.75)
    logits = decoder(z, noise, tokens, known).float()
    nats = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none")
    nats = nats.view(tokens.shape).sum(1)
    kl = kl_divergence(mu, logvar)
    parts = {
        "clean": nats[(noise == 0) & ~scattered].mean().item(),
        "unit": nats[noise == 1].mean().item(),
        "scattered": nats[scattered].mean().item(),
        "kl": kl[~scattered].mean().item(),
    }
    weight = torch.where(scattered, min(beta, objective.scattered_beta), beta)
    return (nats + weight * kl).mean() / tokens.shape[1], parts


def loudness_loss(
    net: LoudnessNet, tokens: Tensor, velocity: Tensor, beta: float
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of velocities a note, and its parts.

    Parameters
    ----------
    net
        The network in training.
    tokens
        What is played, (B, T).
    velocity
        How loud, (B, T) in 0..1, 0 where unknown.
    beta
        Weight of the divergence from the usual velocities.
    """
    mu, logvar = net.encode(tokens, velocity)
    mu_p, logvar_p = net.expect(tokens)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    heard = velocity > 0
    error = ((net.decode(tokens, z) - velocity).abs() * heard).sum() / heard.sum().clamp(min=1)
    kl = kl_divergence(mu, logvar, mu_p, logvar_p).mean()
    return error + beta * kl / tokens.shape[1], {"velocity_error": 127 * error.item(), "kl": kl.item()}
