"""The controller of a running program, with its real engine, model and folders."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, QStandardPaths

from blender_app import load_model
from blender_app.core.stored_palette import StoredPalette as DefaultPalette
from blender_app.engine.host import EngineProcess
from blender_app.session.controller import Controller
from blender_app.session.document import DRUM_MODEL
from blender_app.session.preload import preload_model_libraries
from blender_app.session.settings import Settings
from blender_app.session.worker import DrumModel, StoredPalette


def make_controller(parent: QObject | None = None, model: str = DRUM_MODEL) -> Controller:
    """Return a controller for the window; call its `start` and, at the end, its `close`.

    Parameters
    ----------
    parent
        Qt parent of the controller.
    model
        Name or folder of the drum model.
    """
    return Controller(
        make_engine=EngineProcess,
        load_model=lambda: load_drum_model(model),
        load_stored=load_stored_palette,
        settings=Settings(),
        state_folder=state_folder(),
        parent=parent,
    )


def load_drum_model(name: str) -> DrumModel:
    """Return a drum model, loaded so that the window is not held up.

    Raises
    ------
    ModelError
        There is no such model, or it is damaged.
    """
    preload_model_libraries()
    return cast(DrumModel, load_model(name))


def state_folder() -> Path:
    """Return the folder for unsaved work: the platform's folder for a program's own data."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(base) / "loopweave"


def load_stored_palette() -> StoredPalette:
    """Return the palette that sounds until the model is loaded.

    Raises
    ------
    FileError
        It is missing or damaged; a cross-fade does its work then.
    """
    return DefaultPalette.load()
