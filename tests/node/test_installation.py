"""Enrolment and the county's bundle: what is proved, what is refused [SEAL-3] [SEAL-4] [SIGN-1]."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tally_node.enrolment import proof_text, read_plan
from tally_node.installation import install
from tally_node.journal import open_journal
from tally_node.keyring import open_keyring
from tally_node.service import Station
from tally_node.settings import Home
from tally_node.voice import NodeError
from tally_protocol.seal.keys import verify_signature
from tests.node.laptop import PASSPHRASE, enrol, laptop, take_in
from tests.node.sealing import ELECTION, Sealing, plan
from tests.world import signer

UNITS = {"v1": ["1", "2"]}


def code_of(home: Home, bundle: Path, authority: str | None = None) -> str:
    """The code with which a bundle is refused, or nothing."""
    keyring = open_keyring(home.keyring, PASSPHRASE)
    journal = open_journal(home.journal, keyring.row_key(), 0)
    try:
        install(home, journal, keyring, bundle, authority)
    except NodeError as error:
        assert journal.manifest_ids("unit") == []
        return error.code
    finally:
        journal.close()
    return ""


def test_every_enrolled_key_is_proved_once(tmp_path: Path) -> None:
    """[SEAL-4] one key a person and unit, each with a proof of possession; the request is for a P-256 key."""
    _, request = enrol(tmp_path / "home", units=UNITS)
    keys = {item["station_key"] for item in request["stations"]}
    keys |= {person["key"] for item in request["stations"] for person in item["officials"]}
    keys |= {person["key"] for item in request["units"] for person in item["committee"]}
    assert [key for key, _ in request["proofs"]] == list(dict.fromkeys(key for key, _ in request["proofs"]))
    assert {key for key, _ in request["proofs"]} == keys
    for key, proof in request["proofs"]:
        text = proof_text(ELECTION, "n1", key)
        assert text == f"changpiao/v1 enrolment\n{ELECTION}\nn1\n{key}".encode()
        assert verify_signature(bytes.fromhex(key), text, bytes.fromhex(proof))
    asked = x509.load_pem_x509_csr(request["csr_pem"].encode())
    assert asked.is_signature_valid
    public = asked.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public.curve.name == "secp256r1"
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"urn:tally:{ELECTION}:n1"]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(node="n2"),
        lambda body: body.update(extra=1),
        lambda body: body.pop("units"),
        lambda body: body["stations"].append(body["stations"][0]),
        lambda body: body["stations"][0].update(station="a/b"),
        lambda body: body["stations"][0]["officials"].clear(),
        lambda body: body["stations"][0]["officials"][0].update(role="king"),
        lambda body: body["stations"][0]["officials"][0].update(id="1"),
        lambda body: body["units"][0]["committee"][0].update(id=".x"),
    ],
)
def test_a_plan_that_is_not_exact_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    body = plan("n1", UNITS)
    change(body)
    (tmp_path / "plan.json").write_text(json.dumps(body))
    with pytest.raises(NodeError) as caught:
        read_plan(tmp_path / "plan.json", "n1")
    assert caught.value.code == "N_PLAN"


@pytest.mark.parametrize("whose", ["station", "official", "committee"])
def test_a_bundle_with_a_key_that_is_not_ours_is_refused(tmp_path: Path, whose: str) -> None:
    home, request = enrol(tmp_path / "home", units=UNITS)
    stranger = signer("stranger").public.hex()
    if whose == "station":
        request["stations"][0]["station_key"] = stranger
    else:
        place = request["stations"][0]["officials"] if whose == "official" else request["units"][0]["committee"]
        place[0]["key"] = stranger
    assert code_of(home, Sealing([request]).bundle(tmp_path / "bundle", "n1")) == "N_BUNDLE"


@pytest.mark.parametrize("name", ["ca.pem", "node.pem", "county.json", "election.note", "notes.bin"])
def test_a_bundle_with_a_missing_or_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    home, request = enrol(tmp_path / "home", units=UNITS)
    bundle = Sealing([request]).bundle(tmp_path / "bundle", "n1")
    (bundle / name).unlink()
    assert code_of(home, bundle) == "N_BUNDLE"


def test_another_authority_than_the_posted_one_is_refused(tmp_path: Path) -> None:
    home, request = enrol(tmp_path / "home", units=UNITS)
    sealing = Sealing([request])
    other = signer("changpiao/county-test/other")
    assert code_of(home, sealing.bundle(tmp_path / "bundle", "n1"), sealing.authority_vkey) == ""
    wrong = f"changpiao/county-test/authority+{other.public.hex()[:8]}+AQ=="
    with pytest.raises(NodeError):
        take_in_with(home, tmp_path / "bundle", wrong)


def take_in_with(home: Home, bundle: Path, authority: str) -> None:
    """Install under an anchor."""
    keyring = open_keyring(home.keyring, PASSPHRASE)
    journal = open_journal(home.journal, keyring.row_key(), 0)
    try:
        install(home, journal, keyring, bundle, authority)
    finally:
        journal.close()


def test_one_edited_note_is_enough(tmp_path: Path) -> None:
    """[SIGN-1] the authority's signature is checked over every note."""
    home, request = enrol(tmp_path / "home", units=UNITS)
    bundle = Sealing([request]).bundle(tmp_path / "bundle", "n1")
    data = (bundle / "notes.bin").read_bytes()
    (bundle / "notes.bin").write_bytes(data.replace("村v1".encode(), "村v2".encode()))
    assert code_of(home, bundle) == "E_SIG"
    (bundle / "notes.bin").write_bytes(data[:-1])
    assert code_of(home, bundle) == "N_BUNDLE"


def test_installing_again_is_harmless_and_another_election_is_refused(tmp_path: Path) -> None:
    station, sealing = laptop(tmp_path / "home", UNITS)
    station.close()
    take_in(station.home, sealing)
    later = Sealing(sealing.requests)
    later.election_note = later.election_note.replace(b"2026-09-21", b"2026-09-22")
    with pytest.raises(NodeError):
        take_in(station.home, later)
    Station.start(tmp_path / "home", PASSPHRASE).close()
