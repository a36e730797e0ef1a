"""The encoder is not the last word: a few gradient steps make a code say its loop exactly."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from blender_app.latent.networks import DrumNets

STEPS = 24
RATE = 0.12
MARGIN = 1.5
"""Logit by which every hit and rest should be decided."""
PULL = 0.05
"""Penalty a squared posterior standard deviation moved; keeps the way between corners good."""


def refine(nets: DrumNets, hits: Tensor, mu: Tensor, logvar: Tensor, steps: int = STEPS) -> Tensor:
    """Return codes (B, Z) near `mu` whose most likely loops are `hits` (B, T, V) in -1 / +1.

    Notes
    -----
    Semi-amortised inference (Kim et al. 2018, arXiv 1802.02550) on a hinge: cells already decided
    by `MARGIN` pull no more, so z moves only as far as it must.
    """
    scale = torch.exp(-logvar)
    noise = mu.new_zeros(len(mu))
    known = mu.new_ones(1, hits.shape[1], 1)
    z = mu.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([z], lr=RATE, betas=(0.9, 0.9))
    best, fewest = mu.clone(), torch.full_like(noise, torch.inf)
    for _ in range(steps):
        margin = nets.decoder(z, noise, hits, known) * hits
        wrong = (margin.detach() <= 0).sum((1, 2)).float()
        short = F.relu(MARGIN - margin).sum((1, 2))
        better = wrong + 1e-3 * short.detach() < fewest
        best[better], fewest[better] = z.detach()[better], (wrong + 1e-3 * short.detach())[better]
        loss = (short + PULL * (scale * (z - mu) ** 2).sum(1)).sum()
        (z.grad,) = torch.autograd.grad(loss, z)
        optimiser.step()
    return best
