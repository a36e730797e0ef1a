"""Where the parts of the morph's panel lie: the more steps, the farther apart its ends."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize

from blender_app.session.session import MAX_MORPH_STEPS, MIN_MORPH_STEPS
from blender_app.ui.morph.bar import MorphBar, StepsLine, SwapButton
from blender_app.ui.morph.end_card import EndCard
from blender_app.ui.morph.view import MorphView

_GAP = 10
_CARD_SHARE, _WIDEST_CARD = 0.28, 360
_LEAST_BETWEEN = 96
_PICTURE_SHARE, _TALLEST_SHARE = 0.2, 0.3
"""Height of an end's picture as a share of the panel's: at least, and where it is wide."""
_PICTURE_RATIO = 0.55
_LEAST_VIEW = 60


class PanelLayout:
    """Lays out two ends over the row of steps, with the bar under it.

    Parameters
    ----------
    cards
        The two ends.
    line, swap_button
        What lies between them, with the bar's number of steps.
    view
        The row of steps.
    bar
        The controls.
    """

    def __init__(
        self,
        cards: Sequence[EndCard],
        line: StepsLine,
        swap_button: SwapButton,
        view: MorphView,
        bar: MorphBar,
    ) -> None:
        self._cards, self._line, self._swap_button = cards, line, swap_button
        self._view, self._bar = view, bar

    def arrange(self, size: QSize, steps: int) -> None:
        """Lay out all parts.

        Parameters
        ----------
        size
            The panel's, in pixels.
        steps
            How many steps the morph has.
        """
        width, height = size.width(), size.height()
        bar_height = self._bar.heightForWidth(width)
        least = self._cards[0].minimumSizeHint().height()
        card = self._card_width(width)
        picture = min(max(height * _PICTURE_SHARE, card * _PICTURE_RATIO), height * _TALLEST_SHARE)
        card_height = max(least, self._cards[0].text_height(card) + round(picture))
        apart = (steps - MIN_MORPH_STEPS) / (MAX_MORPH_STEPS - MIN_MORPH_STEPS)
        spare = max(0, (width - 2 * card - self._least_between()) // 2)
        left = round(spare * (1.0 - apart))
        self._cards[0].setGeometry(left, 0, card, card_height)
        self._cards[1].setGeometry(width - left - card, 0, card, card_height)
        self._place_between(width, card_height)
        self._bar.setGeometry(0, height - bar_height, width, bar_height)
        top = card_height + _GAP
        self._view.setGeometry(0, top, width, max(_LEAST_VIEW, height - bar_height - _GAP - top))

    def travel_px(self, width: int) -> float:
        """Return how far a card goes from the fewest steps to the most, in a panel `width` wide."""
        return max(0.0, (width - 2 * self._card_width(width) - self._least_between()) / 2)

    def minimum_size(self) -> QSize:
        """Return the least size in pixels in which all parts can be used."""
        card, view = self._cards[0].minimumSizeHint(), self._view.minimumSizeHint()
        width = max(2 * card.width() + self._least_between(), view.width())
        return QSize(width, card.height() + view.height() + self._bar.heightForWidth(width) + 2 * _GAP)

    def _card_width(self, width: int) -> int:
        least = self._cards[0].minimumSizeHint().width()
        most = (width - self._least_between()) // 2
        return max(least, min(_WIDEST_CARD, round(width * _CARD_SHARE), most))

    def _least_between(self) -> int:
        return max(_LEAST_BETWEEN, self._bar.steps.sizeHint().width() + 2 * _GAP)

    def _place_between(self, width: int, card_height: int) -> None:
        left, right = self._cards[0].geometry(), self._cards[1].geometry()
        middle = round(self._cards[0].picture_rect().center().y())
        line, swap, steps = self._line, self._swap_button, self._bar.steps
        beside, round_button, box = line.sizeHint(), swap.sizeHint(), steps.sizeHint()
        line.setGeometry(
            left.right() + 1,
            middle - beside.height() // 2,
            right.left() - left.right() - 1,
            beside.height(),
        )
        line.set_gap(round_button.width() + 8)
        swap.setGeometry(
            width // 2 - round_button.width() // 2,
            middle - round_button.height() // 2,
            round_button.width(),
            round_button.height(),
        )
        steps.setGeometry(
            width // 2 - box.width() // 2, card_height - box.height() - 1, box.width(), box.height()
        )
