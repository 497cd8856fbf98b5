"""Keys at rest."""

from pathlib import Path

import pytest

from tally_node.keyring import create_keyring, open_keyring
from tally_node.voice import NodeError


def refused(path: Path, passphrase: str = "right") -> str:  # noqa: S107 - a test's own
    with pytest.raises(NodeError) as caught:
        open_keyring(path, passphrase)
    return caught.value.code


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    create_keyring(tmp_path / "keyring", "right")
    return tmp_path / "keyring"


def test_the_file_is_private_and_opens_with_its_passphrase_alone(ring: Path) -> None:
    assert ring.stat().st_mode & 0o777 == 0o600
    assert refused(ring, "wrong") == "N_PASSPHRASE"
    assert open_keyring(ring, "right").row_key() == open_keyring(ring, "right").row_key()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(ring: Path, mode: int) -> None:
    ring.chmod(mode)
    assert refused(ring) == "N_MODE"


def test_no_bit_of_the_file_can_change(ring: Path) -> None:
    data = ring.read_bytes()
    for place in range(0, len(data), 37):
        ring.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        ring.chmod(0o600)
        assert refused(ring) == "N_PASSPHRASE"


def test_no_private_key_stands_in_the_file(ring: Path) -> None:
    keys = open_keyring(ring, "right")
    assert b"PRIVATE KEY" in keys.tls_pem
    assert b"PRIVATE KEY" not in ring.read_bytes()


def test_keys_differ_by_election_unit_person_and_trade(ring: Path) -> None:
    """[SEAL-4] one key belongs to one id."""
    keys = open_keyring(ring, "right")
    made = {
        keys.person_signer(election, unit, name).public
        for election in ("e1", "e2")
        for unit in ("u1", "u2")
        for name in ("1", "2")
    } | {keys.station_signer("e1", "u1", "1").public}
    assert len(made) == 9
    assert (
        keys.person_signer("e1", "u1", "1").public == open_keyring(ring, "right").person_signer("e1", "u1", "1").public
    )


def test_nothing_is_overwritten_and_no_passphrase_is_no_keyring(ring: Path, tmp_path: Path) -> None:
    for path, passphrase, code in ((ring, "x", "N_EXISTS"), (tmp_path / "other", "", "N_PASSPHRASE")):
        with pytest.raises(NodeError) as caught:
            create_keyring(path, passphrase)
        assert caught.value.code == code
