"""Supplier places and the landing zone on a real S3 server."""

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from resources import landing as landing_module
from resources.landing import Landing, S3Place, TooLarge, arrivals

DATA = b"sku;title\n1;lamp\n"
DIGEST = hashlib.sha256(DATA).hexdigest()
LIMIT = 1000


@pytest.fixture
def put(s3_server):
    """Put objects with these keys."""

    def several(*keys):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: s3_server.put(key, DATA), keys))

    return several


@pytest.fixture
def seen(s3_server):
    """The keys that a template below the bucket shows, sorted (S3 tells whole seconds)."""

    def keys(template, day=None):
        found = arrivals(f"{s3_server.uri}{template}", s3_server.endpoint, day)
        return sorted(a.path.removeprefix(f"{s3_server.uri}/") for a in found)

    return keys


@pytest.fixture
def landing(s3_server):
    return Landing(f"{s3_server.uri}/landing", s3_server.endpoint)


def test_an_arrival_tells_path_day_size_and_moment(s3_server, put):
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)
    put("in/2026-02-28/a.csv")
    (found,) = arrivals(f"{s3_server.uri}/in/{{day}}/*", s3_server.endpoint)
    assert (found.path, found.day, found.size) == (
        f"{s3_server.uri}/in/2026-02-28/a.csv", dt.date(2026, 2, 28), len(DATA)
    )  # fmt: skip
    assert before <= found.modified_at <= dt.datetime.now(dt.UTC)
    assert found.modified_at.tzinfo == dt.UTC


def test_patterns_and_names(put, seen):
    put("in/2026-03-01/a.csv", "in/2026-03-01/b.json", "in/2026-03-02/a.csv", "in/2026-02-30/a.csv", "in/feed.csv",
        "in/feeds/x", "in2/2026-03-01/a.csv", "in/2026-03-01/a.csv.part", "in/2026-03-01/.b", "in/2026-03-01/_c",
        "in/2026-03-01/zwei wörter+[1]&%20?#.csv")  # fmt: skip
    odd = "in/2026-03-01/zwei wörter+[1]&%20?#.csv"
    first = ["in/2026-03-01/a.csv", "in/2026-03-01/b.json", odd]
    assert seen("/in/{day}/*") == [*first, "in/2026-03-02/a.csv"]
    assert seen("/in/{day}", dt.date(2026, 3, 1)) == first
    assert seen("/in/{day}/*.csv", dt.date(2026, 3, 1)) == ["in/2026-03-01/a.csv", odd]
    assert seen("/in/fee*") == ["in/feed.csv"]
    assert seen("/in/feed.csv") == ["in/feed.csv"]
    assert seen("/in/feeds") == ["in/feeds/x"]
    assert seen("/in/feed?/x") == ["in/feeds/x"]
    assert seen("/**/a.csv") == [
        "in/2026-02-30/a.csv",
        "in/2026-03-01/a.csv",
        "in/2026-03-02/a.csv",
        "in2/2026-03-01/a.csv",
    ]


def test_a_whole_bucket_may_be_the_place(put, seen):
    put("a.csv", "folder/b.csv")
    assert seen("") == ["a.csv"]
    assert seen("/") == ["a.csv"]


def test_an_odd_key_is_read_back_under_its_own_name(s3_server, put):
    put("in/zwei wörter+[1]&%20?#.csv")
    (found,) = arrivals(f"{s3_server.uri}/in/*", s3_server.endpoint)
    assert S3Place(s3_server.endpoint).read(found.path, LIMIT) == DATA


def test_keys_that_stand_for_folders_are_no_files(s3_server, put, seen):
    s3_server.put("in/2026-03-01/", b"")
    put("in/2026-03-01/a.csv")
    assert seen("/in/{day}/*") == ["in/2026-03-01/a.csv"]
    assert seen("/in/**") == ["in/2026-03-01/a.csv"]


def test_nothing_there_is_no_error_but_no_bucket_is(s3_server, seen):
    assert seen("/nothing/{day}/*") == []
    with pytest.raises(FileNotFoundError, match="NoSuchBucket"):
        arrivals("s3://no-such-bucket-here/in/*", s3_server.endpoint)


def test_more_keys_than_a_page_holds(put, seen):
    keys = [f"in/2026-03-01/{number:04}.csv" for number in range(1003)]
    put(*keys)
    assert seen("/in/{day}/*") == keys


