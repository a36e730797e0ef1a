"""What is asked of models, and how a palette is made of them; without threads or Qt."""

from __future__ import annotations

import numpy as np

from blender_app.core.constraints import DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.scales import Key
from blender_app.session.models import Model, Palette
from blender_app.session.morphing import Row
from blender_app.session.requests import Space
from blender_app.session.session import CORNER_COUNT, Loop

ROUNDING = 1 / 254
"""Largest error in steps of the microtiming in a stored palette."""


def palette_of(model: Model, space: Space, refine: bool) -> Palette:
    """Return the palette that `model` makes of `space`, or its row between the ends of a morph.

    Gradient steps `refine` the codes first, or not.
    """
    constraints = constraints_of(model.steps, space.key, space.user_edited)
    if len(space.anchors) == CORNER_COUNT:
        return model.make_palette(space.anchors, refine=refine, constraints=constraints, wander=space.wander)
    first, second = space.anchors
    return Row(model.make_morph(first, second, refine=refine, constraints=constraints, wander=space.wander))


def constraints_of(
    steps: int, key: Key | None, user_edited: tuple[bool, ...] = (), register: tuple[int, int] | None = None
) -> DecodeConstraints:
    """Return what decoded loops keep to.

    Parameters
    ----------
    steps
        Length of the model's loops in sixteenths.
    key
        The key whose pitches are allowed, or None.
    user_edited
        Which of the loops that are blended stay as they are all the same; nothing without a key.
    register
        Lowest and highest mean pitch of new loops, 0-127, or None.
    """
    if key is None:
        return DecodeConstraints(register=register)
    return DecodeConstraints(key.allowed(steps), user_edited, register)


def nearly_same(stored: Loop, corner: Loop) -> bool:
    """Say whether the loop `stored` is the one in `corner`, but for its microtiming's rounding."""
    if isinstance(stored, DrumLoop) and isinstance(corner, DrumLoop):
        same = np.array_equal(stored.hits, corner.hits)
    elif isinstance(stored, DrumLoop) or isinstance(corner, DrumLoop):
        return False
    else:
        same = np.array_equal(stored.events, corner.events)
    same = same and np.array_equal(stored.velocity, corner.velocity)
    return same and bool(np.allclose(stored.microtiming, corner.microtiming, rtol=0, atol=ROUNDING))
