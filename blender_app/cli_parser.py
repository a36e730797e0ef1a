"""What the command ``loopweave`` understands, and the help that teaches it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from blender_app import __version__
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name

MODEL = "drums-2bar"
SESSION_SUFFIX = ".blend.json"
_Number = TypeVar("_Number", int, float)

_DESCRIPTION = """\
Loopweave blends four drum loops into a palette that you play.

Without a command the window opens. The commands below do the same work on files."""
_EPILOG = """\
examples:
  loopweave                                      open the window
  loopweave evening.blend.json                   open a session in the window
  loopweave sample -n 4 --seed 1 --out corners   four loops the model makes up
  loopweave palette corners/sample-*.mid --out palette
  loopweave render palette/grid.mid --out palette.wav
  loopweave doctor                               what is installed, what is missing

`loopweave COMMAND --help` explains a command with examples of its own.
MIDI files are 4/4 drums on channel 10; Loopweave reads two bars of each."""
_PALETTE = """\
Blend four loops into a grid: one MIDI file for each cell, and grid.mid with the
whole grid, cell after cell, with a marker "row 3, column 5" at each.

The corners of the grid are exactly the four loops (but with --plain: what the
model makes of them)."""
_PALETTE_EPILOG = """\
examples:
  loopweave palette funk.mid house.mid samba.mid rock.mid --out palette
  loopweave palette a.mid b.mid c.mid d.mid --rows 5 --cols 9 --tempo 96 --out small
  loopweave palette a.mid b.mid c.mid d.mid --quantize --out on-the-grid

TL, TR, BL and BR are the top left, top right, bottom left and bottom right corner.
Files of the same names in DIR are replaced."""
_INTERPOLATE = """\
Go from one loop to another in even steps, both ends included: one MIDI file with
the loops one after the other, and a marker at each."""
_INTERPOLATE_EPILOG = """\
examples:
  loopweave interpolate verse.mid chorus.mid --steps 7 --out between.mid
  loopweave interpolate verse.mid chorus.mid --steps 16 --swing 60 --out build-up.mid"""
_SAMPLE = "Let the model make up drum loops, each a MIDI file of two bars."
_SAMPLE_EPILOG = """\
examples:
  loopweave sample -n 8 --seed 1 --out beats     the same eight each time
  loopweave sample -n 20 --temperature 1.2 --tempo 140 --kit 25 --out wild

Without --seed the loops are new each time, and the seed that gave them is printed."""
_RENDER = "Play a MIDI file into a WAV file (16 bit, stereo) with the shipped sounds or a font of yours."
_RENDER_EPILOG = """\
examples:
  loopweave render beat.mid --out beat.wav
  loopweave render beat.mid --kit 25 --out tr-808.wav
  loopweave render beat.mid --loop --out loop.wav    exactly its bars, repeats without a gap
  loopweave render song.mid --font ~/fonts/my.sf2 --out song.wav"""
_DOCTOR = """\
Check what Loopweave needs, say what is missing and what to type.

Ends with exit code 1 if something is missing that it cannot do without."""
_PREPARE = """\
Read folders of MIDI files into two-bar loops to train from: one file, without
duplicates, split by song. A broken file is named and skipped.

Drums are read from channel 10. With --kind melody, melodies and basslines are read
from the tracks that play one note at a time, and from MusicXML (.mxl) as well."""
_PREPARE_EPILOG = """\
examples:
  loopweave prepare ~/midi/groove ~/midi/mine --out loops.npz
  loopweave prepare --kind melody ~/midi/songs ~/scores --out melodies.npz"""
_TRAIN = """\
Train a model from nothing on a file that `loopweave prepare` wrote.

