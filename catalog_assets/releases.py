"""Trained models and reference tables as facts of the journal: immutable, named by their hash, in force from a day.

Belongs here: putting a release into force, and which one is in force on a day. Does not belong here: what a release
holds (each model's own module) and how it is trained.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_assets.stages import World
from catalog_assets.vocabulary.columns import RELEASES


class ReleaseError(Exception):
    """A release cannot be put into force, or none is there; the message says why and what to do."""


class UnknownRelease(ReleaseError):
    """Bytes that are no release of the model that is meant, or one that this code cannot use."""


class TooLittleToLearn(ReleaseError):
    """There are not enough labelled cases to train on."""


@dataclass(frozen=True)
class Release:
    """One release as it is kept, but its content."""

    sequence: int
    version: str
    in_force_from: dt.date


@dataclass(frozen=True)
class Statement:
    """Who puts which release into force from which day, and why."""

    kind: str
    version: str
    content: bytes
    in_force_from: dt.date
    person: str
    reason: str


def put_in_force(world: World, stated: Statement, now: dt.datetime) -> Release:
    """Append to the journal. Stating the same version for the same day again adds nothing. Raises ReleaseError."""
    if not stated.person.strip():
        raise ReleaseError("A release needs the name of the person who puts it into force (--by).")
    text = _text(stated.content)
    with world.lock(f"releases-{stated.kind}"):
        known = releases(world, stated.kind)
        last = in_force(known, stated.in_force_from)
        if last is not None and (last.version, last.in_force_from) == (stated.version, stated.in_force_from):
            return last
        sequence = max((release.sequence for release in known), default=0) + 1
        row = {**stated.__dict__, "content": text, "sequence": sequence, "recorded_at": now}
        world.lake.append("releases", pl.DataFrame([row], schema=RELEASES.schema))
    return Release(sequence, stated.version, stated.in_force_from)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UnknownRelease("A release is kept as UTF-8 text; these bytes are something else.") from None


def version_of(data: bytes) -> str:
    """12 hex digits over a release's bytes."""
    return hashlib.sha256(data).hexdigest()[:12]


def releases(world: World, kind: str) -> list[Release]:
    """All releases of a kind, in the order in which they were stated."""
    rows = world.lake.scan("releases", kind=kind).select("sequence", "version", "in_force_from").sort("sequence")
    return [Release(*row) for row in rows.collect().iter_rows()]


def in_force(known: Iterable[Release], day: dt.date) -> Release | None:
    """The release for a day: the one with the latest first day up to it; of several for that day the last stated."""
    begun = [release for release in known if release.in_force_from <= day]
    return max(begun, key=lambda release: (release.in_force_from, release.sequence), default=None)


def content(world: World, kind: str, release: Release) -> bytes:
    """The release itself."""
    rows = world.lake.scan("releases", kind=kind).filter(pl.col("sequence") == release.sequence)
    return str(rows.select("content").collect().item()).encode()


def facts(world: World, kind: str, release: Release) -> dict[str, Any]:
    """What a trained release says of itself: what it was learned from, and how good it was."""
    return facts_in(content(world, kind, release))


def facts_in(data: bytes) -> dict[str, Any]:
    """The facts in a release's bytes, without reading the rest of it."""
    return dict(json.loads(data)["facts"])
