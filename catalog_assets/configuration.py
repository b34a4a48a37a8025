"""catalog.yaml, typed: what a user may set, where it is documented, and one clear sentence when it is wrong.

Belongs here: the settings, their defaults and their checks. Does not belong here: secrets (environment only), the
wording of mistakes (`mistakes.py`), and anything that opens a connection (resources).
"""

import datetime as dt
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from catalog_assets.mistakes import hint, in_words, shown
from catalog_assets.review_configuration import HOST, PLATFORM, VARIABLE, Review
from catalog_assets.strict import Strict, Text

NAME = r"^[a-z][a-z0-9_]{0,39}$"
CHARACTER = r"^[\x01-\x09\x0b\x0c\x0e-\x5b\x5d-\x7f]$"
CURRENCY = "^[A-Z]{3}$"
LANGUAGE = "^[a-z]{2}$"
ADDRESS = r"^https?://[^/@\s?#]+(/[^@\s?#]*)?$"
PATTERNS = {
    PLATFORM: "small letters, digits and -, a letter first",
    VARIABLE: "the name of an environment variable (capitals, digits and _); the secret itself stands only there",
    HOST: "a host name in small letters, such as images.example.com, without https:// and without a port",
    ADDRESS: "http://host:port or https://host, without keys (the key is in ANTHROPIC_API_KEY)",
    NAME: "a name of lower-case letters, digits and _, 40 at most, a letter first",
    CHARACTER: 'one ASCII character, no backslash, line end or NUL (a tab is "\\t", in double quotes)',
    CURRENCY: "an ISO 4217 code such as EUR",
    LANGUAGE: "an ISO 639-1 code such as en (in quotes, if YAML takes it for something else, as it does with no)",
}
Format = Literal["csv", "ndjson", "json", "parquet"]
Spelling = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Stated = Text | Annotated[list[Text], Field(min_length=1)]
Character = Annotated[str, Field(pattern=CHARACTER)]


class ConfigurationError(Exception):
    """The configuration cannot be used; the message says which key, what it is, and what is allowed."""


class Csv(Strict):
    """How a CSV file is written."""

    delimiter: Character = ","
    quote: Character = '"'
    escape: Literal["double", "backslash"] = Field(
        "double", description='How a quote stands inside a quoted field: doubled ("") or after a backslash (\\").'
    )
    header: bool = Field(True, description="The first record names the columns; without it they are named c1, c2, ...")

    @model_validator(mode="after")
    def _told_apart(self) -> "Csv":
        if self.quote in (" ", self.delimiter):
            raise ValueError(f"quote is {self.quote!r}, but must be no space and differ from delimiter")
        return self


class SourceMap(Strict):
    """Which of the supplier's columns states which field. A value is a column, a JSON path (`price.amount`) or a list
    of them of which the first that is not empty counts."""

    product_id: Stated
    name: Stated
    brand: Stated | None = None
    mpn: Stated | None = None
    gtin: Stated | None = None
    description: Stated | None = None
    category_path: Stated | None = None
    price: Stated | None = None
    currency: Stated | None = None
    availability: Stated | None = None
    stock: Stated | None = None
    url: Stated | None = None
    image_url: Stated | None = None
    item_group_id: Stated | None = None
    updated_at: Stated | None = None

    def columns(self) -> dict[str, list[str]]:
        """Field -> the supplier's columns that may state it, in order of preference."""
        stated = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: [value] if isinstance(value, str) else list(value) for name, value in stated if value}


class Source(Strict):
    """One supplier."""

    path: Text | None = Field(
        None,
        description="Where its files arrive: a folder, a glob, or s3://bucket/prefix. `{day}` stands for YYYY-MM-DD; "
        "without it a file belongs to the UTC day on which it was delivered. Default: <home>/inbox/<source>/{day}/*.",
    )
    format: Format | None = Field(
        None, description="Default: by the file's ending (.csv .ndjson .jsonl .json .parquet)."
    )
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    csv: Csv = Csv()
    records: Text | None = Field(None, description="JSON: dotted path of the array of products; default the top level.")
    delivery: Literal["full", "delta"] = Field(
        "delta", description="full: a product absent from a delivery is withdrawn. delta: absence says nothing."
    )
    priority: int = Field(100, ge=0, le=10_000, description="Who wins a conflict: the lowest number.")
    marketplace: bool = Field(
        False,
        description="Many sellers list the same product here, so that several of its offers may be one product. Where "
        "it is false, an identifier that several live offers of the source share says nothing.",
    )
    price: Literal["required", "none"] = Field("required", description="none: this source sends no prices.")
    currency: Annotated[str, Field(pattern=CURRENCY)] | None = Field(None, description="Where a price names none.")
    decimal: Literal["auto", "point", "comma"] = Field("auto", description="Decimal separator of its numbers.")
    language: Annotated[str, Field(pattern=LANGUAGE)] = "en"
    stale_after_hours: float | None = Field(
        24,
        gt=0,
        description="A record delivered longer than this before the end of its day is skipped as stale; null: never.",
    )
    continuation: bool = Field(
        False, description="Rows without a name only continue the row above (variants and pictures of shop exports)."
    )
    max_withdrawn: float = Field(
        0.5,
        ge=0,
        le=1,
        description="A full delivery that would withdraw a larger share withdraws nothing; a check says so.",
    )
    columns: SourceMap
    attributes: dict[str, Text] = Field(
        default_factory=dict,
        description="Vocabulary attribute -> the supplier's column or JSON path. `*` names a JSON list of "
        "{name, value} pairs, or an object, whose names are looked up in the vocabulary.",
    )

    @field_validator("path")
    @classmethod
    def _local_or_s3(cls, value: str | None) -> str | None:
        return _place_of_files(value)


