"""Edits of what all tracks share: beat, boundary and key."""

from __future__ import annotations

import time
from collections.abc import Callable

from blender_app.core.scales import Key
from blender_app.engine.messages import ChangeAt
from blender_app.session.document import Document
from blender_app.session.tempo_tap import TempoTap


class BandEdits:
    """Changes what all tracks of a document share and is no parameter.

    Parameters
    ----------
    document
        What is edited.
    clock
        Gives monotonic seconds.
    """

    def __init__(self, document: Document, clock: Callable[[], float] = time.monotonic) -> None:
        self._document = document
        self._clock = clock
        self._tap = TempoTap()

    def tap_tempo(self) -> None:
        """Take one tap of the beat; from the second on, the tempo follows."""
        tempo_bpm = self._tap.tap(self._clock())
        if tempo_bpm is not None:
            self._document.edit("Tap tempo", "tap", tempo_bpm=tempo_bpm)

    def set_change_at(self, change_at: ChangeAt) -> None:
        """Set on which boundary, `change_at`, a new pattern takes over."""
        self._document.edit("Change at", change_at=change_at)

    def set_key(self, key: Key | None) -> None:
        """Set the `key` that decoded melodies keep to; None lets them go."""
        self._document.edit("Scale" if key is not None else "No scale", scale=key)
