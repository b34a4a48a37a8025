"""Which values count without a person: by one threshold while there is no evidence, by a certified release after.

Belongs here: the two rules, and a release's bytes. Does not belong here: what a release is learned from
(`certifying.py`), choosing among proposals (`transform.py`), the proof itself (`certainty/acceptance.py`).

What rules and suppliers say is certified together, each model version by itself: a certificate of one says nothing of
another, so what an unknown version proposes is never accepted without a person.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Protocol

import polars as pl

from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration, told
from catalog_assets.releases import UnknownRelease, version_of
from catalog_assets.reviewed.slices import FIELDS, Slice, branch, within
from catalog_assets.vocabulary.columns import MOMENT

RELEASE = "acceptance"
"""What its releases are called in the journal."""
FORMAT = 2
"""Of a release's bytes. The first had no models, no exceptions, and did not say its format."""
DIGITS = 6
"""Of a confidence: sums may differ in their last digits from machine to machine, and answers must not."""

CASES = pl.Schema(
    {
        "question_id": pl.String(), "attribute": pl.String(), "method": pl.String(), "model_version": pl.String(),
        "source": pl.String(), "branch": pl.String(), "confidence": pl.Float64(), "is_right": pl.Boolean(),
        "standing": pl.String(), "people": pl.UInt32(), "begun_at": MOMENT, "said_at": MOMENT, "sequence": pl.Int64(),
    }
)  # fmt: skip
"""Decided values: how sure the choice was before anybody decided, whose it was and where (branch: top of the product's
category), whether it was right by the last word on it, and how the words on it stand (`adjudication.py`)."""
MODEL = "model"
"""The method whose proposals are certified by their model's own audits, or else always decided by people."""


def family(model_version: str | None) -> str:
    """What is certified together: all rules and suppliers (None), or one version of a model."""
    return "" if model_version is None else f"model {model_version}"


def families() -> pl.Expr:
    """The `family` of each row (method, model_version)."""
    version = pl.concat_str(pl.lit("model "), pl.col("model_version").fill_null(""))
    return pl.when(pl.col("method") == MODEL).then(version).otherwise(pl.lit("")).alias("family")


class Policy(Protocol):
    """What is accepted by itself."""

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with their confidence as it is to be read, and `sure`: whether they count without a person.

        rows: attribute, method, model_version, source, confidence ..., and `branch`, or else product_key and value,
        with the category of each product among the rows.
        """

    def calibrated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the probability of being right as their confidence, as far as it is known. rows: attribute,
        method, model_version, confidence ..."""


