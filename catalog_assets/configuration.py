"""catalog.yaml, typed: what a user may set, where it is documented, and one clear sentence when it is wrong.

Belongs here: the settings, their defaults and their checks. Does not belong here: secrets (environment only), and
anything that opens a connection (resources).
"""

import datetime as dt
import difflib
import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

NAME = r"^[a-z][a-z0-9_]{0,39}$"
Format = Literal["csv", "ndjson", "json", "parquet"]


class ConfigurationError(Exception):
    """The configuration cannot be used; the message says which key, what it is, and what is allowed."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Csv(_Strict):
    """How a CSV file is written."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    escape: Literal["double", "backslash"] = Field(
        "double", description='How a quote stands inside a quoted field: doubled ("") or after a backslash (\\").'
    )
    header: bool = Field(True, description="The first record names the columns; without it they are named c1, c2, ...")


class SourceMap(_Strict):
    """Which of the supplier's columns states which field. A value is a column, a JSON path (`price.amount`) or a list
    of them of which the first that is not empty counts."""

    product_id: str | list[str]
    name: str | list[str]
    brand: str | list[str] | None = None
    mpn: str | list[str] | None = None
    gtin: str | list[str] | None = None
    description: str | list[str] | None = None
    category_path: str | list[str] | None = None
    price: str | list[str] | None = None
    currency: str | list[str] | None = None
    availability: str | list[str] | None = None
    stock: str | list[str] | None = None
    url: str | list[str] | None = None
    image_url: str | list[str] | None = None
    updated_at: str | list[str] | None = None

    def columns(self) -> dict[str, list[str]]:
        """Field -> the supplier's columns that may state it, in order of preference."""
        stated = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: [value] if isinstance(value, str) else list(value) for name, value in stated if value}


class Source(_Strict):
    """One supplier."""

    path: str | None = Field(
        None,
        description="Where its files arrive: a folder, a glob, or s3://bucket/prefix. `{day}` stands for YYYY-MM-DD; "
        "without it a file belongs to the UTC day on which it was delivered. Default: <home>/inbox/<source>/{day}/*.",
    )
    format: Format | None = Field(
        None, description="Default: by the file's ending (.csv .ndjson .jsonl .json .parquet)."
    )
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    csv: Csv = Csv()
    records: str | None = Field(None, description="JSON: dotted path of the array of products; default the top level.")
    delivery: Literal["full", "delta"] = Field(
        "delta", description="full: a product absent from a delivery is withdrawn. delta: absence says nothing."
    )
    priority: int = Field(100, ge=0, le=10_000, description="Who wins a conflict: the lowest number.")
    price: Literal["required", "none"] = Field("required", description="none: this source sends no prices.")
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(None, description="Where a price names none.")
    decimal: Literal["auto", "point", "comma"] = Field("auto", description="Decimal separator of its numbers.")
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] = "en"
    stale_after_hours: float | None = Field(
        24,
        gt=0,
        description="A record delivered longer than this before the end of its day is skipped as stale; null: never.",
    )
    continuation: bool = Field(
        False, description="Rows without a name only continue the row above (variants and pictures of shop exports)."
    )
    max_withdrawn: float = Field(
        0.5, ge=0, le=1, description="A full delivery that would withdraw a larger share withdraws nothing and warns."
    )
    columns: SourceMap
    attributes: dict[str, str] = Field(
        default_factory=dict,
        description="Vocabulary attribute -> the supplier's column or JSON path. `*` names a JSON list of "
        "{name, value} pairs, or an object, whose names are looked up in the vocabulary.",
    )


class Thresholds(_Strict):
    """Where a rule turns into a refusal or a question."""

    accept: float = Field(0.85, ge=0, le=1, description="A value at or above this confidence is accepted by itself.")
    price_min: float = Field(0.01, ge=0, description="Lowest price that is believed.")
    price_max: float = Field(10_000_000, gt=0, description="Highest price that is believed.")
    price_deviations: float = Field(2.0, gt=0, description="Standard deviations from the category's average.")
    price_sample: int = Field(10, ge=3, description="Products a category needs before its average says anything.")
    price_disagreement: float = Field(0.5, gt=0, description="Relative spread of prices between sources.")
    description_min: int = Field(20, ge=0, description="Characters.")
    description_max: int = Field(10_000, gt=0, description="Characters.")


class Limits(_Strict):
    """What may come in."""

    file_bytes: int = Field(4_000_000_000, gt=0, description="Largest delivery as received.")
    stream_bytes: int = Field(16_000_000_000, gt=0, description="Largest delivery once decompressed.")
    record_bytes: int = Field(4_000_000, gt=0, description="Largest single record.")


class Models(_Strict):
    """Which enrichers run."""

    enricher: Literal["rules"] = Field("rules", description="rules: the embedded rule set; costs nothing, no network.")


class Warehouse(_Strict):
    """Where the star schema is built."""

    target: Literal["duckdb"] = Field("duckdb", description="duckdb: <home>/warehouse.duckdb.")


