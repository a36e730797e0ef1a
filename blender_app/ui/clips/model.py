"""The clips in the clip library as a list for Qt: names, pictures, words for the screen reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPixmap

from blender_app.session.clips import fits
from blender_app.session.session import Clip, TrackKind
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.pictures import picture

Index = QModelIndex | QPersistentModelIndex
_WIDTH_PX, _HEIGHT_PX = 84, 42
_LAB = np.array([0.5, 0.0, -0.01])
"""A clip lies nowhere on a palette, so that its ground is grey."""
_RADIUS = 4.0


class ClipModel(QAbstractListModel):
    """Clips with their pictures, which are drawn once, in the colours of `look`."""

    def __init__(self, look: Look, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._look = look
        self._clips: tuple[Clip, ...] = ()
        self._kind = TrackKind.DRUMS
        self._ratio = 1.0
        self._pictures: dict[Clip, QPixmap] = {}
        self._size = self.picture_size
        self.renamed: tuple[int, str] | None = None

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips, in order."""
        return self._clips

    @property
    def picture_size(self) -> QSize:
        """Size of a picture in pixels: wider for larger text, so that names find room under it."""
        return QSize(round(_WIDTH_PX * (1.0 + self._look.text_scale) / 2.0), _HEIGHT_PX)

    def set_clips(self, clips: Sequence[Clip]) -> None:
        """Show `clips` instead."""
        self.beginResetModel()
        self._clips = tuple(clips)
        self._pictures = {clip: self._pictures[clip] for clip in clips if clip in self._pictures}
        self.endResetModel()

    def set_kind(self, kind: TrackKind) -> None:
        """Dim the clips that a track of a `kind` cannot play."""
        if kind is not self._kind:
            self._kind = kind
            self._tell_all()

    def set_ratio(self, ratio: float) -> None:
        """Draw for a screen with `ratio` device pixels a pixel, and for the text size of the look."""
        if (ratio, self.picture_size) != (self._ratio, self._size):
            self._ratio, self._size = ratio, self.picture_size
            self._pictures.clear()
            self._tell_all()

    def fits(self, row: int) -> bool:
        """Say whether the track in front can play the clip at `row`."""
        return fits(self._clips[row], self._kind)

    def _tell_all(self) -> None:
        if self._clips:
            self.dataChanged.emit(self.index(0), self.index(len(self._clips) - 1))

    # -- Qt's questions -----------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._clips)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._clips):
            return None
        clip = self._clips[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return clip.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self.picture(index.row())
        words = f"{clip.kind.value}, {accessible.describe_loop(clip.loop)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{clip.name}\n{words}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{clip.name}, {words}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Remember a new name for who owns the clips; the list changes when they do."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.renamed = index.row(), str(value)
        self.dataChanged.emit(index, index, [role])
        return True

    def picture(self, row: int) -> QPixmap:
        """Return the picture of the clip at `row`."""
        clip = self._clips[row]
        if clip not in self._pictures:
            size = self._size * self._ratio
            image = picture(clip.loop, _LAB, (size.width(), size.height()), _RADIUS * self._ratio)
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(self._ratio)
            self._pictures[clip] = pixmap
        return self._pictures[clip]
