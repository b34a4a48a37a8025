"""Which files at a supplier's place are seen, with real folders: patterns, days, names and links."""

import datetime as dt
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import landing
from resources.landing import Arrival, arrivals

DAY = dt.date(2026, 3, 1)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def inbox(tmp_path):
    """A folder, and how to put a file there that was modified `seconds` after noon of 2026-03-01."""

    class Inbox:
        path = tmp_path / "inbox"

        def put(self, name, data=b"x", seconds=0):
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            moment = (NOON + dt.timedelta(seconds=seconds)).timestamp()
            os.utime(file, (moment, moment))
            return file

        def seen(self, template="", day=None):
            return [a.path.removeprefix(f"{self.path}/") for a in arrivals(f"{self.path}/{template}", None, day)]

    Inbox.path.mkdir()
    return Inbox()


def test_an_arrival_tells_path_day_size_and_moment(inbox):
    file = inbox.put("2026-02-28/a.csv", b"12345", seconds=1.25)
    found = arrivals(f"{inbox.path}/{{day}}/*", None)
    changed = dt.datetime.fromtimestamp(file.stat().st_ctime_ns // 1000 / 1e6, dt.UTC)
    assert found == [Arrival(str(file), dt.date(2026, 2, 28), 5, NOON + dt.timedelta(seconds=1.25), changed)]


def test_microseconds_of_a_modification_are_kept_exactly(inbox):
    file = inbox.put("a.csv")
    for micros in (0, 1, 499_999, 999_999, 123_457):
        moment = 1_772_366_400 * 10**9 + micros * 1000 + 999
        os.utime(file, ns=(moment, moment))
        (found,) = arrivals(f"{inbox.path}/*", None)
        assert found.modified_at == NOON + dt.timedelta(microseconds=micros)


PATTERNS = [
    ("{day}/*", ["2026-03-01/a.csv", "2026-03-01/b.json"]),
    ("{day}/*.csv", ["2026-03-01/a.csv"]),
    ("{day}", ["2026-03-01/a.csv", "2026-03-01/b.json"]),
    ("{day}/", ["2026-03-01/a.csv", "2026-03-01/b.json"]),
    ("feed-{day}.csv", ["feed-2026-03-01.csv"]),
    ("feed-*", ["feed-2026-03-01.csv"]),
    ("feed*", ["feed-2026-03-01.csv", "feeds.csv"]),
    ("fee*", ["feed-2026-03-01.csv", "feeds.csv"]),
    ("fee?s.csv", ["feeds.csv"]),
    ("*.csv", ["feed-2026-03-01.csv", "feeds.csv"]),
    ("*", ["feed-2026-03-01.csv", "feeds.csv"]),
    ("", ["feed-2026-03-01.csv", "feeds.csv"]),
    ("feeds.csv", ["feeds.csv"]),
    ("feed", ["feed/inside.csv"]),
    ("**/*.csv", ["2026-03-01/a.csv", "deep/er/2026-03-01/c.csv", "feed-2026-03-01.csv", "feed/inside.csv",
                  "feeds.csv"]),
    ("**/{day}/*", ["2026-03-01/a.csv", "2026-03-01/b.json", "deep/er/2026-03-01/c.csv"]),
    ("deep/**", ["deep/er/2026-03-01/c.csv"]),
    ("deep/*", []),
    ("deep/er/{day}", ["deep/er/2026-03-01/c.csv"]),
    ("shop.example", ["shop.example/d"]),
    ("nothing/{day}/*", []),
]  # fmt: skip


@pytest.mark.parametrize("day", [None, DAY], ids=["any day", "one day"])
@pytest.mark.parametrize(("template", "expected"), PATTERNS, ids=[template or "folder" for template, _ in PATTERNS])
def test_patterns(inbox, template, expected, day):
    names = ["2026-03-01/a.csv", "2026-03-01/b.json", "feed-2026-03-01.csv", "feeds.csv", "feed/inside.csv",
             "deep/er/2026-03-01/c.csv", "shop.example/d"]  # fmt: skip
    for name in names:
        inbox.put(name)
    assert sorted(inbox.seen(template, day)) == expected


def test_one_day_is_asked_for_and_only_its_files_come(inbox):
    for name in ("2026-03-01/a.csv", "2026-03-02/a.csv", "2026-03-02/b.csv"):
        inbox.put(name)
    assert inbox.seen("{day}/*", dt.date(2026, 3, 2)) == ["2026-03-02/a.csv", "2026-03-02/b.csv"]
    assert inbox.seen("{day}/*", dt.date(2026, 3, 3)) == []


def test_without_a_day_in_the_path_a_file_belongs_to_the_utc_day_it_was_modified(inbox):
    inbox.put("early.csv", seconds=-12 * 3600)
    inbox.put("late.csv", seconds=12 * 3600 - 1)
    inbox.put("next.csv", seconds=12 * 3600)
    assert inbox.seen("*", DAY) == ["early.csv", "late.csv"]
    assert inbox.seen("*", dt.date(2026, 3, 2)) == ["next.csv"]


def test_arrivals_come_in_order_of_modification_then_path(inbox):
    inbox.put("a.csv", seconds=5)
    inbox.put("c.csv", seconds=1)
    inbox.put("b.csv", seconds=1)
    assert inbox.seen("*") == ["b.csv", "c.csv", "a.csv"]


def test_the_day_twice_must_be_the_same_day(inbox):
    inbox.put("2026-03-01/feed-2026-03-01.csv")
    inbox.put("2026-03-01/feed-2026-03-02.csv")
    assert inbox.seen("{day}/feed-{day}.csv") == ["2026-03-01/feed-2026-03-01.csv"]
    assert inbox.seen("{day}/feed-{day}.csv", DAY) == ["2026-03-01/feed-2026-03-01.csv"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "2026-3-1", "20260301", "२०२६-०३-०१"])
