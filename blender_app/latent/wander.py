"""How far a blend wanders from the loops that it lies between, and what that means to the decoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np

from blender_app.core.errors import ModelError

Curve = tuple[float, float, float]
"""A setting at wander 0 (near), 1/2 and 1 (free); between them it is interpolated."""


class WanderSettings(NamedTuple):
    """What a blend does at one wander; see `WanderCurves`."""

    base_share: float
    key_noise: float
    anchor_bias: float
    between_noise: float
    key_logits: float


@dataclass(frozen=True, slots=True)
class WanderCurves:
    """What a blend does at every wander.

    Parameters
    ----------
    base_share
        How far the codes of keys go from the straight mix of their anchors', 0, to the mix in the base of the
        prior's flow, 1, where what lies between is as real as a sample.
    key_noise
        Noise level at which keys are decoded, in posterior standard deviations: at a higher level they are
        more plausible and less particular. It may exceed the model's largest, for the decoder extrapolates
        smoothly.
    anchor_bias
        Logits by which keys are drawn to the choices of the anchors around.
    between_noise
        Noise level between keys.
    key_logits
        Logits by which what lies between is kept to the keys around.
    """

    base_share: Curve = (0.0, 1.0, 1.0)
    key_noise: Curve = (4.5, 2.6, 1.0)
    anchor_bias: Curve = (3.0, 0.5, 0.0)
    between_noise: Curve = (5.0, 5.0, 3.0)
    key_logits: Curve = (4.0, 3.5, 4.0)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the curves that JSON's `values` say; what is missing gets its default.

        Raises
        ------
        TypeError, ValueError
            A curve is not three numbers.
        """
        known = {field.name for field in fields(cls)}
        curves = {name: tuple(map(float, curve)) for name, curve in values.items() if name in known}
        if any(len(curve) != 3 for curve in curves.values()):
            raise ValueError("a curve has three numbers: at wander 0, 1/2 and 1")
        return cls(**curves)  # type: ignore[arg-type]

    def at(self, wander: float) -> WanderSettings:
        """Return the settings at `wander`, 0 to 1.

        Raises
        ------
        ModelError
            It is out of range.
        """
        if not 0.0 <= wander <= 1.0:
            raise ModelError(f"wander is a number from 0 (near) to 1 (free), not {wander!r}")
        return WanderSettings(
            *(_interpolated(getattr(self, name), wander) for name in WanderSettings._fields)
        )


def _interpolated(curve: Curve, wander: float) -> float:
    return float(np.interp(wander, (0.0, 0.5, 1.0), curve))
