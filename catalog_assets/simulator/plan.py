"""What is simulated: how much, how dirty, by whom, and which deliveries that makes.

Belongs here: the plan, the rates of dirt, the suppliers and the schedule of their deliveries, as data. Does not belong
here: products (`world.py`), offers (`offers.py`), and how any supplier writes its files.
"""

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Literal

Archetype = Literal["nordwind", "acme_wholesale", "bazaar"]
ARCHETYPES: tuple[Archetype, ...] = ("nordwind", "acme_wholesale", "bazaar")

Kind = Literal["main", "late", "stale", "resend"]


@dataclass(frozen=True)
class Dirt:
    """How dirty the feeds are: shares between 0 and 1.

    The first group breaks a record, so that it is to be quarantined; a record has at most one of these. The second
    leaves a record usable. Where a share is "of the offers", an offer has that fault in each of its records.
    """

    missing_id: float = 0.003
    """Records without the supplier's identifier."""
    missing_name: float = 0.004
    """Records without a name (not in shop exports, where a row without a name continues the one above)."""
    missing_price: float = 0.004
    """Records whose price is empty."""
    unreadable_price: float = 0.003
    """Records with words where the price should be ("auf Anfrage", "call for price")."""
    negative_price: float = 0.002
    """Records with a price below zero."""
    wrong_field_count: float = 0.002
    """CSV rows cut short, or with a delimiter too many."""
    unclosed_quote: float = 0.0005
    """CSV rows with a quoted field that is never closed."""
    invalid_json: float = 0.003
    """JSON lines that are no JSON."""

    duplicate: float = 0.01
    """Records whose identifier comes twice in the same file; the later one is the newer one."""
    invalid_gtin: float = 0.02
    """Offers whose GTIN has a wrong check digit."""
    missing_gtin: float = 0.25
    """Offers without a GTIN; a third of it at nordwind, which is careful."""
    missing_mpn: float = 0.10
    """Offers without a part number where the supplier sends part numbers at all."""
    mojibake: float = 0.01
    """Offers whose text is UTF-8 read as Windows-1252 (visible only where a letter is not ASCII)."""
    html: float = 0.10
    """Offers whose name and description carry HTML entities. (A shop export's description is HTML anyway.)"""
    hostile: float = 0.001
    """Offers whose description carries a script, a formula or orders to a language model."""
    whitespace: float = 0.10
    """Offers of a shop export with stray white space in the name."""
    shouting: float = 0.30
    """Offers of a shop export whose name is in capitals."""
    emoji: float = 0.15
    """Offers of a shop export whose name begins with an emoji."""
    promotion: float = 0.15
    """Offers of a shop export whose name ends in promotion ("FREE SHIPPING!!")."""
    brand_variant: float = 0.40
    """Offers that spell the brand in another way (capitals, "Inc.")."""
    unstated_attributes: float = 0.25
    """Attribute cells that are empty although the product has the attribute."""
    variants: float = 0.30
    """Products of a shop export with further rows for variants and pictures."""
    price_outlier: float = 0.003
    """Records whose price is 100 times too high or too low."""
    price_conflict: float = 0.03
    """Offers whose price is far from that of the other sources."""
    name_conflict: float = 0.02
    """Offers with a name that shares only brand and model with that of the other sources."""
    category_conflict: float = 0.02
    """Offers that stand in a wrong category."""
    unknown_category: float = 0.03
    """Offers whose category says nothing ("Sonstiges", "Misc")."""

    late: float = 0.05
    """Share of a delta supplier's first day that comes in a second file, on the next day. Half as many more records of
    that file correct one of the first file."""
    stale: float = 0.10
    """Share of a shop export's products that come once more in an old file on the second day."""
    resend: bool = True
    """Whether delta suppliers send the last day's file twice, under two names."""

    new: float = 0.02
    """Products that are new on a day, relative to those of the first day."""
    discontinued: float = 0.01
    """Offers that end on a day: absent from full deliveries, said to be discontinued in a delta."""
    price_change: float = 0.05
    """Offers whose price changes from one day to the next."""
    gains_gtin: float = 0.01
    """Products with several sources of which one states the GTIN only from the second or third day on, and thereby
    joins the others (at least one product, unless 0)."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value <= 1:
                raise ValueError(f"Dirt.{item.name} is {value}; it is a share and must be between 0 and 1.")

    @classmethod
    def none(cls) -> "Dirt":
        """Feeds without any dirt: complete records, no duplicates; new products and prices still come and go."""
        kept = ("new", "discontinued", "price_change")
        return cls(**{item.name: 0 for item in fields(cls) if item.name not in kept})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Plan:
    """One simulation; the same plan makes the same bytes."""

    seed: int = 7
    products: int = 1000
    days: int = 3
    suppliers: int = 3
    start: dt.date = dt.date(2026, 1, 1)
    dirt: Dirt = field(default_factory=Dirt)

    def __post_init__(self) -> None:
        for name in ("products", "days", "suppliers"):
            if getattr(self, name) < 1:
                raise ValueError(f"Plan.{name} is {getattr(self, name)}; it must be at least 1.")
        if self.products > 50_000_000:
            raise ValueError(f"Plan.products is {self.products}; more than 50,000,000 cannot be numbered.")

    def day(self, index: int) -> dt.date:
        """The day with this index, from 0."""
        return self.start + dt.timedelta(days=index)


@dataclass(frozen=True)
class Supplier:
    """One supplier: `number` from 0, and whose habits it has."""

    name: str
    number: int
    archetype: Archetype

    @property
    def full(self) -> bool:
        """Whether each delivery is the whole range; otherwise only what changed."""
        return self.archetype != "acme_wholesale"

    @property
    def currency(self) -> str:
        """ISO 4217 code of its prices."""
        second = self.number // len(ARCHETYPES) % 2
        return {"nordwind": "EUR", "acme_wholesale": "USD", "bazaar": ("GBP", "USD")[second]}[self.archetype]


@dataclass(frozen=True)
class Delivery:
    """One file: `day` is the index of the day whose folder it is in."""

    supplier: Supplier
    day: int
    name: str
    kind: Kind
    delivered_at: dt.datetime


def suppliers(plan: Plan) -> tuple[Supplier, ...]:
    """The plan's suppliers: one of each archetype, then the archetypes again as supplier_4, supplier_5, ..."""
    count = len(ARCHETYPES)
    return tuple(
        Supplier(ARCHETYPES[i] if i < count else f"supplier_{i + 1}", i, ARCHETYPES[i % count])
        for i in range(plan.suppliers)
    )


