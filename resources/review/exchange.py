"""Questions and decisions through a spreadsheet, for people who have no page to decide on.

Belongs here: writing open questions as a CSV file that a spreadsheet program opens, and reading back what a person
filled in. Does not belong here: what a decision may be (`judging`, `replacement`) and how it is kept (`store`).

Everything in the file is text from outside, on its way out and on its way back: formulas are marked, sizes are limited,
and of the way back only question_id and the person's three columns count.
"""

import csv
import datetime as dt
import io
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from resources.review.formulas import formula_restored, formula_safe
from resources.review.judging import Stated, judged, left_out
from resources.review.protocol import Decision, ReviewStore, ReviewStoreError, moment
from resources.review.replacement import allowed_values, clean

COLUMNS = (
    "question_id",
    "kind",
    "product_name",
    "attribute",
    "proposed_value",
    "unit",
    "confidence",
    "evidence",
    "context",
    "allowed_values",
    "products",
    "decision",
    "value",
    "comment",
)
"""Columns of the file; `products` is how many products the answer decides, the last three are for the person."""

MAX_BYTES = 64_000_000
MAX_ROWS = 200_000
MAX_CELL = 30_000
"""Longest text of an exported cell: beyond 32,767 characters Excel spills it into the next row."""
LISTED = 50
"""Allowed values that an exported cell lists."""

SHOWN = 50
"""Problems that a printed report lists; all are in `problems`."""

_NEEDED = ("question_id", "decision", "value")
_PERSON = ("decision", "value", "comment")
_READ = ("question_id", *_PERSON)
_AGAIN = "Export again and decide there"
_PROBLEMS = pl.Schema({"line": pl.Int64, "message": pl.String})


class FileInTheWay(ReviewStoreError):
    """An export would run over a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is there already and may hold decisions that nobody has imported: import it first, "
            "or name another file."
        )


class ImportRefused(ReviewStoreError):
    """Nothing of the file can be taken in; the message says why and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason} Nothing was imported.")


@dataclass(frozen=True, eq=False)
class ImportReport:
    """What became of the lines of a file: lines = recorded + already + undecided + lines with a problem.

    `changed` of the recorded ones took the place of another decision that was in force. `problems` has one row
    (line, message) for each line that was left out; lines are numbered as a spreadsheet does, the header is 1.
    """

    lines: int
    undecided: int
    recorded: int
    changed: int
    already: int
    problems: pl.DataFrame

    @property
    def summary(self) -> str:
        """One sentence for the person who imported."""
        nothing = "Nothing changed. " if not self.recorded else ""
        changed = f" ({self.changed} in place of an earlier one)" if self.changed else ""
        return (
            f"{nothing}Lines: {self.lines}. Decisions recorded: {self.recorded}{changed}, "
            f"recorded before: {self.already}, undecided: {self.undecided}, "
            f"left out because of a problem: {self.problems.height}."
        )

    def __str__(self) -> str:
        problems = (f"Line {line}: {message}." for line, message in self.problems.head(SHOWN).rows())
        more = self.problems.height - SHOWN
        return "\n".join([self.summary, *problems, *([f"... and {more} more lines."] if more > 0 else [])])


