"""Where the shipped models and the shipped font lie: beside a checkout's package, or inside a wheel's."""

from __future__ import annotations

from pathlib import Path

from blender_app.core.errors import FontError, LoopweaveError, ModelError

FONT_NAME = "loopweave.sf2"

_PACKAGE = Path(__file__).resolve().parent.parent


def models_dir() -> Path:
    """Return the folder with one folder for each model.

    Raises
    ------
    ModelError
        Neither a checkout nor a wheel's content is there.
    """
    return _shipped("models", ModelError)


def soundfonts_dir() -> Path:
    """Return the folder of the shipped font and its licence.

    Raises
    ------
    FontError
        Neither a checkout nor a wheel's content is there.
    """
    return _shipped("soundfonts", FontError)


def default_font() -> Path:
    """Return the shipped SoundFont.

    Raises
    ------
    FontError
        The font is not where it should be; the message tells what to do.
    """
    font = soundfonts_dir() / FONT_NAME
    if not font.is_file():
        raise FontError(
            f"The SoundFont {font} is missing. Install Loopweave again, or choose another .sf2 file."
        )
    return font


def _shipped(name: str, error: type[LoopweaveError]) -> Path:
    """Return the folder `name` of a wheel (inside the package) or of a checkout (beside it)."""
    for folder in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise error(f"The folder {name} that belongs to Loopweave is missing: install Loopweave again.")
