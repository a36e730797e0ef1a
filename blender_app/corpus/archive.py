"""Prepared corpora as compressed .npz files, with errors fit for a person."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.errors import FileError
from blender_app.core.files import DAMAGED_ARCHIVE, make_folder, write_atomically


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write `arrays` by name to `path`, a compressed .npz, whole or not at all; its folder is made.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    make_folder(path.parent)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_atomically(path, buffer.getvalue())


@contextmanager
def open_arrays(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Give the arrays of the prepared corpus at `path` to the body of a ``with``.

    Raises
    ------
    FileError
        The file is missing, or the body finds that it is not the prepared corpus it expects.
    """
    try:
        with path.open("rb") as file, np.load(file) as data:
            yield data
    except FileNotFoundError as error:
        raise FileError(f"{path} is not a prepared corpus: there is no such file.") from error
    except DAMAGED_ARCHIVE as error:
        raise FileError(
            f"{path} is not a prepared corpus, or it is damaged: `loopweave prepare` writes them."
        ) from error
