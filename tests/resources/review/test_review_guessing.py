"""The pauses of who guesses passwords, and who is not paused; on both databases."""

import threading

import pytest
from account_cases import (
    CAFE,
    DAY,
    GOOD,
    HOUR,
    NOON,
    OTHER,
    SECOND,
    accounts_in,
    enter,
    guess,
    rows,
)  # fmt: skip

from resources.review import tries
from resources.review.accounts import NotSignedIn
from resources.review.tries import TooManyTries

WRONG = "The name or the password is not right."


def test_pauses_grow_and_end_and_a_right_password_starts_anew(accounts):
    waits, at = [], NOON
    for _ in range(tries.HERE.free + 4):
        assert guess(accounts, now=at) == WRONG
        row = max(rows(accounts._database, "sign_in_tries"), key=lambda row: row["pause_until"])
        waits.append((row["pause_until"] - row["last_at"]) // 1_000_000)
        at += waits[-1] * SECOND
    assert waits == [0] * (tries.HERE.free - 1) + [1, 2, 4, 8, 16]
    assert guess(accounts, password=GOOD, now=at) == "in"
    assert [guess(accounts, now=at) for _ in range(tries.HERE.free)] == [WRONG] * tries.HERE.free


def test_during_a_pause_the_right_password_is_not_looked_at_and_nothing_is_counted(accounts, database):
    for _ in range(tries.HERE.free):
        guess(accounts)
    before = rows(database, "sign_in_tries")
    with pytest.raises(TooManyTries) as paused:
        enter(accounts)
    assert paused.value.wait == SECOND
    assert rows(database, "sign_in_tries") == before
    assert guess(accounts, password=GOOD, now=NOON + SECOND) == "in"


def test_a_pause_survives_a_restart_and_is_seen_by_all_processes(accounts, database):
    for _ in range(tries.HERE.free):
        guess(accounts)
    assert "too many tries" in guess(accounts_in(database), password=GOOD)


def test_no_pause_lasts_for_ever_whatever_an_attacker_does(accounts):
    at, waits = NOON, []
    for _ in range(22):
        assert guess(accounts, now=at) == WRONG
        try:
            enter(accounts, password="wrong and wrong", now=at)
        except TooManyTries as paused:
            waits.append(paused.wait)
            at += paused.wait
        except NotSignedIn:
            continue
    assert max(waits) == tries.HERE.longest
    assert guess(accounts, password=GOOD, now=at) == "in"


def test_who_guesses_a_name_from_everywhere_pauses_strangers_but_not_the_persons_own_browser(accounts):
    device = enter(accounts).device
    for n in range(tries.NAME.free):
        assert guess(accounts, address=f"192.0.2.{n}") == WRONG
    assert "too many tries" in guess(accounts, password=GOOD, address="192.0.2.200")
    assert "too many tries" in guess(accounts, password=GOOD, address="192.0.2.200", device="forged")
    assert guess(accounts, "Leo", GOOD, address="192.0.2.201") == "in"
    assert guess(accounts, password=GOOD, address="192.0.2.200", device=device) == "in"
    # What the browser of one person is known for is nothing for another's name.
    assert enter(accounts, "Leo", device=device, address="192.0.2.9").device != device


def test_the_known_browser_has_limits_too(accounts):
    device = enter(accounts).device
    for _ in range(tries.HERE.free):
        assert guess(accounts, device=device) == WRONG
    assert "too many tries" in guess(accounts, password=GOOD, device=device)


def test_an_address_that_tries_many_names_pauses_and_others_do_not(accounts):
    told = [guess(accounts, f"name{n}") for n in range(tries.ADDRESS.free + 1)]
    assert told[:-1] == [WRONG] * tries.ADDRESS.free
    assert "too many tries" in told[-1]
    assert guess(accounts, password=GOOD, address=CAFE) == "in"


def test_an_attacker_with_an_account_does_not_reset_the_pause_of_the_address(accounts):
    for n in range(tries.ADDRESS.free - 1):
        guess(accounts, f"name{n}")
    assert guess(accounts, "Leo", GOOD) == "in"
    assert guess(accounts, "next") == WRONG
    assert "too many tries" in guess(accounts, "Leo", GOOD)


def test_addresses_of_one_network_count_as_one(accounts):
    for n in range(tries.ADDRESS.free):
        guess(accounts, f"name{n}", address=f"2001:db8:1:2::{n:x}")
    assert "too many tries" in guess(accounts, "another", address="2001:db8:1:2:ffff::1")
    assert guess(accounts, "another", address="2001:db8:1:3::1") == WRONG
    assert tries.buckets("ana", "::ffff:192.0.2.1", None) == tries.buckets("ana", "192.0.2.1", None)


def test_guesses_at_once_are_each_counted(accounts):
    told = []
    threads = [threading.Thread(target=lambda: told.append(guess(accounts))) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(WRONG) == tries.HERE.free
    assert len(told) == 24


def test_what_strangers_write_fills_no_table(accounts, database, monkeypatch):
    monkeypatch.setattr(tries, "MOST_ROWS", 30)
    for n in range(60):
        guess(accounts, "n" * 10_000 + str(n), address=f"192.0.2.{n}", now=NOON + n * SECOND)
    kept = rows(database, "sign_in_tries")
    assert len(kept) <= 33
    assert max(len(row["bucket"]) for row in kept) < 80
    guess(accounts, now=NOON + 2 * DAY)
    assert len(rows(database, "sign_in_tries")) == 3  # what is older than a day is forgotten


def test_counts_halve_by_the_hour(accounts):
    for _ in range(tries.HERE.free - 1):
        guess(accounts)
    assert [guess(accounts, now=NOON + 2 * HOUR) for _ in range(4)] == [WRONG] * 4
    assert "too many tries" in guess(accounts, now=NOON + 2 * HOUR)


def test_an_administrator_ends_the_pauses_of_a_name(accounts):
    for n in range(tries.NAME.free):
        guess(accounts, address=f"192.0.2.{n}")
    accounts.set_password("Ana", OTHER, by="Ada", now=NOON)
    assert guess(accounts, password=OTHER, address=CAFE) == "in"
