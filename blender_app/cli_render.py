"""The command that turns music into sound: render."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from blender_app import load_model
from blender_app.cli_files import kit_of
from blender_app.cli_parser import SESSION_SUFFIX
from blender_app.core.errors import FileError, FontError
from blender_app.core.time import STEPS_PER_BAR
from blender_app.engine.render import RenderReport, RenderStyle, render_midi

if TYPE_CHECKING:
    from blender_app.session.models import Model

_HEARD_DB = 0.1


def render(options: argparse.Namespace) -> None:
    """Play a MIDI file or a session into a WAV file, as `options` of the command say."""
    if options.out.suffix.lower() != ".wav":  # it might be what is to be played
        raise FileError(f"{options.out} is no name for a WAV file: it should end in .wav.")
    style = RenderStyle(options.font, kit_of(options.kit), options.rate, options.tail, options.loop)
    if options.file.name.endswith(SESSION_SUFFIX):
        report = _render_session(options, style)
    elif options.bars is not None:
        raise FileError(
            f"--bars is for sessions ({SESSION_SUFFIX}); a MIDI file is rendered as long as it is."
        )
    elif options.wander is not None:
        raise FileError(f"--wander is for sessions ({SESSION_SUFFIX}); a MIDI file is played as it is.")
    else:
        report = render_midi(options.file, options.out, style)
    print(f"{options.out}: {report.length_s:.2f} s")
    if report.reduced_db > _HEARD_DB:
        print(f"turned down by {report.reduced_db:.1f} dB, or it would have clipped")


def _render_session(options: argparse.Namespace, style: RenderStyle) -> RenderReport:
    """Play the band of a session."""
    from blender_app.session import export, performance  # noqa: PLC0415 - MIDI files need none of it
    from blender_app.session.files import load_session  # noqa: PLC0415

    if options.kit is not None:
        raise FileError("--kit is for MIDI files: a session knows the sounds of its tracks.")
    session = load_session(options.file)
    if options.wander is not None:
        tracks = tuple(replace(track, wander=options.wander / 100) for track in session.tracks)
        session = replace(session, tracks=tracks)
    parts = performance.band_parts(session, lambda name: cast("Model", load_model(name)))
    bars = performance.length_of(parts) if options.bars is None else options.bars
    music = export.band_music(parts, bars * STEPS_PER_BAR)
    if style.font is None and session.font is not None:
        style = replace(style, font=Path(session.font))
    try:
        return export.render_music(options.out, music, session, style)
    except FontError as error:
        if options.font is None and style.font is not None:
            raise FontError(f"{error} The session wants it; --font F.sf2 takes another one.") from error
        raise
