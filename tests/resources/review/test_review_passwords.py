"""Which passwords are taken, and how they are kept and compared."""

import threading
import time

import pytest
from account_cases import CHEAP, GOOD
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from resources.review import passwords
from resources.review.passwords import AT_ONCE, LONGEST, SHORTEST, WAITING, Busy, Passwords, one_time, password_fault

REFUSED = {
    "": "12 to 256", "elevenchars": "12 to 256", "x" * 257: "12 to 256", "aaaaaaaaaaaa": "different characters",
    "abababababab": "different characters", "anna-annaanna": "different characters", "anna1234anna": "the name",
    "ANNA.anna.12.34": "the name", "123456789012": "guessed first", "abcdefghijklmnop": "guessed first",
    "987654321000": "guessed first", "qwertyuiop12": "guessed first", "password1234": "guessed first",
    "P@ssw0rd12345": "guessed first", "Passwort2024!": "guessed first", "Summer2024!!": "guessed first",
    "summer-2025-summer": "guessed first", "admin-admin-user": "guessed first", "iloveyou2025": "guessed first",
    "correct horse battery staple": "guessed first", "1q2w3e4r1qaz2wsx": "guessed first",
    "tulip harbour \ud800": "cannot be written",
}  # fmt: skip
TAKEN = (
    GOOD, "kH7-pq2!zzWm", "ana.kowalski.2025", "我们的密码很长不是吗一二三四", "пароль-четыре-слова",
    "annas grüner Garten", (GOOD * 20)[:LONGEST],
)  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_a_poor_password_is_refused_in_a_sentence_that_does_not_hold_it(text):
    fault = password_fault(text, "Anna")
    assert fault is not None
    assert REFUSED[text] in fault
    assert not text or text not in fault


@pytest.mark.parametrize("text", TAKEN, ids=ascii)
def test_what_is_long_and_not_common_is_taken_whatever_it_is_made_of(text):
    assert password_fault(text, "Anna") is None


def test_made_up_passwords_differ_and_are_good():
    made = {one_time() for _ in range(200)}
    assert len(made) == 200
    assert all(password_fault(each, "Anna") is None and len(each) == 23 for each in made)


def test_the_defaults_of_the_library_are_used():
    kept, standard = extract_parameters(Passwords().hashed(GOOD)), PasswordHasher()
    assert (kept.type.name, kept.memory_cost, kept.time_cost, kept.parallelism, kept.hash_len, kept.salt_len) == (
        "ID", standard.memory_cost, standard.time_cost, standard.parallelism, standard.hash_len, standard.salt_len,
    )  # fmt: skip


def test_the_hash_that_nobody_has_costs_what_a_real_one_costs():
    for hasher in (CHEAP, PasswordHasher()):
        it = Passwords(hasher)
        assert extract_parameters(it._nobodys()) == extract_parameters(it.hashed(GOOD))
        assert not it.right(None, GOOD)


@given(st.text(min_size=SHORTEST, max_size=40), st.text(min_size=SHORTEST, max_size=40))
def test_a_password_is_right_for_itself_alone(one, other):
    it = Passwords(CHEAP)
    kept = it.hashed(one)
    assert it.right(kept, one)
    assert it.right(kept, other) == (passwords._normal(one) == passwords._normal(other))


def test_a_password_is_the_same_however_a_keyboard_composes_it():
    it = Passwords(CHEAP)
    assert it.right(it.hashed("caf\u00e9 harbour violin"), "cafe\u0301 harbour violin")


def test_what_is_no_hash_and_what_is_no_text_is_wrong():
    it = Passwords(CHEAP)
    kept = it.hashed("x" * LONGEST)
    assert it.right(kept, "x" * LONGEST)
    for text in ("x" * (LONGEST + 1), "\ud800" * 20, ""):
        assert not it.right(kept, text)
    for broken in ("", "$argon2id$", kept[:-9], "plain"):
        assert not it.right(broken, "x" * LONGEST)


def test_only_so_many_are_hashed_at_once_and_the_others_wait_or_are_told(monkeypatch):
    """Each takes 64 MiB: a rush of visitors must not take all memory."""
    begun, go, most, now = threading.Barrier(AT_ONCE + 1), threading.Event(), [], []
    it = Passwords(CHEAP)

    def slowly(self, kept, text):
        now.append(1)
        most.append(len(now))
        if len(most) <= AT_ONCE:
            begun.wait(20)
            go.wait(20)
        now.pop()
        return True

    monkeypatch.setattr(PasswordHasher, "verify", slowly)
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    threads = [threading.Thread(target=it.right, args=(None, GOOD)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    begun.wait(20)
    with pytest.raises(Busy):
        it.right(None, GOOD)
    monkeypatch.setattr(passwords, "PATIENCE", 20.0)
    waiting = [threading.Thread(target=it.right, args=(None, GOOD)) for _ in range(WAITING)]
    for thread in waiting:
        thread.start()
    while it._places._value:
        time.sleep(0.001)
    with pytest.raises(Busy):  # at once, for there is no place to wait
        it.right(None, GOOD)
    go.set()
    for thread in threads + waiting:
        thread.join()
    it.right(None, GOOD)
    assert max(most) == AT_ONCE
    assert len(most) == AT_ONCE + WAITING + 1
