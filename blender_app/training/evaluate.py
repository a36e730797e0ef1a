"""Judge a model on loops that it has not seen."""

from __future__ import annotations

from pathlib import Path

from blender_app.latent.checkpoint import kind_of
from blender_app.training.evaluate_drums import evaluate_drums
from blender_app.training.evaluate_melody import evaluate_melody
from blender_app.training.judging import Figure, Scale


def evaluate(
    name: str | Path, data: Path, scale: Scale | None = None, seed: int = 0, progress: bool = True
) -> list[Figure]:
    """Return the figures of a model on a prepared corpus's validation loops.

    Raises
    ------
    LoopweaveError
        The model or the data cannot be read.
    """
    judge = evaluate_melody if kind_of(name) == "melody" else evaluate_drums
    return judge(name, data, scale, seed, progress)
