"""The encoder is not the last word: a few gradient steps make a code say its loop exactly."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

STEPS = 30
RATE, DECAY = 0.2, 0.9
MARGIN = 0.4
"""Logit by which every choice should be decided; more would only draw steps from where they count."""
PULL = 0.02
"""Penalty a squared posterior standard deviation moved; keeps the way between corners good."""


def refine(margin_of: Callable[[Tensor], Tensor], mu: Tensor, logvar: Tensor, steps: int = STEPS) -> Tensor:
    """Return codes (B, Z) near `mu` that say their loops.

    Parameters
    ----------
    margin_of
        Gives for codes (B, Z) by how much each right choice leads, (B, ...); a loop is said exactly
        where all are above 0.
    mu, logvar
        The posterior, (B, Z).
    steps
        How many steps it takes at most.

    Notes
    -----
    Semi-amortised inference (Kim et al. 2018, arXiv 1802.02550) on a hinge: choices already decided
    by `MARGIN` pull no more, so z moves only as far as it must. The steps are Adam's (Kingma and Ba
    2015, algorithm 1), written out because `torch.optim` takes two seconds to import.
    """
    scale = torch.exp(-logvar)
    z = mu.clone().requires_grad_(True)
    first, second = torch.zeros_like(z), torch.zeros_like(z)
    best, fewest = mu.clone(), mu.new_full((len(mu),), torch.inf)
    for step in range(1, steps + 1):
        margin = margin_of(z).flatten(1)
        wrong = (margin.detach() <= 0).sum(1).float()
        short = F.relu(MARGIN - margin).sum(1)
        better = wrong + 1e-3 * short.detach() < fewest
        best[better], fewest[better] = z.detach()[better], (wrong + 1e-3 * short.detach())[better]
        if not short.any():
            break
        left = 1.0 - step / steps
        loss = (short + left * PULL * (scale * (z - mu) ** 2).sum(1)).sum()
        (slope,) = torch.autograd.grad(loss, z)
        first, second = first.lerp(slope, 1.0 - DECAY), second.lerp(slope**2, 1.0 - DECAY)
        unbias = 1.0 - DECAY**step
        move = (first / unbias) / ((second / unbias).sqrt() + 1e-8)
        z = (z.detach() - RATE * (0.2 + 0.8 * left) * move).requires_grad_(True)
    return best
