"""Edits of the clips, the loops that were put aside."""

from __future__ import annotations

from blender_app.session.document import Document
from blender_app.session.session import Clip


class ClipEdits:
    """Changes the clips of a document; what can be done to them is in `clips`.

    Parameters
    ----------
    document
        What is edited.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def put_all(self, clips: tuple[Clip, ...], text: str) -> None:
        """Set all `clips`, as `text` says in the undo menu."""
        self._document.edit(text, clips=clips)
