"""Train a drum model: the hits, their dynamics, and the prior over codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from blender_app.core.errors import LoopweaveError
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.config import DrumConfig
from blender_app.latent.networks import DrumNets
from blender_app.training.augment import training_batch
from blender_app.training.loop import Schedule, Stage
from blender_app.training.objective import Objective, dynamics_loss, hits_loss
from blender_app.training.prior import Posterior, prior_stage

PARTS = ("hits", "dynamics", "prior")
PLAYED = ("gmd",)
"""Sets of human performances: where there is one, samples are to be what a drummer would play."""
BETA_WARMUP = 0.01
"""Share of the training over which the weight of the KL term rises."""


HITS_SCHEDULE = Schedule(steps=60_000, minutes=75.0)
DYNAMICS_SCHEDULE = Schedule(steps=12_000, minutes=10.0)
PRIOR_SCHEDULE = Schedule(steps=40_000, minutes=25.0, weight_decay=0.0, average=0.999)


@dataclass(frozen=True, slots=True)
class DrumRecipe:
    """Everything that decides how a drum model turns out.

    Parameters
    ----------
    shares
        Of real, recombined and drawn loops in a batch; the rest is scattered.
    hits, dynamics, prior
        Schedules of the three stages, in their order.
    config
        Sizes of the networks.
    objective
        Weights and shares of the losses.
    batch
        Loops in a batch.
    """

    config: DrumConfig = field(default_factory=DrumConfig)
    objective: Objective = field(default_factory=Objective)
    batch: int = 256
    shares: tuple[float, float, float] = (0.45, 0.25, 0.14)
    hits: Schedule = HITS_SCHEDULE
    dynamics: Schedule = DYNAMICS_SCHEDULE
    prior: Schedule = PRIOR_SCHEDULE

    def within(self, minutes: float) -> DrumRecipe:
        """Return the recipe with the stages' time limits scaled so that they sum to `minutes`."""
        factor = minutes / (self.hits.minutes + self.dynamics.minutes + self.prior.minutes)
        return replace(
            self,
            hits=replace(self.hits, minutes=self.hits.minutes * factor),
            dynamics=replace(self.dynamics, minutes=self.dynamics.minutes * factor),
            prior=replace(self.prior, minutes=self.prior.minutes * factor),
        )


class DrumTrainer:
    """The data as tensors, the networks, and the three stages over them.

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

    def __init__(self, corpus: DrumCorpus, recipe: DrumRecipe, seed: int) -> None:
        self.train, self.validation = corpus.side(False), corpus.side(True)
        self.played = corpus.side(False, PLAYED) if PLAYED[0] in corpus.source_names else self.train
        if not len(self.train) or not len(self.validation):
            raise LoopweaveError("the corpus needs loops on both sides of its split")
        self.recipe, self.seed = recipe, seed
        torch.manual_seed(seed)
        self.nets = DrumNets(recipe.config)
        self.validation_hits = signs(self.validation.hits[:2000])

    def stage(self, part: str) -> Stage:
        """Return a `part`, "hits", "dynamics" or "prior" (which needs the hits), ready to be run."""
        nets, recipe = self.nets, self.recipe
        if part == "hits":
            pair = nn.ModuleList([nets.encoder, nets.decoder])
            return Stage(part, pair, self._hits_batch, self._hits_figures, recipe.hits, self.seed)
        if part == "dynamics":
            return Stage(
                part,
                nets.dynamics,
                self._dynamics_batch,
                self._dynamics_figures,
                recipe.dynamics,
                self.seed,
            )
        train, held = self._posterior(self.played.hits), self._posterior(self.validation.hits)
        return prior_stage(nets.prior, train, held, 2 * recipe.batch, recipe.prior, self.seed)

    def _hits_batch(self, rng: np.random.Generator, progress: float) -> tuple[Tensor, Mapping[str, float]]:
        recipe = self.recipe
        hits, scattered = training_batch(self.train.hits, recipe.batch, rng, recipe.shares)
        batch = signs(hits), torch.from_numpy(scattered)
        beta = recipe.objective.beta * min(1.0, progress / BETA_WARMUP)
        with torch.autocast("cpu", torch.bfloat16):
            return hits_loss(self.nets.encoder, self.nets.decoder, batch, recipe.objective, beta)

    def _hits_figures(self) -> Mapping[str, float]:
        hits = self.validation_hits
        mu, _ = self.nets.encoder(hits)
        levels = {"exact": torch.zeros(len(mu)), "exact_unit": torch.ones(len(mu))}
        return {
            name: (self.nets.decoder.decode(mu, level) == hits).all(-1).float().mean().item()
            for name, level in levels.items()
        }

    def _dynamics_batch(self, rng: np.random.Generator, _: float) -> tuple[Tensor, Mapping[str, float]]:
        windows = self.train[rng.integers(0, len(self.train), self.recipe.batch)]
        kept = windows.hits & (
            rng.random(windows.hits.shape) >= rng.choice([0.0, 0.0, 0.1], (len(windows), 1, 1))
        )
        hits, played = signs(kept), dynamics(replace(windows, hits=kept))
        with torch.autocast("cpu", torch.bfloat16):
            return dynamics_loss(self.nets.dynamics, hits, played, self.recipe.objective.dynamics_beta)

    def _dynamics_figures(self) -> Mapping[str, float]:
        """Return mean absolute errors on hits relative to predicting the mean by voice and step."""
        played = self.validation[self.validation.velocity.max((1, 2)) > 0]
        hits, true = signs(played.hits), dynamics(played)
        known = dynamics(self.train)
        counts = torch.from_numpy(self.train.hits).sum(0).clamp(min=1)
        mean = known.sum(0) / counts[..., None]
        net = self.nets.dynamics
        said = net.decode(hits, net.encode(hits, true)[0])
        usual = net.decode(hits, net.expect(hits)[0])
        where = (hits > 0)[..., None]
        error, error_usual, error_mean = (
            ((guess - true).abs() * where).sum((0, 1, 2)) for guess in (said, usual, mean)
        )
        names = ("velocity", "microtiming")
        ratios = {name: (error[i] / error_mean[i]).item() for i, name in enumerate(names)}
        return ratios | {
            f"usual_{name}": (error_usual[i] / error_mean[i]).item() for i, name in enumerate(names)
        }

    def _posterior(self, hits: NDArray[np.bool_]) -> Posterior:
        with torch.no_grad():
            mu, logvar = self.nets.encoder(signs(hits))
        return mu, torch.exp(0.5 * logvar)


def signs(hits: NDArray[np.bool_]) -> Tensor:
    """Return bool `hits` (B, T, V) as float -1 / +1."""
    return torch.from_numpy(hits).float() * 2.0 - 1.0


def dynamics(windows: DrumWindows) -> Tensor:
    """Return velocity 0..1 and microtiming in steps of `windows`, (B, T, V, 2), 0 where there is no hit."""
    velocity = torch.from_numpy(windows.velocity).float() / 127.0
    both = torch.stack([velocity, torch.from_numpy(windows.microtiming)], -1)
    return both * torch.from_numpy(windows.hits)[..., None]
