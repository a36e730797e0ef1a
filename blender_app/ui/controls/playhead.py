"""Where in a loop we are, over a picture that is not painted again for it."""

from __future__ import annotations

from collections.abc import Callable


class Playhead:
    """A position in steps; moving it paints again only what it leaves and what it reaches.

    Parameters
    ----------
    update_round
        Paints again what a playhead at a position covers and lights up.
    """

    def __init__(self, update_round: Callable[[float], None]) -> None:
        self._update_round = update_round
        self.step: float | None = None

    def move(self, step: float | None) -> None:
        """Move it.

        Parameters
        ----------
        step
            Position in steps from the loop's beginning; None hides the playhead.
        """
        for place in (self.step, step):
            if place is not None:
                self._update_round(place)
        self.step = step
