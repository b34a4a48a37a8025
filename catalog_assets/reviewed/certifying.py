"""What a release of acceptance thresholds is learned from: decided cases, of which only random audits certify.

Belongs here: which cases teach and which certify, and what they share. Does not belong here: the release itself
(`acceptance.py`), the proof (`certainty/acceptance.py`), and where cases are read (`cases.py`).

People mostly decide what is doubtful, a biased sample: it may teach how confidences are to be read. Only values drawn
at random certify, and of these only those about which people enough have spoken.

What is shared among what: the level (1 - confidence) is divided equally among all groups of all families and all
exceptions that have cases enough to pass (`certainty.acceptance.shared_level`). A family is all rules and suppliers, or
one model version; its groups are attributes with many cases, and its other attributes together. So the chance that any
group of any family is certified wrongly, or any exception lifted wrongly, is at most 1 - confidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from catalog_assets.certainty.acceptance import REST, Search, Target, certify, p_value, pooled, shared_level
from catalog_assets.certainty.calibration import Calibration, fit
from catalog_assets.drawing import drawn
from catalog_assets.releases import TooLittleToLearn
from catalog_assets.reviewed.acceptance import MODEL, Acceptance, Calibrations, Certificate, families, family
from catalog_assets.reviewed.adjudication import DISPUTED, SETTLED, UNSETTLED
from catalog_assets.reviewed.slices import Slice, within

LEAST_CASES = 100
"""Cases that a group needs for a calibration of its own; the others of its family are calibrated together."""


def learn(
    cases: pl.DataFrame, share: float, target: Target, search: Search | None = None, standing: Iterable[Slice] = ()
) -> Acceptance:
    """Calibrate on the decided values that were not drawn, certify on those that were. Raises TooLittleToLearn.

    cases: CASES of `acceptance.py`; share: of all questions, drawn at random for audit; standing: exceptions of the
    release in force. Their cases teach and certify nothing else, and they stay but where their own audits since show
    that the new thresholds keep the target there. Of a model version that is an exception the audits since certify it
    anew.
    """
    search = search or Search()
    cases, kept = _since(cases.with_columns(families()), tuple(standing))
    audited = cases.filter(drawn(pl.col("question_id"), share))
    settled = _certifying(audited)
    if settled.is_empty():
        raise TooLittleToLearn(
            f"None of {cases.height:,} decided values was drawn at random for audit and settled (audit.share is "
            f"{share:g}, {audited.height:,} were drawn); decide the questions that audits ask and try again."
        )
    others = cases.filter(~drawn(pl.col("question_id"), share), ~within(kept))
    versions = cases.filter(pl.col("method") == MODEL)["model_version"].drop_nulls().unique().sort().to_list()
    curves = {of: calibrated_by_group(others.filter(family=of)) for of in (family(v) for v in (None, *versions))}
    nothing = _release(curves, {}, versions, target)
    read = nothing.calibrated(settled).with_columns(pl.col("attribute").alias("group"))
    certifying = {of: read.filter(~within(kept), family=of) for of in curves}
    level = shared_level(_sizes(certifying, read, kept, search), target, search)
    columns = ("group", "confidence", "is_right")
    certified = {of: certify(mine.select(columns), target, search, level) for of, mine in certifying.items()}
    found = _release(curves, certified, versions, target)
    exceptions = tuple(each for each in kept if not _lifted(each, found, settled, target, level / search.starts))
    facts = {
        "decided": cases.height, "audited": settled.height, "people": int(settled["people"].min()),  # type: ignore[arg-type]
        "audited_right": round(settled.select(pl.col("is_right").mean()).item(), 4), **_told(certified),
        **{word: audited.filter(standing=word).height for word in (UNSETTLED, DISPUTED)},
        "models": {v: certifying[family(v)].height for v in versions}, "exceptions": len(exceptions),
        "error": target.error, "confidence": target.confidence, "share": share,
    }  # fmt: skip
    return Acceptance(found.calibrations, found.thresholds, target, facts, found.models, exceptions)


def _certifying(audited: pl.DataFrame) -> pl.DataFrame:
    """The audits about which people enough have spoken. What they dispute counts as wrong: it is more often wrong than
    the rest, and to leave it out would flatter the certificate."""
    spoken = audited.filter(pl.col("standing").is_in([SETTLED, DISPUTED]))
    return spoken.with_columns((pl.col("is_right") & (pl.col("standing") == SETTLED)).alias("is_right"))


def _since(cases: pl.DataFrame, standing: Sequence[Slice]) -> tuple[pl.DataFrame, list[Slice]]:
    """The cases without those that made a model version an exception, and the other exceptions."""
    models = set(cases.filter(pl.col("method") == MODEL)["model_version"])
    own = [each for each in standing if each.field == "model_version" and each.value in models]
    for each in own:
        cases = cases.filter((pl.col("model_version") != each.value) | (pl.col("begun_at") > each.since))
    left = set(cases["model_version"])
    return cases, [each for each in standing if each not in own or each.value not in left]


def _release(
    curves: Mapping[str, Calibrations], certified: Mapping[str, pl.DataFrame], versions: Sequence[str], target: Target
) -> Acceptance:
    """A release of these calibrations, with the thresholds that are certified."""
    made = {
        of: Certificate(curves[of], dict(certified[of].select("group", "threshold").iter_rows()) if certified else
                        {REST: None})
        for of in curves
    }  # fmt: skip
    own = made[family(None)]
    models = {version: made[family(version)] for version in versions}
    return Acceptance(own.calibrations, own.thresholds, target, models=models)


def _sizes(
    families: Mapping[str, pl.DataFrame], read: pl.DataFrame, kept: Sequence[Slice], search: Search
) -> list[int]:
    """How many cases each thing that is tested has: every group of every family, every exception."""
    groups = [pooled(mine, search).group_by("group").len()["len"].to_list() for mine in families.values()]
    return [*(size for each in groups for size in each), *(read.filter(_newer(each)).height for each in kept)]


def _newer(each: Slice) -> pl.Expr:
    return within([each]) & (pl.col("begun_at") > each.since)


def _lifted(each: Slice, found: Acceptance, settled: pl.DataFrame, target: Target, level: float) -> bool:
    """Whether audits since show that the thresholds, which no case of the exception has certified, hold there too."""
    taken = found.judged(settled.filter(_newer(each))).filter("sure")
    wrong = taken.height - int(taken["is_right"].sum())
    return bool(p_value(np.array([wrong]), np.array([taken.height]), target.error)[0] <= level)


def _told(certified: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    every = pl.concat(certified.values())
    return {"audited_accepted": int(every["taken"].sum()), "audited_accepted_wrong": int(every["wrong"].sum())}


def calibrated_by_group(cases: pl.DataFrame) -> dict[str, Calibration]:
    """attribute -> its calibration, REST for all that have too few cases. cases: attribute, confidence, is_right."""
    if cases.is_empty():
        return {REST: Calibration()}
    counts = cases.group_by("attribute").len().filter(pl.col("len") >= LEAST_CASES).sort("attribute")
    found = {REST: fit(cases["confidence"], cases["is_right"])}
    for name in counts["attribute"]:
        mine = cases.filter(pl.col("attribute") == name)
        found[name] = fit(mine["confidence"], mine["is_right"])
    return found
