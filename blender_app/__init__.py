"""Loopweave: a desktop Beat Blender and melody mixer.

`load_model` is the way in for scripts; the instrument starts with ``python -m blender_app``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    from blender_app.latent.melody_model import MelodyModel
    from blender_app.latent.model import DrumModel

__version__ = "0.1.0"
__all__ = ["load_model"]


@overload
def load_model(name: Literal["drums-2bar"] = ...) -> DrumModel: ...
@overload
def load_model(name: Literal["melody-2bar"]) -> MelodyModel: ...
@overload
def load_model(name: str | Path) -> DrumModel | MelodyModel: ...


def load_model(name: str | Path = "drums-2bar") -> DrumModel | MelodyModel:
    """Load a model; torch is imported on the first call.

    Parameters
    ----------
    name
        A name in the shipped ``models`` folder, or the path of a folder that holds a model.

    Raises
    ------
    ModelError
        There is no such model, or it is damaged.
    """
    from blender_app.latent.checkpoint import kind_of  # noqa: PLC0415 - torch takes seconds
    from blender_app.latent.melody_model import MelodyModel  # noqa: PLC0415
    from blender_app.latent.model import DrumModel  # noqa: PLC0415

    return MelodyModel.load(name) if kind_of(name) == "melody" else DrumModel.load(name)
