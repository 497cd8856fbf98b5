"""Every text that the desk shows is there in both languages, and every word that the code asks for is a text."""

import json
import re
from pathlib import Path

import pytest

from coordinator.centre import planning, proposals, registers
from coordinator.centre.people import ROLES
from coordinator.centre.state import State
from coordinator.centre.withdrawing import WHY
from tests.centre.desk import Browser, Desk

ROOM = Path(__file__).parents[2] / "coordinator" / "centre"
BOARD = ROOM.parent / "board" / "static" / "texts"
HAN = re.compile(r"[\u3400-\u9fff]")
# words that stand in the data of the desk's own code or of the record
FAMILIES = {
    "act": State().known, "level": registers.LEVELS, "level.note": registers.LEVELS, "channel": registers.CHANNELS,
    "about": registers.ABOUT, "check": planning.CHECKS, "observer": planning.OBSERVERS, "proof": planning.PROOFS,
    "body": planning.BODIES, "order": planning.ORDERS, "role": ROLES, "role.note": ROLES, "kind": proposals.KINDS,
    "out": WHY, "incident.state": ("raised", "acknowledged", "closed"),
    "proposal": ("open", "confirmed", "rejected", "taken_back"), "result": ("upheld", "partly", "rejected"),
    "complaint": ("open", "answered", "closed"), "warning": [f"order_{one}" for one in planning.ORDERS[:3]],
    "live": ("loading", "live", "lost"), "correct": ("correction", "recount", "reopen"),
}  # fmt: skip


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOM / "texts" / f"{language}.json").read_text("utf-8"))
    return found


def scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOM / "static").glob("*.js")))


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(texts("zh")) == list(texts("en"))


def test_no_text_is_empty_and_each_is_in_its_language() -> None:
    assert [key for key, text in texts("zh").items() if not HAN.search(text) and key not in ("field.sha256",)] == []
    assert [key for key, text in texts("en").items() if HAN.search(text) or not text.strip()] == []


def test_both_languages_fill_in_the_same_values() -> None:
    zh, en = texts("zh"), texts("en")
    holes = re.compile(r"\{(\w+)\}")
    assert [key for key in zh if sorted(holes.findall(zh[key])) != sorted(holes.findall(en[key]))] == []


def test_every_word_that_the_code_asks_for_is_a_text() -> None:
    known = texts("zh").keys() | json.loads((BOARD / "zh.json").read_text("utf-8")).keys()
    asked = set(re.findall(r'\bt\("([^"]+)"', scripts()))
    asked |= set(re.findall(r'data-(?:text|label)="([^"]+)"', (ROOM / "static" / "index.html").read_text("utf-8")))
    asked |= {f"{family}.{word}" for family, words in FAMILIES.items() for word in words}
    assert sorted(asked - known) == []


def test_every_fact_of_an_act_has_a_name_for_people(plain: Desk) -> None:
    operator = plain.browser("op")
    operator.post("/api/units/v1/incidents", level="general", title="x", detail="x")
    operator.post("/api/people", person="sun", name="孙", role="guide", units=["v1"])
    operator.post("/api/screens", name="x")
    known = texts("zh")
    facts = {key for act in operator.get("/api/acts")["acts"] for key in act["body"]}
    assert sorted(key for key in facts if f"field.{key}" not in known) == []


@pytest.mark.parametrize("name", ["zh.json", "en.json", "board-zh.json", "board-en.json"])
def test_the_texts_are_served(plain: Desk, name: str) -> None:
    assert Browser(plain.gate).get(f"/texts/{name}")


def test_nothing_is_fetched_from_elsewhere() -> None:
    found = [path.name for path in (ROOM / "static").iterdir() if re.search(r"https?://", path.read_text("utf-8"))]
    assert found == []
    assert "innerHTML" not in scripts()
