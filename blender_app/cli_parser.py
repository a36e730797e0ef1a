"""What the command ``loopweave`` understands, and the help that teaches it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from blender_app import __version__
from blender_app import cli_help as text
from blender_app.cli_options import (
    KINDS,
    add_blend_options,
    add_midi_options,
    add_model_options,
    add_wander_option,
    within,
)
from blender_app.latent.model_kinds import trained_names

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name

SESSION_SUFFIX = ".blend.json"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; `run` in its result is "module:function"."""
    parser = argparse.ArgumentParser(
        prog="loopweave",
        description=text.DESCRIPTION,
        epilog=text.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Loopweave {__version__}")
    parser.set_defaults(run="blender_app.cli:open_window", session=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_add_window, _add_palette, _add_morph, _add_sample, _add_render):
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
        text.PALETTE,
        text.PALETTE_EPILOG,
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
            type=within(int, 2, 33),
            default=11,
            metavar="N",
            help=f"how many {what}, 2-33 (%(default)s)",
        )
    palette.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing"
    )
    add_blend_options(palette)


def _add_morph(commands: Commands) -> None:
    morph = _command(
        commands,
        "morph",
        "blender_app.cli_files:morph",
        "the way from one loop to another as MIDI files",
        text.MORPH,
        text.MORPH_EPILOG,
    )
    morph.add_argument("a", type=Path, metavar="A.mid", help="where to start")
    morph.add_argument("b", type=Path, metavar="B.mid", help="where to arrive")
    morph.add_argument(
        "--steps",
        type=within(int, 2, 256),
        default=7,
        metavar="N",
        help="how many loops, ends included (%(default)s)",
    )
    morph.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help="a file F.mid, or a folder for a file of each loop",
    )
    add_blend_options(morph)


def _add_sample(commands: Commands) -> None:
    sample = _command(
        commands,
        "sample",
        "blender_app.cli_files:sample",
        "loops that the model makes up",
        text.SAMPLE,
        text.SAMPLE_EPILOG,
    )
    sample.add_argument(
        "-n", type=within(int, 1, 1000), default=8, metavar="N", help="how many (%(default)s)"
    )
    sample.add_argument(
        "--seed", type=within(int, 0, 2**32 - 1), metavar="N", help="number that decides which"
    )
    sample.add_argument(
        "--temperature",
        type=within(float, 0.0, 3.0),
        metavar="T",
        help="how adventurous: 0 the most usual, 1 as what it learned from (the model's own choice)",
    )
    sample.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing"
    )
    sample.add_argument("--kind", choices=KINDS, help="what to make up (what the model makes, or drums)")
    add_model_options(sample, "melodies: keep to this key: 'A minor', 'C major pentatonic'")
    add_midi_options(sample, "120")


def _add_render(commands: Commands) -> None:
    render = _command(
        commands,
        "render",
        "blender_app.cli_render:render",
        "a MIDI file or a session to a WAV file",
        text.RENDER,
        text.RENDER_EPILOG,
    )
    render.add_argument(
        "file", type=Path, metavar="FILE", help=f"MIDI file or session (F{SESSION_SUFFIX}) to play"
    )
    render.add_argument("--out", type=Path, required=True, metavar="F.wav", help="file to write")
    render.add_argument(
        "--font", type=Path, metavar="F.sf2", help="SoundFont (.sf2, .sf3) instead of the shipped one"
    )
    render.add_argument(
        "--kit", metavar="KIT", help="MIDI files: drum kit, a name or program number, see `loopweave doctor`"
    )
    render.add_argument(
        "--rate",
        type=within(int, 8000, 96000),
        default=44100,
        metavar="HZ",
        help="frames a second (%(default)s)",
    )
    render.add_argument(
        "--tail",
        type=within(float, 0.0, 30.0),
        default=2.0,
        metavar="S",
        help="seconds to fade out after the last bar (%(default)s)",
    )
    render.add_argument(
        "--loop", action="store_true", help="exactly the bars, what fades out laid over their start"
    )
    render.add_argument(
        "--bars",
        type=within(int, 1, 1024),
        metavar="N",
        help="bars of a session (one lap of its longest path)",
    )
    add_wander_option(render, "sessions: each track's own", None)


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
        text.DOCTOR,
    )


def _add_model_commands(commands: Commands) -> None:
    """Add prepare, train and evaluate."""
    prepare = _command(
        commands,
        "prepare",
        "blender_app.cli_model:prepare",
        "folders of MIDI files to a file to train from",
        text.PREPARE,
        text.PREPARE_EPILOG,
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
        text.TRAIN,
        "example:\n  loopweave train drums-2bar --data loops.npz --out models/mine",
    )
    train.add_argument("name", metavar="NAME", help=f"what to train: {' or '.join(trained_names())}")
    train.add_argument(
        "--data", type=Path, required=True, metavar="F.npz", help="what `loopweave prepare` wrote"
    )
    train.add_argument("--out", type=Path, metavar="DIR", help="folder for the model (models/NAME)")
    train.add_argument(
        "--minutes",
        type=within(float, 0.0, 1e5),
        default=112.0,
        metavar="N",
        help="time limit (%(default)s)",
    )
    train.add_argument(
        "--seed", type=within(int, 0, 2**32 - 1), default=0, metavar="N", help="random seed (%(default)s)"
    )
    train.add_argument("--quiet", action="store_true", help="no progress bar")

    evaluate = _command(
        commands,
        "evaluate",
        "blender_app.cli_model:evaluate",
        "figures of a model on loops it has not seen",
        epilog="examples:\n  loopweave evaluate drums-2bar --data loops.npz\n"
        "  loopweave evaluate melody-2bar --data melodies.npz",
    )
    evaluate.add_argument("name", metavar="MODEL", help="name of a shipped model, or its folder")
    evaluate.add_argument(
        "--data", type=Path, metavar="F.npz", required=True, help="what `loopweave prepare` wrote"
    )
    evaluate.add_argument("--quiet", action="store_true", help="no progress bar")
