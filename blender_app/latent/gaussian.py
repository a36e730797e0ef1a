"""Small things that all models share: normal distributions as networks give them, and seeds."""

from __future__ import annotations

import torch
from torch import Tensor

LOGVAR_RANGE = -10.0, 4.0


def mean_and_logvar(raw: Tensor) -> tuple[Tensor, Tensor]:
    """Split (B, 2 Z) into mean and log-variance, each (B, Z) float32, the latter clamped."""
    half = raw.shape[-1] // 2
    raw = raw.float()
    return raw[..., :half], raw[..., half:].clamp(*LOGVAR_RANGE)


def seeded(seed: int | None) -> torch.Generator | None:
    """Return a generator that starts at `seed`; None for torch's own."""
    return None if seed is None else torch.Generator().manual_seed(seed)
