"""Audits since a release, looked at again and again: what has become wrong too often is left to people from then on.

Belongs here: which release is watched, by which audits, and the statement of the tightened one. Does not belong here:
the test (`drift.py`), when it is done by itself (`sensors/acceptance.py`), and commands.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from catalog_assets.releases import ReleaseError, Statement, content, in_force, put_in_force, releases
from catalog_assets.reviewed.acceptance import RELEASE, Acceptance, from_bytes
from catalog_assets.reviewed.cases import audited_cases
from catalog_assets.reviewed.drift import drifted, evidence, tightened
from catalog_assets.reviewed.slices import Slice
from catalog_assets.stages import World

BY = "acceptance watch"
"""Who states a tightened release, where no person does."""


class NothingToWatch(ReleaseError):
    """No release of acceptance thresholds is in force."""


@dataclass(frozen=True)
class Watched:
    """What audits since a release say. day: the one whose release was looked at; version: that release's; slices:
    EVIDENCE of `drift.py`; found: slices that have become wrong too often; release: the one to put into force for
    that, None where there are none."""

    day: dt.date
    version: str
    cases: int
    slices: pl.DataFrame
    found: tuple[Slice, ...]
    release: Acceptance | None

    def __str__(self) -> str:
        if self.release is None:
            return (
                f"By {self.cases:,} audited values no part of what acceptance release {self.version} accepts is shown "
                "to be wrong too often."
            )
        told = "; ".join(str(each) for each in self.found)
        return (
            f"Since acceptance release {self.version} too much is wrong: {told}. People decide these values from "
            f"{self.day} on (release {self.release.version}); certify anew to change that."
        )


def next_day(now: dt.datetime) -> dt.date:
    """The first day that a release stated now by itself is in force for: the day under way keeps its own."""
    return now.astimezone(dt.UTC).date() + dt.timedelta(days=1)


def exceptions_on(world: World, day: dt.date) -> tuple[Slice, ...]:
    """The slices that are left to people on the day."""
    release = in_force(releases(world, RELEASE), day)
    return () if release is None else from_bytes(content(world, RELEASE, release)).exceptions


def watch(world: World, day: dt.date) -> Watched:
    """Look at the audits since the release that is in force on the day was certified. Raises NothingToWatch."""
    release = in_force(releases(world, RELEASE), day)
    if release is None:
        raise NothingToWatch(f"No acceptance release is in force on {day}: catalog acceptance certify makes one.")
    current = from_bytes(content(world, RELEASE, release))
    base, since = _certified(world, current, release.version)
    # A question on which anybody had a word before may have certified the release: it does not test it too.
    fresh = audited_cases(world).filter(pl.col("begun_at") > since)
    stream = base.judged(fresh).filter("sure")
    known = [each for each in current.exceptions if each not in base.exceptions]
    found = tuple(drifted(stream, known, base.target))
    made = tightened(current, release.version, found) if found else None
    return Watched(day, release.version, stream.height, evidence(stream, base.target), found, made)


def _certified(world: World, current: Acceptance, version: str) -> tuple[Acceptance, dt.datetime]:
    """The release as it was certified, and when it was first stated. What was tightened since goes on being tested
    with all the audits since the certificate."""
    rows = world.lake.scan("releases", kind=RELEASE).select("version", "content", "recorded_at").sort("recorded_at")
    known = rows.filter(pl.col("version").is_in([current.certified or version, version])).collect()
    # A tightened release that was brought from elsewhere stands for itself.
    first = known.sort(pl.col("version") == version, maintain_order=True).row(0, named=True)
    return from_bytes(first["content"].encode()), first["recorded_at"]


def state(world: World, watched: Watched, person: str, now: dt.datetime) -> None:
    """Put the tightened release into force, if there is one; the same one is stated once. Not where another release
    was put into force since it was looked at: that may be a new certificate, and the next look is at that one."""
    made, now_there = watched.release, in_force(releases(world, RELEASE), watched.day)
    if made is not None and now_there is not None and now_there.version in (watched.version, made.version):
        reason = "; ".join(str(each) for each in watched.found)
        put_in_force(world, Statement(RELEASE, made.version, made.to_bytes(), watched.day, person, reason), now)
