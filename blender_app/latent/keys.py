"""Key loops: what is played half-way between loops."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from blender_app.latent.loop_space import LoopSpace
from blender_app.latent.wander import WanderSettings

FLOW_STEPS = 5
"""Steps through the prior's flow; twice as many make no better loops."""
LIVELIER = (0.0, 0.3, 0.6, 0.9, 1.2, 1.6, 2.0, 2.5, 3.0)
"""Logits for every onset that are tried on a key, so that it has as many onsets as the loops around."""


class Keys(NamedTuple):
    """Codes (F, Z) and target logits (F, T, W) of key loops."""

    codes: Tensor
    targets: Tensor


def make_keys(
    space: LoopSpace[Any],
    content: Tensor,
    codes: Tensor,
    weights: Tensor,
    settings: WanderSettings,
    allowed: Tensor | None,
) -> Keys:
    """Return the keys between loops: a loop itself where its weight is one, else what the model makes there.

    The codes of the loops are carried back through the flow of the prior to its base, where all that is real
    is normally distributed; mixed there, with the lengths that such points have; and carried forward.

    Parameters
    ----------
    space
        The model's kind of loop and its networks.
    content, codes
        The loops, (U, T, ...), and their codes (U, Z).
    weights
        Of the loops at the keys, (F, U).
    settings
        Of the blend's wander.
    allowed
        Pitches that may start, as in `LoopSpace.decode`.
    """
    targets = space.target_logits(content)
    nearest = weights.argmax(1)
    key_codes, key_targets = codes[nearest], targets[nearest]
    between = weights.amax(1) < 1.0 - 1e-6
    if between.any():
        mix = weights[between]
        key_codes[between] = (mix @ codes).lerp(_base_mix(space, codes, mix), settings.base_share)
        bias = settings.anchor_bias * torch.einsum("fu,utw->ftw", mix, targets)
        wanted = mix @ space.onsets(content)
        made = _as_lively(space, key_codes[between], settings.key_noise, bias, wanted, allowed)
        key_targets[between] = space.target_logits(made)
    return Keys(key_codes, key_targets)


def _base_mix(space: LoopSpace[Any], codes: Tensor, mix: Tensor) -> Tensor:
    """Return the codes (F, Z) at weights `mix` (F, U) of `codes` (U, Z) in the base of the prior's flow."""
    points = space.base(codes, FLOW_STEPS)
    mixed = mix @ points
    length = mix @ points.norm(dim=1, keepdim=True)
    return space.from_base(mixed * length / mixed.norm(dim=1, keepdim=True).clamp(min=1e-9), FLOW_STEPS)


def _as_lively(
    space: LoopSpace[Any], codes: Tensor, noise: float, bias: Tensor, wanted: Tensor, allowed: Tensor | None
) -> Tensor:
    """Return the content of `codes` (F, Z), at a level of `noise`, that comes nearest to `wanted` (F,) onsets.

    The likelier value of every uncertain cell makes too few: where an onset has probability .4 on five steps,
    none sounds. `bias` (F, T, W) is added to the logits.
    """
    count = len(LIVELIER)
    more = torch.tensor(LIVELIER)[:, None, None, None] * space.onset_logits()
    level = codes.new_full((count * len(codes),), noise)
    made = space.decode(codes.repeat(count, 1), level, (more + bias).flatten(0, 1), allowed)
    made = made.unflatten(0, (count, len(codes)))
    off = torch.stack([(space.onsets(each) - wanted).abs() for each in made])
    return made[off.argmin(0), torch.arange(len(codes))]
