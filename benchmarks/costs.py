"""What asking a language model about a catalogue costs: naively, with caching and batches, and as this project does.

    python benchmarks/costs.py [--products 1000000] [--days 5] [--unchanged 0.6] [--model claude-haiku-4-5]

No network and no model: products are simulated, go through the real stages and rules, and the prompts, schemas and
request bodies are those that would be sent. Three ways over the same products:

1. naive: one request for each product and day, about all attributes that apply in its category, at the list price;
2. the same in batches (half price) and with a cached prompt, as the provider caches (not below a length that goes by
   the model), and in a kinder case (2k) in which it always does;
3. the cascade: each content once (by its hash: a new day or price asks nothing), of it only what neither a supplier
   states nor a rule is sure of, 20 products a request, in batches.

Assumed, for all three alike: four characters a token, the schema too; replies as `cost_requests.py` says; no request is
repeated; contents that change are like those of the first day. Rules are run on all products; requests and replies are
made of a sample (the lowest content hashes) and scaled, with the standard error that this has. In a sample the last
request of a category is not full, which makes the cascade look a little dearer. Nothing is said about how right answers
are: naive requests show the model the same texts.
"""

import argparse
import resource
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from cost_arithmetic import SHORTEST_CACHED, Counts, Figures, Range
from cost_report import arithmetic, compared, counted, heading, shares, table
from cost_requests import (
    AS_IS,
    Form,
    Known,
    categories_said,
    known_of,
    longer,
    measured,
    only_categories,
    requests,
    said,
    simulated,
    true_values,
    with_signs,
)

from catalog_assets.enriched.prompting import asking
from catalog_assets.enriched.prompting.prompts import prompt
from catalog_assets.enriched.prompting.schema import MOST_PRODUCTS
from catalog_assets.enriched.rules import RulesEnricher
from catalog_assets.stages import Clock

CHUNK = 100_000
"""Simulated products that go through the stages at once: it bounds the memory."""
ACCEPT = 0.85
PROMPT = prompt("attributes")


@dataclass(frozen=True)
class Sample:
    """Contents drawn by hash, what a reply can tell of them, and which of them are withheld from models."""

    contents: pl.DataFrame
    known: Known
    withheld: pl.DataFrame

    def cascade(self, accept: float = ACCEPT, rules: bool = True) -> pl.DataFrame:
        """WANTED of the sample."""
        found = RulesEnricher().enrich(self.contents)
        categories = found if rules else only_categories(found)
        return asking.wanted(self.contents, categories, accept).join(self.withheld, on="content_hash", how="anti")

    def naive(self) -> pl.DataFrame:
        """WANTED of the sample, if all that applies is asked."""
        return asking.applied(self.contents, only_categories(RulesEnricher().enrich(self.contents)), ACCEPT)


def gathered(products: int, sample: int, seed: int) -> tuple[Counts, Sample]:
    """So many simulated products, counted, and the sample of their contents."""
    rows, drawn, found, hashes = [], [], [], []
    below = f"{min(int(sample / products * 16**8), 16**8 - 1):08x}~"  # a hash is hexadecimal: "~" sorts behind it
    for contents, live, truth in _chunks(products, seed):
        known = RulesEnricher().enrich(contents)
        wanted = asking.wanted(contents, known, ACCEPT)
        categories = only_categories(known)
        unstated = asking.wanted(contents, categories, ACCEPT)
        pairs = [_pairs(each) for each in (asking.applied(contents, categories, ACCEPT), unstated, wanted)]
        rows.append((live, wanted.height, *pairs))
        hashes.append(contents["content_hash"])
        drawn.append(contents.filter(pl.col("content_hash") < below))
        found += [said(drawn[-1], truth), categories_said(drawn[-1], known)]
    live, asked, *pairs = (sum(column) for column in zip(*rows, strict=True))
    counts = Counts(live, pl.concat(hashes).n_unique(), asked, *pairs)
    few = pl.concat(drawn)
    questions = asking.questions(asking.wanted(few, only_categories(RulesEnricher().enrich(few)), ACCEPT), PROMPT, "")
    _, withheld = asking.withheld(questions)
    return counts, Sample(few, known_of(few, pl.concat(found)), withheld)


