"""Fit the flow that samples a model's codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from blender_app.latent.networks import FlowPrior
from blender_app.training.loop import Schedule, Stage
from blender_app.training.objective import flow_loss

Posterior = tuple[Tensor, Tensor]
"""Means and standard deviations of codes, each (N, Z)."""


def prior_stage(
    prior: FlowPrior, train: Posterior, held: Posterior, batch: int, schedule: Schedule, seed: int
) -> Stage:
    """Return the stage that fits `prior` to posterior samples of real loops.

    Parameters
    ----------
    prior
        In training; its mean and scale are set from `train`.
    train, held
        Posterior of the loops to learn from, and of those that it is measured on.
    batch
        Codes in a batch.
    schedule
        Learning rate, length and the like.
    seed
        Of all that is random.
    """
    (mu, sd), (mu_held, sd_held) = train, held
    prior.mean.copy_(mu.mean(0))
    prior.scale.copy_((mu.var(0) + (sd**2).mean(0)).sqrt())

    def loss_of(rng: np.random.Generator, _: float) -> tuple[Tensor, Mapping[str, float]]:
        index = torch.from_numpy(rng.integers(0, len(mu), batch))
        codes = mu[index] + sd[index] * torch.randn(batch, mu.shape[1])
        with torch.autocast("cpu", torch.bfloat16):
            return flow_loss(prior, codes), {}

    def figures() -> Mapping[str, float]:
        return {"held_out": flow_loss(prior, mu_held + sd_held * torch.randn_like(mu_held)).item()}

    return Stage("prior", prior, loss_of, figures, schedule, seed)
