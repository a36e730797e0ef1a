"""The commands that make and measure models: prepare, train, evaluate."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare import prepare as prepare_drums
from blender_app.corpus.prepare_melody import MelodyCorpus, prepare_melody


def prepare(options: argparse.Namespace) -> None:
    """Read folders of songs into a file to train from, and tell what was kept and dropped.

    `options` are those of the command.
    """
    corpus: DrumCorpus | MelodyCorpus
    if options.kind == "melody":
        corpus, report = prepare_melody(options.folders, progress=not options.quiet)
    else:
        corpus, report = prepare_drums(options.folders, progress=not options.quiet, played=options.played)
    corpus.save(options.out)
    print("\n".join(report.lines()))
    print(f"{options.out}: written")


def train(options: argparse.Namespace) -> None:
    """Train a model, or go on with a training that was stopped, as `options` of the command say."""
    training = importlib.import_module("blender_app.training.train")
    out = options.out or Path("models") / options.name
    training.train(
        options.name,
        options.data,
        out,
        minutes=options.minutes,
        seed=options.seed,
        progress=not options.quiet,
    )
    print(f"{out}: the model {options.name}")


def evaluate(options: argparse.Namespace) -> None:
    """Print the figures of the model that `options` of the command name."""
    evaluation = importlib.import_module("blender_app.training.evaluate")
    figures = evaluation.evaluate(options.name, options.data, progress=not options.quiet)
    print("\n".join(map(str, figures)))