class Thresholds(Strict):
    """Where a rule turns into a refusal or a question."""

    accept: float = Field(0.85, ge=0, le=1, description="A value at or above this confidence is accepted by itself.")
    price_min: float = Field(0.01, gt=0, description="Lowest price that is believed.")
    price_max: float = Field(
        1_000_000, gt=0, description="Highest price that is believed, in dollars or euros; scaled for small currencies."
    )
    price_deviations: float = Field(2.0, gt=0, description="Standard deviations from the category's average.")
    price_sample: int = Field(10, ge=3, description="Products a category needs before its average says anything.")
    price_disagreement: float = Field(0.5, gt=0, description="Relative spread of prices between sources.")
    description_min: int = Field(20, ge=0, description="Characters.")
    description_max: int = Field(10_000, gt=0, description="Characters.")

    @model_validator(mode="after")
    def _ordered(self) -> "Thresholds":
        for what in ("price", "description"):
            low, high = getattr(self, f"{what}_min"), getattr(self, f"{what}_max")
            if low > high:
                raise ValueError(f"{what}_min is {low}, but must be at most {what}_max, which is {high}")
        return self


Criterion = Literal["priority", "freshness", "agreement", "completeness"]
_GOLDEN_FIELDS = (
    "name", "brand", "mpn", "gtin", "description", "category_path", "price", "availability", "stock", "url",
    "image_url", "attributes",
)  # fmt: skip


class Audit(Strict):
    """How it is known that accepted values are right."""

    share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Of accepted values this share, drawn at random, is asked of people too: only these certify.",
    )
    error: float = Field(0.01, gt=0, lt=1, description="At most this share of accepted values may be wrong.")
    confidence: float = Field(0.95, gt=0, lt=1, description="How sure a certificate is of that.")
    people: int = Field(
        1,
        ge=1,
        le=9,
        description="An audited value certifies when so many different people decided it and agree whether it is "
        "right, or a later person settled it. `catalog acceptance ask` writes the questions that lack a word.",
    )


class Limits(Strict):
    """What may come in."""

    file_bytes: int = Field(2_000_000_000, gt=0, description="Largest delivery as received.")
    stream_bytes: int = Field(
        4_000_000_000,
        gt=0,
        description="Largest delivery once decompressed; taken apart in memory, at a few times this.",
    )
    record_bytes: int = Field(4_000_000, gt=0, description="Largest single record.")


class ModelPrice(Strict):
    """USD per million tokens."""

    input: float = Field(gt=0)
    output: float = Field(gt=0)


class Trial(Strict):
    """A model or a prompt beside the one in use: asked about a sample, proposed to nobody, compared."""

    model: Text | None = Field(None, description="Default: the model in use.")
    prompt: Text | None = Field(None, description="A file of prompts/ without its ending. Default: the one in use.")
    share: float = Field(0.01, gt=0, le=1, description="Of all contents this share, drawn by hash.")


