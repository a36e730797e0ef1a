"""Weights and configuration on disk: ``weights.safetensors`` and ``config.json`` in one folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from blender_app.core.errors import ModelError
from blender_app.core.files import make_folder, write_atomically
from blender_app.core.paths import models_dir
from blender_app.latent.model_kinds import ModelKind, kind_labelled, kind_made_of, part

FORMAT = 1
WEIGHTS, CONFIG = "weights.safetensors", "config.json"
_OLD_PREFIX, _PREFIX = "feel.", "dynamics."
"""What the dynamics' weights are called in the first models' files, and since."""


class Checkpoint(NamedTuple):
    """A model's networks `nets`, its `name`, and `digest`: 16 digits of its weights' SHA-256."""

    nets: Any
    name: str
    digest: str


def save_weights(nets: nn.Module, folder: Path, name: str) -> None:
    """Write a model's weights in half precision, and its configuration.

    Parameters
    ----------
    nets
        The networks of a registered kind; its `config` is written beside the weights.
    folder
        Where to; made if it is missing.
    name
        Name of the model.

    Raises
    ------
    FileError
        The folder cannot be written.
    ModelError
        The networks are of no registered kind.
    """
    tensors = {key: value.detach().to(torch.float16).contiguous() for key, value in nets.state_dict().items()}
    config: Any = nets.config
    label = kind_made_of(type(nets)).label
    document = {"format": FORMAT, "name": name, "kind": label, "config": config.to_dict()}
    make_folder(folder)
    write_atomically(folder / WEIGHTS, save(tensors))
    write_atomically(folder / CONFIG, (json.dumps(document, indent=2) + "\n").encode())


def find_model(name: str | Path) -> Path:
    """Return the folder of a model: `name` as a path, else the shipped model of that name."""
    folder = Path(name)
    return folder if (folder / CONFIG).exists() else models_dir() / str(name)


def kind_of(name: str | Path) -> ModelKind:
    """Return the kind of the model whose name or folder `name` is.

    Raises
    ------
    ModelError
        There is no such model, it is damaged or of a kind that this version does not know.
    """
    folder = find_model(name)
    label = str(_read_document(folder)["kind"])
    try:
        return kind_labelled(label)
    except ModelError as error:
        raise ModelError(f"the model in {folder} is of a kind that is not known here: {label!r}") from error


def _read_document(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            raise ModelError(f"the model in {folder} comes from a newer version of Loopweave")
        return {key: document[key] for key in ("name", "kind", "config")}
    except FileNotFoundError as error:
        raise ModelError(f"no model in {folder}: {CONFIG} is missing") from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the model in {folder} is damaged: {error}") from error


def load_weights(folder: Path, kind: ModelKind) -> Checkpoint:
    """Read a model of a `kind` from its `folder`.

    Raises
    ------
    ModelError
        Something is missing or damaged, comes from a newer version, or is of another kind.
    """
    document = _read_document(folder)
    if document["kind"] != kind.label:
        raise ModelError(f"the model in {folder} is a {document['kind']} model, not a {kind.label} one")
    config_type, nets_type = part(kind.config), part(kind.nets)
    try:
        nets = nets_type(config_type.from_dict(document["config"]))
        weights = load_file(folder / WEIGHTS)
        nets.load_state_dict({_new_key(key): value.float() for key, value in weights.items()})
        digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:16]
        name = str(document["name"])
    except FileNotFoundError as error:
        raise ModelError(f"no model in {folder}: {WEIGHTS} is missing") from error
    except (
        OSError,
        SafetensorError,
        RuntimeError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ModelError(f"the model in {folder} is damaged: {error}") from error
    nets.eval().requires_grad_(False)
    return Checkpoint(nets, name, digest)


def _new_key(key: str) -> str:
    return _PREFIX + key.removeprefix(_OLD_PREFIX) if key.startswith(_OLD_PREFIX) else key
