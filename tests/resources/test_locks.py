"""Locks between processes: one at a time, in any process, and free again when its holder dies."""

import multiprocessing
import os
import signal
import time

import pytest

from resources.locks import file_locks

FORK = multiprocessing.get_context("fork")
SOON = 5.0


def holder(folder, name, held):
    """A process that takes a lock, says so, and keeps it."""

    def hold():
        with file_locks(folder)(name):
            held.set()
            time.sleep(60)

    process = FORK.Process(target=hold)
    process.start()
    return process


def taker(folder, name, taken):
    """A process that takes a lock, says so, and gives it back."""

    def take():
        with file_locks(folder)(name):
            taken.set()

    process = FORK.Process(target=take)
    process.start()
    return process


@pytest.fixture
def held(tmp_path):
    """The lock "raw|2026-03-01" is held by another process."""
    event = FORK.Event()
    process = holder(tmp_path, "raw|2026-03-01", event)
    assert event.wait(SOON)
    yield process
    process.kill()
    process.join()


def test_who_comes_second_waits_and_a_killed_holder_lets_go(tmp_path, held):
    taken = FORK.Event()
    waiting = taker(tmp_path, "raw|2026-03-01", taken)
    assert not taken.wait(0.3)
    os.kill(held.pid, signal.SIGKILL)
    assert taken.wait(SOON)
    waiting.join(SOON)
    assert waiting.exitcode == 0


@pytest.mark.parametrize("name", ["raw|2026-03-02", "raw|2026-03-01 ", "RAW|2026-03-01", "../raw|2026-03-01", ""])
def test_other_names_do_not_wait(tmp_path, held, name):
    taken = FORK.Event()
    waiting = taker(tmp_path, name, taken)
    assert taken.wait(SOON)
    waiting.join(SOON)


@pytest.mark.usefixtures("held")
def test_the_same_name_in_another_folder_does_not_wait(tmp_path):
    taken = FORK.Event()
    waiting = taker(tmp_path / "other", "raw|2026-03-01", taken)
    assert taken.wait(SOON)
    waiting.join(SOON)


def test_no_two_processes_are_inside_at_once(tmp_path):
    """Each reads a number, waits, and writes it one higher: without a lock, some would be lost."""
    number = tmp_path / "number"
    number.write_text("0")

    def count():
        lock = file_locks(tmp_path / "locks")
        for _ in range(10):
            with lock("number"):
                seen = int(number.read_text())
                time.sleep(0.002)
                number.write_text(str(seen + 1))

    processes = [FORK.Process(target=count) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert number.read_text() == "60"


def test_an_error_inside_lets_go(tmp_path):
    lock = file_locks(tmp_path)
    with pytest.raises(ZeroDivisionError), lock("a"):
        raise ZeroDivisionError
    with lock("a"):
        pass


def test_a_child_that_was_forked_inside_does_not_keep_the_lock(tmp_path):
    with file_locks(tmp_path)("a"):
        child = FORK.Process(target=time.sleep, args=(60,))
        child.start()
    taken = FORK.Event()
    waiting = taker(tmp_path, "a", taken)
    try:
        assert taken.wait(SOON)
    finally:
        child.kill()
        child.join()
        waiting.join(SOON)


def test_a_name_never_leaves_the_folder(tmp_path):
    lock = file_locks(tmp_path / "locks")
    for name in ("../../escape", "/etc/passwd", "a/b", "x" * 5000, "日本|\0"):
        with lock(name):
            pass
    assert {path.parent for path in tmp_path.rglob("*.lock")} == {tmp_path / "locks"}
    assert len(list(tmp_path.rglob("*.lock"))) == 5