class LanguageModel(Strict):
    """What a language model of Anthropic is asked, and what it may cost. The key is in ANTHROPIC_API_KEY."""

    model: Text = Field("claude-haiku-4-5", description="Asked about what nobody else knows.")
    stronger: Text | None = Field(
        None, description="Asked only where proposals for an attribute differ; null: such cases go to people."
    )
    prompt: Text = Field("attributes", description="A file of prompts/ without its ending; another one rolls back.")
    descriptions: bool = Field(False, description="Ask for descriptions of products that have none, too.")
    trial: Trial | None = None
    budget_run: float = Field(5.0, ge=0, description="USD that one run may spend at most.")
    budget_day: float = Field(20.0, ge=0, description="USD that may be spent in one UTC day.")
    window_hours: float = Field(4.0, gt=0, le=24, description="Within which a question is to be answered.")
    way: Literal["auto", "messages", "batch"] = Field(
        "auto", description="auto: in batches, at half the price, while the window leaves time for one by one as well."
    )
    requests_a_minute: float = Field(1000, gt=0, description="What the account's rate limits allow.")
    concurrency: int = Field(64, ge=1, le=1000, description="Requests in hand at a time.")
    address: Annotated[str, Field(pattern=ADDRESS)] | None = Field(
        None, description="Another server that speaks the same API."
    )
    prices: dict[Text, ModelPrice] = Field(
        default_factory=dict, description="By model, where they differ from the list prices or are not known."
    )

    @model_validator(mode="after")
    def _told_apart(self) -> "LanguageModel":
        from catalog_assets.enriched.prompting.prompts import prompt

        if self.address is not None and "sk-" in self.address:
            raise ValueError("'address' holds a key, which belongs into the environment variable ANTHROPIC_API_KEY")
        if self.stronger == self.model:
            raise ValueError(f"'stronger' is '{self.model}' itself: its second word would be paid for and say the same")
        named = {"prompt": self.prompt, "trial.prompt": (self.trial and self.trial.prompt) or self.prompt}
        for setting, name in named.items():
            prompt(name)
            if name == "description":
                raise ValueError(f"'{setting}' asks for attributes; descriptions have a prompt of their own")
        return self


class Models(Strict):
    """Which enrichers run."""

    enricher: Literal["rules"] = Field("rules", description="rules: the embedded rule set; costs nothing, no network.")
    language: LanguageModel | None = Field(None, description="null: no language model is asked, and nothing is paid.")


class Warehouse(Strict):
    """Where the star schema is built."""

    target: Literal["duckdb"] = Field("duckdb", description="duckdb: <home>/warehouse.duckdb.")


class Catalog(Strict):
    """The whole file."""

    home: Text = Field(".catalog", description="A local folder; CATALOG_HOME overrides it.")
    lake: Text | None = Field(None, description="A local folder or s3://bucket/prefix; default <home>/lake.")
    landing: Text | None = Field(None, description="A local folder or s3://bucket/prefix; default <home>/landing.")
    start_day: dt.date = Field(dt.date(2026, 1, 1), description="First day of the calendar of partitions.")
    s3_endpoint: str | None = Field(
        None, description="S3-compatible server; default AWS. Keys come from AWS_* variables."
    )
    look_seconds: int = Field(
        15, ge=5, le=3600, description="How often sensors look for new files and for what is not done, in seconds."
    )
    thresholds: Thresholds = Thresholds()
    audit: Audit = Audit()
    review: Review = Review()
    limits: Limits = Limits()
    models: Models = Models()
    warehouse: Warehouse = Warehouse()
    base_currency: Annotated[str, Field(pattern=CURRENCY)] = Field(
        "EUR", description="Every price is also shown in this one, at the rates of its day."
    )
    survivorship: dict[str, Annotated[list[Criterion], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Whose value wins a conflict, by field (or `attributes`, or `attributes.<name>`): criteria in "
        "their order. priority: the source's; freshness: delivered last; agreement: stated by most; completeness: of "
        "the offer that states most. Default and last word: priority, then freshness.",
    )
    required_attributes: dict[str, list[str]] = Field(
        default_factory=dict,
        description="What a product must state to be complete, by category or a level above one: a list of attributes, "
        "in place of the default of that very level (`vocabulary/required.py`). Levels add up from the top; an empty "
        "list takes away what the levels above require. What is missing is noted (`missing_required`), never refused.",
    )
    brands: dict[Spelling, list[Spelling]] = Field(
        default_factory=dict,
        description="How a brand is to be spelled: name -> other spellings. A brand that the vocabulary knows takes "
        "all its spellings along: with `Hewlett-Packard: [HP]`, H.P. and Hewlett Packard become Hewlett-Packard too.",
    )
    sources: dict[Annotated[str, Field(pattern=NAME)], Source] = Field(min_length=1)

    _folder: Path = Path()

    @field_validator("home")
    @classmethod
    def _local(cls, value: str) -> str:
        if "://" in value:
            raise ValueError("a local folder (DuckDB and SQLite live there); lake and landing may be s3://")
        return value

    @field_validator("lake", "landing")
    @classmethod
    def _local_or_s3(cls, value: str | None) -> str | None:
        return _place_of_files(value)

    @field_validator("s3_endpoint")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/@\s]+/?", value):
            raise ValueError("http://host:port or https://host, without keys (these come from AWS_* variables)")
        return value

    @model_validator(mode="after")
    def _known_attributes(self) -> "Catalog":
        from catalog_assets.vocabulary.attributes import ATTRIBUTES

        rulable = (*_GOLDEN_FIELDS, *(f"attributes.{name}" for name in ATTRIBUTES))
        for name in self.survivorship:
            if name not in rulable:
                raise ValueError(f"'survivorship.{name}' names no field of a product{hint(name, rulable)}")
        for name, source in self.sources.items():
            for attribute in source.attributes:
                if attribute != "*" and attribute not in ATTRIBUTES:
                    raise ValueError(
                        f"'sources.{name}.attributes.{attribute}' names no attribute of the vocabulary"
                        f"{hint(attribute, ATTRIBUTES)}"
                    )
        return self

    @model_validator(mode="after")
    def _one_spelling_one_brand(self) -> "Catalog":
        owner: dict[str, str] = {}
        for name, others in self.brands.items():
            for spelling in (name, *others):
                other = owner.setdefault(spelling.lower(), name)
                if other != name:
                    raise ValueError(f"'brands' gives the spelling '{spelling}' to both '{other}' and '{name}'")
        return self

    @model_validator(mode="after")
    def _known_requirements(self) -> "Catalog":
        from catalog_assets.vocabulary.attributes import ATTRIBUTES
        from catalog_assets.vocabulary.required import LEVELS

        for level, names in self.required_attributes.items():
            if level not in LEVELS:
                raise ValueError(
                    f"'required_attributes.{level}' names no category, nor a level above one{hint(level, LEVELS)}"
                )
            for name in names:
                if name not in ATTRIBUTES:
                    raise ValueError(
                        f"'required_attributes.{level}' names '{name}', no attribute of the vocabulary"
                        f"{hint(name, ATTRIBUTES)}"
                    )
        return self

    @property
    def folder(self) -> Path:
        """Folder of the file; relative paths in it start here."""
        return self._folder

    @property
    def home_path(self) -> Path:
        """The home as an absolute path."""
        return self._local_path(self.home).resolve()

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
        return value.rstrip("/") if "://" in value else str(self._local_path(value).resolve())

    def _local_path(self, value: str) -> Path:
        return self._folder / Path(value).expanduser()

    def source_path(self, name: str) -> str:
        """Where the files of a source arrive, absolute, still with `{day}`."""
        path = self.sources[name].path
        if path is None:
            return str(self.home_path / "inbox" / name / "{day}" / "*")
        return path if "://" in path else os.path.normpath(self._local_path(path))

    def told_path(self, path: str) -> str:
        """A file's path as the journal tells it: relative to the home where it is inside, so that a home can move."""
        inside = os.path.join(str(self.home_path), "")
        return path.removeprefix(inside) if path.startswith(inside) else path

    def source_fingerprint(self, name: str) -> str:
        """Changes when a setting that changes the source's rows changes (not its path or priority)."""
        source = self.sources[name]
        settings = source.model_dump(mode="json", exclude={"path", "priority", "max_withdrawn", "marketplace"})
        # Only where there are any: the fingerprint of a catalogue without them stays what it was.
        chosen = {"brands": self.brands} if self.brands else {}
        return fingerprint(json.dumps({**settings, **chosen, "columns": source.columns.columns()}, sort_keys=True))


