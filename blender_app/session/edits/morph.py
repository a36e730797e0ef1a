"""Edits of the morph, the row of loops between two ends.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from blender_app.session.document import Document
from blender_app.session.morphing import default_morph
from blender_app.session.session import Morph, Point, Source


class MorphEdits:
    """Changes the morphs of a document.

    Parameters
    ----------
    document
        What is edited.
    playhead
        Returns where the sweep of a track is now, or None.
    """

    def __init__(
        self, document: Document, playhead: Callable[[str], Point | None] = lambda _track: None
    ) -> None:
        self._document = document
        self._playhead = playhead

    def put(
        self, morph: Morph | None, text: str, merge_key: str | None = None, track: str | None = None
    ) -> None:
        """Set, change or remove the morph; a slider whose sweep ends stays where it has come.

        Parameters
        ----------
        morph
            What it is to be; None removes it, and the palette sounds.
        text
            What is done, for the undo menu.
        merge_key
            Steps of one key in quick succession become one; None for a step of its own.
        track
            Whose morph.
        """
        this = self._document.track(track)
        before = this.morph
        ends = morph and before and before.sweeping and not morph.sweeping
        if morph and ends and before and morph.position == before.position and this.path_plays:
            here = self._playhead(this.name)
            if here is not None:
                morph = replace(morph, position=here[0])
        source = Source.PALETTE if morph is None else this.source
        self._document.edit_track(text, track, merge_key, morph=morph, source=source)

    def set_source(self, source: Source, track: str | None = None) -> None:
        """Let the palette or the morph of `track` sound, as `source` says.

        A morph that is missing is made of two corners.
        """
        this = self._document.track(track)
        text, morph = "Palette", this.morph
        if source is Source.MORPH:
            text, morph = "Morph", morph or default_morph(this)
        self._document.edit_track(text, track, source=source, morph=morph)