It can be interrupted (Ctrl-C) and goes on where it was when started again."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; `run` in its result is "module:function"."""
    parser = argparse.ArgumentParser(
        prog="loopweave",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Loopweave {__version__}")
    parser.set_defaults(run="blender_app.cli:open_window", session=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_add_window, _add_palette, _add_interpolate, _add_sample, _add_render):
        add(commands)
    _add_machine_commands(commands)
    _add_model_commands(commands)
    return parser


def _command(
    commands: Commands, name: str, run: str, brief: str, description: str = "", epilog: str = ""
) -> argparse.ArgumentParser:
    """Add a command whose work `run` ("module:function") does."""
    command = commands.add_parser(
        name,
        help=brief,
        description=description or brief[0].upper() + brief[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _add_window(commands: Commands) -> None:
    window = _command(commands, "window", "blender_app.cli:open_window", "open the window (the default)")
    window.add_argument(
        "session", nargs="?", type=Path, metavar=f"FILE{SESSION_SUFFIX}", help="a session to open"
    )


def _add_palette(commands: Commands) -> None:
    palette = _command(
        commands,
        "palette",
        "blender_app.cli_files:palette",
        "four loops to a grid of MIDI files",
        _PALETTE,
        _PALETTE_EPILOG,
    )
    for corner, place in (
        ("TL", "top left"),
        ("TR", "top right"),
        ("BL", "bottom left"),
        ("BR", "bottom right"),
    ):
        palette.add_argument(
            corner.lower(), type=Path, metavar=f"{corner}.mid", help=f"MIDI file of the {place} corner"
        )
    for option, what in (("--rows", "rows"), ("--cols", "columns")):
        palette.add_argument(
            option,
            type=_within(int, 2, 33),
            default=11,
            metavar="N",
            help=f"how many {what}, 2-33 (%(default)s)",
        )
    palette.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing"
    )
    _add_blend_options(palette)


def _add_interpolate(commands: Commands) -> None:
    interpolate = _command(
        commands,
        "interpolate",
        "blender_app.cli_files:interpolate",
        "the way from one loop to another as one MIDI file",
        _INTERPOLATE,
        _INTERPOLATE_EPILOG,
    )
    interpolate.add_argument("a", type=Path, metavar="A.mid", help="where to start")
    interpolate.add_argument("b", type=Path, metavar="B.mid", help="where to arrive")
    interpolate.add_argument(
        "--steps",
        type=_within(int, 2, 256),
        default=7,
        metavar="N",
        help="how many loops, ends included (%(default)s)",
    )
    interpolate.add_argument("--out", type=Path, required=True, metavar="F.mid", help="file to write")
    _add_blend_options(interpolate)


def _add_sample(commands: Commands) -> None:
    sample = _command(
        commands,
        "sample",
        "blender_app.cli_files:sample",
        "loops that the model makes up",
        _SAMPLE,
        _SAMPLE_EPILOG,
    )
    sample.add_argument(
        "-n", type=_within(int, 1, 1000), default=8, metavar="N", help="how many (%(default)s)"
    )
    sample.add_argument(
        "--seed", type=_within(int, 0, 2**32 - 1), metavar="N", help="number that decides which"
    )
    sample.add_argument(
        "--temperature",
        type=_within(float, 0.0, 3.0),
        metavar="T",
        help="how adventurous: 0 the most usual, 1 as what it learned from (the model's own choice)",
    )
    sample.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing"
    )
    _add_model_option(sample)
    _add_midi_options(sample, "120")


def _add_render(commands: Commands) -> None:
    render = _command(
        commands,
        "render",
        "blender_app.cli_files:render",
        "a MIDI file to a WAV file",
        _RENDER,
        _RENDER_EPILOG,
    )
    render.add_argument("file", type=Path, metavar="F.mid", help="MIDI file to play")
    render.add_argument("--out", type=Path, required=True, metavar="F.wav", help="file to write")
    render.add_argument(
        "--font", type=Path, metavar="F.sf2", help="SoundFont (.sf2, .sf3) instead of the shipped one"
    )
    render.add_argument(
        "--kit", metavar="KIT", help="drum kit: a name or program number, see `loopweave doctor`"
    )
    render.add_argument(
        "--rate",
        type=_within(int, 8000, 96000),
        default=44100,
        metavar="HZ",
        help="frames a second (%(default)s)",
    )
    render.add_argument(
        "--tail",
        type=_within(float, 0.0, 30.0),
        default=2.0,
        metavar="S",
        help="seconds to fade out after the last bar (%(default)s)",
    )
    render.add_argument(
        "--loop", action="store_true", help="exactly the file's bars, what fades out laid over their start"
    )


def _add_machine_commands(commands: Commands) -> None:
    """Add ports and doctor."""
    _command(
        commands, "ports", "blender_app.cli_machine:ports", "list the MIDI ports that notes can be sent to"
    )
    _command(
        commands,
        "doctor",
        "blender_app.cli_machine:doctor",
        "what is installed, what is missing, what to type",
        _DOCTOR,
    )


def _add_model_commands(commands: Commands) -> None:
    """Add prepare, train and evaluate."""
    prepare = _command(
        commands,
        "prepare",
        "blender_app.cli_model:prepare",
        "folders of MIDI files to a file to train from",
        _PREPARE,
        _PREPARE_EPILOG,
    )
    prepare.add_argument(
        "--kind", choices=("drums", "melody"), default="drums", help="what to read (%(default)s)"
    )
    prepare.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="searched with all folders in it"
    )
    prepare.add_argument(
        "--played", action="store_true", help="drums: performances, which stay though off the grid"
    )
    prepare.add_argument("--out", type=Path, required=True, metavar="F.npz", help="file to write")
    prepare.add_argument("--quiet", action="store_true", help="no progress bar")

    train = _command(
        commands,
        "train",
        "blender_app.cli_model:train",
        "a model from such a file",
        _TRAIN,
        "example:\n  loopweave train drums-2bar --data loops.npz --out models/mine",
    )
    train.add_argument("name", metavar="NAME", help="what to train: drums-2bar or melody-2bar")
    train.add_argument(
        "--data", type=Path, required=True, metavar="F.npz", help="what `loopweave prepare` wrote"
    )
    train.add_argument("--out", type=Path, metavar="DIR", help="folder for the model (models/NAME)")
    train.add_argument(
        "--minutes",
        type=_within(float, 0.0, 1e5),
        default=112.0,
        metavar="N",
        help="time limit (%(default)s)",
    )
    train.add_argument(
        "--seed", type=_within(int, 0, 2**32 - 1), default=0, metavar="N", help="random seed (%(default)s)"
    )
    train.add_argument("--quiet", action="store_true", help="no progress bar")

    evaluate = _command(
        commands,
        "evaluate",
        "blender_app.cli_model:evaluate",
        "figures of a model on loops it has not seen",
        epilog="example:\n  loopweave evaluate drums-2bar --data loops.npz",
    )
    evaluate.add_argument("name", metavar="MODEL", help="name of a shipped model, or its folder")
    evaluate.add_argument(
        "--data", type=Path, metavar="F.npz", required=True, help="what `loopweave prepare` wrote"
    )
    evaluate.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_blend_options(command: argparse.ArgumentParser) -> None:
    """Add what palette and interpolate share."""
    command.add_argument(
        "--bar",
        type=_within(int, 1, 100000),
        default=0,
        metavar="N",
        help="read from bar N on (the first with drums)",
    )
    command.add_argument(
        "--plain", action="store_true", help="the model's straight line: neither refined ends nor even steps"
    )
    _add_model_option(command)
    _add_midi_options(command, "that of the first file")


