"""The palette between its four corners."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.ui.controls.actions import Actions
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.corner_card import CornerCard
from blender_app.ui.palette.path_bar import PathBar
from blender_app.ui.palette.view import PaletteView

_GAP = 12
_EDGE = 3
"""What the frames of the cards reach beyond their pictures, in pixels."""
_LEAST_CARD, _WIDEST_CARD = 84, 300
_CARD_SHARE = 0.13


class Stage(QWidget):
    """Places cards, palette and path bar; the palette is square and as large as it can be.

    Colours and fonts come from `look`, the path bar's buttons from `actions`.
    """

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.palette_view = PaletteView(look, self)
        self.cards = [CornerCard(look, corner, self) for corner in range(4)]
        self.path_bar = PathBar(look, actions, self)
        self.setFocusProxy(self.palette_view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for first, second in zip(self._in_order()[:-1], self._in_order()[1:], strict=True):
            QWidget.setTabOrder(first, second)
        look.changed.connect(self._arrange)

    def _in_order(self) -> list[QWidget]:
        return [self.palette_view, *self.cards, self.path_bar]

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        least = max(_LEAST_CARD, self.cards[0].minimumSizeHint().width())
        card = min(_WIDEST_CARD, max(least, round(width * _CARD_SHARE)))
        across = width - 2 * (card + _GAP)
        narrow = self.path_bar.flow.sizeHint().width() > min(across, height)
        bar = self.path_bar.flow.heightForWidth(width if narrow else across)
        down = height - bar - _GAP - 2 * _EDGE
        side = max(120, min(across, down))
        # What the palette cannot use goes to the cards, and then to the edges.
        card = min(_WIDEST_CARD, max(card, (width - side - 2 * _GAP) // 2))
        left = (width - side - 2 * (card + _GAP)) // 2
        top = max(_EDGE, (height - side - bar - _GAP) // 2)
        palette = QRect(left + card + _GAP, top, side, side)
        self.palette_view.setGeometry(palette)
        half = (side - _GAP) // 2
        for corner, one in enumerate(self.cards):
            x = left if corner % 2 == 0 else palette.right() + 1 + _GAP
            y = top - _EDGE if corner < 2 else palette.bottom() + 1 - half
            one.setGeometry(x, y, card, half + (_EDGE if corner < 2 else 0))
        bar_left, bar_width = (left, width - 2 * left) if narrow else (palette.left(), palette.width())
        self.path_bar.setGeometry(bar_left, palette.bottom() + 1 + _GAP, bar_width, bar)

    def sizeHint(self) -> QSize:
        return QSize(780, 620)

    def minimumSizeHint(self) -> QSize:
        card = self.cards[0].minimumSizeHint()
        side = max(240, 2 * card.height() + _GAP)
        bar = self.path_bar.flow.minimumSize().height()
        return QSize(2 * (max(_LEAST_CARD, card.width()) + _GAP) + side, side + bar + _GAP)
