"""The hyper-parameters of a model, as its ``config.json`` holds them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DrumConfig:
    """Sizes of the two-bar drum model.

    Parameters
    ----------
    z_hits
        Dimensions of the code that says where the hits are.
    z_feel
        Dimensions of the code that says how they are played (velocity and microtiming).
    width, blocks
        Of the residual MLPs of encoder and decoder.
    step_features
        Features that the decoder hands to each step's head.
    head_width
        Hidden units of the head, which sees the step's features and the steps already decoded.
    history_steps
        How many decoded steps the head sees: one bar, so that bar two can lean on bar one.
    max_noise
        Largest noise level that the decoder was trained on, in posterior standard deviations.
    feel_width, prior_width, prior_blocks
        Of the dynamics' networks and the prior's.
    between_noise
        Noise level that the decoder is told half-way between two loops; it may exceed `max_noise`, for
        the decoder extrapolates smoothly.
    between_lean
        Logits by which it leans there to the hits of the loops around.
    field_logits
        Logits by which it keeps there to what is played around a place.
    sample_noise, sample_temperature
        Noise level and temperature at which samples of the prior are decoded by default.
    """

    z_hits: int = 64
    z_feel: int = 32
    width: int = 640
    blocks: int = 2
    step_features: int = 48
    head_width: int = 128
    history_steps: int = 16
    max_noise: float = 3.0
    feel_width: int = 384
    prior_width: int = 512
    prior_blocks: int = 4
    between_noise: float = 4.5
    between_lean: float = 3.0
    field_logits: float = 4.0
    sample_noise: float = 1.0
    sample_temperature: float = 0.9

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MelodyConfig:
    """Sizes of the two-bar melody model; what is named as in `DrumConfig` means the same.

    Parameters
    ----------
    z_notes
        Dimensions of the code that says which notes are played when.
    embedding, history_embedding
        Numbers that stand for one token in the encoder, and in the head's memory.
    sample_noise
        Samples are told a little noisier than the codes that the prior learned; told less, they are
        easier to tell from real loops.
    sample_leap_cost
        Logits that pitches an octave or more from the last note lose in samples.
    """

    z_notes: int = 96
    z_feel: int = 8
    width: int = 640
    blocks: int = 2
    embedding: int = 24
    step_features: int = 64
    head_width: int = 160
    history_steps: int = 16
    history_embedding: int = 12
    max_noise: float = 2.0
    feel_width: int = 256
    prior_width: int = 512
    prior_blocks: int = 4
    between_noise: float = 0.7
    between_lean: float = 0.5
    field_logits: float = 1.0
    sample_noise: float = 2.0
    sample_temperature: float = 0.8
    sample_leap_cost: float = 0.25

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)
