"""Passwords of the review page: which are taken, and how they are kept.

Belongs here: what a password must be, hashing it, comparing it, making one up. Does not belong here: whose it is
(`accounts`) and how often somebody may guess (`tries`).

Kept is an Argon2id hash with the defaults of argon2-cffi (RFC 9106, low memory: 64 MiB, 3 passes). Length and a list of
the commonest rather than rules about digits and signs: NIST SP 800-63B, section 5.1.1.2.
"""

import base64
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from resources.review.protocol import ReviewStoreError

SHORTEST, LONGEST = 12, 256
"""Characters of a password. The upper bound keeps what an unknown visitor can make us hash small."""
AT_ONCE = 2
"""Hashes computed at a time, 64 MiB each: visitors who sign in all at once wait rather than take all memory."""
WAITING = 8
"""Visitors who wait for that; others are told to come again, or they would hold the threads that serve all pages."""
PATIENCE = 10.0
"""Seconds that such a visitor waits for a turn."""

_FEWEST = 5
"""Different characters that a password has at least."""
_LEFT = 6
"""Letters and digits that a password has at least when the person's name, or what is common, is taken out of it."""
_COMMON = (
    "correcthorsebatterystaple", "administrator", "ichliebedich", "contraseña", "motdepasse", "willkommen",
    "qwertyuiop", "asdfghjkl", "annotator", "password", "passwort", "1q2w3e4r", "q1w2e3r4", "1qaz2wsx",
    "changeme", "iloveyou", "sunshine", "superman", "princess", "football", "baseball", "trustno", "letmein",
    "welcome", "default", "pokemon", "catalog", "qazwsx", "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn",
    "yxcvbn", "batman", "dragon", "monkey", "master", "secret", "geheim", "summer", "sommer", "winter", "spring",
    "autumn", "review", "login", "hello", "hallo", "admin", "guest", "root", "test", "user",
)  # fmt: skip
"""What most guesses are made of, longer words first."""
_LOOKS_LIKE = str.maketrans("@4031$5!7", "aaoelssit")
"""Signs and digits that stand for letters in guesses."""
_YEAR = re.compile("(19|20)[0-9]{2}")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a made-up password: characters that nobody mistakes for others."""


class Busy(ReviewStoreError):
    """Too many people sign in at this moment."""


class Passwords:
    """Hashes and compares. hasher: the parameters for new hashes; older ones are told by `outdated`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)

    def hashed(self, text: str) -> str:
        """What is kept of a password. Raises Busy."""
        with self._turn():
            return self._hasher.hash(_normal(text))

    def right(self, kept: str | None, text: str) -> bool:
        """Whether the text is the password of which `kept` is left. Without one it takes as long and is wrong.

        Raises Busy.
        """
        able = len(text) <= LONGEST and _encodable(text)
        with self._turn():
            try:
                self._hasher.verify(kept or self._nobodys(), _normal(text) if able else "")
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
        return able and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(kept)

    def _nobodys(self) -> str:
        """A hash of these parameters that no password has; to compare with it costs what the others cost."""
        it = self._hasher
        salt, digest = (_base64(secrets.token_bytes(size)) for size in (it.salt_len, it.hash_len))
        return f"$argon2id$v=19$m={it.memory_cost},t={it.time_cost},p={it.parallelism}${salt}${digest}"

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with _held(self._places, 0.0), _held(self._turns, PATIENCE):
            yield


@contextmanager
def _held(places: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    if not places.acquire(timeout=patience):
        raise Busy("Too many people sign in at this moment. Try again in a minute.")
    try:
        yield
    finally:
        places.release()


def password_fault(text: str, name: str) -> str | None:
    """Why the text cannot be the password of the person, and what to do; None where it can."""
    if not _encodable(text):
        return "The password has characters that cannot be written: type it again."
    if not SHORTEST <= len(text) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters, this one has {len(text)}: choose another."
    small = _normal(text).lower()
    if len(set(small)) < _FEWEST:
        return f"The password has fewer than {_FEWEST} different characters: choose another."
    if sum(map(str.isalnum, small.replace(_normal(name).strip().lower(), ""))) < _LEFT:
        return "The password is little more than the name: choose another."
    if min(len(_left(small)), len(_left(small.translate(_LOOKS_LIKE)))) < _LEFT:
        return "The password is one of those that are guessed first: choose another, say four words of your own."
    return None


def one_time() -> str:
    """A made-up password, to be told once and changed at the first sign-in: 20 characters, 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def _left(text: str) -> str:
    """What is left of a password without what guesses begin with: common words, years, and characters that repeat the
    one before them or count on from it (111, 123, cba); signs do not count."""
    text = "".join(filter(str.isalnum, text))
    for part in _COMMON:
        text = text.replace(part, "")
    text = _YEAR.sub("", text)
    return "".join(c for before, c in zip(" " + text, text, strict=False) if abs(ord(c) - ord(before)) > 1)


def _normal(text: str) -> str:
    """The same password however a keyboard composes it."""
    return unicodedata.normalize("NFKC", text)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
