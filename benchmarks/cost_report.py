"""Figures as lines of text, with the arithmetic written out.

Belongs here: what is printed. Does not belong here: how it is worked out (`cost_arithmetic.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl
from cost_arithmetic import BATCHES, KIND, NAIVE, PRICES, SHORTEST_CACHED, Bill, Case, Figures, standard_error

AIMS = (10, 3)
"""How many times ways 1 and 2 should cost what the cascade does."""
WAYS = (
    ("1  naive", "naive", NAIVE),
    ("2  naive, batches, cache as it is", "naive", BATCHES),
    ("2k naive, batches, always cached", "naive", KIND),
    ("3  cascade, cache as it is", "cascade", BATCHES),
    ("3k cascade, always cached", "cascade", KIND),
)


def counted(figures: Figures, sampled: int, prompt: str) -> Iterator[str]:
    """What was counted, and what requests look like."""
    counts, pairs = figures.counts, figures.counts.pairs
    asked = f"{figures.model}, prompt {prompt}; sample {sampled:,}"
    yield f"{counts.products:,} products, {counts.contents:,} distinct contents; {asked}"
    yield (
        f"attributes that apply: {pairs / counts.contents:.2f} a content; stated by suppliers "
        f"{1 - counts.pairs_unstated / pairs:.1%}, known to rules "
        f"{(counts.pairs_unstated - counts.pairs_asked) / pairs:.1%}"
        f", asked {counts.pairs_asked / pairs:.1%} ({counts.pairs_asked / counts.asked_contents:.2f} a content)"
    )
    yield (
        f"contents with anything to ask {counts.asked_contents / counts.contents:.4f}; withheld from models "
        f"{figures.withheld:.4f} (of the sample)"
    )
    least = SHORTEST_CACHED[figures.model]
    for name, rows in (("naive", figures.naive), ("cascade", figures.cascade)):
        mean = {
            part: _mean(rows, part)
            for part in ("products", "asked", "answered", "names", "system", "schema", "message", "reply")
        }
        parts = ", ".join(f"{part} {value:,.1f}" for part, value in mean.items())
        error = standard_error(rows, figures.model, NAIVE if name == "naive" else BATCHES)
        yield f"a {name} request (tokens): {parts}; {rows.height:,} made, standard error of its money {error:.2%}"
    yield f"prefix cached from {least:,} tokens on; the longest here: {_longest(figures.naive):,}"


def arithmetic(figures: Figures) -> Iterator[str]:
    """The sums by hand, schema billed. Means are rounded here, so that products are off in their last digits."""
    span, counts = figures.range, figures.counts
    yield ""
    distinct = counts.contents / counts.products
    yield f"1 requests = {span.products:,} products x {span.days} days = {span.product_days:,}"
    yield from _money(figures.naive, figures.bill("naive", NAIVE), figures.model, NAIVE)
    yield "2 the same requests; prefix = system + schema"
    yield from _money(figures.naive, figures.bill("naive", BATCHES), figures.model, BATCHES)
    yield "2k"
    yield from _money(figures.naive, figures.bill("naive", KIND), figures.model, KIND)
    yield (
        f"3 questions = {span.products:,} x {distinct:.4f} distinct x (1 + {span.days - 1} x {1 - span.unchanged:.2f} "
        f"changed) x {figures.asked:.4f} asked = {figures.questions:,.0f}"
    )
    ours, each = figures.bill("cascade", BATCHES), _mean(figures.cascade, "products")
    yield f"  requests = questions / {each:.2f} products a request = {ours.requests:,}"
    yield from _money(figures.cascade, ours, figures.model, BATCHES)


def _money(rows: pl.DataFrame, bill: Bill, model: str, case: Case) -> Iterator[str]:
    price, usage = PRICES.of(model), bill.usage
    batch = f" x {price.batch} batch" if case.batch else ""
    system, schema, message, reply = (_mean(rows, part) for part in ("system", "schema", "message", "reply"))
    whole = f"{system:,.1f} system + {schema:,.1f} schema + {message:,.1f} message"
    yield f"  tokens = {bill.requests:,} x ({whole} in, {reply:,.1f} out)"
    cached = (
        f" + {usage.cache_read:,} x {price.input} x {price.read_factor} + {usage.cache_write:,} x {price.input} x "
        f"{price.write_factor}"
    )
    kept = cached if usage.cache_read else ""
    output = f"{usage.output_tokens:,} x {price.output}"
    yield f"  USD = ({usage.input_tokens:,} x {price.input}{kept} + {output}) / 1,000,000{batch} = {bill.usd:,.2f}"


def shares(figures: Figures) -> str:
    """Where the money of way 3 goes, without a cache."""
    price, rows = PRICES.of(figures.model), figures.cascade
    mean = {part: _mean(rows, part) for part in ("system", "schema", "names", "message", "reply")}
    read = {
        "system prompt": mean["system"], "schema": mean["schema"], "names of what is asked": mean["names"],
        "texts": mean["message"] - mean["names"],
    }  # fmt: skip
    paid = {name: tokens * float(price.input) for name, tokens in read.items()}
    paid["replies"] = mean["reply"] * float(price.output)
    whole = sum(paid.values())
    return "where its money goes: " + ", ".join(f"{name} {part / whole:.1%}" for name, part in paid.items())


def table(figures: Figures) -> Iterator[str]:
    """All ways, with the schema billed and not, and whether the aims are met."""
    for schema in (True, False):
        yield f"\nthe schema of replies is {'billed as input' if schema else 'not billed'}"
        columns = ("requests", "input M", "cached M", "output M", "USD", "a 1,000", "a day", "x less than 1")
        yield f"{'':34}" + "".join(f"{name:>14}" for name in columns)
        first = figures.bill("naive", replace(NAIVE, schema=schema)).usd
        for name, way, case in WAYS:
            yield _row(figures, name, figures.bill(way, replace(case, schema=schema)), first)
        one, two, kind, hard = figures.ratios(schema)
        met = [
            f"{ratio:.1f}x (aim {aim}x: {'met' if ratio >= aim else 'MISSED'})"
            for ratio, aim in zip((one, two), AIMS, strict=True)
        ]
        yield f"3 is less than 1 by {met[0]}, than 2 by {met[1]}; 3k than 2k by {_aim(kind)}; 3 than 2k by {_aim(hard)}"


def _aim(ratio: float) -> str:
    return f"{ratio:.1f}x (aim {AIMS[1]}x: {'met' if ratio >= AIMS[1] else 'MISSED'})"


def _row(figures: Figures, name: str, bill: Bill, first: float) -> str:
    usage, span = bill.usage, figures.range
    million = (usage.input_tokens, usage.cache_read + usage.cache_write, usage.output_tokens)
    cells = (
        f"{bill.requests:,}", *(f"{tokens / 1e6:,.1f}" for tokens in million), f"{bill.usd:,.2f}",
        f"{bill.usd / span.product_days * 1000:,.4f}", f"{bill.usd / span.days:,.2f}", f"{first / bill.usd:,.1f}",
    )  # fmt: skip
    return f"{name:34}" + "".join(f"{cell:>14}" for cell in cells)


def heading() -> str:
    """Over the lines of `compared`."""
    columns = ("asked each", "questions", "USD 3", "1 / 3", "2 / 3", "2k / 3k", "2k / 3")
    return f"\n{'(schema billed)':34}" + "".join(f"{name:>12}" for name in columns)


def compared(name: str, figures: Figures) -> str:
    """One line: the cascade of these figures against the naive ways; the attributes that a question asks first."""
    asked = _mean(figures.cascade, "asked") / _mean(figures.cascade, "products")
    usd = figures.bill("cascade", BATCHES).usd
    cells = (f"{asked:.2f}", f"{figures.questions:,.0f}", f"{usd:,.2f}", *(f"{each:.1f}" for each in figures.ratios()))
    return f"  {name:32}" + "".join(f"{cell:>12}" for cell in cells)


def _mean(rows: pl.DataFrame, part: str) -> float:
    return float(Decimal(rows[part].sum()) / rows.height)


def _longest(rows: pl.DataFrame) -> int:
    return int(rows.select((pl.col("system") + pl.col("schema")).max()).item())
