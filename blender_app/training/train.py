"""Train a shipped model from prepared loops."""

from __future__ import annotations

from pathlib import Path

import torch

from blender_app.core.errors import LoopweaveError
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.checkpoint import save_weights
from blender_app.training.drums import DrumRecipe, DrumTrainer
from blender_app.training.loop import run_stage
from blender_app.training.melody import MelodyRecipe, MelodyTrainer
from blender_app.training.plot import plot_logs

NAMES = ("drums-2bar", "melody-2bar")


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
        "drums-2bar" or "melody-2bar".
    data
        What `loopweave prepare` wrote.
    out
        Folder for weights and configuration.
    minutes
        Limit for all parts together.
    scratch
        Folder for checkpoints and logs; ``<out>/training`` by default.

    Raises
    ------
    LoopweaveError
        The name is unknown, the data unusable, or a file cannot be written.
    """
    torch.set_num_threads(1)
    scratch = scratch or out / "training"
    trainer: DrumTrainer | MelodyTrainer
    if name == "drums-2bar":
        trainer = DrumTrainer(DrumCorpus.load(data), DrumRecipe().within(minutes), seed)
    elif name == "melody-2bar":
        trainer = MelodyTrainer(MelodyCorpus.load(data), MelodyRecipe().within(minutes), seed)
    else:
        raise LoopweaveError(f"there is no recipe for {name!r}; known are {', '.join(NAMES)}")
    for part in trainer.parts:
        run_stage(trainer.stage(part), scratch, progress)
    save_weights(trainer.nets, out, name)
    plot_logs(scratch, out / "training.png")
