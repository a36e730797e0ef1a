"""Print the melody model's figures on songs that it has not seen, and draw its interpolations.

    loopweave prepare --kind melody FOLDER... --out melody.npz
    python benchmarks/melody.py melody.npz [--model melody-2bar] [--plot interpolation.png]

The folders are those named in the model's card; the songs are those that `prepare` holds back for
validation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.melody_model import MelodyModel
from blender_app.training.evaluate import evaluate
from blender_app.training.evaluate_melody import MelodyJudge
from blender_app.training.judging import Figure, Scale
from blender_app.training.plot import plot_interpolations


def main() -> None:
    """Evaluate, print one line a figure, and draw if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="what `loopweave prepare --kind melody` wrote")
    parser.add_argument("--model", default="melody-2bar", help="a shipped model's name, or a folder")
    parser.add_argument("--plot", type=Path, help="draw distance and cost from basses to melodies here")
    options = parser.parse_args()
    for figure in evaluate(options.model, options.data):
        print(figure)
    if options.plot:
        judge = MelodyJudge(MelodyModel.load(options.model), MelodyCorpus.load(options.data), Scale(), 0)
        lines = judge.measured(*judge.basses_and_melodies())
        for name, line in lines.items():
            worst = float(line.relative_cost.max())
            print(Figure(f"bass to melody, as drawn: worst relative LM cost, {name}", worst))
        plot_interpolations(lines, options.plot)


if __name__ == "__main__":
    main()
