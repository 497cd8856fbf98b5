"""Passwords (argon2id) and one-time codes (TOTP): the only place that sees them; nothing of them is logged (ADR 8)."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coordinator.centre.refusals import Refused, slow
from coordinator.store import centre as rows
from coordinator.store.centre import SecretRow
from coordinator.store.database import Database

LEAST, MOST = 12, 128
STEP = 30
PATIENCE = 5.0
# without letters and digits that are read wrongly
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUP = 5
# taken by everybody who is told to take twelve characters
WELL_KNOWN = ("password", "qwerty", "admin", "123456", "changpiao", "xuanju", "mima")


class Credentials:
    """Keeps and checks them; one hash at a time, so that guessing never takes more than one core from the county."""

    def __init__(self, database: Database, key: bytes, hasher: PasswordHasher | None = None) -> None:
        """`key`: 32 bytes for the secrets of second factors; `hasher`: RFC 9106's second choice unless given."""
        self._database = database
        self._key = AESGCM(key)
        self._halves = hmac.digest(key, b"first halves of first passwords", "sha256")
        self._hasher = hasher or PasswordHasher()
        self._one = threading.Lock()
        # who guesses the name of an account must not see by the time that there is none
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def first(self, person: str) -> str:
        """Give a password for the first login, and take every code away; it is told once and kept nowhere."""
        word = _grouped(secrets.choice(ALPHABET) for _ in range(4 * GROUP))
        self._keep(SecretRow(person, self._hash(word), 1, "", 0))
        return word

    def second_half(self, person: str, matter: str) -> str:
        """Give a first password of which nobody is told more than half; this half is told once and kept nowhere.

        Whoever confirms a colleague's account must not be able to use it: it may be the second pair of eyes.
        """
        half = _grouped(secrets.choice(ALPHABET) for _ in range(2 * GROUP))
        self._keep(SecretRow(person, self._hash(f"{self.first_half(person, matter)}-{half}"), 1, "", 0))
        return half

    def first_half(self, person: str, matter: str) -> str:
        """The other half, for who has proposed the matter: made anew from it whenever it is asked for, kept nowhere."""
        drawn = hmac.digest(self._halves, f"{matter}\0{person}".encode(), hashlib.sha512)
        # 248 is a multiple of 31: every letter is as likely; of 64 bytes ten are always left
        letters = [ALPHABET[byte % len(ALPHABET)] for byte in drawn if byte < 248]
        return _grouped(iter(letters[: 2 * GROUP]))

    def change(self, person: str, password: str) -> None:
        """Set a person's own password; Refused 422 for a weak one."""
        check_strength(password, person)
        known = rows.secret_of(self._database, person)
        totp, step = (known.totp, known.step) if known else ("", 0)
        self._keep(SecretRow(person, self._hash(password), 0, totp, step))

    def must_change(self, person: str) -> bool:
        """Whether the password was given by somebody else."""
        known = rows.secret_of(self._database, person)
        return known is None or bool(known.first)

    def good(self, person: str, password: str) -> bool:
        """Whether it is the person's password; takes as long for an unknown person."""
        known = rows.secret_of(self._database, person)
        with self._alone():
            try:
                self._hasher.verify(known.password if known else self._nobody, password[:MOST])
            except (VerificationError, InvalidHashError):
                return False
        return known is not None

    def new_totp(self) -> str:
        """A secret for an authenticator; it counts when `keep_totp` has seen a code of it."""
        return pyotp.random_base32()

    def keep_totp(self, person: str, secret: str, code: str, now: int) -> bool:
        """Keep a secret if the code is one of it; an empty secret takes the second factor away."""
        known = rows.secret_of(self._database, person)
        step = _step_of(secret, code, now) if secret else 0
        if known is None or step is None:
            return False
        self._keep(SecretRow(person, known.password, known.first, self._locked(person, secret), step))
        return True

    def good_code(self, person: str, code: str, now: int) -> bool:
        """Whether a code is right and was not used before."""
        known = rows.secret_of(self._database, person)
        if known is None or not known.totp:
            return False
        step = _step_of(self._opened(person, known.totp), code, now)
        return step is not None and rows.use_step(self._database, person, step)

    def has_totp(self, person: str) -> bool:
        """Whether a code is asked for."""
        known = rows.secret_of(self._database, person)
        return known is not None and bool(known.totp)

    def _locked(self, person: str, secret: str) -> str:
        """A secret as the database keeps it: for this person alone, under a key that is not in the database."""
        if not secret:
            return ""
        nonce = secrets.token_bytes(12)
        return (nonce + self._key.encrypt(nonce, secret.encode(), person.encode())).hex()

    def _opened(self, person: str, kept: str) -> str:
        try:
            data = bytes.fromhex(kept)
            return self._key.decrypt(data[:12], data[12:], person.encode()).decode()
        except (ValueError, InvalidTag):
            # copied from another person, or written with another key: a code of it is never right
            return ""

    def _hash(self, password: str) -> str:
        with self._alone():
            return self._hasher.hash(password)

    def _alone(self) -> "_Alone":
        return _Alone(self._one)

    def _keep(self, row: SecretRow) -> None:
        rows.keep_secret(self._database, row)


class _Alone:
    """The lock with a bound: who would wait too long is sent away."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=PATIENCE):
            raise slow(5)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _grouped(letters: Iterator[str]) -> str:
    """In groups that can be read aloud."""
    word = "".join(letters)
    return "-".join(word[at : at + GROUP] for at in range(0, len(word), GROUP))


def check_strength(password: str, person: str) -> None:
    """Refused 422 unless a password is long enough, and more than a name or a well-known word with digits."""
    plain = password.casefold()
    for word in (person.casefold(), *WELL_KNOWN):
        plain = plain.replace(word, "")
    if not LEAST <= len(password) <= MOST or len(set(plain)) < 6:
        raise Refused(
            422,
            f"口令应为 {LEAST} 至 {MOST} 个字符，不能只由姓名、常见词或重复字符构成；几个不相干的词连起来最好记",
            f"a password has {LEAST} to {MOST} characters and is more than a name, a common word or repetition; "
            "several unrelated words are easiest to keep in mind",
            "weak",
        )


def _step_of(secret: str, code: str, now: int) -> int | None:
    """The time step of a code, the one before and after allowed; None if it is wrong."""
    if not secret or len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    for step in (now // STEP + shift for shift in (0, -1, 1)):
        if secrets.compare_digest(totp.generate_otp(step), code):
            return step
    return None
