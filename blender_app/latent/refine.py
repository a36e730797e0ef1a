"""The encoder is not the last word: a few gradient steps make a code say its loop exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

MARGIN = 0.4
"""Logit by which every choice should be decided; more would only draw steps from where they count."""
TIE = 1e-3
"""Logit up to which a choice is none: where the decoder runs free, its sums differ in their last digits."""
DECAY = 0.9

OfCodes = Callable[[Tensor, Tensor], Tensor]
"""Gives something of codes (R, Z), which are those of rows (R,) of the loops."""


class Round(NamedTuple):
    """One go at codes that do not say their loops yet.

    Parameters
    ----------
    steps
        How many it takes at most.
    rate
        How far each number of a code moves in a step, at first.
    pull
        Penalty a squared posterior standard deviation moved; keeps the way between corners good.
    """

    steps: int
    rate: float
    pull: float


ROUNDS = Round(30, 0.2, 0.02), Round(25, 0.1, 0.02)
"""The first will do for what is played; the second is for what is only drawn, and takes as long again."""


def refine(
    margin_of: OfCodes, wrong_of: OfCodes, mu: Tensor, logvar: Tensor, rounds: tuple[Round, ...] = ROUNDS
) -> Tensor:
    """Return codes (B, Z) near `mu` that say their loops, or say more of them than `mu` does.

    Parameters
    ----------
    margin_of
        Gives by how much each right choice leads, (R, ...), where those before it are right; a loop is said
        exactly where all are above 0.
    wrong_of
        Gives how many steps are wrong, (R,), where the decoder runs free; parts of one tell how wrong.
    mu, logvar
        The posterior, (B, Z).
    rounds
        Each takes up those loops that are not said exactly yet.

    Notes
    -----
    Semi-amortised inference (Kim et al. 2018, arXiv 1802.02550) on a hinge: choices already decided
    by `MARGIN` pull no more, so z moves only as far as it must. The hinge knows nothing of what one wrong
    choice makes of those after it, so it may trade one wrong step for two; what is kept is chosen by running
    the decoder.
    """
    best, rows, fewest = mu.clone(), torch.arange(len(mu)), None
    for each in rounds:
        moved, exact = _moved(margin_of, rows, best[rows], mu[rows], torch.exp(-logvar[rows]), each)
        best[rows[exact]] = moved[exact]
        rows, moved = rows[~exact], moved[~exact]
        if not len(rows):
            break
        before = wrong_of(best[rows], rows) if fewest is None else fewest[~exact]
        after = wrong_of(moved, rows)
        better = after < before
        best[rows[better]] = moved[better]
        fewest = torch.minimum(before, after)
    return best


def _moved(
    margin_of: OfCodes, rows: Tensor, start: Tensor, mu: Tensor, scale: Tensor, go: Round
) -> tuple[Tensor, Tensor]:
    """Return the best codes (R, Z) on the way from `start`, and which of them say their loops, bool (R,).

    The steps are Adam's (Kingma and Ba 2015, algorithm 1), written out because `torch.optim` takes two
    seconds to import.
    """
    z = start.clone().requires_grad_(True)
    first, second = torch.zeros_like(z), torch.zeros_like(z)
    best, least = start.clone(), start.new_full((len(start),), torch.inf)
    for step in range(1, go.steps + 1):
        margin = margin_of(z, rows).flatten(1)
        short = F.relu(MARGIN - margin).sum(1)
        lacking = (margin.detach() <= TIE).sum(1) + 1e-3 * short.detach()
        better = lacking < least
        best[better], least[better] = z.detach()[better], lacking[better]
        if not short.any():
            break
        left = 1.0 - step / go.steps
        loss = (short + left * go.pull * (scale * (z - mu) ** 2).sum(1)).sum()
        (slope,) = torch.autograd.grad(loss, z)
        first, second = first.lerp(slope, 1.0 - DECAY), second.lerp(slope**2, 1.0 - DECAY)
        unbias = 1.0 - DECAY**step
        move = (first / unbias) / ((second / unbias).sqrt() + 1e-8)
        z = (z.detach() - go.rate * (0.2 + 0.8 * left) * move).requires_grad_(True)
    return best, least < 1.0
