"""The commands that read and write MIDI and WAV files: palette, interpolate, sample, render."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence
from pathlib import Path

from blender_app import load_model
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.files import make_folder
from blender_app.core.gm import KIT_NAMES, kit_program
from blender_app.core.smf import MidiStyle, drum_loop_from, grid_sections, read_midi, row_sections, write_midi
from blender_app.core.time import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from blender_app.engine.render import RenderStyle, render_midi

DEFAULT_TEMPO_BPM = 120.0
_LAST_PROGRAM = 127
_HEARD_DB = 0.1


def palette(options: argparse.Namespace) -> None:
    """Write a palette's cells, one file each, and the whole grid."""
    loops, tempo_bpm = _read((options.tl, options.tr, options.bl, options.br), options)
    style = _style(options, tempo_bpm)
    folder = make_folder(options.out)
    model = load_model(options.model)
    made = model.make_palette(loops, plain=options.plain)
    cells = made.cells(options.rows, options.cols)
    for row, cells_of_row in enumerate(cells, 1):
        for column, loop in enumerate(cells_of_row, 1):
            write_midi(folder / f"row-{row:02}-column-{column:02}.mid", loop, style)
    write_midi(folder / "grid.mid", grid_sections(cells), style)
    print(f"{folder}: {options.rows * options.cols} cells and grid.mid, {style.tempo_bpm:g} bpm")


def interpolate(options: argparse.Namespace) -> None:
    """Write the way from one loop to another."""
    (start, end), tempo_bpm = _read((options.a, options.b), options)
    style = _style(options, tempo_bpm)
    model = load_model(options.model)
    loops = model.interpolate_loops(start, end, options.steps, plain=options.plain)
    write_midi(options.out, row_sections(loops), style)
    print(f"{options.out}: {len(loops)} loops of two bars, {style.tempo_bpm:g} bpm")


def sample(options: argparse.Namespace) -> None:
    """Write loops that the model makes up."""
    style = _style(options, DEFAULT_TEMPO_BPM)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    folder = make_folder(options.out)
    loops = load_model(options.model).sample_loops(options.n, temperature=options.temperature, seed=seed)
    digits = max(2, len(str(len(loops))))
    for number, loop in enumerate(loops, 1):
        write_midi(folder / f"sample-{number:0{digits}}.mid", loop, style)
    again = "" if options.seed is not None else f" (the same again: --seed {seed})"
    print(f"{folder}: {len(loops)} loops{again}")


def render(options: argparse.Namespace) -> None:
    """Play a MIDI file into a WAV file."""
    style = RenderStyle(options.font, _kit(options.kit), options.rate, options.tail, options.loop)
    report = render_midi(options.file, options.out, style)
    print(f"{options.out}: {report.length_s:.2f} s")
    if report.reduced_db > _HEARD_DB:
        print(f"turned down by {report.reduced_db:.1f} dB, or it would have clipped")


def _read(paths: Sequence[Path], options: argparse.Namespace) -> tuple[list[DrumLoop], float]:
    """Return the loops of the files, and the tempo of the first one."""
    contents = [read_midi(path) for path in paths]
    loops = [
        drum_loop_from(content, options.bar, name=str(path))
        for path, content in zip(paths, contents, strict=True)
    ]
    return loops, min(MAX_TEMPO_BPM, max(MIN_TEMPO_BPM, contents[0].tempo_at(0)))


def _style(options: argparse.Namespace, tempo_bpm: float) -> MidiStyle:
    """Return how the options want MIDI files written."""
    return MidiStyle(
        tempo_bpm=tempo_bpm if options.tempo is None else options.tempo,
        swing=options.swing / 100,
        feel=options.feel / 100,
        quantize=options.quantize,
        program=_kit(options.kit),
    )


def _kit(text: str | None) -> int | None:
    """Return the program of a kit given by name or number."""
    if text is None:
        return None
    program = int(text) if text.isdecimal() else kit_program(text)
    if program is None or program > _LAST_PROGRAM:
        known = ", ".join(f"{name} ({number})" for number, name in KIT_NAMES.items())
        raise FileError(f"There is no drum kit {text!r}. Known are {known}.")
    return program
