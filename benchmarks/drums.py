"""Print the drum model's figures on loops that it has not seen.

    loopweave prepare gmd freedoom freedoom-history simutrans easyrpg-rtp --out drums.npz
    python benchmarks/drums.py drums.npz [--model drums-2bar] [--ways [--tuning]]

First those of `loopweave evaluate`, then ways between unseen loops: as shipped, straight, and cross-faded.
The loops are the Groove MIDI Dataset's validation split, and then all unseen ones, each set counting the
same; the model learned from the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.drum_model import DrumModel
from blender_app.training.drum_ways import DrumWays
from blender_app.training.evaluate import evaluate
from blender_app.training.judge_ways import DRAWS, PAIRS


def main() -> None:
    """Evaluate and print one line a figure, then a table of ways for each group of sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="what `loopweave prepare` wrote")
    parser.add_argument("--model", default="drums-2bar", help="a shipped model's name, or a folder")
    parser.add_argument("--ways", action="store_true", help="only the ways")
    parser.add_argument(
        "--tuning", action="store_true", help="the ways on the half of unseen loops to tune on"
    )
    parser.add_argument("--draws", type=int, default=DRAWS, help="how often pairs are drawn")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs at each draw; AUCs depend on it")
    options = parser.parse_args()
    if not options.ways:
        for figure in evaluate(options.model, options.data):
            print(figure)
    judge = DrumWays(
        DrumModel.load(options.model), DrumCorpus.load(options.data), options.pairs, options.tuning
    )
    for group in judge.groups:
        print(f"\nWays between unseen loops of {group}, {options.draws} draws of {options.pairs} pairs:\n")
        print("\n".join(judge.table(group, options.draws).lines()), flush=True)


if __name__ == "__main__":
    main()
