"""Enrolment with codes through both real programs: USB sticks, exchanged requests, sealing, revocation.

[ACCESS-1] [ACCESS-2] [ACCESS-3] [ACCESS-4] [ACCESS-8] [ACCESS-10]; attacks G2, G3.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from tally_node.certificate import new_key, new_request
from tally_protocol.seal.enrolment import prove_code, read_code, request_digest, six_groups, spell
from tests.together.enrolling import Enrolling, digits_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Enrolling]:
    made = Enrolling(tmp_path)
    yield made
    made.end()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Enrolling]:
    made = Enrolling(tmp_path, real=True)
    yield made
    made.end()


def test_from_printed_codes_to_a_delivered_count(real: Enrolling) -> None:
    """[ACCESS-1] [ACCESS-4] [ACCESS-10]: a real election; both screens show the same six groups."""
    codes = real.codes()
    assert set(codes) == set(real.nodes)
    first, second = real.nodes
    request = real.enrol(first)
    said = real.hand_in(request)
    assert said == {
        "file": request.name, "node": first, "groups": request.with_suffix(".groups").read_text("utf-8"),
        "confirmed": False,
    }  # fmt: skip
    # nothing is sealed before everybody is confirmed
    assert "confirm" in real.seal(code=1)
    assert not real.home.exists()
    real.confirm(first, request)
    assert real.hand_in(request)["confirmed"] is True
    real.confirm(first, request)
    other = real.enrol(second)
    real.hand_in(other)
    assert f"E_TOKEN: the request of laptop {second} is not confirmed" in real.seal(code=1)
    real.confirm(second, other)
    real.seal()
    assert [act["act"] for act in real.acts()] == [
        "code", "code", "request", "confirm", "request", "confirm", "certificate", "certificate",
    ]  # fmt: skip
    files = [path for path in real.path.rglob("*") if path.is_file() and path.suffix != ".code"]
    everything = b"".join(path.read_bytes() for path in files)
    for code in codes.values():
        assert digits_of(code).encode() not in everything, "a code stands nowhere"
        assert read_code(code).encode() not in everything
    real.open_county()
    for node in real.nodes:
        summary = real.count(node)
        assert (summary["owed"], summary["stopped"], summary["refusals"]) == (0, {}, 0)


def test_a_real_election_is_not_sealed_without_codes(real: Enrolling) -> None:
    """[ACCESS-4]: requests as they used to be are not enough."""
    real.enrol_without_codes()
    said = real.seal(code=1)
    assert said.count("E_TOKEN") == 2
    assert "登记码" in said


def test_a_rehearsal_may_do_without_codes_until_it_prints_one(place: Enrolling) -> None:
    place.enrol_without_codes()
    place.codes("--node", place.nodes[0])
    assert place.seal(code=1).count("E_TOKEN") == 2
    (place.sealing / "enrolment-acts.tsv").unlink()
    place.seal()


def stranger(body: dict[str, Any]) -> None:
    """Somebody between puts a key of his own into the request."""
    csr = new_request(body["election"], body["node"], new_key())
    body["csr_pem"] = csr.public_bytes(serialization.Encoding.PEM).decode()


def test_a_request_that_is_exchanged_on_its_way_is_refused(place: Enrolling) -> None:
    """[ACCESS-2] G3: any change breaks the code's proof, and is a try; the unchanged request still passes."""
    place.codes()
    node = place.nodes[0]
    request = place.enrol(node)
    assert place.hand_in(request, stranger)["code"] == "E_TOKEN"
    said = place.hand_in(request, lambda body: body["stations"][0]["officials"].reverse())
    assert said["code"] == "E_TOKEN"
    assert "altered on its way" in said["en"]
    assert "code" not in place.hand_in(request)
    assert [act["act"] for act in place.acts()].count("wrong") == 2
    # the very same wrong request read once more is not another try
    place.codes("--node", node)
    for _ in range(3):
        assert place.hand_in(request, stranger)["code"] == "E_TOKEN"


