"""Which values count without a person: by one threshold while there is no evidence, by a certified release after.

Belongs here: the two rules, what a release is learned from, and its bytes. Does not belong here: choosing among
proposals (`transform.py`), the proof itself (`certainty/acceptance.py`), and where cases are read (`cases.py`).

People mostly decide what is doubtful, a biased sample: it may teach how confidences are to be read. Only values drawn
at random certify. Whether a question is drawn is told by its id, a hash, so that a draw needs no table, is the same in
every run, and cannot be chosen after the answer.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import polars as pl

from catalog_assets.certainty.acceptance import CERTIFIED, REST, Search, Target, certify, threshold_of
from catalog_assets.certainty.calibration import Calibration, fit
from catalog_assets.releases import TooLittleToLearn, UnknownRelease, version_of

RELEASE = "acceptance"
"""What its releases are called in the journal."""
DIGITS = 6
"""Of a confidence: sums may differ in their last digits from machine to machine, and answers must not."""
LEAST_CASES = 100
"""Cases that a group needs for a calibration of its own; the others are calibrated together."""
_DRAWN_DIGITS = 8

CASES = pl.Schema(
    {
        "question_id": pl.String(), "attribute": pl.String(), "method": pl.String(), "confidence": pl.Float64(),
        "is_right": pl.Boolean(),
    }
)  # fmt: skip
"""Decided values: how sure the choice was before anybody decided, and whether the person affirmed it."""
MODEL = "model"
"""The method whose proposals people always decide: a certificate from what rules and suppliers say is none for it."""


def drawn(question_id: pl.Expr, share: float) -> pl.Expr:
    """Whether a question is among the share that is drawn at random. The draw of a smaller share is part of that of a
    larger one."""
    number = question_id.str.head(_DRAWN_DIGITS).str.to_integer(base=16, strict=False, dtype=pl.Int64)
    told: pl.Expr = (number < share * 16**_DRAWN_DIGITS).fill_null(False)
    return told


class Policy(Protocol):
    """What is accepted by itself."""

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows (attribute, method, confidence ...) with their confidence as it is to be read, and `sure`: whether
        they count without a person."""


@dataclass(frozen=True)
class Flat:
    """One threshold for all but models, before there is evidence."""

    accept: float

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.judged`."""
        # What a model knows of labels that cost nobody a look is not proven for texts that no audit has looked at.
        unproven = pl.col("method") == MODEL
        return rows.with_columns(((pl.col("confidence") >= self.accept) & ~unproven).alias("sure"))


@dataclass(frozen=True)
class Acceptance:
    """A release. calibrations: attribute (REST: all others) -> how its confidences are to be read; thresholds:
    attribute (REST) -> from which calibrated confidence on it counts, None where nothing could be certified; target:
    what the thresholds keep; facts: what it was learned from, for people."""

    calibrations: Mapping[str, Calibration]
    thresholds: Mapping[str, float | None]
    target: Target
    facts: Mapping[str, Any] = field(default_factory=dict)

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.judged`."""
        read = self.calibrated(rows)
        certain = pl.col("confidence") >= threshold_of(self._certified, pl.col("attribute"))
        return read.with_columns((certain & (pl.col("method") != MODEL)).alias("sure"))

    def calibrated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the probability of being right as their confidence."""
        own = [name for name in self.calibrations if name != REST]
        group = pl.when(pl.col("attribute").is_in(own)).then("attribute").otherwise(pl.lit(REST))
        placed = rows.with_row_index("_place").with_columns(group.alias("_group"))
        parts = [
            part.with_columns(self.calibrations[str(name)].confidence(part["confidence"]).round(DIGITS))
            for (name,), part in placed.group_by("_group", maintain_order=True)
        ]
        return pl.concat(parts).sort("_place").drop("_place", "_group") if parts else rows

    @property
    def _certified(self) -> pl.DataFrame:
        rows = [(group, threshold, 0, 0, 0) for group, threshold in self.thresholds.items()]
        return pl.DataFrame(rows, schema=CERTIFIED, orient="row")

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


def from_bytes(data: bytes) -> Acceptance:
    """Read a release. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        calibrations = {str(name): Calibration(**numbers) for name, numbers in said["calibrations"].items()}
        thresholds = {str(name): None if t is None else float(t) for name, t in said["thresholds"].items()}
        found = Acceptance(calibrations, thresholds, Target(**said["target"]), dict(said["facts"]))
        numbers = [n for each in calibrations.values() for n in asdict(each).values()]
        sound = all(type(n) in (int, float) and abs(n) < 1e9 for n in numbers) and REST in calibrations
        sound = sound and REST in thresholds and all(t is None or 0 <= t <= 2 for t in thresholds.values())
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of acceptance thresholds ({error}).") from None
    if not sound:
        raise UnknownRelease("The release's calibrations or thresholds are no numbers that can be used.")
    return found


def learn(cases: pl.DataFrame, share: float, target: Target, search: Search | None = None) -> Acceptance:
    """Calibrate on the decided values that were not drawn, certify on those that were. Raises TooLittleToLearn.

    cases: CASES; share: of all questions, drawn at random for audit. What models proposed is left out.
    """
    cases = cases.filter(pl.col("method") != MODEL)
    audited = cases.filter(drawn(pl.col("question_id"), share))
    others = cases.filter(~drawn(pl.col("question_id"), share))
    if audited.is_empty():
        raise TooLittleToLearn(
            f"None of {cases.height:,} decided values was drawn at random for audit (audit.share is {share:g}); decide "
            "the questions that audits ask and try again."
        )
    calibrations = calibrated_by_group(others)
    read = Acceptance(calibrations, {REST: None}, target).calibrated(audited)
    grouped = read.rename({"attribute": "group"}).select("group", "confidence", "is_right")
    certified = certify(grouped, target, search or Search())
    thresholds = dict(certified.select("group", "threshold").iter_rows())
    right = audited.select(pl.col("is_right").mean()).item()
    facts = {
        "decided": cases.height, "audited": audited.height, "audited_right": round(right, 4),
        "audited_accepted": int(certified["taken"].sum()), "audited_accepted_wrong": int(certified["wrong"].sum()),
        "error": target.error, "confidence": target.confidence, "share": share,
    }  # fmt: skip
    return Acceptance(calibrations, thresholds, target, facts)


def calibrated_by_group(cases: pl.DataFrame) -> dict[str, Calibration]:
    """attribute -> its calibration, REST for all that have too few cases. cases: CASES."""
    if cases.is_empty():
        return {REST: Calibration()}
    counts = cases.group_by("attribute").len().filter(pl.col("len") >= LEAST_CASES).sort("attribute")
    found = {REST: fit(cases["confidence"], cases["is_right"])}
    for name in counts["attribute"]:
        mine = cases.filter(pl.col("attribute") == name)
        found[name] = fit(mine["confidence"], mine["is_right"])
    return found
