"""Judge a model on loops that it has not seen."""

from __future__ import annotations

from pathlib import Path

from blender_app.core.errors import ModelError
from blender_app.latent.checkpoint import kind_of
from blender_app.latent.model_kinds import part
from blender_app.training.judging import Figure, Scale


def evaluate(
    name: str | Path, data: Path, scale: Scale | None = None, seed: int = 0, progress: bool = True
) -> list[Figure]:
    """Return the figures of a model on a prepared corpus's validation loops.

    Parameters
    ----------
    name
        Name of a shipped model, or a folder.
    data
        What `loopweave prepare` wrote.
    scale
        How many loops each figure is taken over; None for the usual ones.
    seed
        Decides which loops.
    progress
        Whether to show a bar.

    Raises
    ------
    LoopweaveError
        The model or the data cannot be read, or nobody judges models of its kind.
    """
    kind = kind_of(name)
    if not kind.evaluate:
        raise ModelError(f"there is no judging {kind.label} models")
    return list(part(kind.evaluate)(name, data, scale, seed, progress))
