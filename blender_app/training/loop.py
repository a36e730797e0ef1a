"""One training loop for every stage: cosine rate, averaged weights, checkpoints, a log and a bar."""

from __future__ import annotations

import csv
import math
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from blender_app.core.errors import FileError

LossOf = Callable[[np.random.Generator, float], tuple[Tensor, Mapping[str, float]]]
"""Draws a batch with the generator at a progress of 0..1; returns its loss and parts for the log."""

Figures = Callable[[], Mapping[str, float]]
"""Measures the network on validation loops."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast a stage learns.

    Parameters
    ----------
    steps
        Optimiser steps of a full training.
    minutes
        Wall-clock limit; when it would end the training early, the cosine is run through faster.
    rate, final_rate
        Learning rates after the warm-up and at the end.
    warmup_steps
        In which the rate rises from 0.
    weight_decay
        Of AdamW, on matrices alone.
    average
        Share of the averaged weights that stays in each step.
    save_every_s
        Seconds from checkpoint to checkpoint.
    """

    steps: int
    minutes: float
    rate: float = 1e-3
    final_rate: float = 2e-5
    warmup_steps: int = 200
    weight_decay: float = 0.03
    average: float = 0.9995
    save_every_s: float = 60.0

    def rate_at(self, step: int, progress: float) -> float:
        """Return the learning rate at `step`, counted from 0, and `progress` 0..1 of the stage."""
        cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
        rate = self.final_rate + (self.rate - self.final_rate) * cosine
        return rate * min(1.0, (step + 1) / self.warmup_steps)


class Stage:
    """One network in training: optimiser, averaged weights, generators and where it stands.

    Parameters
    ----------
    name
        Of its checkpoint and its log.
    net
        What is trained; parameters that need no gradient stay.
    loss_of
        Draws a batch and returns its loss.
    validate
        Measures the network; called with the averaged weights in it.
    schedule
        Learning rate, length and the like.
    seed
        Of batches and of what torch draws.
    """

    def __init__(
        self, name: str, net: nn.Module, loss_of: LossOf, validate: Figures, schedule: Schedule, seed: int
    ) -> None:
        self.name, self.loss_of, self.validate, self.schedule = name, loss_of, validate, schedule
        self.parameters = [p for p in net.parameters() if p.requires_grad]
        decayed = [p for p in self.parameters if p.ndim > 1]
        rest = [p for p in self.parameters if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": schedule.weight_decay},
                {"params": rest, "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )
        self.averaged = [p.detach().clone() for p in self.parameters]
        self.rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.step = 0
        self.elapsed_s = 0.0

    @property
    def progress(self) -> float:
        """How much of the training is behind us, 0..1, by steps or by time, whichever is further."""
        return max(self.step / self.schedule.steps, self.elapsed_s / (60.0 * self.schedule.minutes))

    def advance(self) -> dict[str, float]:
        """Take one optimiser step; return the loss and its parts."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate_at(self.step, self.progress)
        loss, parts = self.loss_of(self.rng, self.progress)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(self.schedule.average, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.averaged, [p.detach() for p in self.parameters], 1.0 - keep)
        return {"loss": loss.item(), **parts}

    @contextmanager
    def averaged_weights(self) -> Iterator[None]:
        """Put the averaged weights into the network for the length of a block."""
        current = [p.detach().clone() for p in self.parameters]
        self._fill(self.averaged)
        try:
            yield
        finally:
            self._fill(current)

    def finish(self) -> None:
        """Leave the averaged weights in the network."""
        self._fill(self.averaged)

    def _fill(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.parameters, values, strict=True):
                parameter.copy_(value)

    def save(self, path: Path) -> None:
        """Write a checkpoint to `path` from which `load` goes on exactly; replaced in one move."""
        state = {
            "parameters": [p.detach() for p in self.parameters],
            "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(),
            "torch": torch.get_rng_state(),
            "numpy": self.rng.bit_generator.state,
            "step": self.step,
            "elapsed_s": self.elapsed_s,
        }
        temporary = path.with_suffix(".part")
        try:
            torch.save(state, temporary)
            temporary.replace(path)
        except (OSError, RuntimeError) as error:
            raise FileError(f"cannot write the checkpoint {path}: {error}") from error

    def load(self, path: Path) -> None:
        """Go on from the checkpoint at `path`.

        Raises
        ------
        FileError
            It is damaged or belongs to a model of other sizes.
        """
        try:
            state = torch.load(path, weights_only=True)
            self._fill(state["parameters"])
            self.averaged = state["averaged"]
            self.optimiser.load_state_dict(state["optimiser"])
            torch.set_rng_state(state["torch"])
            self.rng.bit_generator.state = state["numpy"]
            self.step, self.elapsed_s = state["step"], state["elapsed_s"]
        except (OSError, RuntimeError, KeyError, ValueError, pickle.UnpicklingError) as error:
            raise FileError(f"{path} is no checkpoint of this training: {error}") from error


def run_stage(stage: Stage, folder: Path, progress: bool = True) -> None:
    """Train `stage` to its end, going on from ``folder/<name>.ckpt`` where there is one.

    Appends a row a minute to ``folder/<name>.csv`` with losses and what the stage's `validate` returns for
    the averaged weights, and leaves these in the network.

    Parameters
    ----------
    folder
        Made if missing.
    progress
        Whether a bar is shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{stage.name}.ckpt"
    if checkpoint.exists():
        stage.load(checkpoint)
    log = _Log(folder / f"{stage.name}.csv")
    bar = tqdm(total=100.0, initial=100 * min(stage.progress, 1.0), desc=stage.name, disable=not progress)
    bar.bar_format = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}"
    last, saved = time.monotonic(), time.monotonic()
    while stage.progress < 1.0:
        parts = stage.advance()
        now = time.monotonic()
        stage.elapsed_s += now - last
        last = now
        log.add(parts)
        if now - saved > stage.schedule.save_every_s or stage.progress >= 1.0:
            stage.save(checkpoint)
            with stage.averaged_weights(), torch.no_grad():
                row = log.write(stage.step, stage.elapsed_s, stage.validate())
            bar.set_postfix_str(" ".join(f"{key} {value:.3g}" for key, value in row.items()))
            saved = last = time.monotonic()
        bar.n = 100 * min(stage.progress, 1.0)
        bar.update(0)
    bar.close()
    stage.finish()


class _Log:
    """Means of the losses since the last row, appended to a CSV file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, parts: Mapping[str, float]) -> None:
        for key, value in parts.items():
            self.sums[key] = self.sums.get(key, 0.0) + value
        self.count += 1

    def write(self, step: int, elapsed_s: float, validation: Mapping[str, float]) -> dict[str, float]:
        means = {key: value / self.count for key, value in self.sums.items()}
        row = {"step": step, "minutes": elapsed_s / 60, **means, **validation}
        new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(row)
            writer.writerow(f"{value:.6g}" for value in row.values())
        self.sums, self.count = {}, 0
        return {**means, **validation}
