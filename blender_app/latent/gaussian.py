"""Small things that all models share: normal distributions as networks give them, and seeds."""

from __future__ import annotations

import torch
from torch import Tensor

LOGVAR_RANGE = -10.0, 4.0


def mean_and_logvar(raw: Tensor) -> tuple[Tensor, Tensor]:
    """Split `raw` (B, 2 Z) into mean and log-variance, each (B, Z) float32, the latter clamped."""
    half = raw.shape[-1] // 2
    raw = raw.float()
    return raw[..., :half], raw[..., half:].clamp(*LOGVAR_RANGE)


def seeded(seed: int | None) -> torch.Generator | None:
    """Return a generator that starts at `seed`; None for torch's own."""
    return None if seed is None else torch.Generator().manual_seed(seed)


def noise_levels(count: int, noise: float | None, temperature: float | None, most: float) -> Tensor:
    """Return the noise levels (count,) of a decoder.

    Parameters
    ----------
    count
        How many codes are decoded.
    noise
        The level in posterior standard deviations; None is 0 for the likeliest loop and 1 at a temperature.
    temperature
        At which it is decoded; None is the likeliest loop.
    most
        Largest level that the decoder knows.
    """
    usual = 0.0 if temperature is None else 1.0
    return torch.full((count,), min(usual if noise is None else noise, most))
