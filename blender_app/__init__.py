"""Loopweave: a desktop Beat Blender and melody morph.

`load_model` is the way in for scripts; the instrument starts with ``python -m blender_app``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, overload

if TYPE_CHECKING:
    from blender_app.latent.drum_model import DrumModel
    from blender_app.latent.loop_model import LoopModel
    from blender_app.latent.melody_model import MelodyModel

__version__ = "0.1.0"
__all__ = ["load_model"]


@overload
def load_model(name: Literal["drums-2bar"] = ...) -> DrumModel: ...
@overload
def load_model(name: Literal["melody-2bar"]) -> MelodyModel: ...
@overload
def load_model(name: str | Path) -> LoopModel[Any, Any]: ...


def load_model(name: str | Path = "drums-2bar") -> LoopModel[Any, Any]:
    """Load a model; torch is imported on the first call.

    Parameters
    ----------
    name
        A name in the shipped ``models`` folder, or the path of a folder that holds a model of a kind
        that is registered (`blender_app.latent.model_kinds`).

    Raises
    ------
    ModelError
        There is no such model, it is damaged, or nobody knows its kind.
    """
    from blender_app.latent.checkpoint import kind_of  # noqa: PLC0415 - torch takes seconds
    from blender_app.latent.model_kinds import part  # noqa: PLC0415

    return cast("LoopModel[Any, Any]", part(kind_of(name).model).load(name))
