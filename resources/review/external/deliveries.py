"""What other platforms have delivered, so that nothing is taken twice; and what was handed to them.

Belongs here: the table `external_deliveries`. Does not belong here: what is in a delivery, and whether it is genuine
(`signing`).

A delivery is claimed before its words are recorded, and settled after. A process that dies in between leaves a claim
that nobody settles: after `UNDER_WAY` it may be claimed again, and is then known to be one that was broken off.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any, Literal

from resources.review.database import Database, microseconds

UNDER_WAY = dt.timedelta(minutes=2)
"""A claim that is younger is somebody's who is at it."""
KEPT = dt.timedelta(days=400)
"""How long deliveries are remembered at least; senders give up long before."""

Claim = Literal["fresh", "broken_off", "under_way", "settled"]

_CLAIMED = "SELECT received_at, outcome FROM external_deliveries WHERE platform = :platform AND delivery_id = :id"
_CLAIM = """
INSERT INTO external_deliveries (platform, delivery_id, received_at) VALUES (:platform, :id, :now)
ON CONFLICT (platform, delivery_id) DO UPDATE SET received_at = excluded.received_at
"""
_SETTLE = "UPDATE external_deliveries SET outcome = :outcome WHERE platform = :platform AND delivery_id = :id"
_RELEASE = "DELETE FROM external_deliveries WHERE platform = :platform AND delivery_id = :id AND outcome IS NULL"
_SETTLED = "SELECT delivery_id FROM external_deliveries WHERE platform = :platform AND outcome IS NOT NULL"
_FORGET = "DELETE FROM external_deliveries WHERE received_at < :before AND outcome IS NOT NULL AND platform = :platform"


class Deliveries:
    """The deliveries of each platform, in the review store's database. Safe for several processes at once."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(self, platform: str, ids: Collection[str], now: dt.datetime) -> dict[str, Claim]:
        """Make those of the deliveries ours that nobody has; in one transaction, so that two callers share none.

        fresh       never seen: ours now
        broken_off  claimed once and never settled: ours now, and some of it may have been recorded
        under_way   somebody is at it: not ours
        settled     done: not ours
        """
        at = microseconds(now)
        late = microseconds(now - UNDER_WAY)
        claims: dict[str, Claim] = {}
        with self.database.writing() as session:
            for one in dict.fromkeys(ids):
                named = {"platform": platform, "id": one}
                found = session.row(_CLAIMED, named)
                claims[one] = _state(found, late)
                if claims[one] in ("fresh", "broken_off"):
                    session.execute(_CLAIM, {**named, "now": at})
        return claims

    def settle(self, platform: str, outcomes: Mapping[str, Any]) -> None:
        """What became of claimed deliveries: anything that JSON can say, by id."""
        rows = [{"platform": platform, "id": one, "outcome": json.dumps(said)} for one, said in outcomes.items()]
        if rows:
            with self.database.writing() as session:
                session.execute(_SETTLE, rows)

    def release(self, platform: str, ids: Collection[str]) -> None:
        """Give claimed deliveries back as never seen: nothing of them was recorded, and they may come again."""
        rows = [{"platform": platform, "id": one} for one in ids]
        if rows:
            with self.database.writing() as session:
                session.execute(_RELEASE, rows)

    def outcome(self, platform: str, delivery_id: str) -> Any:
        """What became of a settled delivery; None for any other."""
        with self.database.reading() as session:
            found = session.row(_CLAIMED, {"platform": platform, "id": delivery_id})
        return json.loads(found["outcome"]) if found and found["outcome"] is not None else None

    def settled(self, platform: str) -> set[str]:
        """The ids of all settled deliveries of a platform."""
        with self.database.reading() as session:
            return {row["delivery_id"] for row in session.rows(_SETTLED, {"platform": platform})}

    def forget(self, platform: str, now: dt.datetime) -> None:
        """Drop what was settled longer than `KEPT` ago. Only for deliveries whose time is signed (`signing`): nobody
        can deliver these again."""
        with self.database.writing() as session:
            session.execute(_FORGET, {"platform": platform, "before": microseconds(now - KEPT)})


def _state(found: Mapping[str, Any] | None, late: int) -> Claim:
    if found is None:
        return "fresh"
    if found["outcome"] is not None:
        return "settled"
    return "broken_off" if found["received_at"] < late else "under_way"