def test_who_has_found_the_code_sheet_is_seen_by_the_six_groups(place: Enrolling) -> None:
    """[ACCESS-4] G3: a valid proof over somebody's own keys; the screens differ, and the county starts anew."""
    codes = place.codes()
    node = place.nodes[0]
    honest = place.enrol(node)

    def exchange(body: dict[str, Any]) -> None:
        stranger(body)
        digest = request_digest(body)
        body["code_proof"] = prove_code(read_code(codes[node]), body["election"], node, digest).hex()

    taken = place.hand_in(honest, exchange)
    assert "code" not in taken
    assert taken["groups"] != honest.with_suffix(".groups").read_text("utf-8")
    said = place.confirm(node, honest, code=1).stderr
    assert "E_IDENTITY" in said
    assert "other groups" in said
    # the laptop's own request comes too late for this code
    assert place.hand_in(honest)["code"] == "E_TOKEN"
    place.codes("--node", node)
    fresh = place.enrol(node)
    assert "code" not in place.hand_in(fresh)
    place.confirm(node, fresh)
    # what the county confirmed cannot be exchanged afterwards either
    body = json.loads(fresh.read_text("utf-8"))
    stranger(body)
    (place.sealing / "enrolments" / fresh.name).write_text(json.dumps(body), "utf-8")
    assert f"the request of laptop {node} is not confirmed" in place.seal(code=1)


def test_five_wrong_tries_lock_a_code(place: Enrolling) -> None:
    """[ACCESS-2] G2"""
    place.codes()
    node = place.nodes[0]
    request = place.enrol(node)
    wrong = place.enrol(node, spell("0" * 40), name="guess")
    told = [place.hand_in(wrong)] + [place.hand_in(wrong, stranger) for _ in range(5)]
    assert [said["code"] for said in told] == ["E_TOKEN"] * 6
    assert ["locked after 5" in said["en"] for said in told] == [False] * 5 + [True]
    assert [act["act"] for act in place.acts()].count("wrong") == 5
    assert "locked after 5" in place.hand_in(request)["en"]
    found = place.county_command("laptops", *place.desk).stdout
    assert "已锁定/locked" in found


def test_a_code_allows_what_it_was_printed_for(place: Enrolling) -> None:
    """[ACCESS-3] G2: another laptop's code, another laptop's tables."""
    codes = place.codes()
    first, second = place.nodes
    assert place.hand_in(place.enrol(first, codes[second]))["code"] == "E_TOKEN"
    plan, other = (json.loads((place.path / f"{node}-plan.json").read_text("utf-8")) for node in (first, second))
    plan["stations"] += other["stations"][:1]
    (place.path / f"{first}-plan.json").write_text(json.dumps(plan), "utf-8")
    said = place.hand_in(place.enrol(first, codes[first]))
    assert said["code"] == "E_IDENTITY"
    assert "only what its code was printed for" in said["en"]


def test_an_expired_code(tmp_path: Path) -> None:
    """[ACCESS-2] G2"""
    place = Enrolling(tmp_path, limits={"days": 1 / 86_400})
    place.codes()
    request = place.enrol(place.nodes[0])
    time.sleep(2)  # a code of one second; an idle machine is quicker than that
    said = place.hand_in(request)
    assert (said["code"], "has expired" in said["en"]) == ("E_TOKEN", True)


def test_a_slip_of_the_hand_is_found_on_the_laptop(place: Enrolling) -> None:
    """[ACCESS-2]: N_CODE names the group; nothing was sent, nothing counted."""
    code = place.codes()[place.nodes[0]]
    last = str((int(code[3]) + 1) % 10)
    (place.path / "typed.code").write_text(code[:3] + last + code[4:], "utf-8")
    plan = place.path / f"{place.nodes[0]}-plan.json"
    words = ("enrol", "--plan", str(plan), "--out", str(place.path / "x.json"), "--code-file")
    done = place.node(place.nodes[0], *words, str(place.path / "typed.code"), code=1)
    assert "N_CODE" in done.stderr
    assert "group 1" in done.stderr
    assert code[:6] not in done.stderr
    assert not (place.path / "x.json").exists()


