"""Weights and configuration on disk: ``weights.safetensors`` and ``config.json`` in one folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from blender_app.core.errors import ModelError
from blender_app.core.files import make_folder, write_atomically
from blender_app.latent.config import DrumConfig
from blender_app.latent.melody_networks import MelodyNets
from blender_app.latent.networks import DrumNets

FORMAT = 1
WEIGHTS, CONFIG = "weights.safetensors", "config.json"


def save_weights(nets: DrumNets | MelodyNets, folder: Path, name: str) -> None:
    """Write a model's weights in half precision, and its configuration.

    Raises
    ------
    FileError
        The folder cannot be written.
    """
    tensors = {key: value.detach().to(torch.float16).contiguous() for key, value in nets.state_dict().items()}
    kind = "drums" if isinstance(nets, DrumNets) else "melody"
    document = {"format": FORMAT, "name": name, "kind": kind, "config": nets.config.to_dict()}
    make_folder(folder)
    write_atomically(folder / WEIGHTS, save(tensors))
    write_atomically(folder / CONFIG, (json.dumps(document, indent=2) + "\n").encode())


def load_weights(folder: Path) -> tuple[DrumNets, str, str]:
    """Read a model; return its networks, name and the first 16 digits of its weights' SHA-256.

    Raises
    ------
    ModelError
        Something is missing or damaged, or comes from a newer version.
    """
    try:
        document = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            raise ModelError(f"the model in {folder} comes from a newer version of Loopweave")
        if document.get("kind") != "drums":
            raise ModelError(f"the model in {folder} is of {document.get('kind')}, not of drums")
        known = {field.name for field in fields(DrumConfig)}
        nets = DrumNets(DrumConfig(**{k: v for k, v in document["config"].items() if k in known}))
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
