"""Train a melody model: the notes, the decoder on, their loudness, and the prior over codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from blender_app.core.errors import LoopweaveError
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import MelodyNets
from blender_app.training.augment_melody import training_batch
from blender_app.training.loop import Schedule, Stage
from blender_app.training.objective import Objective, loudness_loss, tune_loss
from blender_app.training.prior import Posterior, prior_stage

PARTS = ("notes", "decoder", "dynamics", "prior")
BETA_WARMUP = 0.01
NOTES_SCHEDULE = Schedule(steps=50_000, minutes=56.0)
DECODER_SCHEDULE = Schedule(steps=20_000, minutes=18.0, rate=5e-4, final_rate=1e-5, average=0.999)
DYNAMICS_SCHEDULE = Schedule(steps=6_000, minutes=4.0)
PRIOR_SCHEDULE = Schedule(steps=60_000, minutes=40.0, weight_decay=0.0, average=0.999)
SOURCE_WEIGHTS = {"pop909": 0.6, "openewld": 1.0, "cre-irish": 0.7, "trio-leadsheet-gmd": 0.08}
OTHER_WEIGHT, BASS_WEIGHT = 1.5, 3.0
"""How often a source's loops are drawn: large sets and rule-made basses less, played basses more."""
FEWEST_NOTES, FEWEST_BASS_NOTES = 5, 4
"""Loops with fewer are rests with a note or two; the prior over codes takes none of them."""
MADE = "trio-leadsheet-gmd"
"""Basses made by rule; the prior over codes takes none of them, and all others as they come."""


@dataclass(frozen=True, slots=True)
class MelodyRecipe:
    """Everything that decides how a melody model turns out.

    Parameters
    ----------
    notes, decoder, dynamics, prior
        Schedules of the four parts; "decoder" goes on with the decoder alone, for codes that stay.
    prior_noise
        Noise of the codes that the prior learns, in posterior standard deviations: smoother ones
        than the encoder's own are learned better.
    config
        Sizes of the networks.
    objective
        Weights and shares of the losses.
    batch
        Loops in a batch.
    """

    config: MelodyConfig = field(default_factory=MelodyConfig)
    objective: Objective = field(
        default_factory=lambda: Objective(beta=0.25, clean_share=0.2, unit_share=0.45, flip=0.02)
    )
    batch: int = 256
    notes: Schedule = NOTES_SCHEDULE
    decoder: Schedule = DECODER_SCHEDULE
    dynamics: Schedule = DYNAMICS_SCHEDULE
    prior: Schedule = PRIOR_SCHEDULE
    prior_noise: float = 1.5

    def within(self, minutes: float) -> MelodyRecipe:
        """Return the recipe with the stages' time limits scaled so that they sum to `minutes`."""
        stages = {name: getattr(self, name) for name in PARTS}
        factor = minutes / sum(stage.minutes for stage in stages.values())
        scaled = {name: replace(stage, minutes=stage.minutes * factor) for name, stage in stages.items()}
        return replace(self, **scaled)


