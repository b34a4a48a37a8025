"""catalog.yaml: what counts when nothing is said, what each mistake is told as, and where paths begin."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
import yaml

from catalog_assets.configuration import Catalog, ConfigurationError, Source, load, parse
from catalog_assets.vocabulary.attributes import ATTRIBUTES

COLUMNS = {"product_id": "sku", "name": "title"}
SECRET = "wJalrXUtnFEMI-not-to-be-shown"


@pytest.fixture
def write(tmp_path):
    """Write catalog.yaml, as text or as data; returns its path."""

    def written(content):
        file = tmp_path / "catalog.yaml"
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return file

    return written


@pytest.fixture
def mistake(tmp_path):
    """The message about settings that are wrong, without the file's name."""

    def told(settings):
        with pytest.raises(ConfigurationError) as caught:
            parse(settings, tmp_path / "catalog.yaml")
        message = str(caught.value)
        assert message.startswith(f"{tmp_path / 'catalog.yaml'}: ")
        assert message.endswith(".")
        assert "\n" not in message
        return message.removeprefix(f"{tmp_path / 'catalog.yaml'}: ")

    return told


def acme(**settings):
    return {"sources": {"acme": {"columns": COLUMNS, **settings}}}


def test_the_least_file_gives_the_documented_defaults(tmp_path, write):
    catalog = load(write(acme()))
    source = catalog.sources["acme"]
    assert (catalog.folder, catalog.home_path) == (tmp_path, tmp_path / ".catalog")
    assert catalog.lake_uri == str(tmp_path / ".catalog" / "lake")
    assert catalog.landing_uri == str(tmp_path / ".catalog" / "landing")
    assert catalog.source_path("acme") == str(tmp_path / ".catalog" / "inbox" / "acme" / "{day}" / "*")
    assert (catalog.start_day, catalog.s3_endpoint) == (dt.date(2026, 1, 1), None)
    assert (catalog.models.enricher, catalog.warehouse.target) == ("rules", "duckdb")
    assert (catalog.thresholds.accept, catalog.limits.file_bytes) == (0.85, 2_000_000_000)
    assert (source.delivery, source.priority, source.price, source.language) == ("delta", 100, "required", "en")
    assert (source.format, source.encoding, source.decimal, source.currency) == (None, "utf-8", "auto", None)
    assert (source.csv.delimiter, source.csv.quote, source.csv.escape, source.csv.header) == (",", '"', "double", True)
    assert (source.stale_after_hours, source.max_withdrawn, source.continuation) == (24, 0.5, False)
    assert (source.attributes, source.columns.columns()) == ({}, {"product_id": ["sku"], "name": ["title"]})


def test_a_column_may_be_one_name_or_several_in_order():
    source = Source.model_validate({"columns": {**COLUMNS, "brand": ["maker", "vendor"]}})
    assert source.columns.columns()["brand"] == ["maker", "vendor"]


UNKNOWN_KEYS = [
    ({"hoem": "x", **acme()}, "hoem", "home", Catalog),
    (acme(prioriti=1), "sources.acme.prioriti", "priority", Source),
    (acme(csv={"delimeter": ";"}), "sources.acme.csv.delimeter", "delimiter", type(Source(columns=COLUMNS).csv)),
    ({"thresholds": {"acept": 1}, **acme()}, "thresholds.acept", "accept", type(Catalog(**acme()).thresholds)),
    ({"limits": {"file_byte": 1}, **acme()}, "limits.file_byte", "file_bytes", type(Catalog(**acme()).limits)),
]


@pytest.mark.parametrize(("settings", "key", "meant", "model"), UNKNOWN_KEYS, ids=[case[1] for case in UNKNOWN_KEYS])
def test_an_unknown_key_is_told_with_the_one_meant_and_all_that_are_allowed(mistake, settings, key, meant, model):
    allowed = ", ".join(sorted(model.model_fields))
    assert mistake(settings) == f"unknown key '{key}'; did you mean '{meant}'? (allowed: {allowed})."


def test_a_key_on_the_wrong_level_is_told_where_it_belongs(mistake):
    assert "unknown key 'sources.acme.delimeter'; did you mean 'csv.delimiter'? (allowed: " in mistake(
        acme(delimeter=";")
    )
    assert "did you mean 'columns.brand'?" in mistake(acme(brand="maker"))


