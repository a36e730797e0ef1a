"""Print the melody model's figures on songs that it has not seen, and draw its interpolations.

    loopweave prepare --kind melody FOLDER... --out melody.npz
    python benchmarks/melody.py melody.npz [--model melody-2bar] [--plot interpolation.png]
    python benchmarks/melody.py melody.npz --ways [--tuning]
    python benchmarks/melody.py melody.npz --degenerate
    python benchmarks/melody.py melody.npz --wander-curve wander.png

The folders are those named in the model's card; the songs are those that `prepare` holds back for
validation. With --degenerate, ways that cheat, so that it is seen which ruler catches which.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.melody_model import MelodyModel
from blender_app.training.evaluate import evaluate
from blender_app.training.evaluate_melody import MelodyJudge
from blender_app.training.judging import Figure, Scale
from blender_app.training.melody_ways import MelodyWays
from blender_app.training.plot import plot_interpolations
from blender_app.training.way_report import add_way_options, only_ways, way_lines


def main() -> None:
    """Evaluate, print one line a figure, and draw if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="what `loopweave prepare --kind melody` wrote")
    parser.add_argument("--model", default="melody-2bar", help="a shipped model's name, or a folder")
    parser.add_argument("--plot", type=Path, help="draw distance and cost from basses to melodies here")
    add_way_options(parser)
    options = parser.parse_args()
    corpus, model = MelodyCorpus.load(options.data), MelodyModel.load(options.model)
    if not only_ways(options):
        for figure in evaluate(options.model, options.data):
            print(figure, flush=True)
    for line in way_lines(MelodyWays(model, corpus, options.pairs, options.tuning), options):
        print(line, flush=True)
    if options.plot:
        judge = MelodyJudge(model, corpus, Scale(), 0)
        lines = judge.measured(*judge.basses_and_melodies())
        for name, report in lines.items():
            worst = float(report.relative_cost.max())
            print(Figure(f"bass to melody, as drawn: worst relative LM cost, {name}", worst))
        plot_interpolations(lines, options.plot)


if __name__ == "__main__":
    main()