def _chunks(products: int, seed: int) -> Iterator[tuple[pl.DataFrame, int, pl.DataFrame]]:
    """Contents, live products and true values of simulated worlds until there are enough products."""
    left = products
    while left > 0:
        folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
        try:
            contents, live = simulated(min(CHUNK, left), seed, folder)
            few = contents.sort("true_id", "content_hash").head(left)
            yield few, min(live, left), true_values(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        left -= live
        seed += 1


def _pairs(wanted: pl.DataFrame) -> int:
    return int(wanted["asked"].list.len().sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1_000_000, help="a day")
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--unchanged", type=float, default=0.6, help="share of contents from day to day")
    parser.add_argument("--model", default="claude-haiku-4-5", choices=sorted(SHORTEST_CACHED))
    parser.add_argument("--sample", type=int, default=10_000, help="contents of which requests are made")
    parser.add_argument("--seed", type=int, default=11)
    told = parser.parse_args()
    clock = Clock()
    span = Range(told.products, told.days, told.unchanged)
    counts, sample = gathered(told.products, told.sample, told.seed)
    clock.lap("products, rules")
    withheld = sample.withheld.height / sample.contents.height
    share = counts.asked_contents / counts.contents * (1 - withheld)
    naive = measured(requests(sample.naive(), PROMPT, told.model, 1), sample.known)
    cascade = measured(requests(sample.cascade(), PROMPT, told.model), sample.known)
    figures = Figures(span, told.model, counts, withheld, naive, cascade, share)
    clock.lap("requests")
    counting, sums = counted(figures, sample.contents.height, PROMPT.version), arithmetic(figures)
    for line in (*counting, *sums, shares(figures), *table(figures), heading()):
        print(line)
    for line in (*sensitivity(figures, sample), *proposals(figures, sample)):
        print(line)
    clock.lap("sensitivity")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\nseconds: {clock.laps}; peak {peak:.2f} GiB")


def sensitivity(figures: Figures, sample: Sample) -> Iterator[str]:
    """The same with other shares of contents that stay, groups, texts, and rules that know less or more."""
    yield "unchanged from day to day"
    for share in (0.0, 0.3, 0.6, 0.9):
        yield compared(f"{share:.0%}", replace(figures, range=replace(figures.range, unchanged=share)))
    yield "products a request, at most"
    for together in (1, 5, 10, MOST_PRODUCTS):
        asked = measured(requests(sample.cascade(), PROMPT, figures.model, together), sample.known)
        yield compared(str(together), replace(figures, cascade=asked))
    yield "characters of descriptions, for all ways"
    naive, cascade = sample.naive(), sample.cascade()
    for length in (500, 1_000, 2_000, 4_000):
        frames = [
            measured(requests(longer(wanted, length), PROMPT, figures.model, together), sample.known)
            for wanted, together in ((naive, 1), (cascade, MOST_PRODUCTS))
        ]
        yield compared(f"{length:,}", replace(figures, naive=frames[0], cascade=frames[1]))
    yield "what rules know is taken from a confidence of"
    for accept in (0.70, ACCEPT, 0.95):
        yield _with(figures, sample, f"{accept:.2f}", sample.cascade(accept))
    yield _with(figures, sample, "no rules", sample.cascade(rules=False))


def proposals(figures: Figures, sample: Sample) -> Iterator[str]:
    """What the cascade would cost if it asked otherwise. None of it is built; what it does to answers is not known."""
    yield "if (not built)"
    wanted = sample.cascade()
    signs = with_signs(wanted)
    listing = Form(not_stated=True)
    others = replace(figures, naive=measured(requests(sample.naive(), PROMPT, figures.model, 1), sample.known, listing))
    yield _with(others, sample, "all replies list the not stated", wanted, listing)
    yield _with(figures, sample, "keys of one letter in replies", wanted, Form(short=True))
    yield _with(figures, sample, "what is not asked is named", wanted, Form(exceptions=True))
    yield _with(figures, sample, "asked where the text has a sign", signs)
    yield _with(figures, sample, "signs, and keys of one letter", signs, Form(short=True))


def _with(figures: Figures, sample: Sample, name: str, wanted: pl.DataFrame, form: Form = AS_IS) -> str:
    """The line of a cascade that asks WANTED of the sample."""
    asked = measured(requests(wanted, PROMPT, figures.model), sample.known, form)
    return compared(name, replace(figures, cascade=asked, asked=wanted.height / sample.contents.height))


if __name__ == "__main__":
    main()