def _add_model_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", default=MODEL, metavar="MODEL", help="name of a shipped model, or its folder (%(default)s)"
    )


def _add_midi_options(command: argparse.ArgumentParser, tempo: str) -> None:
    """Add how MIDI files are written; `tempo` says which one is the default."""
    options = command.add_argument_group("how the MIDI files are written")
    options.add_argument(
        "--tempo", type=_within(float, MIN_TEMPO_BPM, MAX_TEMPO_BPM), metavar="BPM", help=f"20-300 ({tempo})"
    )
    options.add_argument(
        "--swing",
        type=_within(float, 100 * STRAIGHT_SWING, 100 * MAX_SWING),
        default=100 * STRAIGHT_SWING,
        metavar="PERCENT",
        help="50 straight, 66 triplets, up to 75 (%(default)g)",
    )
    options.add_argument(
        "--feel",
        type=_within(float, 0.0, 100.0),
        default=100.0,
        metavar="PERCENT",
        help="how much of microtiming and uneven velocity to keep (%(default)g)",
    )
    options.add_argument("--quantize", action="store_true", help="all hits on the grid; velocity stays")
    options.add_argument(
        "--kit", metavar="KIT", help="drum kit to choose in the files: a name or program number"
    )


def _within(kind: type[_Number], least: float, most: float) -> Callable[[str], _Number]:
    """Return a converter for argparse that takes numbers from `least` to `most`."""

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
