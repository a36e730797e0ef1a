"""The commands that make MIDI files with a model: palette, morph, sample."""

from __future__ import annotations

import argparse
import importlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from blender_app import load_model
from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.errors import FileError, LoopweaveError, MidiFileError, ModelError
from blender_app.core.files import make_folder
from blender_app.core.gm import KIT_NAMES, PROGRAM_NAMES, kit_program
from blender_app.core.kinds import TrackKind
from blender_app.core.lengths import Loop
from blender_app.core.scales import Chord, Key
from blender_app.core.smf import (
    MidiContents,
    MidiStyle,
    grid_sections,
    has_drums,
    has_melody,
    read_midi,
    row_sections,
    write_midi,
)
from blender_app.core.time import DEFAULT_STEPS, MAX_TEMPO_BPM, MIN_TEMPO_BPM

if TYPE_CHECKING:
    from blender_app.session.models import Model

DEFAULT_TEMPO_BPM = 120.0
_LAST_PROGRAM = 127
_MIDI_SUFFIXES = (".mid", ".midi")


def palette(options: argparse.Namespace) -> None:
    """Write a palette's cells, one file each, and the whole grid, as `options` of the command say."""
    loops, kind, tempo_bpm = _read((options.tl, options.tr, options.bl, options.br), options)
    style = _style(options, kind, tempo_bpm)
    constraints = _constraints(options, kind, len(loops))
    folder = make_folder(options.out)
    made = _model(options, kind).make_palette(
        loops, True, options.plain, constraints, wander=options.wander / 100
    )
    cells = made.cells(options.rows, options.cols)
    for row, cells_of_row in enumerate(cells, 1):
        for column, loop in enumerate(cells_of_row, 1):
            write_midi(folder / f"row-{row:02}-column-{column:02}.mid", loop, style)
    write_midi(folder / "grid.mid", grid_sections(cells), style)
    print(f"{folder}: {options.rows * options.cols} cells and grid.mid, {style.tempo_bpm:g} bpm")


def morph(options: argparse.Namespace) -> None:
    """Write the way from one loop to another, as one file or a file of each loop.

    `options` are those of the command.
    """
    (start, end), kind, tempo_bpm = _read((options.a, options.b), options)
    style = _style(options, kind, tempo_bpm)
    constraints = _constraints(options, kind, 2)
    model = _model(options, kind)
    made = model.make_morph(start, end, True, options.plain, constraints, wander=options.wander / 100)
    loops = made.at(np.linspace(0.0, 1.0, options.steps))
    if options.out.suffix.lower() in _MIDI_SUFFIXES:
        write_midi(options.out, row_sections(loops), style)
    else:
        _write_each(make_folder(options.out), "step", loops, style)
    print(f"{options.out}: {len(loops)} loops of two bars, {style.tempo_bpm:g} bpm")


def sample(options: argparse.Namespace) -> None:
    """Write loops that a model makes up, as `options` of the command say."""
    kind, register = _wanted(options)
    style = _style(options, kind, DEFAULT_TEMPO_BPM)
    key = _key(options, kind)
    constraints = DecodeConstraints(None if key is None else key.allowed(), register=register)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    folder = make_folder(options.out)
    model = _model(options, kind)
    loops = model.sample_loops(options.n, options.temperature, seed, constraints)
    _write_each(folder, "sample", loops, style)
    again = "" if options.seed is not None else f" (the same again: --seed {seed})"
    print(f"{folder}: {len(loops)} loop{'s' * (len(loops) != 1)}{again}")


def kit_of(text: str | None) -> int | None:
    """Return the program of a kit that `text` gives by name or number; None for None.

    Raises
    ------
    FileError
        There is no such kit.
    """
    if text is None:
        return None
    program = int(text) if text.isdecimal() else kit_program(text)
    if program is None or program > _LAST_PROGRAM:
        known = ", ".join(f"{name} ({number})" for number, name in KIT_NAMES.items())
        raise FileError(f"There is no drum kit {text!r}. Known are {known}.")
    return program


def _write_each(folder: Path, name: str, loops: Sequence[Loop], style: MidiStyle) -> None:
    digits = max(2, len(str(len(loops))))
    for number, loop in enumerate(loops, 1):
        write_midi(folder / f"{name}-{number:0{digits}}.mid", loop, style)