def test_an_unknown_key_like_no_other_gets_no_guess(mistake):
    assert mistake({"zzz": 1, **acme()}).startswith("unknown key 'zzz' (allowed: audit, base_currency, brands, home, ")


def test_an_unknown_attribute_is_told_with_the_vocabulary(mistake):
    said = mistake(acme(attributes={"colr": "farbe", "*": "specs"}))
    allowed = ", ".join(sorted(ATTRIBUTES))
    assert said == (
        "'sources.acme.attributes.colr' names no attribute of the vocabulary; did you mean 'color'? "
        f"(allowed: {allowed})."
    )


PLACE = "a local path or s3://bucket/prefix, without keys (these come from AWS_* variables)"
COLUMN = "text that is not empty or a list of such texts"
ENDPOINT = "http://host:port or https://host, without keys (these come from AWS_* variables)"
HOME = "a local folder (DuckDB and SQLite live there); lake and landing may be s3://"
ENGLISH = "an ISO 639-1 code such as en (in quotes, if YAML takes it for something else, as it does with no)"
TAB = 'one ASCII character, no backslash, line end or NUL (a tab is "\\t", in double quotes)'

OF_THE_SOURCE = [
    ("delivery", "complete", "'complete'", "'full' or 'delta'"),
    ("decimal", "dot", "'dot'", "'auto', 'point' or 'comma'"),
    ("priority", -1, "-1", "a whole number from 0 to 10000"),
    ("priority", "high", "'high'", "a whole number from 0 to 10000"),
    ("max_withdrawn", 50, "50", "a number from 0 to 1"),
    ("stale_after_hours", 0, "0", "a number above 0 or null"),
    ("continuation", "maybe", "'maybe'", "true or false"),
    ("currency", "eur", "'eur'", "an ISO 4217 code such as EUR or null"),
    ("language", False, "false", ENGLISH),
    ("csv.delimiter", "\\t", r"'\\t'", TAB),
    ("csv.quote", 5, "5", TAB),
    ("columns.name", "", "''", COLUMN),
    ("columns.name", [5], "a list", COLUMN),
    ("columns.brand", {"a": 1}, "a mapping", "text that is not empty, a list of such texts or null"),
    ("attributes", ["color"], "a list", "a mapping"),
    ("attributes.color", 5, "5", "text that is not empty"),
    ("path", "ftp://b/x", "'ftp://b/x'", PLACE),
]
OF_THE_FILE = [
    ("home", "s3://bucket/home", "'s3://bucket/home'", HOME),
    ("home", "", "''", "text that is not empty"),
    ("lake", "gs://b/lake", "'gs://b/lake'", PLACE),
    ("landing", "s3:///x", "'s3:///x'", PLACE),
    ("s3_endpoint", "localhost:9000", "'localhost:9000'", ENDPOINT),
    ("start_day", "yesterday", "'yesterday'", "a date such as 2026-01-31"),
    ("models.enricher", "gpt", "'gpt'", "'rules'"),
    ("thresholds", None, "null", "a mapping"),
    ("thresholds.price_sample", 2, "2", "a whole number of at least 3"),
    ("thresholds.price_max", float("inf"), "inf", "a number above 0"),
    ("limits.file_bytes", "4GB", "'4GB'", "a whole number above 0"),
    ("sources", {}, "empty", "a mapping with at least one entry"),
    ("sources", {"acme": "x"}, "'x'", "a mapping with the key columns"),
]


def nested(key, value):
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize(("key", "value", "shown", "allowed"), OF_THE_SOURCE)
def test_a_wrong_value_of_a_source_is_told_with_key_value_and_what_is_allowed(mistake, key, value, shown, allowed):
    settings = nested(key, value)
    if "columns" in settings:
        settings["columns"] = {**COLUMNS, **settings["columns"]}
    assert mistake(acme(**settings)) == f"'sources.acme.{key}' is {shown}, but must be {allowed}."


@pytest.mark.parametrize(("key", "value", "shown", "allowed"), OF_THE_FILE)
def test_a_wrong_value_is_told_with_key_value_and_what_is_allowed(mistake, key, value, shown, allowed):
    place = "sources.acme" if value == {"acme": "x"} else key
    assert mistake({**acme(), **nested(key, value)}) == f"'{place}' is {shown}, but must be {allowed}."


