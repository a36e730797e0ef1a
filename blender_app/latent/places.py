"""Places between two or four loops, and which keys lie around them.

Loops (anchors) stand at the ends of a line, or at the corners of a square: top-left, top-right, bottom-left,
bottom-right. A *place* has one coordinate 0..1 for each axis, x before y. *Keys* are the anchors and the
middles between them: three on a line, nine on a square, row by row.
"""

from __future__ import annotations

from math import gcd

import torch
from torch import Tensor

from blender_app.core.time import STEPS_PER_BEAT

KEYS = 3
"""Keys along an axis."""
AT_ANCHOR = 1.0 - 1e-6
"""Weight from which a place is the anchor itself."""
SPAN = 2 * STEPS_PER_BEAT
"""Steps that change over together, half a bar: seams between two loops cost plausibility, and the fewer
voices and steps change each by itself, the straighter is the way."""
SPREAD = 5.0
"""How far apart the spans change over, in log-odds of the place between two keys."""


def axes_of(anchors: int) -> int:
    """Return how many coordinates a place between so many `anchors` has.

    Raises
    ------
    ValueError
        There are neither two nor four anchors.
    """
    if anchors not in (2, 4):
        raise ValueError(f"a blend is of two or four loops, not {anchors}")
    return anchors // 2


def anchor_weights(places: Tensor) -> Tensor:
    """Return each anchor's weight (N, K) at `places` (N, axes): linear on a line, bilinear on a square."""
    weights = places.new_ones(len(places), 1)
    for place in places.T:
        weights = torch.cat([weights * (1.0 - place[:, None]), weights * place[:, None]], 1)
    return weights


def lattice(axes: int, count: int = KEYS) -> Tensor:
    """Return the places (count ** axes, axes) of a lattice, by default that of the keys.

    Parameters
    ----------
    axes
        1 for a line, 2 for a square.
    count
        Places along each axis.
    """
    along = torch.linspace(0.0, 1.0, count)
    grid = torch.meshgrid(*[along] * axes, indexing="ij")
    return torch.stack([axis.flatten() for axis in reversed(grid)], 1)


def span_leads(steps: int) -> Tensor:
    """Return by how much each span of a loop of `steps` changes over sooner than others, (spans,).

    In log-odds, 0 on average. The same half of all bars changes one after the other, so that bars that
    repeat each other still do.
    """
    size = gcd(steps, SPAN)
    spans, in_bar = steps // size, 4 * STEPS_PER_BEAT // size
    order = torch.arange(spans)
    if spans > in_bar:
        order = torch.argsort(torch.argsort(order % in_bar, stable=True), stable=True)
    return SPREAD * (0.5 - order / max(spans - 1, 1))


def shares_around(places: Tensor, leads: Tensor | None = None, count: int = KEYS) -> Tensor:
    """Return the shares (spans, N, count ** axes) of a lattice's places around each place; they sum to 1.

    Parameters
    ----------
    places
        Where, (N, axes).
    leads
        By how much each span changes over sooner, (spans,), in log-odds; None is one span that does not.
    count
        Places of the lattice along each axis.
    """
    leads = places.new_zeros(1) if leads is None else leads
    shares = places.new_ones(len(leads), len(places), 1)
    for place in places.T:
        at = place * (count - 1)
        left = at.long().clamp(max=count - 2)
        later = torch.sigmoid(torch.logit(at - left, eps=1e-9) + leads[:, None])
        along = places.new_zeros(len(leads), len(places), count)
        index = left.expand(len(leads), -1)[..., None]
        along.scatter_(-1, index, (1.0 - later)[..., None]).scatter_(-1, index + 1, later[..., None])
        shares = (along[..., None] * shares[..., None, :]).flatten(-2)
    return shares
