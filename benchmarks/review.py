"""What people are asked until 99 % of the accepted values are right, and how good consensus is.

Usage: python benchmarks/review.py FILES [--seeds 20] [--teaching 3] [--quick] [--validation] [--peers PYTHON]
                                   [--only ways consensus teaching]
       python benchmarks/review.py --simulated PRODUCTS [--seeds 20] [--peers PYTHON] [--only ways consensus]

Files: labelled products, as for benchmarks/attributes.py. The learned reader proposes values of products that it has
not seen (review_questions.py says which products are for what); people of known accuracies, one of them malicious,
answer (review_people.py). Everything that is assumed or chosen stands in review_parameters.py; it was chosen on the
validation part (--validation) before the test part was looked at.

`ways`: what is asked and what comes of it, products coming on ten days. `right`: % of the accepted values that are
right; `of all`: right accepted values, % of all that are to be found (the reader does not propose all of them);
`itself`: % of the proposals that are accepted without a person, and % of these that are wrong. Words, all of them per
1,000 products: gold (answers known), audit, first, more (opinions after the first), lead (ends disputes). `looks`: the
same where one look answers all questions of the day about the same value of the same attribute and category.

`consensus`: % right after so many words about each doubtful proposal, by random people. `right or wrong`: whether the
proposal is right; `whole answer`: and what is right in its place. crowd-kit's methods run in the interpreter that
--peers names and are left out without it.

`teaching`: the days of our way with a reader that is taught anew by what is decided, beside one that is not.

With --simulated the pipeline proposes values of simulated products, and the simulation's truth judges them
(review_simulated.py says how). `of all` is there of the values of which anything is proposed, and `doubtful` what is
right of the accepted values among the proposals under 0.85.

Each figure is a mean over seeds with the half width of its 95 % interval (Student's t). Seeds draw people's words, who
is asked what, and the day of each product; products and reader are the same, so intervals say nothing of those.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from review_consensus import BINARY, WHOLE, Figures, consensus
from review_parameters import ENOUGH, FLAT, SAME, SIMULATED, UNIFORM, Consensus, Crowd, Runs, Uniform, Way
from review_people import answers
from review_questions import Parts, Taught, dealt, questions, taught
from review_simulated import World, reviewed, world
from review_teaching import Day, days_of, streamed
from review_ways import Done, together, uniform

PARTS = ("ways", "consensus", "teaching")
KINDS = ("gold", "audit", "first", "more", "lead")


def interval(numbers: Sequence[float]) -> tuple[float, float]:
    """The mean, and the half width of its 95 % interval (0 for a single number)."""
    from scipy.stats import t

    told = np.asarray(numbers, dtype=np.float64)
    if len(told) < 2:
        return float(told.mean()), 0.0
    return float(told.mean()), float(t.ppf(0.975, len(told) - 1) * told.std(ddof=1) / np.sqrt(len(told)))


def shown(numbers: Sequence[float], digits: int = 0) -> str:
    """A mean with its interval."""
    mean, half = interval(numbers)
    return f"{mean:,.{digits}f} ±{half:,.{digits}f}"


def row(name: str, runs: Sequence[Done], products: int, values: int) -> str:
    """A line of the table of ways."""
    right = [100 * run.right.sum() / max(run.accepted.sum(), 1) for run in runs]
    found = [100 * run.right.sum() / values for run in runs]
    itself = [100 * run.by_itself.mean() for run in runs]
    wrong = [100 * (run.by_itself & ~run.right).sum() / max(run.by_itself.sum(), 1) for run in runs]
    each = [np.mean([run.asked.get(kind, 0) for run in runs]) * 1_000 / products for kind in KINDS]
    words, looks = ([1_000 * count / products for count in told] for told in
                    ([run.words for run in runs], [run.looks for run in runs]))  # fmt: skip
    reaches = "yes" if interval(right)[0] >= 100 * ENOUGH else "no"
    kinds = " ".join(f"{share:6,.0f}" for share in each)
    return (
        f"{name:34} {shown(right, 2):>14} {reaches:>4} {shown(found, 1):>11} {shown(itself, 1):>11} "
        f"{shown(wrong, 2):>12} {shown(words):>13} {shown(looks):>13}  {kinds}"
    )


def head(*others: str) -> str:
    """The heads of the columns of `row`."""
    heads = ("right", 14), ("99 %", 4), ("of all", 11), ("itself", 11), ("wrong", 12), ("words", 13), ("looks", 13)
    kinds = " ".join(f"{kind:>6}" for kind in KINDS)
    return " ".join([f"{'way':34} {' '.join(f'{name:>{width}}' for name, width in heads)}  {kinds}", *others])


def of_ways(parts: Parts, first: Taught, gold: pl.DataFrame, crowd: Crowd, way: Way, seeds: int) -> None:
    """The table of ways, and how many words ours saves."""
    products, values = len(parts.stream), parts.values
    asked = questions(parts.stream, first.reader)
    print(head())
    drawn = [answers(asked, crowd.accuracies, crowd, seed) for seed in range(seeds)]
    dated = [_dated(asked, len(parts.stream), way.days, seed) for seed in range(seeds)]
    people = len(crowd.names)

    def flat(each: Uniform, among: int = people) -> list[Done]:
        return [uniform(dated[seed], drawn[seed], each, among, seed) for seed in range(seeds)]

    told = {each: flat(each) for each in (FLAT, *UNIFORM)}
    print(row(_name(FLAT), told[FLAT], products, values))
    print(row(f"{_name(FLAT)}, nobody malicious", flat(FLAT, people - 1), products, values))
    for each in UNIFORM:
        print(row(_name(each), told[each], products, values))
    ours = {}
    for name, mine in {"ours": way, f"ours, from {way.wanted} on unproven": replace(way, target=None)}.items():
        ours[name] = [_whole(*streamed(parts, first, gold, crowd, mine, seed, None)) for seed in _each(seeds, name)]
        print(row(name, ours[name], products, values), flush=True)
    for other in (FLAT, SAME):
        for name, mine_too in ours.items():
            both = list(zip(told[other], mine_too, strict=True))
            ratios = (shown([getattr(a, what) / getattr(b, what) for a, b in both], 2) for what in ("words", "looks"))
            print(f"'{_name(other)}' asks so many times what '{name}' does: words {', looks '.join(ratios)}")


def of_simulated_ways(here: World, crowd: Crowd, way: Way, seeds: int) -> None:
    """The table of ways in the simulated world."""
    asked, people = here.stream, len(crowd.names)
    values = asked["true"].drop_nulls().len()
    drawn = [answers(asked, crowd.accuracies, crowd, seed) for seed in range(seeds)]
    when = [days_of(here.products, way.days, seed) for seed in range(seeds)]
    dated = [_dated(asked, here.products, way.days, seed) for seed in range(seeds)]
    order = [np.argsort(days[asked["product"].to_numpy()], kind="stable") for days in when]
    doubtful = asked["confidence"].to_numpy() < FLAT.below
    print(head("doubtful"))

    def show(name: str, runs: Sequence[Done], mine: Sequence[np.ndarray]) -> None:
        both = [(run.right[side], run.accepted[side]) for run, side in zip(runs, mine, strict=True)]
        shares = [100 * right.sum() / max(accepted.sum(), 1) for right, accepted in both]
        print(row(name, runs, here.products, values), shown(shares, 2), flush=True)

    def flat(each: Uniform, among: int = people) -> list[Done]:
        return [uniform(dated[seed], drawn[seed], each, among, seed) for seed in range(seeds)]

    one = flat(FLAT)
    show(_name(FLAT), one, [doubtful] * seeds)
    show(f"{_name(FLAT)}, nobody malicious", flat(FLAT, people - 1), [doubtful] * seeds)
    for each in SIMULATED:
        show("nobody is asked" if each.below == 0 else _name(each), flat(each), [doubtful] * seeds)
    unproven = replace(way, unproven=FLAT.below)
    for name, mine in {f"ours, from {FLAT.below} on unproven": unproven, "ours": way}.items():
        runs = [reviewed(here, dated[seed], when[seed], crowd, mine, seed) for seed in _each(seeds, name)]
        show(name, runs, [doubtful[rows] for rows in order])
        ratio = shown([a.words / b.words for a, b in zip(one, runs, strict=True)], 2)
        print(f"'{_name(FLAT)}' asks so many times what '{name}' does: words {ratio}")


def _whole(measured: Done, days: Sequence[Day]) -> Done:
    return together([measured, *(day.done for day in days)])


def _name(way: Uniform) -> str:
    below = "everything" if way.below > 1 else f"under {way.below}"
    return f"{below} by {way.words}"


def _dated(asked: pl.DataFrame, products: int, days: int, seed: int) -> pl.DataFrame:
    """The questions with the day in their group: what comes on another day is not looked at together."""
    when = pl.Series("day", days_of(products, days, seed)).gather(asked["product"]).cast(pl.String)
    return asked.with_columns(when).with_columns(pl.concat_str("day", "group", separator="\x1f").alias("group"))


def of_consensus(figures: Figures, setting: Consensus) -> None:
    """The tables of consensus."""
    for what in (BINARY, WHOLE):
        print(f"{what + ': words':34} " + " ".join(f"{number:>14}" for number in setting.words))
        for method in dict.fromkeys(name for name, judged, _ in figures if judged == what):
            told = (figures.get((method, what, number)) for number in setting.words)
            print(f"{method:34} " + " ".join(f"{shown(each, 2) if each else '':>14}" for each in told))


def compare(
    asked: pl.DataFrame, gold: pl.DataFrame, crowd: Crowd, setting: Consensus, seeds: int, peers: Path | None
) -> None:
    """Consensus compared. asked, gold: QUESTIONS."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        of_consensus(consensus(asked, gold, crowd, setting, seeds, peers, Path(folder)), setting)
    if peers is None:
        print("crowd-kit is left out: --peers names no Python that has it")


