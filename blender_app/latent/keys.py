"""Key loops: what is played half-way between loops."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from blender_app.latent.loop_space import LoopSpace
from blender_app.latent.places import AT_ANCHOR
from blender_app.latent.wander import WanderSettings

FLOW_STEPS, QUICK_FLOW_STEPS = 4, 2
"""Steps through the prior's flow, and for a blend that has to be there at once; 20 make no better loops."""


class Keys(NamedTuple):
    """Key loops.

    Parameters
    ----------
    codes
        Where they lie, (F, Z).
    content
        What they play, (F, T, ...).
    targets
        What speaks for it, (F, T, W).
    """

    codes: Tensor
    content: Tensor
    targets: Tensor


def make_keys(
    space: LoopSpace[Any],
    content: Tensor,
    codes: Tensor,
    weights: Tensor,
    settings: WanderSettings,
    allowed: Tensor | None,
    flow_steps: int = FLOW_STEPS,
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
    flow_steps
        Steps through the prior's flow.
    """
    nearest = weights.argmax(1)
    key_codes, key_content = codes[nearest], content[nearest]
    between = weights.amax(1) < AT_ANCHOR
    if between.any():
        mix = weights[between]
        key_codes[between] = (mix @ codes).lerp(_base_mix(space, codes, mix, flow_steps), settings.base_share)
        bias = settings.anchor_bias * torch.einsum("fu,utw->ftw", mix, space.target_logits(content))
        wanted = mix @ space.onsets(content)
        key_content[between] = _as_lively(
            space, key_codes[between], settings.key_noise, bias, wanted, allowed
        )
    return Keys(key_codes, key_content, space.target_logits(key_content))


def _base_mix(space: LoopSpace[Any], codes: Tensor, mix: Tensor, steps: int) -> Tensor:
    """Return the codes (F, Z) at weights `mix` (F, U) of `codes` (U, Z) in the base of the prior's flow."""
    points = space.base(codes, steps)
    mixed = mix @ points
    length = mix @ points.norm(dim=1, keepdim=True)
    return space.from_base(mixed * length / mixed.norm(dim=1, keepdim=True).clamp(min=1e-9), steps)


def _as_lively(
    space: LoopSpace[Any], codes: Tensor, noise: float, bias: Tensor, wanted: Tensor, allowed: Tensor | None
) -> Tensor:
    """Return the content of `codes` (F, Z), at a level of `noise`, nearest to `wanted` (F,) onsets.

    The likelier value of every uncertain cell makes too few: where an onset has probability .4 on five steps,
    none sounds. `bias` (F, T, W) is added to the logits.
    """
    tries = space.config.lively_logits
    more = torch.tensor(tries)[:, None, None, None] * space.onset_logits()
    level = codes.new_full((len(tries) * len(codes),), noise)
    made = space.decode(codes.repeat(len(tries), 1), level, (more + bias).flatten(0, 1), allowed)
    each = made.view(len(tries), len(codes), *made.shape[1:])
    best = nearest_try(space.onsets(made).view(len(tries), len(codes)), wanted)
    chosen: Tensor = each[best, torch.arange(len(codes))]
    return chosen


def nearest_try(onsets: Tensor, wanted: Tensor) -> Tensor:
    """Return which of M tries with `onsets` (M, N) comes nearest to those `wanted` (N,)."""
    return (onsets - wanted).abs().argmin(0)