@dataclass(frozen=True)
class Flat:
    """One threshold for all but models, before there is evidence."""

    accept: float

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.judged`."""
        # What a model knows of labels that cost nobody a look is not proven for texts that no audit has looked at.
        unproven = pl.col("method") == MODEL
        return rows.with_columns(((pl.col("confidence") >= self.accept) & ~unproven).alias("sure"))

    def calibrated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.calibrated`: nothing is known."""
        return rows


Calibrations = Mapping[str, Calibration]
Thresholds = Mapping[str, float | None]


@dataclass(frozen=True)
class Certificate:
    """calibrations: attribute (REST: all others) -> how its confidences are to be read; thresholds: attribute (REST)
    -> from which calibrated confidence on it counts, None where nothing could be certified."""

    calibrations: Calibrations
    thresholds: Thresholds


@dataclass(frozen=True)
class Acceptance:
    """A release. calibrations, thresholds: the `Certificate` of rules and suppliers; target: what all thresholds
    keep; facts: what it was learned from, for people; models: model_version -> its own certificate; exceptions: of
    these slices nothing is accepted; certified: the version that was certified, where exceptions were added to it."""

    calibrations: Calibrations
    thresholds: Thresholds
    target: Target
    facts: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Certificate] = field(default_factory=dict)
    exceptions: tuple[Slice, ...] = ()
    certified: str | None = None
    format: int = FORMAT

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.judged`."""
        placed = rows
        if any(each.field == "branch" for each in self.exceptions) and "branch" not in rows.columns:
            placed = rows.with_columns(branch())
        read = self._read(placed)
        certain = (pl.col("confidence") >= pl.col("_threshold")).fill_null(False)
        sure = read.with_columns((certain & ~within(self.exceptions)).alias("sure"))
        return sure.select(*rows.columns, "sure")

    def calibrated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """See `Policy.calibrated`; of a model that is not known here as it was."""
        return self._read(rows).select(rows.columns)

    def _read(self, rows: pl.DataFrame) -> pl.DataFrame:
        own = pl.concat_str(families(), "attribute", separator=_BETWEEN)
        rest = pl.concat_str(families(), pl.lit(REST), separator=_BETWEEN)
        known = self._table["_key"].implode()
        keyed = rows.with_columns(pl.when(own.is_in(known)).then(own).otherwise(rest).alias("_key"))
        numbers = (pl.col(f"_{name}") for name in ("a", "b", "c", "most"))
        read = pl.coalesce(told(pl.col("confidence"), *numbers).round(DIGITS), "confidence").alias("confidence")
        return keyed.join(self._table, on="_key", how="left", maintain_order="left").with_columns(read)

    @cached_property
    def _table(self) -> pl.DataFrame:
        """A row for each family and attribute that has numbers of its own, and for all others of the family."""
        every = {family(None): Certificate(self.calibrations, self.thresholds)}
        every |= {family(version): certificate for version, certificate in self.models.items()}
        rows = [
            (f"{of}{_BETWEEN}{name}", *dataclasses.astuple(each.calibrations.get(name, each.calibrations[REST])),
             each.thresholds.get(name, each.thresholds[REST]))
            for of, each in every.items()
            for name in sorted({*each.calibrations, *each.thresholds})
        ]  # fmt: skip
        numbers = dict.fromkeys(("_a", "_b", "_c", "_most", "_threshold"), pl.Float64)
        return pl.DataFrame(rows, schema={"_key": pl.String, **numbers}, orient="row")

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        said = asdict(self)
        if self.format == 1:
            said = {name: said[name] for name in ("calibrations", "thresholds", "target", "facts")}
        return json.dumps(said, sort_keys=True, separators=(",", ":"), default=dt.datetime.isoformat).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


_BETWEEN = "\x1f"


def from_bytes(data: bytes) -> Acceptance:
    """Read a release of any format so far. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        form = said.get("format", 1)
        if type(form) is int and form > FORMAT:
            raise UnknownRelease(f"The release has format {form}; this program knows formats up to {FORMAT}.")
        own = _certificate(said)
        found = Acceptance(own.calibrations, own.thresholds, Target(**said["target"]), dict(said["facts"]), format=form)
        if form != 1:
            models = {str(version): _certificate(each) for version, each in said["models"].items()}
            exceptions = tuple(_slice(each) for each in said["exceptions"])
            certified = None if said["certified"] is None else str(said["certified"])
            found = dataclasses.replace(found, models=models, exceptions=exceptions, certified=certified)
        sound = form in (1, FORMAT) and all(_sound(each) for each in (own, *found.models.values()))
        sound = sound and all(version.strip() for version in found.models)  # no name is no model's
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of acceptance thresholds ({error}).") from None
    if not sound:
        raise UnknownRelease("The release's calibrations or thresholds are no numbers that can be used.")
    return found


def _certificate(said: Mapping[str, Any]) -> Certificate:
    calibrations = {str(name): Calibration(**numbers) for name, numbers in said["calibrations"].items()}
    thresholds = {str(name): None if t is None else float(t) for name, t in said["thresholds"].items()}
    return Certificate(calibrations, thresholds)


def _sound(each: Certificate) -> bool:
    numbers = [n for calibration in each.calibrations.values() for n in asdict(calibration).values()]
    usable = all(type(n) in (int, float) and abs(n) < 1e9 for n in numbers)
    whole = REST in each.calibrations and REST in each.thresholds
    return whole and usable and all(t is None or 0 <= t <= 2 for t in each.thresholds.values())


def _slice(said: Mapping[str, Any]) -> Slice:
    since = dt.datetime.fromisoformat(said["since"])
    if said["field"] not in FIELDS or since.utcoffset() is None:
        raise ValueError(f"{said['field']!r} since {since} is no slice; fields are {', '.join(FIELDS)}")
    return Slice(said["field"], str(said["value"]), since, int(said["cases"]), int(said["wrong"]))
