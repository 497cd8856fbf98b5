"""`init`: a good folder becomes a county; a bad one gives every fault with file and line, and nothing is made."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from coordinator.ledger.rebuilding import rebuild
from coordinator.sealing.making import init
from coordinator.sealing.problems import SealingFault
from coordinator.settings import CountyError, Home, read_seed
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.election.manifest import Roster
from tally_protocol.election.unit import Unit
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.signing import check_manifest_signer
from tally_protocol.seal.note import parse_note
from tests.coordinator.sealing_folder import ELECTION, PROFILES, SealingFolder


@pytest.fixture
def folder(tmp_path: Path) -> SealingFolder:
    return SealingFolder(tmp_path / "sealing")


def test_a_good_folder_becomes_a_county(folder: SealingFolder, tmp_path: Path) -> None:
    """[SEAL-1] [SEAL-2] [SEAL-3] [SEAL-4] [SEAL-5] [SIGN-1] [LOG-1] [LOG-2]"""
    home = Home(tmp_path / "county")
    sealed = init(home, folder.write(), "203.0.113.7:7443")
    assert (sealed.units, sealed.stations) == (2, 3)
    assert home.authority_vkey.read_text("utf-8").strip() == sealed.authority
    store = Database(home.store)
    county = rebuild(store, strict=True).county
    kinds = [entry.kind for entry in log.read_range(store, 0, county.size)]
    assert kinds == ["election", "roster", "roster", "unit", "roster", "unit"]
    for entry in log.read_range(store, 0, county.size):
        check_manifest_signer(parse_note(entry.note), county.election)
    store.close()
    assert county.units["v1"].unit.place == ("甲县", "东乡")
    assert county.units["v2"].unit.contests[0].write_ins == 0
    for path in (*home.keys.iterdir(), home.authority / "authority.key", home.tls / "server.key", home.store):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_each_laptop_gets_its_notes_and_no_others(folder: SealingFolder, tmp_path: Path) -> None:
    """[INTAKE-6]: the certificate names the laptop."""
    home = Home(tmp_path / "county")
    init(home, folder.write(), "203.0.113.7:7443")
    found = {}
    for bundle in home.bundles.iterdir():
        data, kinds = (bundle / "notes.bin").read_bytes(), []
        while data:
            length = int.from_bytes(data[:4], "big")
            decoded = decode_record(data[4 : 4 + length])
            body = decoded.body
            assert isinstance(body, Roster | Unit)
            kinds.append((decoded.kind, body.station if isinstance(body, Roster) else "", body.node))
            data = data[4 + length :]
        found[bundle.name] = kinds
        certificate = x509.load_pem_x509_certificate((bundle / "node.pem").read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        assert uris == [f"urn:tally:{ELECTION}:{bundle.name}"]
        assert json.loads((bundle / "county.json").read_bytes())["address"] == "203.0.113.7:7443"
    assert found == {
        "n1": [("roster", "1", "n1"), ("roster", "2", "n1"), ("unit", "", "n1")],
        "n2": [("roster", "1", "n2"), ("unit", "", "n2")],
    }


Spoil = Callable[[SealingFolder], None]


def drop(name: str) -> Spoil:
    def spoil(folder: SealingFolder) -> None:
        del folder.files[name]

    return spoil


def swap(name: str, old: str, new: str) -> Spoil:
    return lambda folder: folder.swap(name, old, new)


def forged_proof(folder: SealingFolder) -> None:
    value = json.loads(folder.files["enrolments/n1.json"])
    value["proofs"][0][1] = "00" * 64
    folder.files["enrolments/n1.json"] = json.dumps(value)


def weak_key(folder: SealingFolder) -> None:
    value = json.loads(folder.files["enrolments/n1.json"])
    value["stations"][0]["station_key"] = "01" + "00" * 31
    folder.files["enrolments/n1.json"] = json.dumps(value)


def same_key(folder: SealingFolder) -> None:
    value = json.loads(folder.files["enrolments/n1.json"])
    value["stations"][1]["station_key"] = value["stations"][0]["station_key"]
    folder.files["enrolments/n1.json"] = json.dumps(value)


SPOILT: dict[str, tuple[Spoil, str]] = {
    "no units": (drop("units.csv"), "units.csv"),
    "no toml": (drop("election.toml"), "election.toml"),
    "test flag": (swap("election.toml", "test = true", "test = false"), "E_TEST"),
    "threshold": (swap("election.toml", "test = true", "test = true\nthreshold = 3"), "E_RANGE"),
    "unknown field": (swap("election.toml", "test = true", "test = true\ncolour = 1"), "colour"),
    "no profiles": (swap("election.toml", PROFILES, "profiles = []"), "election.toml:6"),
    "unit id": (swap("units.csv", "v2,", "v 2,"), "units.csv:3"),
    "unit twice": (swap("units.csv", "v2,二村", "v1,二村"), "units.csv:3"),
    "unknown column": (swap("units.csv", "registered", "registred"), "units.csv:1"),
    "place with a gap": (swap("units.csv", "甲县,东乡", ",东乡"), "units.csv:2"),
    "profile": (swap("units.csv", "400,p1", "400,p2"), "units.csv:2"),
    "name not NFC": (swap("units.csv", "一村", "e\u0301"), "E_NAME"),
    "cells": (swap("contests.csv", "v2,chair,主任,1,1,,,,", "v2,chair"), "contests.csv:4"),
    "number": (swap("contests.csv", "主任,1,1,village", "主任,01,1,village"), "contests.csv:2"),
    "contest of nobody": (swap("candidates.csv", "v2,chair", "v2,vice"), "candidates.csv:5"),
    "no candidate": (swap("candidates.csv", "v2,chair,a,买买提·阿不都,\n", ""), "units.csv:3"),
    "candidate twice": (swap("candidates.csv", "v1,member,c", "v1,member,b"), "units.csv:2"),
    "station twice": (swap("stations.csv", "v1,2,", "v1,1,"), "stations.csv:3"),
    "station elsewhere": (swap("stations.csv", "v2,1,,n2", "v2,1,,n1"), "stations.csv:4"),
    "box kind": (swap("boxes.csv", "main,main", "main,hat"), "units.csv:2"),
    "box of no station": (swap("boxes.csv", "village,2", "village,7"), "units.csv:2"),
    "no enrolment": (drop("enrolments/n2.json"), "units.csv:3"),
    "not json": (swap("enrolments/n2.json", "{", "["), "enrolments/n2.json"),
    "other election": (swap("enrolments/n1.json", ELECTION, "other-test"), "enrolments/n1.json"),
    "forged proof": (forged_proof, "enrolments/n1.json"),
    "weak key": (weak_key, "enrolments/n1.json"),
    "a key for two stations": (same_key, "units.csv:2"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_folder_is_refused_with_its_place(case: str, folder: SealingFolder, tmp_path: Path) -> None:
    spoil, said = SPOILT[case]
    spoil(folder)
    with pytest.raises(SealingFault) as fault:
        init(Home(tmp_path / "county"), folder.write(), "127.0.0.1:1")
    lines = [problem.text() for problem in fault.value.problems]
    assert any(said in line for line in lines), lines
    assert not (tmp_path / "county").exists()
    assert not list(tmp_path.glob("county*"))


def test_all_faults_are_said_at_once(folder: SealingFolder, tmp_path: Path) -> None:
    for case in ("number", "unit id", "forged proof", "threshold"):
        SPOILT[case][0](folder)
    with pytest.raises(SealingFault) as fault:
        init(Home(tmp_path / "county"), folder.write(), "127.0.0.1:1")
    text = "\n".join(problem.text() for problem in fault.value.problems)
    for case in ("number", "unit id", "forged proof", "threshold"):
        assert SPOILT[case][1] in text


def test_nothing_is_sealed_twice(folder: SealingFolder, tmp_path: Path) -> None:
    home = Home(tmp_path / "county")
    source = folder.write()
    init(home, source, "127.0.0.1:1")
    before = home.authority_vkey.read_bytes()
    with pytest.raises(CountyError):
        init(home, source, "127.0.0.1:1")
    assert home.authority_vkey.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(folder: SealingFolder, tmp_path: Path, mode: int) -> None:
    home = Home(tmp_path / "county")
    init(home, folder.write(), "127.0.0.1:1")
    path = home.keys / "county.key"
    path.chmod(mode)
    with pytest.raises(CountyError, match="0600"):
        read_seed(path)