class Catalog(_Strict):
    """The whole file."""

    home: str = Field(".catalog", description="A local folder; CATALOG_HOME overrides it.")
    lake: str | None = Field(None, description="A local folder or s3://bucket/prefix; default <home>/lake.")
    landing: str | None = Field(None, description="A local folder or s3://bucket/prefix; default <home>/landing.")
    start_day: dt.date = Field(dt.date(2026, 1, 1), description="First day of the calendar of partitions.")
    s3_endpoint: str | None = Field(
        None, description="S3-compatible server; default AWS. Keys come from AWS_* variables."
    )
    thresholds: Thresholds = Thresholds()
    limits: Limits = Limits()
    models: Models = Models()
    warehouse: Warehouse = Warehouse()
    sources: dict[Annotated[str, Field(pattern=NAME)], Source] = Field(min_length=1)

    _folder: Path = Path()

    @field_validator("home")
    @classmethod
    def _local(cls, value: str) -> str:
        if "://" in value:
            raise ValueError("must be a local folder (DuckDB and SQLite live there); lake and landing may be s3://")
        return value

    @model_validator(mode="after")
    def _known_attributes(self) -> "Catalog":
        from catalog_assets.vocabulary.attributes import ATTRIBUTES

        for name, source in self.sources.items():
            for attribute in source.attributes:
                if attribute != "*" and attribute not in ATTRIBUTES:
                    raise ValueError(
                        f"sources.{name}.attributes: '{attribute}' is no attribute of the vocabulary"
                        f"{_hint(attribute, ATTRIBUTES)}"
                    )
        return self

    @property
    def folder(self) -> Path:
        """Folder of the file; relative paths in it start here."""
        return self._folder

    @property
    def home_path(self) -> Path:
        """The home as an absolute path."""
        return (self._folder / self.home).resolve()

    @property
    def lake_uri(self) -> str:
        """Where the tables are."""
        return self._place(self.lake, "lake")

    @property
    def landing_uri(self) -> str:
        """Where landed bytes are."""
        return self._place(self.landing, "landing")

    def _place(self, value: str | None, default: str) -> str:
        if value is None:
            return str(self.home_path / default)
        return value.rstrip("/") if "://" in value else str((self._folder / value).resolve())

    def source_path(self, name: str) -> str:
        """Where the files of a source arrive, absolute, still with `{day}`."""
        path = self.sources[name].path
        if path is None:
            return str(self.home_path / "inbox" / name / "{day}" / "*")
        return path if "://" in path else str(self._folder / path)

    def source_fingerprint(self, name: str) -> str:
        """Changes when a setting that changes the source's rows changes (not its path or priority)."""
        return fingerprint(self.sources[name].model_dump_json(exclude={"path", "priority", "max_withdrawn"}))


def fingerprint(*parts: object) -> str:
    """16 hex digits over the parts' text; the one way to make a fingerprint of small things."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:16]


def load(path: str | Path | None = None) -> Catalog:
    """Read the configuration: `path`, else CATALOG_CONFIG, else ./catalog.yaml. Raises ConfigurationError."""
    file = Path(path or os.environ.get("CATALOG_CONFIG") or "catalog.yaml").absolute()
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be read ({error.strerror}). Make one (see the README), or name another with CATALOG_CONFIG."
        ) from None
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: is not valid YAML: {' '.join(str(error).split())}") from None
    return parse(raw, file)


def parse(raw: Any, file: Path) -> Catalog:
    """Check what the file says; `file` names it in errors and anchors its relative paths."""
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{file}: must be a mapping with at least the key 'sources'.")
    if os.environ.get("CATALOG_HOME"):
        raw = {**raw, "home": os.environ["CATALOG_HOME"]}
    try:
        catalog = Catalog.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError(f"{file}: " + "; ".join(_sentence(e) for e in error.errors()[:5])) from None
    catalog._folder = file.parent
    return catalog


def _sentence(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        allowed = _allowed(error["loc"])
        return f"unknown key '{key}'{_hint(str(error['loc'][-1]), allowed)}"
    if error["type"] == "missing":
        return f"key '{key}' is missing"
    message = re.sub(r"^(Value error, |Input )", "", error["msg"])
    where = f"'{key}' is {error['input']!r:.80}: " if key else ""
    return f"{where}{message}"


def _allowed(location: tuple[Any, ...]) -> list[str]:
    model: Any = Catalog
    for part in location[:-1]:
        if model is Catalog and part == "sources":
            model = None
        elif model is None:
            model = Source
        else:
            model = {"columns": SourceMap, "csv": Csv}.get(part) or {
                "thresholds": Thresholds,
                "limits": Limits,
                "models": Models,
                "warehouse": Warehouse,
            }.get(part)
    return list(model.model_fields) if model else []


def _hint(word: str, allowed: Any) -> str:
    names = sorted(allowed)
    close = difflib.get_close_matches(word, names, n=1)
    mean = f"; did you mean '{close[0]}'?" if close else ""
    return f"{mean} (allowed: {', '.join(names)})" if names else mean
