"""The landing zone on a local disk: kept once, at once, unchanged, and checked when read."""

import datetime as dt
import hashlib
import multiprocessing
import os
import signal
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.landing import Landing, LocalPlace, TooLarge, place

DATA = b"sku;title\n1;lamp\n"
DIGEST = hashlib.sha256(DATA).hexdigest()
LIMIT = 1000


def in_a_child(work):
    """Run `work` in a forked process; returns its exit code, negative for a signal. It touches files only."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_bytes_are_kept_under_their_digest_and_come_back(tmp_path):
    landing = Landing(f"{tmp_path}/landing/")
    assert landing.put(DATA) == DIGEST
    assert landing.get(DIGEST, LIMIT) == DATA
    assert files(tmp_path) == [f"landing/{DIGEST[:2]}/{DIGEST}"]
    assert landing.location(DIGEST) == f"{tmp_path}/landing/{DIGEST[:2]}/{DIGEST}"


@settings(max_examples=30)
@given(data=st.binary(max_size=100))
def test_whatever_the_bytes_are_they_come_back(tmp_path_factory, data):
    landing = Landing(str(tmp_path_factory.getbasetemp() / "any-bytes"))
    assert landing.get(landing.put(data), LIMIT) == data


def test_putting_again_changes_nothing(tmp_path):
    landing = Landing(str(tmp_path))
    landing.put(DATA)
    before = os.stat(landing.location(DIGEST))
    assert landing.put(DATA) == DIGEST
    after = os.stat(landing.location(DIGEST))
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST}"]


def test_what_is_kept_is_read_only(tmp_path):
    landing = Landing(str(tmp_path))
    landing.put(DATA)
    assert stat.S_IMODE(os.stat(landing.location(DIGEST)).st_mode) == 0o444


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("moment", ["fsync", "chmod", "replace"])
def test_a_kill_leaves_nothing_half_written_under_the_digest(tmp_path, monkeypatch, moment):
    landing = Landing(str(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(os, moment, lambda *args: kill())
        assert in_a_child(lambda: landing.put(DATA)) == -signal.SIGKILL
    assert not os.path.exists(landing.location(DIGEST))
    with pytest.raises(FileNotFoundError):
        landing.get(DIGEST, LIMIT)
    landing.put(DATA)
    assert landing.get(DIGEST, LIMIT) == DATA


def test_a_failure_leaves_nothing_at_all(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        Landing(str(tmp_path)).put(DATA)
    assert files(tmp_path) == []


def test_bytes_are_on_disk_before_they_have_their_name_and_the_name_before_put_returns(tmp_path, monkeypatch):
    told = []
    fsync, move = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (told.append(f"flush {_kind(fd)}"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (told.append("rename"), move(a, b)))
    Landing(str(tmp_path)).put(DATA)
    assert told == ["flush file", "rename", "flush folder", "flush folder"]


def _kind(handle):
    return "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"


def test_many_processes_putting_the_same_bytes_leave_one_whole_file(tmp_path):
    landing = Landing(str(tmp_path))
    data = bytes(range(256)) * 4096
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=landing.put, args=(data,)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6
    assert landing.get(hashlib.sha256(data).hexdigest(), len(data)) == data
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("tampered", [b"", DATA[:-1], DATA + b"x", DATA.replace(b"lamp", b"Lamp")])
def test_bytes_that_were_changed_are_told_not_returned(tmp_path, tampered):
    landing = Landing(str(tmp_path))
    landing.put(DATA)
    os.chmod(landing.location(DIGEST), 0o644)
    with open(landing.location(DIGEST), "wb") as file:
        file.write(tampered)
    with pytest.raises(ValueError, match="the bytes are not those that were landed"):
        landing.get(DIGEST, LIMIT)


NO_DIGEST = ["", "a" * 63, "a" * 65, "A" * 64, "../" * 21 + "a", "/etc/passwd", "g" * 64, DIGEST + "\n",
             f"{DIGEST[:-3]}/..", "٣" * 64]  # fmt: skip


@pytest.mark.parametrize("text", NO_DIGEST)
def test_what_is_no_digest_is_no_path(tmp_path, text):
    landing = Landing(str(tmp_path))
    with pytest.raises(ValueError, match="is no SHA-256"):
        landing.location(text)
    with pytest.raises(ValueError, match="is no SHA-256"):
        landing.get(text, LIMIT)


def test_more_than_the_limit_is_too_large_and_exactly_the_limit_is_not(tmp_path):
    landing = Landing(str(tmp_path))
    landing.put(DATA)
    assert landing.get(DIGEST, len(DATA)) == DATA
    with pytest.raises(TooLarge):
        landing.get(DIGEST, len(DATA) - 1)


def test_a_file_that_grows_while_it_is_read_is_still_held_to_the_limit(tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    file.write_bytes(b"x" * 100)
    fstat = os.fstat

    def grown_since(handle):
        found = fstat(handle)
        with open(file, "ab") as more:
            more.write(b"y" * 100)
        return found

    monkeypatch.setattr(os, "fstat", grown_since)
    with pytest.raises(TooLarge):
        LocalPlace().read(str(file), 150)


def test_a_large_limit_costs_no_memory(tmp_path):
    """The default limit is gigabytes; reading a small file must not reserve them."""
    import resource

    file = tmp_path / "a.csv"
    file.write_bytes(DATA)

    def read_with_little_memory():
        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + 500_000_000, -1))
        os._exit(0 if LocalPlace().read(str(file), 4_000_000_000) == DATA else 2)

    if os.path.exists("/proc/self/statm"):
        assert in_a_child(read_with_little_memory) == 0


def test_the_place_of_a_path_is_the_disk_unless_it_is_s3(tmp_path):
    assert isinstance(place(str(tmp_path), None), LocalPlace)
    (found,) = list(_one_file(tmp_path))
    assert (found.path, found.size, found.modified_at.tzinfo) == (str(tmp_path / "f"), 1, dt.UTC)


def _one_file(folder):
    (folder / "f").write_bytes(b"x")
    return LocalPlace().files(str(folder))