def of_teaching(parts: Parts, first: Taught, gold: pl.DataFrame, crowd: Crowd, way: Way, runs: Runs) -> None:
    """The tables of days."""
    for name, every in (("reader as it was", None), (f"reader taught anew every {runs.every} days", runs.every)):
        told = [streamed(parts, first, gold, crowd, way, seed, every)[1] for seed in _each(runs.teaching, name)]
        print(f"{name:34} " + " ".join(f"{f'day {day + 1}':>13}" for day in range(way.days)))
        for what, figure in DAILY.items():
            days = zip(*told, strict=True)
            print(f"  {what:32} " + " ".join(f"{shown([figure(day) for day in each], 1):>13}" for each in days))


DAILY: dict[str, Callable[[Day], float]] = {
    "accepted by itself, % of proposed": lambda day: 100 * float(day.done.by_itself.mean()),
    "surer than 0.85, % of proposed": lambda day: 100 * day.doubtless,
    "proposed rightly, % of all values": lambda day: 100 * day.proposed / day.values,
    "words a 1,000 products": lambda day: 1_000 * day.done.words / day.products,
    "words": lambda day: float(day.done.words),
    "right, % of accepted": lambda day: 100 * float(day.done.right.sum() / max(day.done.accepted.sum(), 1)),
    "right, % of all values": lambda day: 100 * float(day.done.right.sum()) / day.values,
}


