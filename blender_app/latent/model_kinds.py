"""The kinds of models: the one table in which a new kind is written down.

A kind is named in its models' ``config.json``. Its parts are written as "module:name" and imported when
they are needed, so that this module costs nothing and knows neither torch nor the training.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from blender_app.core.errors import LoopweaveError, ModelError


@dataclass(frozen=True, slots=True)
class ModelKind:
    """One kind of model and where its parts are, each as "module:name".

    Parameters
    ----------
    label
        What ``config.json`` calls it.
    loops
        What its loops are: "drums" or "melody".
    config, nets, space, model
        Its configuration (a `ModelConfig`), its networks (made of a configuration), its `LoopSpace`
        (made of the networks) and its `LoopModel`.
    trained_as
        Name of the model that its recipe trains, or "" where there is none; then what follows is "", too.
    corpus, recipe, trainer
        The class of the file to train from (with `load`), of the recipe (with `within`), and the trainer
        (made of a corpus, a recipe and a seed; with `parts`, `stage` and `nets`).
    evaluate
        The function that judges a model; see `training.evaluate.evaluate`.
    """

    label: str
    loops: str
    config: str
    nets: str
    space: str
    model: str
    trained_as: str = ""
    corpus: str = ""
    recipe: str = ""
    trainer: str = ""
    evaluate: str = ""


_KINDS: dict[str, ModelKind] = {}


def register_kind(kind: ModelKind) -> None:
    """Make a `kind` of model known; one of the same label is replaced."""
    _KINDS[kind.label] = kind


def unregister_kind(label: str) -> None:
    """Forget the kind of model of that `label`, if it is known."""
    _KINDS.pop(label, None)


def kind_labelled(label: str) -> ModelKind:
    """Return the kind of `label`.

    Raises
    ------
    ModelError
        This version knows no such kind.
    """
    if label not in _KINDS:
        raise ModelError(f"this version knows no kind of model {label!r}; known are {', '.join(_KINDS)}")
    return _KINDS[label]


def kind_made_of(part: type) -> ModelKind:
    """Return the kind to which `part`, a class of networks or of models, belongs.

    Raises
    ------
    ModelError
        It is part of no kind that is known.
    """
    path = f"{part.__module__}:{part.__qualname__}"
    for kind in _KINDS.values():
        if path in {kind.nets, kind.model}:
            return kind
    raise ModelError(f"{path} is part of no kind of model that is known")


def kind_trained_as(name: str) -> ModelKind:
    """Return the kind whose recipe trains the model `name`.

    Raises
    ------
    LoopweaveError
        There is no recipe for it.
    """
    for kind in _KINDS.values():
        if name and kind.trained_as == name:
            return kind
    raise LoopweaveError(f"there is no recipe for {name!r}; known are {', '.join(trained_names())}")


def trained_names() -> tuple[str, ...]:
    """Return the names of the models for which there are recipes: those that are shipped."""
    return tuple(kind.trained_as for kind in _KINDS.values() if kind.trained_as)


def part(path: str) -> Any:  # noqa: ANN401 (a class or a function, which depends on the row of the table)
    """Import what stands at a `path` "module:name" and return it."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


register_kind(
    ModelKind(
        label="drums",
        loops="drums",
        config="blender_app.latent.config:DrumConfig",
        nets="blender_app.latent.networks:DrumNets",
        space="blender_app.latent.drum_space:DrumSpace",
        model="blender_app.latent.drum_model:DrumModel",
        trained_as="drums-2bar",
        corpus="blender_app.corpus.prepare:DrumCorpus",
        recipe="blender_app.training.drums:DrumRecipe",
        trainer="blender_app.training.drums:DrumTrainer",
        evaluate="blender_app.training.evaluate_drums:evaluate_drums",
    )
)
register_kind(
    ModelKind(
        label="melody",
        loops="melody",
        config="blender_app.latent.config:MelodyConfig",
        nets="blender_app.latent.melody_networks:MelodyNets",
        space="blender_app.latent.melody_space:MelodySpace",
        model="blender_app.latent.melody_model:MelodyModel",
        trained_as="melody-2bar",
        corpus="blender_app.corpus.prepare_melody:MelodyCorpus",
        recipe="blender_app.training.melody:MelodyRecipe",
        trainer="blender_app.training.melody:MelodyTrainer",
        evaluate="blender_app.training.evaluate_melody:evaluate_melody",
    )
)