OTHER_MISTAKES = {
    "no column": (
        acme(columns={"name": "title"}),
        f"key 'sources.acme.columns.product_id' is missing; it must be {COLUMN}.",
    ),
    "no columns": (
        {"sources": {"acme": {}}},
        "key 'sources.acme.columns' is missing; it must be a mapping with the key product_id and name.",
    ),
    "no sources": ({"home": "x"}, "key 'sources' is missing; it must be a mapping with at least one entry."),
    "source name": (
        {"sources": {"Acme-1": {"columns": COLUMNS}}},
        "'sources.Acme-1' cannot be a key there; "
        "that must be a name of lower-case letters, digits and _, 40 at most, a letter first.",
    ),
    "number as a key": ({5: 6, **acme()}, "'5' cannot be a key there; that must be text."),
    "one character twice": (
        acme(csv={"delimiter": "'", "quote": "'"}),
        'sources.acme.csv: quote is "\'", but must be no space and differ from delimiter.',
    ),
    "bounds in the wrong order": (
        {"thresholds": {"price_min": 10, "price_max": 5}, **acme()},
        "thresholds: price_min is 10.0, but must be at most price_max, which is 5.0.",
    ),
    "a list": (["sources"], "is a list, but must be a mapping with at least the key 'sources'."),
    "nothing": (None, "is null, but must be a mapping with at least the key 'sources'."),
    "two mistakes": (
        {**acme(delivery="all"), "start_day": "x"},
        "'start_day' is 'x', but must be a date such as 2026-01-31; "
        "'sources.acme.delivery' is 'all', but must be 'full' or 'delta'.",
    ),
}


@pytest.mark.parametrize(("settings", "sentence"), OTHER_MISTAKES.values(), ids=OTHER_MISTAKES.keys())
def test_other_mistakes_are_told_in_one_sentence_too(mistake, settings, sentence):
    assert mistake(settings) == sentence


def test_many_mistakes_are_counted_not_poured_out(mistake):
    said = mistake(acme(delivery=1, encoding=1, decimal=1, price=1, format=1, priority="x", language=1))
    assert said.count("but must be") == 5
    assert said.endswith("; and 2 more.")


def test_every_constraint_of_every_setting_can_be_told(mistake):
    """A list is wrong for nearly every leaf: no message may fall back to what the libraries call their types."""
    schema = Catalog.model_json_schema()
    wrong = [["x"]]
    for field in schema["$defs"]["Source"]["properties"]:
        said = mistake({"sources": {"acme": {"columns": COLUMNS, field: wrong}}})
        assert re.fullmatch(rf"'sources\.acme\.{field}' is a list, but must be [^\[\]^$]+\.", said), said
    for section in ("Thresholds", "Limits", "Models", "Warehouse"):
        for field in schema["$defs"][section]["properties"]:
            said = mistake({section.lower(): {field: wrong}, **acme()})
            assert re.fullmatch(rf"'{section.lower()}\.{field}' is a list, but must be [^\[\]^$]+\.", said), said


def test_a_missing_file_is_told_with_the_way_out(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "no.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'no.yaml'}: cannot be read (No such file or directory); "
        "make one (see the README) or name another with CATALOG_CONFIG."
    )


NO_YAML = {
    "bracket": ("sources: [", "in line 1, column 11: "),
    "tab": ("sources:\n\tacme: 1", "in line 2, column 1: found character '\\t' that cannot start any token."),
    "key twice": ("home: a\nsources: {}\nhome: b\n", "in line 3, column 1: the key 'home' stands twice."),
    "source twice": ("sources:\n  a: {}\n  a: {}\n", "in line 3, column 3: the key 'a' stands twice."),
    "python object": (
        "sources: !!python/object/apply:os.getcwd []",
        "in line 1, column 10: could not determine a cons",
    ),
    "no such day": ("start_day: 2026-02-30", ": day is out of range for month."),
    "bell": ("home: \a", ": unacceptable character #x0007"),
    "too deep": ("[" * 5000, ": "),
}


@pytest.mark.parametrize(("text", "said"), NO_YAML.values(), ids=NO_YAML.keys())
def test_what_is_no_yaml_is_told_with_its_place(write, text, said):
    file = write(text)
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: is not valid YAML")
    assert said in message
    assert "\n" not in message


def test_yaml_that_merges_a_mapping_and_overrides_its_key_is_fine(write):
    text = """
    sources:
      acme: &base
        priority: 10
        columns: {product_id: sku, name: title}
      other:
        <<: *base
        priority: 20
    """
    catalog = load(write(text))
    assert {name: source.priority for name, source in catalog.sources.items()} == {"acme": 10, "other": 20}