def test_what_is_no_date_is_no_day(inbox, day):
    inbox.put(f"{day}/a.csv")
    assert inbox.seen("{day}/*") == []


UNMEANT = ["a.csv.part", "a.csv.tmp", "a.csv.crdownload", "a.csv.filepart", "a.csv.swp", "a.csv~", ".a.csv", "_SUCCESS",
           ".staging/a.csv", "_temporary/a.csv", "upload.part/a.csv"]  # fmt: skip


@pytest.mark.parametrize("name", UNMEANT)
def test_files_still_being_written_and_hidden_ones_are_passed_over(inbox, name):
    inbox.put(f"2026-03-01/{name}")
    inbox.put("2026-03-01/a.csv")
    assert inbox.seen("{day}/**") == ["2026-03-01/a.csv"]


def test_a_hidden_folder_that_the_template_names_is_meant_but_hidden_files_in_it_are_not(inbox):
    for name in (".catalog/in/a.csv", ".catalog/in/.b.csv", "_export/a.csv.part"):
        inbox.put(name)
    assert inbox.seen(".catalog/in/*") == [".catalog/in/a.csv"]
    assert inbox.seen("_export/*") == []


def test_a_pattern_that_begins_like_a_hidden_file_means_it(inbox):
    for name in ("_export-1.csv", "_export-2.csv.part", ".export-3.csv"):
        inbox.put(name)
    assert inbox.seen("_export-*") == ["_export-1.csv"]


def test_links_out_of_the_folder_are_passed_over(inbox, tmp_path):
    secret = tmp_path / "inbox-secret"
    secret.mkdir()
    (secret / "passwords.csv").write_bytes(b"secret")
    real = inbox.put("real.csv")
    (inbox.path / "outside.csv").symlink_to(secret / "passwords.csv")
    (inbox.path / "folder").symlink_to(secret)
    (inbox.path / "nowhere.csv").symlink_to(tmp_path / "missing")
    (inbox.path / "itself.csv").symlink_to(inbox.path / "itself.csv")
    (inbox.path / "inside.csv").symlink_to(real)
    assert sorted(inbox.seen("**")) == ["inside.csv", "real.csv"]


def test_an_inbox_may_itself_be_a_link(inbox, tmp_path):
    inbox.put("a.csv")
    (tmp_path / "link").symlink_to(inbox.path)
    assert [a.path for a in arrivals(f"{tmp_path}/link/*", None)] == [f"{tmp_path}/link/a.csv"]


def test_only_files_arrive(inbox):
    (inbox.path / "folder.csv").mkdir()
    os.mkfifo(inbox.path / "pipe.csv")
    inbox.put("a.csv")
    assert inbox.seen("*") == ["a.csv"]


def test_a_file_taken_away_during_the_look_is_no_error(inbox, monkeypatch):
    inbox.put("a.csv")
    inbox.put("b.csv")
    stat = os.stat

    def stat_after_removal(path, *args, **kwargs):
        if str(path).endswith("a.csv") and os.path.lexists(path):
            os.unlink(path)
        return stat(path, *args, **kwargs)

    monkeypatch.setattr(landing.os, "stat", stat_after_removal)
    assert inbox.seen("*") == ["b.csv"]


ODD = ["two words.csv", "ümläut-日本.csv", "a+b(c)[d]{2}^$.csv", "{x}.csv", "per%20cent.csv", "semi;colon#?.csv",
       "new\nline.csv", "back\\slash.csv", "quote'\".csv", "-rf.csv", "{DAY}.csv"]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("template", ["*", "*.csv", "**", ""])
def test_odd_names_are_names(inbox, name, template):
    inbox.put(name)
    assert inbox.seen(template) == [name]


def test_names_in_a_template_are_no_regular_expressions(inbox):
    inbox.put("a+b(1)[c].csv/x.csv")
    inbox.put("aab1c.csv/x.csv")
    assert inbox.seen("a+b(1)[c].csv/*") == ["a+b(1)[c].csv/x.csv"]
    assert inbox.seen("a.b*") == []


@given(st.text(st.characters(exclude_characters="/*?{\0", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_a_literal_template_matches_exactly_itself_and_what_is_in_it(text):
    pattern = landing._pattern(f"/in/{text}")
    assert pattern.fullmatch(f"/in/{text}")
    assert pattern.fullmatch(f"/in/{text}/file")
    assert not pattern.fullmatch(f"/in/{text}/folder/file")
    assert not pattern.fullmatch(f"/in/x{text}")