def export_csv(
    store: ReviewStore,
    path: str | Path,
    day: dt.date | None = None,
    limit: int | None = None,
    *,
    delimiter: Literal[",", ";"] = ",",
    overwrite: bool = False,
    only: pl.Series | None = None,
) -> int:
    """Write the open questions (of a day, at most `limit`) to a CSV file; returns how many.

    only: ids of the questions to write in their place, decided ones too.

    UTF-8 with a byte order mark, every cell quoted. Raises FileInTheWay rather than replace a file that may hold
    decisions nobody has imported yet.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileInTheWay(path)
    if only is None:
        questions = store.open_questions(day, limit)
    else:
        questions = store.questions(only).with_columns(pl.lit(None, pl.Int64).alias("products"))
    part = path.with_name(f"{path.name}.part")
    _cells(questions).write_csv(
        part, include_bom=True, separator=delimiter, line_terminator="\r\n", quote_style="always"
    )
    os.replace(part, path)  # a file that is there is whole
    return questions.height


def _cells(questions: pl.DataFrame) -> pl.DataFrame:
    """Open questions (shape: `OPEN`) as the text of the file's cells."""
    lists = {options: _listed(options) for options in questions["options"].drop_nulls().unique()}
    texts = {
        "kind": pl.col("kind"),
        "product_name": pl.col("name"),
        "attribute": pl.col("attribute"),
        "proposed_value": pl.col("value"),
        "unit": pl.col("unit"),
        "evidence": pl.col("evidence"),
        "context": pl.col("context"),
        "allowed_values": pl.col("options").replace_strict(lists, default=None, return_dtype=pl.String),
    }
    cells = {
        "question_id": formula_safe(pl.col("question_id")),
        "confidence": pl.col("confidence").round(3).cast(pl.String),
        "products": pl.col("products").cast(pl.String),
        **{name: formula_safe(_clipped(text)) for name, text in texts.items()},
        **{name: pl.lit("") for name in _PERSON},
    }
    return questions.select(cells[name].alias(name) for name in COLUMNS)


def _clipped(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() > MAX_CELL).then(text.str.slice(0, MAX_CELL) + pl.lit(" …")).otherwise(text)


def _listed(options: str) -> str:
    values = allowed_values(options) or []
    more = [f"… ({len(values) - LISTED} more)"] if len(values) > LISTED else []
    return " | ".join([*values[:LISTED], *more])