def test_what_is_no_text_is_told(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(b"home: caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"catalog\.yaml: is not UTF-8 \(byte 9\)\.$"):
        load(file)


ONE_SOURCE = "sources: {acme: {columns: {product_id: a, name: b}}}\n"
SECRETIVE = {
    "broken yaml": f"aws_secret_access_key: {SECRET}\nsources: [\n",
    "broken line": f"aws_secret_access_key: {SECRET}: x: y\n",
    "unknown key": f"aws_secret_access_key: {SECRET}\n{ONE_SOURCE}",
    "unknown block": f"aws: {{secret: {SECRET}}}\n{ONE_SOURCE}",
    "in a block of the wrong kind": f"sources: [{{secret: {SECRET}}}]\n",
    "in an endpoint": f"s3_endpoint: http://key:{SECRET}@host\n{ONE_SOURCE}",
    "in a place": f"lake: s3://key:{SECRET}@bucket/x\n{ONE_SOURCE}",
    "in a path": f"sources: {{acme: {{path: 's3://key:a/{SECRET}@b/x', columns: {{product_id: a, name: b}}}}}}\n",
}


@pytest.mark.parametrize("text", SECRETIVE.values(), ids=SECRETIVE.keys())
def test_no_message_shows_a_secret(write, text):
    file = write(text)
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__, "the cause would show the file's lines in a traceback"


def test_secrets_of_the_environment_are_in_no_configuration(write, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert SECRET not in repr(load(write(acme())))


def test_catalog_home_overrides_the_file(tmp_path, write, monkeypatch):
    monkeypatch.setenv("CATALOG_HOME", str(tmp_path / "elsewhere"))
    catalog = load(write({"home": "here", **acme()}))
    assert catalog.home_path == tmp_path / "elsewhere"
    assert catalog.lake_uri == str(tmp_path / "elsewhere" / "lake")
    assert catalog.source_path("acme").startswith(str(tmp_path / "elsewhere" / "inbox"))


def test_a_wrong_catalog_home_is_told_by_its_own_name(mistake, monkeypatch):
    monkeypatch.setenv("CATALOG_HOME", "s3://bucket/x")
    assert mistake(acme()).startswith("'CATALOG_HOME' is 's3://bucket/x', but must be a local folder")


def test_an_empty_catalog_home_counts_as_none(tmp_path, write, monkeypatch):
    monkeypatch.setenv("CATALOG_HOME", "")
    assert load(write({"home": "here", **acme()})).home_path == tmp_path / "here"


def test_catalog_config_names_the_file_and_an_argument_wins_over_it(tmp_path, write, monkeypatch):
    named = write({"home": "named", **acme()})
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump({"home": "other", **acme()}), encoding="utf-8")
    monkeypatch.setenv("CATALOG_CONFIG", str(named))
    assert load().home == "named"
    assert load(other).home == "other"


def test_without_a_name_the_file_is_in_the_working_folder(write, monkeypatch):
    file = write({"home": "here", **acme()})
    monkeypatch.chdir(file.parent)
    assert load().home_path == file.parent / "here"


def test_relative_paths_begin_at_the_files_folder_not_at_the_working_folder(tmp_path, write, monkeypatch):
    file = write({"home": "h", "lake": "../l", "landing": "land", **acme(path="in/{day}/*.csv")})
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    catalog = load(os.path.relpath(file))
    assert catalog.home_path == tmp_path / "h"
    assert catalog.lake_uri == str(tmp_path.parent / "l")
    assert catalog.landing_uri == str(tmp_path / "land")
    assert catalog.source_path("acme") == str(tmp_path / "in/{day}/*.csv")


def test_a_file_reached_through_a_link_names_the_same_places(tmp_path, write):
    """A file's path is part of what tells deliveries apart: one inbox under two names would be delivered twice."""
    file = write(acme(path="in/*.csv"))
    (tmp_path / "link").symlink_to(tmp_path)
    linked = load(tmp_path / "link" / file.name)
    assert linked.source_path("acme") == load(file).source_path("acme") == str(tmp_path / "in/*.csv")


def test_absolute_paths_the_users_folder_and_s3_stay_what_they_are(tmp_path, write, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    places = {"home": str(tmp_path / "abs"), "lake": "s3://bucket/lake/", "landing": "~/landing"}
    catalog = load(write({**places, **acme(path="s3://bucket/in/{day}/")}))
    assert catalog.home_path == tmp_path / "abs"
    assert catalog.lake_uri == "s3://bucket/lake"
    assert catalog.landing_uri == str(tmp_path / "user" / "landing")
    assert catalog.source_path("acme") == "s3://bucket/in/{day}/"


def print_of(source, **settings):
    return parse({"sources": {"acme": source}, **settings}, Path("catalog.yaml")).source_fingerprint("acme")


PLAIN = {"columns": COLUMNS}
CHANGES_ROWS = {
    "format": "csv", "encoding": "cp1252", "csv": {"delimiter": ";"}, "records": "items", "delivery": "full",
    "price": "none", "currency": "EUR", "decimal": "comma", "language": "de", "stale_after_hours": None,
    "continuation": True, "columns": {**COLUMNS, "brand": "maker"}, "attributes": {"color": "farbe"},
}  # fmt: skip
CHANGES_NO_ROW = {"path": "elsewhere/*.csv", "priority": 1, "max_withdrawn": 1.0, "marketplace": True}


def test_each_setting_of_a_source_is_said_to_change_its_rows_or_not():
    assert CHANGES_ROWS.keys() | CHANGES_NO_ROW.keys() == Source.model_fields.keys()


@pytest.mark.parametrize("setting", CHANGES_ROWS)
def test_a_setting_that_changes_rows_changes_the_fingerprint(setting):
    assert print_of({**PLAIN, setting: CHANGES_ROWS[setting]}) != print_of(PLAIN)


@pytest.mark.parametrize("setting", CHANGES_NO_ROW)
def test_a_setting_that_changes_no_row_leaves_the_fingerprint(setting):
    assert print_of({**PLAIN, setting: CHANGES_NO_ROW[setting]}) == print_of(PLAIN)


def test_the_fingerprint_is_that_of_the_meaning_not_of_the_writing():
    two = {"color": "farbe", "size": "groesse"}
    assert print_of({**PLAIN, "attributes": two}) == print_of({**PLAIN, "attributes": dict(reversed(two.items()))})
    assert print_of({"columns": {"name": ["title"], "product_id": "sku"}}) == print_of(PLAIN)
    assert print_of({**PLAIN, "stale_after_hours": 24}) == print_of({**PLAIN, "stale_after_hours": 24.0})


def test_the_order_of_alternative_columns_counts():
    one, other = ({"columns": {**COLUMNS, "brand": brands}} for brands in (["a", "b"], ["b", "a"]))
    assert print_of(one) != print_of(other)


def test_the_fingerprint_of_a_source_does_not_depend_on_the_rest_of_the_file():
    rest = {"home": "elsewhere", "thresholds": {"accept": 0.5}, "s3_endpoint": "http://127.0.0.1:9000"}
    assert print_of(PLAIN, **rest) == print_of(PLAIN)


def test_survivorship_names_fields_and_criteria():
    policy = {"name": ["agreement", "freshness"], "attributes.color": ["completeness"], "attributes": ["priority"]}
    assert parse({"sources": {"acme": PLAIN}, "survivorship": policy}, Path("c.yaml")).survivorship == policy


@pytest.mark.parametrize(
    ("policy", "told"),
    [({"nmae": ["priority"]}, "name"), ({"attributes.colr": ["priority"]}, "attributes.color"),
     ({"name": ["beauty"]}, "completeness"), ({"name": []}, "name")],
)  # fmt: skip
def test_a_survivorship_that_cannot_be_meant_is_told(policy, told):
    with pytest.raises(ConfigurationError, match=told):
        parse({"sources": {"acme": PLAIN}, "survivorship": policy}, Path("c.yaml"))


def test_chosen_brands_change_rows_and_a_spelling_belongs_to_one():
    assert print_of(PLAIN, brands={"Hewlett-Packard": ["HP"]}) != print_of(PLAIN)
    with pytest.raises(ConfigurationError, match=r"'brands' gives the spelling 'hp' to both 'HP' and 'Hewlett'"):
        print_of(PLAIN, brands={"HP": [], "Hewlett": ["hp"]})
    assert print_of(PLAIN, brands={" Foo ": ["Bar "]}) == print_of(PLAIN, brands={"Foo": ["Bar"]})