def _read(paths: Sequence[Path], options: argparse.Namespace) -> tuple[list[Loop], TrackKind, float]:
    """Return the loops of the files, what they are, and the tempo of the first one."""
    contents = [read_midi(path) for path in paths]
    kind = _kind_in(paths, contents) if options.kind is None else TrackKind(options.kind)
    if options.track is not None and kind.spec.voices:
        raise FileError("--track chooses a part for melodies; drums are read from channel 10.")
    loops = [
        kind.spec.read(content, options.bar, options.track, str(path), DEFAULT_STEPS)
        for path, content in zip(paths, contents, strict=True)
    ]
    return loops, kind, min(MAX_TEMPO_BPM, max(MIN_TEMPO_BPM, contents[0].tempo_at(0)))


def _kind_in(paths: Sequence[Path], contents: Sequence[MidiContents]) -> TrackKind:
    """Return what all of the files have."""
    drums, melodies = [has_drums(each) for each in contents], [has_melody(each) for each in contents]
    for path, *has in zip(paths, drums, melodies, strict=True):
        if not any(has):
            raise MidiFileError(f"{path} has no notes.")
    if all(drums) and all(melodies):
        raise FileError("These files have both drums and melodies: say --kind drums or --kind melody.")
    if not all(drums) and not all(melodies):
        no_melody, no_drums = paths[melodies.index(False)], paths[drums.index(False)]
        raise FileError(
            f"Drums and melodies cannot be blended with each other: {no_melody} has drums only, "
            f"{no_drums} none on channel 10."
        )
    return TrackKind.DRUMS if all(drums) else TrackKind.MELODY


def _wanted(options: argparse.Namespace) -> tuple[TrackKind, tuple[int, int] | None]:
    """Return the kind of loops to make up, and their register where one was asked for."""
    if options.kind is None:
        return TrackKind.DRUMS if options.model is None else TrackKind(_kind_of(options.model)), None
    kind = TrackKind(options.kind)
    return kind, kind.spec.register


def _model(options: argparse.Namespace, kind: TrackKind) -> Model:
    """Return the model that was asked for, or that of the kind."""
    if options.model is None:
        return cast("Model", load_model(kind.spec.model))
    model = cast("Model", load_model(options.model))
    made = TrackKind(_kind_of(options.model)).spec
    if made.loop_type is not kind.spec.loop_type:
        raise ModelError(
            f"The model {options.model} is for {made.loops_label}, and these are {kind.spec.loops_label}."
        )
    return model


def _kind_of(model: str) -> str:
    """Return the kind of tracks that a model is for; one for melodies is for basses, too."""
    checkpoint = importlib.import_module("blender_app.latent.checkpoint")  # it brings torch along
    return str(checkpoint.kind_of(model).loops)


def _key(options: argparse.Namespace, kind: TrackKind) -> Key | None:
    """Return the key that melodies are to keep to."""
    if options.key is None:
        if options.chords is not None:
            raise FileError("--chords belong to a key: say --key as well.")
        return None
    if kind.spec.voices:
        raise FileError("--key is for melodies: drums have none.")
    try:
        chords = tuple(Chord.parse(name) for name in (options.chords or "").split())
        return replace(Key.parse(options.key), chords=chords)
    except ValueError as error:
        raise LoopweaveError(str(error)) from error


def _constraints(options: argparse.Namespace, kind: TrackKind, anchors: int) -> DecodeConstraints:
    """Return how the decoder keeps to the key; the loops of the files stay as they are."""
    key = _key(options, kind)
    return NO_CONSTRAINTS if key is None else DecodeConstraints(key.allowed(), (True,) * anchors)


def _style(options: argparse.Namespace, kind: TrackKind, tempo_bpm: float) -> MidiStyle:
    """Return how the options want MIDI files written."""
    drums = bool(kind.spec.voices)
    if not drums and options.kit is not None:
        raise FileError("--kit is for drums; choose the sound of melodies with --sound.")
    if drums and options.sound is not None:
        raise FileError("--sound is for melodies; choose the sound of drums with --kit.")
    return MidiStyle(
        tempo_bpm=tempo_bpm if options.tempo is None else options.tempo,
        swing=options.swing / 100,
        groove_amount=options.feel / 100,
        quantize=options.quantize,
        program=kit_of(options.kit) if drums else _sound_of(options.sound),
    )


def _sound_of(text: str | None) -> int | None:
    """Return the program of a General MIDI sound given by name or number."""
    if text is None:
        return None
    if text.isdecimal() and int(text) <= _LAST_PROGRAM:
        return int(text)
    wanted = text.strip().casefold()
    found = [program for program, name in enumerate(PROGRAM_NAMES) if name == wanted]
    if not found:
        near = [name for name in PROGRAM_NAMES if any(word in name for word in wanted.split())][:8]
        known = ", ".join(near) or f"names such as {PROGRAM_NAMES[0]}, and numbers from 0 to {_LAST_PROGRAM}"
        raise FileError(f"There is no General MIDI sound {text!r}. There are {known}.")
    return found[0]
