"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING

KINDS = ("drums", "bass", "melody")
"""What loops are; basslines and melodies have one model."""
_Number = TypeVar("_Number", int, float)


def add_blend_options(command: argparse.ArgumentParser) -> None:
    """Add to `command` what palette and morph share."""
    command.add_argument(
        "--kind", choices=KINDS, help="what to read from the files (what they have: drums or melody)"
    )
    command.add_argument(
        "--track",
        metavar="PART",
        help="melodies: name or number of the part to read (the likeliest)",
    )
    command.add_argument(
        "--bar",
        type=within(int, 1, 100000),
        default=0,
        metavar="N",
        help="read from bar N on (the first with notes)",
    )
    command.add_argument(
        "--plain", action="store_true", help="the model's straight line: neither refined ends nor even steps"
    )
    add_wander_option(command, f"{100 * DEFAULT_WANDER:g}", 100 * DEFAULT_WANDER)
    add_model_options(command, "melodies: what lies between keeps to this key: 'A minor', 'D dorian'")
    add_midi_options(command, "that of the first file")


def add_wander_option(command: argparse.ArgumentParser, usual: str, default: float | None) -> None:
    """Add to `command` how far a model goes from the loops; `usual` says what the `default` does."""
    command.add_argument(
        "--wander",
        type=within(float, 0.0, 100.0),
        default=default,
        metavar="PERCENT",
        help="how far what lies between goes: 0 near the loops, with few surprises, 100 free, as real as the "
        f"model's own loops ({usual})",
    )


def add_model_options(command: argparse.ArgumentParser, key: str) -> None:
    """Add model and key to `command`; `key` is the help of the latter."""
    command.add_argument(
        "--model", metavar="MODEL", help="name of a shipped model, or its folder (by what the loops are)"
    )
    command.add_argument("--key", metavar="KEY", help=key)
    command.add_argument(
        "--chords", metavar="CHORDS", help="with --key: 1, 2, 4 or 8 chords over the two bars: 'Am F C G'"
    )


def add_midi_options(command: argparse.ArgumentParser, tempo: str) -> None:
    """Add to `command` how MIDI files are written; `tempo` says which one is the default."""
    options = command.add_argument_group("how the MIDI files are written")
    options.add_argument(
        "--tempo", type=within(float, MIN_TEMPO_BPM, MAX_TEMPO_BPM), metavar="BPM", help=f"20-300 ({tempo})"
    )
    options.add_argument(
        "--swing",
        type=within(float, 100 * STRAIGHT_SWING, 100 * MAX_SWING),
        default=100 * STRAIGHT_SWING,
        metavar="PERCENT",
        help="50 straight, 66 triplets, up to 75 (%(default)g)",
    )
    options.add_argument(
        "--feel",
        type=within(float, 0.0, 100.0),
        default=100.0,
        metavar="PERCENT",
        help="how much of microtiming and uneven velocity to keep (%(default)g)",
    )
    options.add_argument("--quantize", action="store_true", help="all notes on the grid; velocity stays")
    options.add_argument(
        "--kit", metavar="KIT", help="drum kit to choose in the files: a name or program number"
    )
    options.add_argument(
        "--sound", metavar="SOUND", help="the same for melodies: a General MIDI name or program number"
    )


def within(kind: type[_Number], least: float, most: float) -> Callable[[str], _Number]:
    """Return a converter for argparse to a `kind` of number from `least` to `most`."""

    def convert(text: str) -> _Number:
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            whole = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} is not {whole} from {least:g} to {most:g}")
        return number

    return convert