def test_a_revoked_laptop_comes_back_only_by_a_new_enrolment(tmp_path: Path) -> None:
    """[ACCESS-8] [ACCESS-3] [ACCESS-10]: counting goes on meanwhile, nothing is lost; renewal by file."""
    place = Enrolling(tmp_path)
    place.enrol_without_codes()
    place.seal()
    county = place.open_county()
    first, second = place.nodes
    place.county_command("revoke", first, "电脑遗失 lost", "--home", str(place.home))
    done = place.node(first, "send", "--give-up", "0", code=4)
    assert "E_REVOKED" in done.stderr
    assert "县中心" in done.stderr
    summary = place.count(first, "--give-up", "0", code=4)
    assert summary["refusals"] == 0
    assert summary["owed"] == summary["records"] > 0, "counted and signed, not delivered"
    assert place.count(second)["owed"] == 0, "others go on"
    # a new code, a request with a new TLS key and a proof of a sealed key
    place.codes("--node", first)
    request = place.ask_again(first)
    other = json.loads(request.read_text("utf-8"))
    refused = {
        "another laptop's key": lambda body: body.update(proofs=[["ab" * 32, body["proofs"][0][1]]]),
        "no key": lambda body: body.update(proofs=[]),
        "another certificate request": stranger,
    }
    for name, change in refused.items():
        assert place.hand_in(request, change)["code"] == "E_IDENTITY", name
    assert json.loads(request.read_text("utf-8")) == other
    assert "code" not in place.hand_in(request)
    assert "E_IDENTITY" in place.county_command("confirm", *place.desk, first, "0" * 30, code=1).stderr
    assert "node.pem" in place.confirm(first, request).stdout
    # a busy machine may cut a connection before it has said why
    tries = (place.node(first, "send", "--give-up", "0", code=4).stderr for _ in range(5))
    assert any("E_REVOKED" in said for said in tries), "the old certificate stays dead"
    said = place.node(first, "renew", "--take", str(place.home / "bundles" / first / "node.pem")).stdout
    assert "certificate taken" in said
    place.node(first, "send", "--give-up", "30")
    status = json.loads(place.node(first, "status", "--json").stdout)
    assert all(chain["records"] == chain["acknowledged"] for chain in status["chains"])
    assert county.stop() == 0, county.errors()
    acts = [(act["act"], act["node"], act.get("way", act.get("reason", ""))) for act in place.acts()]
    assert ("revoke", first, "电脑遗失 lost") in acts
    assert ("certificate", first, "code") in acts


def test_a_code_page_is_for_one_person_and_private(place: Enrolling) -> None:
    """What is printed: laptop, code, until when, what it hosts; a file only its owner can read."""
    place.county_command("codes", *place.desk, "--out", str(place.path / "print"))
    pages = sorted((place.path / "print").iterdir())
    assert [page.name for page in pages] == [f"{node}.txt" for node in place.nodes]
    for page in pages:
        assert page.stat().st_mode & 0o777 == 0o600
        text = page.read_text("utf-8")
        assert "登记码" in text
        assert "s/v" in text
        (line,) = [line.strip() for line in text.splitlines() if line.startswith("    ")]
        assert read_code(line)
    # once more: nobody lacks one, so nothing is printed and nothing dies
    assert "0 codes" in place.county_command("codes", *place.desk, "--out", str(place.path / "print")).stderr


def test_six_groups_are_of_the_whole_request(place: Enrolling) -> None:
    request = place.enrol(place.nodes[0])
    body = json.loads(request.read_text("utf-8"))
    assert request.with_suffix(".groups").read_text("utf-8") == six_groups(request_digest(body))
    assert "code_proof" not in body
