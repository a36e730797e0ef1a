"""Loops dragged out of the window as .mid files, and from one place of the window to another."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QDropEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from blender_app.session.session import Clip

_log = logging.getLogger(__name__)

WriteMidi = Callable[[Path, Clip], bool]
"""Write a clip as a MIDI file; return whether that went well."""
CLIP_FORMAT = "application/x-loopweave-clip"
_UNSAFE = re.compile(r"[^\w\-+,.() #]+")
_LONGEST = 60
_CARRIED_PX = 110
_BESIDE = QPoint(-10, -8)


class _ClipData(QMimeData):
    """What a drag carries: a file for other programs, the clip itself for this one."""

    def __init__(self, clip: Clip, path: Path | None) -> None:
        super().__init__()
        self.clip = clip
        self.setData(CLIP_FORMAT, clip.name.encode())
        if path is not None:
            self.setUrls([QUrl.fromLocalFile(str(path))])


class LoopDrag(QObject):
    """Starts drags; their files live as long as it does, for who gets one may read it late.

    Parameters
    ----------
    parent
        The widget from which loops are dragged.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = parent
        self._folder: Path | None = None
        self._count = 0
        self.write: WriteMidi | None = None
        """Makes the file; without it a drag stays within the window."""

    def start(self, clip: Clip, picture: QPixmap) -> Qt.DropAction:
        """Let the hand carry `clip`, with a `picture` under it; return what became of it."""
        drag = QDrag(self._source)
        drag.setMimeData(self.mime_data(clip))
        drag.setPixmap(_carried(picture))
        drag.setHotSpot(_BESIDE)  # what it is to be dropped on stays in sight
        return drag.exec(Qt.DropAction.CopyAction)

    def mime_data(self, clip: Clip) -> QMimeData:
        """Return what a drag of `clip` carries."""
        return _ClipData(clip, self._written(clip))

    def _written(self, clip: Clip) -> Path | None:
        if self.write is None:
            return None
        try:
            path = self._fresh_folder() / f"{file_name(clip.name)}.mid"
        except OSError as error:  # no room: the clip can still be dropped within the window
            _log.warning("no file for a drag: %s", error)
            return None
        return path if self.write(path, clip) else None

    def _fresh_folder(self) -> Path:
        """Return a folder of its own for a file, so that it can have the clip's own name."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="loopweave-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        return folder


def _carried(picture: QPixmap) -> QPixmap:
    """Return a picture as small as can be carried."""
    width = round(_CARRIED_PX * picture.devicePixelRatio())
    if picture.width() <= width:
        return picture
    return picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)


def file_name(name: str) -> str:
    """Return `name`, a clip's, as a file can be called everywhere."""
    return " ".join(_UNSAFE.sub(" ", name).split()).strip(" .")[:_LONGEST].rstrip(" .") or "Loop"


def dragged_clip(event: QDropEvent) -> Clip | None:
    """Return the clip that `event` drags within the program; None for anything else."""
    return clip_in(event.mimeData())


def clip_in(data: QMimeData) -> Clip | None:
    """Return the clip that mime `data` of this program holds; None for other data."""
    clip = getattr(data, "clip", None)
    return clip if isinstance(clip, Clip) else None


def far_enough(distance_px: float) -> bool:
    """Say whether a pressed hand that moved by `distance_px` means to drag."""
    return distance_px >= QApplication.startDragDistance()
