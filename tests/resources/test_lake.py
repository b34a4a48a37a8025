"""The lake's promises on a local disk: exactly a partition, one commit, the registry's schema, and loud mistakes."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.vocabulary.columns import TABLES
from resources import lake as lake_module
from resources.lake import Lake, s3_options

DAY = dt.date(2026, 3, 1)
NEXT = dt.date(2026, 3, 2)


@pytest.fixture
def lake(tmp_path):
    return Lake(f"{tmp_path}/lake/")


def delivery(identity, day=DAY, source="acme", **values):
    moment = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    row = {"day": day, "source": source, "delivery_id": identity, "sequence": 1, "path": "in/a.csv", "sha256": "0" * 64,
           "size_bytes": 1, "delivered_at": moment, "landed_at": moment, "replaces": None, "run_id": "r"}  # fmt: skip
    return row | values


def frame(name, *rows):
    return pl.DataFrame(list(rows), schema=TABLES[name].schema, orient="row")


def deliveries(*rows):
    return frame("deliveries", *rows)


def mark(stage, source="*", received=0, day=DAY):
    empty = dict.fromkeys(TABLES["stage_ledger"].columns)
    return frame("stage_ledger", empty | {"stage": stage, "day": day, "source": source, "received": received})


def aliases(*rows):
    return frame("product_aliases", *[(alias, product, "member", "r") for alias, product in rows])


def names(lake, **partition):
    return lake.read("deliveries", **partition)["delivery_id"].sort().to_list()


NONE = pl.Series([], dtype=pl.String)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_never_written_is_empty_with_its_schema_and_is_not_made(tmp_path, lake, name):
    assert lake.read(name).schema == TABLES[name].schema
    assert lake.read(name).is_empty()
    assert (lake.exists(name), lake.version(name)) == (False, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_registry_can_be_stored_and_keeps_its_schema(lake, name):
    lake.append(name, TABLES[name].empty())
    assert lake.read(name).schema == TABLES[name].schema
    stored = DeltaTable(lake.location(name))
    assert tuple(stored.metadata().partition_columns) == TABLES[name].partition


def test_rows_come_back_as_they_were(lake):
    rows = deliveries(delivery("a", replaces="z", path="ümläut\n'\"\\ 日本.csv", size_bytes=2**62), delivery("b", NEXT))
    lake.append("deliveries", rows)
    assert_frame_equal(lake.read("deliveries").sort("delivery_id"), rows)


def test_columns_may_come_in_any_order_and_in_a_type_that_can_be_cast(lake):
    rows = deliveries(delivery("a"))
    lake.append("deliveries", rows.select(reversed(rows.columns)).with_columns(pl.col("sequence").cast(pl.Int64)))
    assert_frame_equal(lake.read("deliveries"), rows)


def test_a_replaced_partition_is_exactly_the_new_rows_and_others_stay(lake):
    lake.append(
        "deliveries", deliveries(delivery("a"), delivery("b"), delivery("c", NEXT), delivery("d", source="other"))
    )
    lake.replace("deliveries", deliveries(delivery("e")), day=DAY, source="acme")
    assert names(lake) == ["c", "d", "e"]
    assert names(lake, day=DAY, source="acme") == ["e"]


def test_a_partition_is_replaced_in_one_commit(lake):
    lake.append("deliveries", deliveries(delivery("a")))
    before = lake.version("deliveries")
    lake.replace("deliveries", deliveries(delivery("b"), delivery("c")), day=DAY, source="acme")
    assert lake.version("deliveries") == before + 1


def test_an_empty_frame_clears_the_partition_and_no_other(lake):
    lake.append("deliveries", deliveries(delivery("a"), delivery("b", NEXT)))
    lake.replace("deliveries", TABLES["deliveries"].empty(), day=DAY, source="acme")
    assert names(lake) == ["b"]


def test_a_value_that_is_no_partition_column_tells_rows_of_a_partition_apart(lake):
    """The ledger is partitioned by stage and day, and its marks are replaced by source too."""
    for source in ("acme", "other"):
        lake.replace("stage_ledger", mark("raw", source, 1), stage="raw", day=DAY, source=source)
    lake.replace("stage_ledger", mark("raw", "acme", 2), stage="raw", day=DAY, source="acme")
    found = lake.read("stage_ledger", stage="raw", day=DAY).sort("source")
    assert found.select("source", "received").rows() == [("acme", 2), ("other", 1)]


def test_rows_outside_of_what_is_replaced_are_refused(lake):
    lake.append("deliveries", deliveries(delivery("a"), delivery("b", NEXT)))
    with pytest.raises(DeltaError):
        lake.replace("deliveries", deliveries(delivery("c", NEXT)), day=DAY, source="acme")
    assert names(lake) == ["a", "b"]


def test_a_column_that_the_table_has_not_is_told(lake):
    with pytest.raises(ValueError, match=r"^deliveries has no column colour, stock$"):
        lake.append("deliveries", deliveries(delivery("a")).with_columns(stock=1, colour=2))
    assert not lake.read("deliveries").height


def test_a_column_that_is_missing_is_told(lake):
    with pytest.raises(ValueError, match=r"^deliveries needs the column path, sha256 too$"):
        lake.replace("deliveries", deliveries(delivery("a")).drop("sha256", "path"), day=DAY, source="acme")


def test_a_value_of_the_wrong_type_is_an_error_and_nothing_is_written(lake):
    lake.append("deliveries", deliveries(delivery("a")))
    wrong = deliveries(delivery("b")).with_columns(size_bytes=pl.lit("much"))
    with pytest.raises(pl.exceptions.InvalidOperationError, match="size_bytes"):
        lake.append("deliveries", wrong)
    assert names(lake) == ["a"]


def test_an_unknown_table_is_an_error(lake):
    with pytest.raises(KeyError):
        lake.read("delivery")


HOSTILE = ["x' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE deliveries; --", "\\' OR 1=1 --", "''", "'", "\\", "a/b", "..",
           "%27 OR 1=1", "a=b", "null", "NULL", "day", "*", "{day}", "a\nb", "ü ñ 日本",
           "x' OR day IS NOT NULL OR 'x'='x", " ", "a ", '"; --', "$1", "?"]  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """A lake with one mark under each hostile name, and one under a plain name."""
    lake = Lake(str(tmp_path_factory.mktemp("ledger")))
    lake.append("stage_ledger", pl.concat(mark(name, received=1) for name in ("plain", *HOSTILE)))
    return lake


@pytest.mark.parametrize("value", HOSTILE)
def test_text_in_a_partition_value_cannot_break_out(ledger, value):
    before = ledger.read("stage_ledger").filter(pl.col("stage") != value)
    ledger.replace("stage_ledger", mark(value, received=2), stage=value, day=DAY, source="*")
    assert ledger.read("stage_ledger", stage=value).select("stage", "received").rows() == [(value, 2)]
    others = ledger.read("stage_ledger").filter(pl.col("stage") != value)
    assert_frame_equal(others, before, check_row_order=False)


@settings(max_examples=25)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12))
def test_any_text_is_only_itself(tmp_path_factory, value):
    lake = Lake(str(tmp_path_factory.mktemp("any")))
    lake.append("stage_ledger", pl.concat([mark("plain", "p", 1), mark("plain", value, 1)]))
    lake.replace("stage_ledger", mark("plain", value, 2), stage="plain", day=DAY, source=value)
    expected = {("p", 1), (value, 2)} if value != "p" else {("p", 2)}
    assert set(lake.read("stage_ledger").select("source", "received").rows()) == expected


def test_an_empty_partition_value_is_refused(lake):
    """Delta stores it as null, which no predicate finds again: each run would add its rows once more."""
    with pytest.raises(ValueError, match="a partition value cannot be empty"):
        lake.replace("stage_ledger", mark(""), stage="", day=DAY, source="*")


def test_what_others_commit_is_seen_at_the_next_look(lake):
    other = Lake(lake.uri)
    for number in range(3):
        other.append("deliveries", deliveries(delivery(f"d{number}")))
        assert lake.read("deliveries").height == number + 1
        assert lake.read("deliveries").height == number + 1


def test_of_a_log_that_was_cleaned_up_meanwhile_the_last_version_is_seen(lake):
    other = Lake(lake.uri)
    other.append("deliveries", deliveries(delivery("d0")))
    assert lake.read("deliveries").height == 1
    for number in range(1, 4):
        other.append("deliveries", deliveries(delivery(f"d{number}")))
    DeltaTable(lake.location("deliveries")).create_checkpoint()
    log = Path(lake.location("deliveries")) / "_delta_log"
    for file in sorted(log.glob("*.json"))[:-1]:
        file.unlink()
    assert lake.read("deliveries").height == 4


def test_a_scan_reads_only_the_files_of_its_partition(lake):
    for day in (DAY, NEXT):
        lake.replace("deliveries", deliveries(delivery("a", day)), day=day, source="acme")
    for path in DeltaTable(lake.location("deliveries")).file_uris([("day", "=", NEXT.isoformat())]):
        Path(path.removeprefix("file://")).unlink()
    assert names(lake, day=DAY, source="acme") == ["a"]
    with pytest.raises(FileNotFoundError):
        lake.read("deliveries")


def test_a_merge_inserts_updates_and_deletes_in_one_commit(lake):
    lake.merge("product_aliases", aliases(("a", "1"), ("b", "2"), ("c", "3")), NONE)
    before = lake.version("product_aliases")
    lake.merge("product_aliases", aliases(("b", "22"), ("d", "4")), pl.Series(["a", "a", "unknown"]))
    assert lake.version("product_aliases") == before + 1
    assert_frame_equal(lake.read("product_aliases").sort("alias_key"), aliases(("b", "22"), ("c", "3"), ("d", "4")))


def test_a_merge_keeps_what_is_both_there_and_gone(lake):
    lake.merge("product_aliases", aliases(("a", "1")), NONE)
    lake.merge("product_aliases", aliases(("a", "2")), pl.Series(["a"]))
    assert_frame_equal(lake.read("product_aliases"), aliases(("a", "2")))


def test_a_merge_of_nothing_commits_nothing(lake):
    lake.merge("product_aliases", aliases(("a", "1")), NONE)
    before = lake.version("product_aliases")
    lake.merge("product_aliases", aliases(), NONE)
    assert lake.version("product_aliases") == before


def test_a_merge_that_only_deletes(lake):
    lake.merge("product_aliases", aliases(("a", "1"), ("b", "2")), NONE)
    lake.merge("product_aliases", aliases(), pl.Series(["a"]))
    assert_frame_equal(lake.read("product_aliases"), aliases(("b", "2")))


@pytest.mark.parametrize("rows", [aliases(("a", "1"), ("a", "2")), aliases((None, "1"))], ids=["twice", "null"])
def test_a_merge_by_a_key_that_is_none_is_refused(lake, rows):
    with pytest.raises(ValueError, match="never null and never given twice"):
        lake.merge("product_aliases", rows, NONE)
    assert lake.read("product_aliases").is_empty()


@pytest.fixture
def told(tmp_path):
    """A lake, and the labels that it tells with the version of the table at that moment."""
    labels = []
    lake = Lake(str(tmp_path))
    lake.on_commit = lambda label: labels.append((label, lake.version(label.split()[1])))
    return lake, labels


def test_a_hook_is_told_before_and_after_each_commit(told):
    lake, labels = told
    lake.append("deliveries", deliveries(delivery("a")))
    lake.replace("deliveries", deliveries(delivery("b")), day=DAY, source="acme")
    lake.merge("product_aliases", aliases(("a", "1")), NONE)
    lake.merge("product_aliases", aliases(), NONE)
    assert labels == [
        ("before deliveries", 0), ("after deliveries", 1), ("before deliveries", 1), ("after deliveries", 2),
        ("before product_aliases", 0), ("after product_aliases", 1),
    ]  # fmt: skip


def test_a_fault_before_a_commit_leaves_the_table_as_it_was(lake):
    lake.append("deliveries", deliveries(delivery("a")))

    def fail(label):
        raise InterruptedError(label)

    lake.on_commit = fail
    with pytest.raises(InterruptedError, match="before deliveries"):
        lake.replace("deliveries", deliveries(delivery("b")), day=DAY, source="acme")
    assert names(lake) == ["a"]


@pytest.fixture
def no_pause(monkeypatch):
    pauses = []
    monkeypatch.setattr(lake_module, "_pause", pauses.append)
    return pauses


def losing(times, error):
    """A write that loses that many races, then succeeds; and how often it was tried."""
    tried = []

    def write():
        tried.append(1)
        if len(tried) <= times:
            raise error

    return write, tried


@pytest.mark.parametrize(
    "error", [CommitFailedError("x"), DeltaError("Metadata changed: conflict"), DeltaError("Conflict")]
)
def test_a_lost_race_is_tried_again(lake, no_pause, error):
    write, tried = losing(3, error)
    lake._commit("deliveries", write)
    assert len(tried) == 4
    assert no_pause == [0, 1, 2]


def test_races_lost_without_end_are_an_error_and_not_told_as_done(lake, no_pause):
    labels = []
    lake.on_commit = labels.append
    write, tried = losing(99, CommitFailedError("always"))
    with pytest.raises(CommitFailedError, match="always"):
        lake._commit("deliveries", write)
    assert len(tried) == lake_module.ATTEMPTS
    assert labels == ["before deliveries"]


def test_what_is_no_lost_race_is_an_error_at_once(lake, no_pause):
    write, tried = losing(1, DeltaError("disk full"))
    with pytest.raises(DeltaError, match="disk full"):
        lake._commit("deliveries", write)
    assert (len(tried), no_pause) == (1, [])


def test_options_for_s3_come_from_the_environment_and_name_only_what_is_set(monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    plain = {
        "AWS_REGION": "us-east-1",
        "conditional_put": "etag",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    assert s3_options(None) == plain
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    own = {"AWS_REGION": "eu-central-1", "AWS_SESSION_TOKEN": "token"}
    assert s3_options("http://127.0.0.1:9000") == plain | own | {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000", "AWS_ALLOW_HTTP": "true"
    }  # fmt: skip
    assert s3_options("https://minio.example")["AWS_ALLOW_HTTP"] == "false"


def older(lake, name, without):
    """A table as a version wrote it that did not know some columns yet."""
    table = TABLES[name]
    rows = deliveries(delivery("a")).drop(without)
    write_deltalake(lake.location(name), rows.to_arrow(), partition_by=list(table.partition))
    return Lake(lake.uri)


def test_a_column_that_an_older_table_lacks_is_null_until_the_table_is_written_again(lake):
    found = older(lake, "deliveries", ["replaces"])
    assert_frame_equal(found.read("deliveries"), deliveries(delivery("a")))
    found.replace("deliveries", deliveries(delivery("b", NEXT, replaces="a")), day=NEXT, source="acme")
    expected = deliveries(delivery("a"), delivery("b", NEXT, replaces="a"))
    assert_frame_equal(found.read("deliveries").sort("day"), expected)
    assert_frame_equal(Lake(lake.uri).read("deliveries", day=DAY), deliveries(delivery("a")))


def test_an_older_table_is_widened_once_and_loses_nothing_to_a_kill_in_between(lake):
    found = older(lake, "deliveries", ["replaces", "size_bytes"])
    told = []

    def fault(label):
        told.append(label)
        if len(told) == 3:  # the columns are there, the rows are not
            raise KeyboardInterrupt

    found.on_commit = fault
    with pytest.raises(KeyboardInterrupt):
        found.append("deliveries", deliveries(delivery("b", NEXT)))
    again = Lake(lake.uri)
    assert again.read("deliveries")["delivery_id"].to_list() == ["a"]
    again.append("deliveries", deliveries(delivery("b", NEXT)))
    assert again.read("deliveries").sort("day")["delivery_id"].to_list() == ["a", "b"]
    again.append("deliveries", deliveries(delivery("c", NEXT)))
    assert told[:3] == ["before deliveries", "after deliveries", "before deliveries"]


def with_more(lake, name, rows):
    """A table as an older version wrote it that had two columns more."""
    more = {"category": "Shoes", "parts": ["a"]}
    old = rows.with_columns(pl.lit(pl.Series([value])).first().alias(key) for key, value in more.items())
    write_deltalake(lake.location(name), old.to_arrow(), partition_by=list(TABLES[name].partition))
    return Lake(lake.uri)


def test_a_column_that_only_an_older_table_has_is_kept_there_and_written_no_more(lake):
    a, b, c = (deliveries(delivery(key, day)) for key, day in (("a", DAY), ("b", NEXT), ("c", NEXT)))
    found = with_more(lake, "deliveries", a)
    assert_frame_equal(found.read("deliveries"), a)
    found.append("deliveries", b)
    assert_frame_equal(found.read("deliveries", day=NEXT), b)
    found.replace("deliveries", c, day=NEXT, source="acme")
    assert_frame_equal(found.read("deliveries").sort("day"), pl.concat([a, c]))
    stored = pl.read_delta(found.location("deliveries")).sort("day")
    assert stored.select("delivery_id", "category", "parts").rows() == [("a", "Shoes", ["a"]), ("c", None, None)]


def test_an_older_table_of_current_state_is_merged_into(lake):
    found = with_more(lake, "product_aliases", aliases(("a", "1"), ("b", "2")))
    found.merge("product_aliases", aliases(("a", "9"), ("c", "3")), pl.Series(["b"]))
    assert_frame_equal(found.read("product_aliases").sort("alias_key"), aliases(("a", "9"), ("c", "3")))