def test_without_a_file_server_or_a_right_the_error_is_that_of_a_file(s3_server, put, monkeypatch):
    put("in/a.csv")
    with pytest.raises(FileNotFoundError, match="NoSuchKey"):
        S3Place(s3_server.endpoint).read(f"{s3_server.uri}/in/none.csv", LIMIT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    stranger = S3Place(s3_server.endpoint)
    for ask in (
        lambda: stranger.read(f"{s3_server.uri}/in/a.csv", LIMIT),
        lambda: list(stranger.files(s3_server.uri)),
        lambda: stranger.keep(f"{s3_server.uri}/x", DATA),
    ):
        with pytest.raises(OSError, match="SignatureDoesNotMatch") as caught:
            ask()
        assert caught.value.strerror
        assert "not-the-secret" not in str(caught.value)


@pytest.mark.usefixtures("s3_server")
def test_a_server_that_does_not_answer_is_an_error_like_a_disks():
    with pytest.raises(OSError, match="Could not connect"):
        S3Place("http://127.0.0.1:1").read("s3://bucket/key", LIMIT)


def test_bytes_are_kept_under_their_digest_and_come_back(s3_server, landing):
    assert landing.put(DATA) == DIGEST
    assert landing.get(DIGEST, LIMIT) == DATA
    assert landing.location(DIGEST) == f"{s3_server.uri}/landing/{DIGEST[:2]}/{DIGEST}"
    listed = s3_server.client.list_objects_v2(Bucket=s3_server.bucket)["Contents"]
    assert [item["Key"] for item in listed] == [f"landing/{DIGEST[:2]}/{DIGEST}"]


def test_empty_bytes_are_bytes(landing):
    assert landing.get(landing.put(b""), LIMIT) == b""


def test_what_is_kept_is_never_overwritten(s3_server, landing):
    key = f"landing/{DIGEST[:2]}/{DIGEST}"
    s3_server.put(key, b"other bytes")
    landing.put(DATA)
    assert s3_server.client.get_object(Bucket=s3_server.bucket, Key=key)["Body"].read() == b"other bytes"


def test_bytes_that_were_changed_are_told_not_returned(s3_server, landing):
    landing.put(DATA)
    s3_server.put(f"landing/{DIGEST[:2]}/{DIGEST}", DATA.replace(b"lamp", b"Lamp"))
    with pytest.raises(ValueError, match="the bytes are not those that were landed"):
        landing.get(DIGEST, LIMIT)


def test_many_writers_of_the_same_bytes_agree(s3_server, landing):
    data = bytes(range(256)) * 2048
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(landing.put, [data] * 16))
    assert digests == {hashlib.sha256(data).hexdigest()}
    assert landing.get(digests.pop(), len(data)) == data


def test_more_than_the_limit_is_too_large_and_exactly_the_limit_is_not(landing):
    landing.put(DATA)
    assert landing.get(DIGEST, len(DATA)) == DATA
    with pytest.raises(TooLarge):
        landing.get(DIGEST, len(DATA) - 1)


def test_what_is_too_large_is_not_read(landing, monkeypatch):
    """The limit guards memory, so the body may not be fetched to find out."""
    from botocore.response import StreamingBody

    def read(self, amt=None):
        raise AssertionError("the body was read")

    landing.put(DATA)
    monkeypatch.setattr(StreamingBody, "read", read)
    with pytest.raises(TooLarge):
        landing.get(DIGEST, 1)


@pytest.mark.parametrize("text", ["../" * 21 + "a", "A" * 64, ""])
def test_what_is_no_digest_is_no_key(landing, text):
    with pytest.raises(ValueError, match="is no SHA-256"):
        landing.get(text, LIMIT)


class Conflicting:
    """A client whose PUT meets another writer some times, as S3 answers then (409), before it passes."""

    def __init__(self, client, conflicts):
        self.client, self.conflicts, self.asked = client, conflicts, 0
        self.exceptions = client.exceptions

    def put_object(self, **request):
        self.asked += 1
        if self.asked <= self.conflicts:
            answer = {"Error": {"Code": "ConditionalRequestConflict", "Message": "try again"},
                      "ResponseMetadata": {"HTTPStatusCode": 409}}  # fmt: skip
            raise self.exceptions.ClientError(answer, "PutObject")
        return self.client.put_object(**request)


def test_a_conflict_with_another_writer_is_tried_again(s3_server):
    place = S3Place(s3_server.endpoint)
    place.client = Conflicting(place.client, 2)
    place.keep(f"{s3_server.uri}/x", DATA)
    assert place.client.asked == 3
    assert S3Place(s3_server.endpoint).read(f"{s3_server.uri}/x", LIMIT) == DATA


def test_conflicts_without_end_are_an_error(s3_server):
    place = S3Place(s3_server.endpoint)
    place.client = Conflicting(place.client, 99)
    with pytest.raises(OSError, match="other writers kept being in the way"):
        place.keep(f"{s3_server.uri}/x", DATA)
    assert place.client.asked == landing_module.CONFLICTS