def import_csv(
    store: ReviewStore,
    path: str | Path,
    annotator: str,
    decided_at: dt.datetime,
    *,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> ImportReport:
    """Take in the decisions of a filled file, in one transaction: all that can be taken, or after a crash none.

    Comma or semicolon, with or without a byte order mark. A line that cannot be taken is left out and named in the
    report. Raises ImportRefused where the file as a whole cannot be read, ValueError for an annotator or a moment that
    cannot be.
    """
    if not annotator.strip():
        raise ValueError("an import names the person who decided: annotator is empty")
    moment(decided_at)
    cells, problems = read_cells(path, max_bytes=max_bytes, max_rows=max_rows)
    lines = cells.height + len(problems)
    cells = cells.with_columns(pl.col("question_id", "decision", "value").str.strip_chars())
    filled = cells.filter(pl.any_horizontal(pl.col("decision", "value") != ""))
    known = {row["question_id"]: row for row in store.questions(filled["question_id"]).iter_rows(named=True)}
    taken: list[tuple[int, Decision]] = []
    for row in filled.iter_rows(named=True):
        stated = Stated(row["question_id"], row["decision"], row["value"], row["comment"], annotator, decided_at)
        word = judged(stated, known.get(row["question_id"]), _AGAIN)
        if isinstance(word, Decision):
            taken.append((row["line"], word))
        else:
            problems.append((row["line"], word))
    taken, contradictions = _contradictions(taken)
    outcomes = store.decide([decision for _, decision in taken], once=True)
    late = [(line, left_out(outcome, _AGAIN)) for (line, _), outcome in zip(taken, outcomes, strict=True)]
    problems = sorted([*problems, *contradictions, *((line, message) for line, message in late if message)])
    recorded = [outcome for outcome in outcomes if outcome.status == "recorded"]
    return ImportReport(
        lines=lines,
        undecided=cells.height - filled.height,
        recorded=len(recorded),
        changed=sum(outcome.replaced is not None for outcome in recorded),
        already=sum(outcome.status == "already" for outcome in outcomes),
        problems=pl.DataFrame(problems, schema=_PROBLEMS, orient="row"),
    )


def _contradictions(taken: list[tuple[int, Decision]]) -> tuple[list[tuple[int, Decision]], list[tuple[int, str]]]:
    """Lines that agree on their question, and the others: which of those is meant only the person knows."""
    said: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    lines: dict[str, list[int]] = defaultdict(list)
    for line, decision in taken:
        said[decision.question_id].add((decision.verdict, decision.value))
        lines[decision.question_id].append(line)
    agreed = [(line, decision) for line, decision in taken if len(said[decision.question_id]) == 1]
    contradictions = [
        (line, f"lines {', '.join(map(str, numbers[:10]))} decide the same question differently: keep one of them")
        for question_id, numbers in lines.items()
        if len(said[question_id]) > 1
        for line in numbers
    ]
    return agreed, contradictions


def read_cells(
    path: str | Path, *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """The cells of a file as they were before `export_csv` marked them, and the lines that are none: (line, why).

    Returns a frame of `line` (Int64) and those of `COLUMNS` that are there, as String, an empty cell as empty text.
    Raises ImportRefused.
    """
    path = Path(path)
    text = _text(path, max_bytes)
    delimiter, header = _header(path, text)
    kept = {name: place for place, name in enumerate(header) if name in COLUMNS}
    shortest = max(place for place, name in enumerate(header, start=1) if name not in _PERSON)
    rows: list[tuple[Any, ...]] = []
    problems: list[tuple[int, str]] = []
    for line, row in _records(path, text, delimiter, max_rows):
        # Excel leaves out the delimiters of empty cells at the end of a line, here those of the person.
        cells = [*row, *[""] * (len(header) - len(row))] if len(row) >= shortest else row
        fault = _line_fault(header, cells)
        if fault is None:
            rows.append((line, *(_decoded(cells[place]) for place in kept.values())))
        else:
            problems.append((line, fault))
    schema = {"line": pl.Int64, **dict.fromkeys(kept, pl.String)}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(formula_restored(pl.col(*kept)))
    if "comment" not in header:
        frame = frame.with_columns(pl.lit("").alias("comment"))
    return frame, problems


def _text(path: Path, max_bytes: int) -> str:
    """The file's text; bytes that are no UTF-8 become lone surrogates, so that only their lines are lost."""
    if not path.is_file():
        raise ImportRefused(path, "there is no such file.")
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ImportRefused(path, f"the file has more than {max_bytes} bytes: split it.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused(path, "the file is UTF-16 text: save it as 'CSV UTF-8'.")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _header(path: Path, text: str) -> tuple[str, list[str]]:
    """The delimiter, and the names in the first line."""
    for delimiter in (",", ";"):
        names = [clean(_decoded(cell)).casefold() for cell in _first_record(text, delimiter)]
        if not set(_NEEDED) <= set(names):
            continue
        twice = sorted(name for name in COLUMNS if names.count(name) > 1)
        if twice:
            raise ImportRefused(path, f"the first line names {', '.join(twice)} twice: keep one column of each name.")
        return delimiter, names
    raise ImportRefused(
        path,
        f"the first line does not name the columns {', '.join(_NEEDED)}, separated by commas or semicolons: "
        "restore it as it was exported.",
    )


def _first_record(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(path: Path, text: str, delimiter: str, max_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The records after the first that have anything in them, each with its number as a spreadsheet counts it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > max_rows + 1:
                raise ImportRefused(path, f"the file has more than {max_rows} lines: split it.")
            if number > 1 and any(row):
                yield number, row
    except csv.Error as error:
        # Behind a stray quotation mark nobody knows where a line starts, and text could pose as a decision.
        raise ImportRefused(
            path, f"the quotation marks of line {number + 1} do not fit ({error}): correct it, or export again."
        ) from error


def _line_fault(header: list[str], cells: list[str]) -> str | None:
    if len(cells) < len(header) or any(cells[len(header) :]):
        return (
            f"the line has {len(cells)} cells and the first line {len(header)}: "
            "restore the line as it was exported, and put text that contains the delimiter in quotation marks"
        )
    if any(_damaged(cell) for name, cell in zip(header, cells, strict=False) if name in _READ):
        return "the line has characters that are no UTF-8: save the file as 'CSV UTF-8'"
    return None


def _damaged(cell: str) -> bool:
    return not cell.isascii() and any("\ud800" <= character <= "\udfff" for character in cell)


def _decoded(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if _damaged(cell) else cell