def _each(seeds: int, name: str) -> Iterator[int]:
    for seed in range(seeds):
        print(f"{name}: seed {seed}", file=sys.stderr, flush=True)
        yield seed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--simulated", type=int, help="so many products, in place of files")
    parser.add_argument("--seeds", type=int, default=Runs.seeds)
    parser.add_argument("--teaching", type=int, default=Runs.teaching, help="runs in which the reader is taught anew")
    parser.add_argument("--quick", action="store_true", help="two seeds, one run of teaching: to see that it works")
    parser.add_argument("--validation", action="store_true", help="the validation part in place of the test part")
    parser.add_argument("--peers", type=Path, help="a Python that has crowd-kit")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    said = parser.parse_args()
    if bool(said.files) == bool(said.simulated):
        parser.error("Name files, or --simulated PRODUCTS.")
    runs = Runs(2, 1, Way.days // 2) if said.quick else Runs(said.seeds, said.teaching)
    (of_simulated if said.simulated else of_files)(said, runs, Crowd(), Way(), Consensus())


def of_simulated(said: argparse.Namespace, runs: Runs, crowd: Crowd, way: Way, setting: Consensus) -> None:
    """All tables of the simulated world."""
    here = world(said.simulated)
    right = 100 * float(here.stream["is_right"].mean() or 0.0)  # type: ignore[arg-type]
    size = f"{here.products:,} products, {here.stream.height:,} proposed, {right:.2f} % of these right"
    print(f"{here.facts}; reviewed: {size}; {runs.seeds} seeds", flush=True)
    if "ways" in said.only:
        of_simulated_ways(here, crowd, way, runs.seeds)
    if "consensus" in said.only:
        compare(here.stream, here.gold, crowd, setting, runs.seeds, said.peers)


def of_files(said: argparse.Namespace, runs: Runs, crowd: Crowd, way: Way, setting: Consensus) -> None:
    """All tables of labelled files."""
    parts = dealt(said.files, said.validation)
    print(f"teaching the reader by {len(parts.train):,} products", file=sys.stderr, flush=True)
    first = taught(parts.train)
    gold = questions(parts.gold, first.reader)
    asked = questions(parts.stream, first.reader)
    right = 100 * float(asked["is_right"].mean() or 0.0)  # type: ignore[arg-type]
    name = "validation" if said.validation else "test"
    print(f"{name} part: {len(parts.stream):,} products, {parts.values:,} values, "
          f"{asked.height:,} proposed, {right:.1f} % of these right; {runs.seeds} seeds", flush=True)  # fmt: skip
    if "ways" in said.only:
        of_ways(parts, first, gold, crowd, way, runs.seeds)
    if "consensus" in said.only:
        compare(asked, gold, crowd, setting, runs.seeds, said.peers)
    if "teaching" in said.only:
        of_teaching(parts, first, gold, crowd, way, runs)


if __name__ == "__main__":
    main()
