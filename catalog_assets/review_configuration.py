"""The settings of human review.

Belongs here: what `review:` in catalog.yaml may say. Does not belong here: secrets (environment only), and what the
queue and the page do with it (`resources/review`).
"""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import Field, field_validator

from catalog_assets.strict import Strict, Text

HOST = r"^[a-z0-9.-]+$"
PLATFORM = "^[a-z][a-z0-9-]{0,39}$"
VARIABLE = "^[A-Z][A-Z0-9_]{0,99}$"
STORE = r"postgres(ql)?://([^\s:@/?]+@)?[^\s:@/?]*(:\d+)?/[^\s?]*(\?host=[^\s&]+)?"
Host = Annotated[str, Field(pattern=HOST)]


class Mixed(Strict):
    """What is asked although it is known: a share of the tasks handed out, and a limit for each UTC day."""

    share: float = Field(ge=0, le=0.5, description="Of the tasks that are handed out this share.")
    a_day: int = Field(ge=0, description="At most so many a day.")


class Page(Strict):
    """The page that reviewers work on."""

    host: Text = Field("127.0.0.1", description="Address on which it listens; 0.0.0.0 for all, behind a proxy.")
    port: int = Field(3001, ge=1, le=65535)
    names: list[Host] = Field(
        default_factory=list, description="Host names under which it is reached, beside 127.0.0.1 and localhost."
    )
    https: bool = Field(False, description="It is reached by https only (a proxy in front of it speaks TLS).")
    proxies: list[Text] = Field(default_factory=list, description="Addresses of proxies whose word on clients counts.")
    image_hosts: list[Host] = Field(
        default_factory=list,
        description="Hosts from which pictures of products are fetched (https, by the page's server, never by the "
        "browser). Default: none, and no picture is shown.",
    )
    session_hours: float = Field(12, gt=0, le=168, description="Whoever does nothing for so long is signed out.")


class LabelStudio(Strict):
    """Label Studio as another place where questions are decided. The token is in LABEL_STUDIO_API_KEY."""

    address: Text = Field(description="https://host, or http://localhost:port.")
    title: Text = Field("Catalogue review", max_length=20, description="What our projects there begin with.")


class Platform(Strict):
    """A task platform that takes tasks by HTTP and answers by signed webhooks."""

    name: Annotated[str, Field(pattern=PLATFORM)] = Field(description="In the path of its webhooks: /hooks/<name>.")
    secret: Annotated[str, Field(pattern=VARIABLE)] = Field(
        description="Environment variable with the signing secrets of its webhooks (whsec_..., several by spaces)."
    )
    address: Text | None = Field(None, description="Where tasks are posted; null: it only answers.")
    token: Annotated[str, Field(pattern=VARIABLE)] | None = Field(
        None, description="Environment variable with the bearer token for posting tasks."
    )


class Review(Strict):
    """How people are asked."""

    store: Text | None = Field(
        None,
        description="postgresql://user@host:port/database, the password in PGPASSWORD or ~/.pgpass. Default: "
        "<home>/review.sqlite.",
    )
    lease_minutes: float = Field(10, gt=0, le=1440, description="A task is one person's for so long.")
    look: int = Field(12, ge=1, le=50, description="Most questions that one look answers.")
    age_days: float = Field(7, gt=0, description="Questions that wait longer come before all others.")
    skip_hours: float = Field(20, ge=0, description="What a person skipped is kept from them for so long.")
    second_opinion: Mixed = Field(
        Mixed(share=0.05, a_day=200), description="Blind second opinions on what one person decided."
    )
    second_share: float = Field(0.1, ge=0, le=1, description="Of decided questions this share gets a second opinion.")
    gold: Mixed = Field(Mixed(share=0.02, a_day=100), description="Questions whose answer a lead has fixed.")
    audits: Mixed = Field(
        Mixed(share=0.1, a_day=500), description="Accepted values that were drawn by `audit.share`; see `audit`."
    )
    overlap_a_day: int = Field(
        1000, ge=0, description="Tasks about what people's words do not agree on well enough, for one more person."
    )
    apply_minutes: float = Field(
        5, ge=0, description="Decisions are carried out together: days are run again at most every so many minutes."
    )
    open_days: int = Field(
        14,
        ge=1,
        le=366,
        description="Of the latest delivered days so many are run again when something changes; older ones by "
        "`catalog backfill`.",
    )
    oldest_alert_days: float = Field(14, gt=0, description="A question that waits longer is an alert.")
    depth_alert: int = Field(10_000, ge=1, description="More open questions than this are an alert.")
    agreement_alert: float = Field(0.8, ge=0, le=1, description="Less agreement between people than this is an alert.")
    page: Page = Page()
    label_studio: LabelStudio | None = None
    platforms: list[Platform] = Field(default_factory=list)

    @field_validator("store")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(STORE, value):
            raise ValueError(
                "postgresql://user@host:port/database, without a password (PGPASSWORD or ~/.pgpass has it)"
            )
        return value

    def limits(self) -> Any:
        """What is an alert."""
        from resources.review.metrics import Limits

        return Limits(self.depth_alert, dt.timedelta(days=self.oldest_alert_days), self.agreement_alert)

    def queue(self, audit_people: int) -> Any:
        """As the queue takes them."""
        from resources.review.settings import Budget, QueueSettings

        def budget(mixed: Mixed) -> Budget:
            return Budget(mixed.share, mixed.a_day)

        return QueueSettings(
            lease=dt.timedelta(minutes=self.lease_minutes),
            look=self.look,
            age=dt.timedelta(days=self.age_days),
            pause=dt.timedelta(hours=self.skip_hours),
            second=budget(self.second_opinion),
            gold=budget(self.gold),
            audits=budget(self.audits),
            overlap_a_day=self.overlap_a_day,
            second_share=self.second_share,
            audit_people=audit_people,
        )
