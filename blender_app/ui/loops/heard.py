"""What is heard of a loop at a palette's corner or a morph's end, which is what is shown of it.

Where there is a key, a loop that was not drawn by hand sounds as the key makes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from blender_app.session.document import Loop, Morph, Track


def heard_corner(track: Track, corner: int, in_key: bool, cells: Sequence[Sequence[Loop]]) -> Loop:
    """Return what sounds in a corner (0-3) of a palette with these cells, none before it is decoded."""
    if not in_key or track.user_edited[corner] or not cells:
        return track.corners[corner]
    return cells[-(corner // 2)][-(corner % 2)]


def heard_end(morph: Morph, end: int, in_key: bool, steps: Sequence[Loop]) -> Loop:
    """Return what sounds at an end (0-1) of a morph with these loops, none before they are decoded."""
    return morph.ends[end] if not in_key or morph.user_edited[end] or not steps else steps[-end]