def schedule(plan: Plan, supplier: Supplier) -> tuple[Delivery, ...]:
    """A supplier's deliveries, by day and then in the order in which they are delivered."""
    return tuple(delivery for day in range(plan.days) for delivery in _of_day(plan, supplier, day))


def _of_day(plan: Plan, supplier: Supplier, day: int) -> list[Delivery]:
    dirt, stamp = plan.dirt, f"{plan.day(day):%Y%m%d}"
    midnight = dt.datetime.combine(plan.day(day), dt.time(), dt.UTC)

    def at(name: str, kind: Kind, hours: float) -> Delivery:
        when = midnight + dt.timedelta(hours=hours, minutes=7 * supplier.number % 60)
        return Delivery(supplier, day, name, kind, when)

    if supplier.archetype == "nordwind":
        return [at(f"{supplier.name}_{stamp}.csv.gz", "main", 5)]
    if supplier.archetype == "bazaar":
        old = at("products_export_old.csv", "stale", -4)
        return [old] * bool(day == 1 and dirt.stale) + [at(f"products_export_{stamp}.csv", "main", 5)]
    name = f"{supplier.name}_{'delta' if day else 'all'}_{stamp}"
    files = [at(f"{name}.ndjson", "main", 5)]
    if day == 0 and plan.days > 1 and dirt.late:
        files.append(at(f"{name}_part2.ndjson", "late", 27))
    if day == plan.days - 1 and day > 0 and dirt.resend:
        files.append(at(f"{name}_resend.ndjson", "resend", 7))
    return files
