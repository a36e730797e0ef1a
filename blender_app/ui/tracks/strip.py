"""The band at the bottom of the window: a tile a track, one more to add, the link of the pucks, the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blender_app.session.session import PuckCoupling, Track, TrackKind
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.bars import Switch, caption
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.tracks.scale_bar import ScaleBar
from blender_app.ui.tracks.tile import TrackTile

_GAP = 8
_COUPLINGS = (
    (PuckCoupling.FREE, "free", "Each puck moves by itself"),
    (PuckCoupling.SAME, "same", "All pucks move together"),
    (PuckCoupling.MIRRORED, "mirrored", "The other pucks move to the opposite place"),
)
Choices = Mapping[str, list[tuple[str, object]]]


class TrackStrip(QWidget):
    """Shows the session's tracks and tells what is done to them by hand; each tile tells by itself.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    tileMade = Signal(TrackTile)
    couplingChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._actions = look, actions
        self.tiles: dict[str, TrackTile] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QWidget()
        self._row_layout = QHBoxLayout(self._row)
        self._row_layout.setContentsMargins(0, 0, 0, 0)
        self._row_layout.setSpacing(_GAP)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._row)
        self.add_button = self._make_add_button()
        self.coupling = Switch(look, "Pucks", _COUPLINGS, self)
        self.coupling.chosen.connect(self.couplingChosen)
        self.scale = ScaleBar(look, self)
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _make_add_button(self) -> QToolButton:
        button = QToolButton(self)
        tip = "Add a track"
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        menu = QMenu(button)
        for kind in TrackKind:
            menu.addAction(self._actions[f"add_{kind.value}"])
        menu.addSeparator()
        menu.addAction(self._actions["remove_track"])
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self._scroll, 1)
        row.addWidget(self.add_button)
        band = QVBoxLayout()
        band.setSpacing(4)
        pucks = QHBoxLayout()
        pucks.setSpacing(5)
        pucks.addWidget(caption("pucks", self._look, self))
        pucks.addWidget(self.coupling)
        pucks.addStretch(1)
        band.addStretch(1)
        band.addLayout(pucks)
        band.addWidget(self.scale)
        band.addStretch(1)
        row.addLayout(band)

    # -- values -------------------------------------------------------------------------------------

    def show_tracks(self, tracks: Sequence[Track], front: str, choices: Choices) -> None:
        """Show tracks; tiles that stay are kept.

        Parameters
        ----------
        tracks
            In order.
        front
            Name of the one on the big palette.
        choices
            Gives the sounds that each can have.
        """
        names = [track.name for track in tracks]
        for name in [name for name in self.tiles if name not in names]:
            tile = self.tiles.pop(name)
            self._row_layout.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for place, track in enumerate(tracks):
            if track.name not in self.tiles:
                tile = self.tiles[track.name] = TrackTile(self._look, track, f"Ctrl+{place + 1}")
                self.tileMade.emit(tile)
            tile = self.tiles[track.name]
            if self._row_layout.indexOf(tile) != place:
                self._row_layout.insertWidget(place, tile)
        for track in tracks:
            self.show_track(track, tracks, choices[track.name])
        self.show_front(front)
        self._fit()

    def show_track(self, track: Track, tracks: Sequence[Track], choices: list[tuple[str, object]]) -> None:
        """Show a track that changed.

        Parameters
        ----------
        track
            As it is now.
        tracks
            All of them, for one may play solo.
        choices
            Sounds that it can have, as of `sound_choices`.
        """
        self.tiles[track.name].show_track(track, choices, is_silent(track, tracks))

    def show_front(self, front: str) -> None:
        """Mark that the track called `front` is on the big palette."""
        for name, tile in self.tiles.items():
            tile.set_front(name == front)
            if name == front:
                self._scroll.ensureWidgetVisible(tile, 0, 0)

    def in_order(self) -> list[TrackTile]:
        """Return the tiles from left to right."""
        items = [self._row_layout.itemAt(place) for place in range(self._row_layout.count())]
        tiles = [item.widget() for item in items if item is not None]
        return [tile for tile in tiles if isinstance(tile, TrackTile)]

    # -- drawing ------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Be as high as the tiles, and a bar more where they have to be scrolled."""
        names = max((tile.name_width() for tile in self.tiles.values()), default=0)
        for tile in self.tiles.values():
            tile.set_name_room(names)
        bar = self._scroll.horizontalScrollBar().sizeHint().height()
        scrolls = self._row.minimumSizeHint().width() > self._scroll.width()
        highest = max((tile.sizeHint().height() for tile in self.tiles.values()), default=0)
        band = self.coupling.sizeHint().height() + 4 + self.scale.sizeHint().height()
        height = max(highest + (bar if scrolls else 0), band)
        if height != self.height():
            self.setFixedHeight(height)

    @Slot()
    def _on_look_changed(self) -> None:
        side = self._look.line_height(SMALL)
        self.add_button.setIcon(icon("plus", self._look.theme.color("muted")))
        self.add_button.setIconSize(QSize(side, side))
        self._scroll.setStyleSheet(
            "QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"
        )
        self._fit()


def is_silent(track: Track, tracks: Sequence[Track]) -> bool:
    """Return whether `track` is not heard: it is muted, or others of `tracks` play solo."""
    return track.mute or (any(one.solo for one in tracks) and not track.solo)
