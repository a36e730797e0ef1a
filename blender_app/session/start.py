"""The controller of a running program, with its real engine, models and folders."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, QStandardPaths

from blender_app import load_model
from blender_app.core.stored_palette import StoredPalette
from blender_app.engine.host import EngineProcess
from blender_app.session.controller import Controller
from blender_app.session.engine_link import Engine
from blender_app.session.models import Model, ReadyPalette
from blender_app.session.preload import preload_model_libraries
from blender_app.session.settings import Settings


def make_controller(engine: Engine | None = None, parent: QObject | None = None) -> Controller:
    """Return a controller for the window; call its `start` and, at the end, its `close`.

    Parameters
    ----------
    engine
        An engine that may have been started; None for one that is made when it is needed.
    parent
        Qt parent of the controller.
    """
    return Controller(
        make_engine=EngineProcess if engine is None else lambda: engine,
        load_model=load_loop_model,
        load_stored=load_stored_palette,
        settings=Settings(),
        state_folder=state_folder(),
        parent=parent,
    )


def load_loop_model(name: str) -> Model:
    """Return the model called `name`, loaded so that the window is not held up.

    Raises
    ------
    ModelError
        There is no such model, or it is damaged.
    """
    preload_model_libraries()
    return cast(Model, load_model(name))


def state_folder() -> Path:
    """Return the folder for unsaved work: the platform's folder for a program's own data."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(base) / "loopweave"


def load_stored_palette(kind: str) -> ReadyPalette:
    """Return the palette that sounds until the model is loaded, for tracks of a `kind` ("bass").

    Raises
    ------
    FileError
        It is missing or damaged; a cross-fade does its work then.
    """
    return cast(ReadyPalette, StoredPalette.load(kind))
