"""Consensus by crowd-kit, the field's library, for benchmarks/review.py: run by the interpreter that --peers names.

Usage: PYTHON benchmarks/review_peers.py FOLDER

Of each FOLDER/*.csv (task, worker, label) it writes FOLDER/*.json: method -> task -> label. It needs crowd-kit (1.4,
with scikit-learn below 1.6) and nothing of this project, for crowd-kit brings libraries that the pipeline has no use
for.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene, Wawa

ROUNDS = 100
METHODS = {
    "majority vote": MajorityVote,
    "Wawa": Wawa,
    "one-coin Dawid-Skene": lambda: OneCoinDawidSkene(n_iter=ROUNDS),
    "Dawid-Skene": lambda: DawidSkene(n_iter=ROUNDS),
}
WHOLE = ("majority vote", "Wawa")
"""Methods for answers of any number; Dawid-Skene has a number for every task and answer, which takes minutes."""


def main() -> None:
    for file in sorted(Path(sys.argv[1]).glob("*.csv")):
        said = pd.read_csv(file, dtype=str, keep_default_na=False)
        names = METHODS if said["label"].nunique() == 2 else WHOLE
        told = {name: METHODS[name]().fit_predict(said).to_dict() for name in names}
        file.with_suffix(".json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
