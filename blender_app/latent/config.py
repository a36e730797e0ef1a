"""The hyper-parameters of a model, as its ``config.json`` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from blender_app.core.time import STEPS_PER_BEAT
from blender_app.latent.wander import WanderCurves

MELODY_WANDER = WanderCurves(
    base_share=(0.0, 1.0, 1.0),
    key_noise=(0.9, 0.78, 0.65),
    anchor_bias=(1.5, 0.3, 0.0),
    between_noise=(0.9, 0.78, 0.65),
    key_logits=(2.0, 2.0, 2.0),
)
"""Curves of melodies. A lower noise makes more leaps and a higher one more repeated notes than songs have."""
OLD_NAMES = {"z_feel": "z_dynamics", "feel_width": "dynamics_width"}
"""Fields that were called otherwise when the first models were saved."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What every model says of itself.

    Parameters
    ----------
    steps
        Length of its loops in sixteenths, whole beats: 32 is two bars.
    max_noise
        Largest noise level that the decoder was trained on, in posterior standard deviations.
    wander
        What a blend does at every wander.
    lively_logits
        Logits for every onset that are tried where there should be as many as in the loops around; the first
        is 0, and where it is the only one, nothing is tried.
    sample_noise, sample_temperature
        Noise level and temperature at which samples of the prior are decoded by default.
    """

    steps: int = 32
    max_noise: float = 3.0
    wander: WanderCurves = field(default_factory=WanderCurves)
    lively_logits: tuple[float, ...] = (0.0,)
    sample_noise: float = 1.0
    sample_temperature: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the configuration that JSON's `values` make.

        What is missing gets its default, what is unknown is left out, and old names are understood.

        Raises
        ------
        TypeError, ValueError
            The values are no table, or the loops' length is not a number of whole beats.
        """
        named = {OLD_NAMES.get(name, name): value for name, value in values.items()}
        if "wander" in named:
            named["wander"] = WanderCurves.from_dict(named["wander"])
        if "lively_logits" in named:
            named["lively_logits"] = tuple(map(float, named["lively_logits"]))
        known = {each.name for each in fields(cls)}
        config = cls(**{name: value for name, value in named.items() if name in known})
        if config.steps <= 0 or config.steps % STEPS_PER_BEAT:
            raise ValueError(f"loops of {config.steps} steps are not whole beats")
        return config


@dataclass(frozen=True, slots=True)
class DrumConfig(ModelConfig):
    """Sizes of the drum model; what is not said here is as in `ModelConfig`.

    Parameters
    ----------
    z_hits
        Dimensions of the code that says where the hits are.
    z_dynamics
        Dimensions of the code that says how they are played (velocity and microtiming).
    width, blocks
        Of the residual MLPs of encoder and decoder.
    step_features
        Features that the decoder hands to each step's head.
    head_width
        Hidden units of the head, which sees the step's features and the steps already decoded.
    history_steps
        How many decoded steps the head sees: one bar, so that bar two can lean on bar one.
    dynamics_width, prior_width, prior_blocks
        Of the dynamics' networks and the prior's.
    """

    lively_logits: tuple[float, ...] = (0.0, 0.6, 1.2, 2.0, 3.0)
    sample_temperature: float = 0.9
    z_hits: int = 64
    z_dynamics: int = 32
    width: int = 640
    blocks: int = 2
    step_features: int = 48
    head_width: int = 128
    history_steps: int = 16
    dynamics_width: int = 384
    prior_width: int = 512
    prior_blocks: int = 4


@dataclass(frozen=True, slots=True)
class MelodyConfig(ModelConfig):
    """Sizes of the melody model; what is not said here is as in `DrumConfig`, or as in `ModelConfig`.

    Parameters
    ----------
    sample_noise
        Samples are decoded at a little more noise than the codes have that the prior learned; at less,
        they are easier to tell from real loops.
    z_notes
        Dimensions of the code that says which notes are played when.
    embedding, history_embedding
        Numbers that stand for one token in the encoder, and in the head's memory.
    sample_leap_cost, between_leap_cost
        Logits that pitches an octave or more from the last note lose in samples, and between loops at
        noise 1.
    sample_min_notes
        Samples with fewer notes are drawn anew.
    """

    max_noise: float = 2.0
    wander: WanderCurves = field(default_factory=lambda: MELODY_WANDER)
    sample_noise: float = 2.0
    sample_temperature: float = 0.8
    z_notes: int = 96
    z_dynamics: int = 8
    width: int = 640
    blocks: int = 2
    embedding: int = 24
    step_features: int = 64
    head_width: int = 160
    history_steps: int = 16
    history_embedding: int = 12
    dynamics_width: int = 256
    prior_width: int = 512
    prior_blocks: int = 4
    sample_leap_cost: float = 0.25
    between_leap_cost: float = 2.0
    sample_min_notes: int = 4