def _place_of_files(value: str | None) -> str | None:
    """A local path or an S3 address; keys have no place in it."""
    if value is not None and "://" in value and not re.match(r"s3://[^/@:?#]+(/|$)", value):
        raise ValueError("a local path or s3://bucket/prefix, without keys (these come from AWS_* variables)")
    return value


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
            f"{file}: cannot be read ({error.strerror}); make one (see the README) or name another with CATALOG_CONFIG."
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: is not UTF-8 (byte {error.start}).") from None
    try:
        raw = yaml.load(text, _Yaml)
    except yaml.MarkedYAMLError as error:
        # Not str(error): it quotes the lines around the mistake, and a secret may stand there.
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{file}: is not valid YAML{where}: {error.problem or error.context}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise ConfigurationError(f"{file}: is not valid YAML: {told}.") from None
    return parse(raw, file)


class _Yaml(yaml.SafeLoader):
    """Safe YAML in which a key that stands twice is a mistake, not a silent loss of the first."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return node


def parse(raw: Any, file: Path) -> Catalog:
    """Check what the file says; `file` names it in errors and anchors its relative paths."""
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{file}: is {shown(raw)}, but must be a mapping with at least the key 'sources'.")
    if os.environ.get("CATALOG_HOME"):
        raw = {**raw, "home": os.environ["CATALOG_HOME"]}
    try:
        catalog = Catalog.model_validate(raw)
    except ValidationError as error:
        named = {"home": "CATALOG_HOME"} if os.environ.get("CATALOG_HOME") else {}
        raise ConfigurationError(f"{file}: {in_words(error, Catalog.model_json_schema(), PATTERNS, named)}") from None
    # The real folder, however the file was reached: a file's path is part of what tells deliveries apart.
    catalog._folder = file.absolute().parent.resolve()
    return catalog
