"""Weights and configuration on disk: ``weights.safetensors`` and ``config.json`` in one folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from blender_app.core.errors import ModelError
from blender_app.core.files import make_folder, write_atomically
from blender_app.core.paths import models_dir
from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.melody_networks import MelodyNets
from blender_app.latent.networks import DrumNets

FORMAT = 1
WEIGHTS, CONFIG = "weights.safetensors", "config.json"
Nets = TypeVar("Nets", DrumNets, MelodyNets)
_KINDS: dict[type, tuple[str, Any]] = {
    DrumNets: ("drums", DrumConfig),
    MelodyNets: ("melody", MelodyConfig),
}


def save_weights(nets: DrumNets | MelodyNets, folder: Path, name: str) -> None:
    """Write a model's weights in half precision, and its configuration.

    Raises
    ------
    FileError
        The folder cannot be written.
    """
    tensors = {key: value.detach().to(torch.float16).contiguous() for key, value in nets.state_dict().items()}
    label, _ = _KINDS[type(nets)]
    document = {"format": FORMAT, "name": name, "kind": label, "config": nets.config.to_dict()}
    make_folder(folder)
    write_atomically(folder / WEIGHTS, save(tensors))
    write_atomically(folder / CONFIG, (json.dumps(document, indent=2) + "\n").encode())


def find_model(name: str | Path) -> Path:
    """Return the folder of a model: one of that path, else one of that name among the shipped."""
    folder = Path(name)
    return folder if (folder / CONFIG).exists() else models_dir() / str(name)


def kind_of(name: str | Path) -> str:
    """Return what a model's loops are, "drums" or "melody".

    Raises
    ------
    ModelError
        There is no such model, it is damaged or of a kind that this version does not know.
    """
    folder = find_model(name)
    kind = _read_document(folder)["kind"]
    known = [label for label, _ in _KINDS.values()]
    if kind not in known:
        raise ModelError(f"the model in {folder} is of a kind that is not known here: {kind!r}")
    return str(kind)


def _read_document(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            raise ModelError(f"the model in {folder} comes from a newer version of Loopweave")
        return {key: document[key] for key in ("name", "kind", "config")}
    except FileNotFoundError as error:
        raise ModelError(f"no model in {folder}: {error.filename} is missing") from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the model in {folder} is damaged: {error}") from error


def load_weights(folder: Path, kind: type[Nets]) -> tuple[Nets, str, str]:
    """Read a model; return its networks, name and the first 16 digits of its weights' SHA-256.

    Raises
    ------
    ModelError
        Something is missing or damaged, comes from a newer version, or is of another kind.
    """
    label, config_type = _KINDS[kind]
    document = _read_document(folder)
    if document["kind"] != label:
        raise ModelError(f"the model in {folder} is a {document['kind']} model, not a {label} one")
    try:
        known = {field.name for field in fields(config_type)}
        nets = kind(config_type(**{k: v for k, v in document["config"].items() if k in known}))
        weights = load_file(folder / WEIGHTS)
        nets.load_state_dict({key: value.float() for key, value in weights.items()})
        digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:16]
        name = str(document["name"])
    except FileNotFoundError as error:
        raise ModelError(f"no model in {folder}: {error.filename} is missing") from error
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the model in {folder} is damaged: {error}") from error
    nets.eval().requires_grad_(False)
    return nets, name, digest
