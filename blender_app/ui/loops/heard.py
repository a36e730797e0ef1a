"""What is heard of a loop at a palette's corner or a morph's end, which is what is shown of it.

Where there is a key, a loop that was not drawn by hand sounds as the key makes it. It is as long as it was
put there, although cells may be longer.
"""

from __future__ import annotations

from collections.abc import Sequence

from blender_app.core.lengths import resized
from blender_app.session.session import Loop, Morph, Track


def heard_corner(track: Track, corner: int, in_key: bool, cells: Sequence[Sequence[Loop]]) -> Loop:
    """Return what sounds in a corner of a palette.

    Parameters
    ----------
    track
        Whose palette it is.
    corner
        0-3.
    in_key
        Whether what is decoded keeps to a key, which the corner itself may not.
    cells
        Decoded loops, row by row; none before they are.
    """
    loop = track.corners[corner]
    if not in_key or track.user_edited[corner] or not cells:
        return loop
    return resized(cells[-(corner // 2)][-(corner % 2)], loop.steps)


def heard_end(morph: Morph, end: int, in_key: bool, steps: Sequence[Loop]) -> Loop:
    """Return what sounds at an end of a morph.

    Parameters
    ----------
    morph
        With the loops at its ends.
    end
        0 or 1.
    in_key
        Whether what is decoded keeps to a key, which the end itself may not.
    steps
        Decoded loops from end to end; none before they are.
    """
    loop = morph.ends[end]
    return loop if not in_key or morph.user_edited[end] or not steps else resized(steps[-end], loop.steps)
