"""What a session plays from the beginning, worked out without a window, an engine or threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from blender_app.core.notes import Pattern
from blender_app.core.time import STEPS_PER_BAR
from blender_app.session import commands
from blender_app.session.decoding import palette_of
from blender_app.session.models import Model, Palette
from blender_app.session.morphing import sweep_anchor
from blender_app.session.path import PathPlan, loop_pattern
from blender_app.session.session import Session, Source, Track


def band_parts(session: Session, load_model: Callable[[str], Model]) -> list[tuple[Track, Pattern]]:
    """Return the tracks with the patterns that they play when the transport starts.

    Parameters
    ----------
    session
        The session.
    load_model
        Returns the model of a name; called once for each that is needed.

    Raises
    ------
    ModelError
        A model cannot be loaded.
    """
    models: dict[str, Model] = {}
    parts = []
    for track in session.tracks:
        name = track.model
        if name not in models:
            models[name] = load_model(name)
        request = commands.palette_request(session, track, track.source)
        if request is None:  # the session lets no track play a morph that it does not have
            raise ValueError(f"{track.name} has nothing to play")
        parts.append((track, _pattern(track, palette_of(models[name], request.space, refine=True))))
    return parts


def length_of(parts: Sequence[tuple[Track, Pattern]]) -> int:
    """Return how many bars the longest of the patterns in `parts` has."""
    return max(pattern.length_steps for _, pattern in parts) // STEPS_PER_BAR


def _pattern(track: Track, palette: Palette) -> Pattern:
    """Return what the path or else the puck of a track plays on its palette."""
    path = track.playing_path
    if path is None:
        return loop_pattern(1, palette.at(np.array([track.place], np.float64))[0])
    morph = track.morph if track.source is Source.MORPH else None
    plan = PathPlan(path, 0 if morph is None else sweep_anchor(morph, 0))
    return plan.pattern(1, palette.at(plan.points()))