class MelodyTrainer:
    """The data as tensors, the networks, and the four stages over them.

    Parameters
    ----------
    corpus
        Prepared loops; the networks learn from one side of its split and are measured on the other.
    recipe
        Sizes, objective and schedule of each stage.
    seed
        Of all that is random.
    """

    parts = PARTS

    def __init__(self, corpus: MelodyCorpus, recipe: MelodyRecipe, seed: int) -> None:
        if not corpus.validation.any() or corpus.validation.all():
            raise LoopweaveError("the corpus needs loops on both sides of its split")
        self.recipe, self.seed = recipe, seed
        self.tokens = corpus.events.astype(np.int64) + 2
        self.velocity = torch.from_numpy(corpus.velocity).float() / 127.0
        self.train = np.flatnonzero(~corpus.validation)
        self.held = np.flatnonzero(corpus.validation)
        self.pool = self.tokens[self.train]
        known = [SOURCE_WEIGHTS.get(name, OTHER_WEIGHT) for name in corpus.source_names]
        made = np.array([name == MADE for name in corpus.source_names])[corpus.source]
        weight = np.array(known)[corpus.source]
        weight = np.where(corpus.bass & (weight == OTHER_WEIGHT), BASS_WEIGHT, weight)[self.train]
        self.weights: NDArray[np.float64] = weight / weight.sum()
        notes = (corpus.events >= 0).sum(1)
        enough = notes >= np.where(corpus.bass, FEWEST_BASS_NOTES, FEWEST_NOTES)
        self.natural = self.train[(enough & ~made)[self.train]]
        torch.manual_seed(seed)
        self.nets = MelodyNets(recipe.config)
        pick = np.random.default_rng(0).permutation(len(self.held))[:1500]
        self.held_tokens = torch.from_numpy(self.tokens[self.held[pick]])

    def stage(self, part: str) -> Stage:
        """Return a `part` of `PARTS` ready to be run; "decoder" and "prior" need the parts before."""
        nets, recipe = self.nets, self.recipe
        nets.encoder.requires_grad_(part == "notes")
        if part == "notes":
            pair = nn.ModuleList([nets.encoder, nets.decoder])
            return Stage(part, pair, self._notes_batch, self._notes_figures, recipe.notes, self.seed)
        if part == "decoder":
            return Stage(
                part, nets.decoder, self._notes_batch, self._notes_figures, recipe.decoder, self.seed
            )
        if part == "dynamics":
            return Stage(
                part,
                nets.dynamics,
                self._dynamics_batch,
                self._dynamics_figures,
                recipe.dynamics,
                self.seed,
            )
        train, held = (self._posterior(loops, recipe.prior_noise) for loops in (self.natural, self.held))
        return prior_stage(nets.prior, train, held, 2 * recipe.batch, recipe.prior, self.seed)

    def _notes_batch(self, rng: np.random.Generator, progress: float) -> tuple[Tensor, Mapping[str, float]]:
        recipe = self.recipe
        made = training_batch(self.pool, self.weights, recipe.batch, rng)
        batch = torch.from_numpy(made.tokens), torch.from_numpy(made.real), torch.from_numpy(made.scattered)
        beta = recipe.objective.beta * min(1.0, progress / BETA_WARMUP)
        with torch.autocast("cpu", torch.bfloat16):
            return tune_loss(self.nets.encoder, self.nets.decoder, batch, recipe.objective, beta)

    def _notes_figures(self) -> Mapping[str, float]:
        mu, _ = self.nets.encoder(self.held_tokens)
        levels = {"exact": torch.zeros(len(mu)), "exact_unit": torch.ones(len(mu))}
        return {
            name: (self.nets.decoder.decode(mu, level) == self.held_tokens).float().mean().item()
            for name, level in levels.items()
        }

    def _dynamics_batch(self, rng: np.random.Generator, _: float) -> tuple[Tensor, Mapping[str, float]]:
        index = rng.choice(self.train, self.recipe.batch, p=self.weights)
        tokens = torch.from_numpy(self.tokens[index])
        beta = self.recipe.objective.dynamics_beta
        with torch.autocast("cpu", torch.bfloat16):
            return loudness_loss(self.nets.dynamics, tokens, self.velocity[index], beta)

    def _dynamics_figures(self) -> Mapping[str, float]:
        """Return the mean absolute error at notes relative to predicting the mean by step."""
        tokens, true = torch.from_numpy(self.tokens[self.held]), self.velocity[self.held]
        heard, known = true > 0, self.velocity[self.train]
        mean = known.sum(0) / (known > 0).sum(0).clamp(min=1)
        net = self.nets.dynamics
        guesses = {
            "velocity": net.decode(tokens, net.encode(tokens, true)[0]),
            "usual_velocity": net.decode(tokens, net.expect(tokens)[0]),
        }
        plain = ((mean - true).abs() * heard).sum()
        return {name: (((g - true).abs() * heard).sum() / plain).item() for name, g in guesses.items()}

    def _posterior(self, index: NDArray[np.int64], noise: float) -> Posterior:
        with torch.no_grad():
            mu, logvar = self.nets.encoder(torch.from_numpy(self.tokens[index]))
        return mu, noise * torch.exp(0.5 * logvar)
