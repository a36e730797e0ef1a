"""Train a model from prepared loops."""

from __future__ import annotations

from pathlib import Path

import torch

from blender_app.latent.checkpoint import save_weights
from blender_app.latent.model_kinds import kind_trained_as, part
from blender_app.training.loop import run_stage
from blender_app.training.plot import plot_logs


def train(
    name: str,
    data: Path,
    out: Path,
    *,
    minutes: float = 112.0,
    seed: int = 0,
    scratch: Path | None = None,
    progress: bool = True,
) -> None:
    """Train a model from nothing, or go on where a stopped training was.

    Parameters
    ----------
    name
        One of `latent.model_kinds.trained_names`: "drums-2bar", "melody-2bar".
    data
        What `loopweave prepare` wrote.
    out
        Folder for weights and configuration.
    minutes
        Limit for all parts together.
    seed
        Seeds the networks and the batches.
    scratch
        Folder for checkpoints and logs; ``<out>/training`` by default.
    progress
        Whether to show a bar.

    Raises
    ------
    LoopweaveError
        The name is unknown, the data unusable, or a file cannot be written.
    """
    torch.set_num_threads(1)
    scratch = scratch or out / "training"
    kind = kind_trained_as(name)
    recipe = part(kind.recipe)().within(minutes)
    trainer = part(kind.trainer)(part(kind.corpus).load(data), recipe, seed)
    for stage in trainer.parts:
        run_stage(trainer.stage(stage), scratch, progress)
    save_weights(trainer.nets, out, name)
    plot_logs(scratch, out / "training.png")
