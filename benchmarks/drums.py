"""Print the drum model's figures on loops that it has not seen.

    loopweave prepare gmd freedoom freedoom-history simutrans easyrpg-rtp --out drums.npz
    python benchmarks/drums.py drums.npz [--model drums-2bar]

The loops are the Groove MIDI Dataset's validation split; the model learned from its train split.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from blender_app.training.evaluate import evaluate


def main() -> None:
    """Evaluate and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="what `loopweave prepare` wrote")
    parser.add_argument("--model", default="drums-2bar", help="a shipped model's name, or a folder")
    options = parser.parse_args()
    for figure in evaluate(options.model, options.data):
        print(figure)


if __name__ == "__main__":
    main()
