"""The journal: what is signed stays, in both databases; whatever is changed in whatever column is found."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from coordinator.centre.acts import Act, centre_name, open_act, sign_act
from coordinator.centre.inspecting import check_journal
from coordinator.centre.journal import Damaged
from coordinator.store import centre as rows
from coordinator.store.stores import SQLITE
from tally_protocol.errors import ProtocolError
from tally_protocol.seal.keys import Signer
from tests.centre.desk import Desk
from tests.world import signer


def edit(desk: Desk, statement: str, *values: Any) -> None:
    """What somebody with the database in their hands does."""
    if desk.url == SQLITE:
        with sqlite3.connect(desk.home.store) as connection:
            connection.execute(statement, values)
        return
    plain = make_url(desk.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as server:
        server.execute(statement.replace("?", "%s").encode(), values)


def some_acts(desk: Desk) -> None:
    browser = desk.browser("op")
    for title in ("断电", "断网", "下雨"):
        browser.post("/api/units/v1/incidents", level="general", title=title)
    browser.post("/api/incidents/I-0001/acknowledge", text="派人")


def other_note(desk: Desk, number: int, key: Signer) -> bytes:
    """An act in its place, well formed, signed by another key."""
    (row,) = rows.acts_after(desk.store, number - 1, 1)
    act = open_act(row.note, key_name(desk), desk.journal._signer.public)  # noqa: SLF001 - the attacker's view
    return sign_act(act, Signer(key_name(desk), key._private))  # noqa: SLF001


def key_name(desk: Desk) -> str:
    return centre_name(desk.world.id)


COLUMNS: dict[str, Callable[[Desk], tuple[Any, ...]]] = {
    "UPDATE centre_acts SET id = 999 WHERE id = 7": lambda _: (),
    "UPDATE centre_acts SET hash = ? WHERE id = 7": lambda _: (b"\x01" * 32,),
    "UPDATE centre_acts SET time = time + 1 WHERE id = 7": lambda _: (),
    "UPDATE centre_acts SET person = 'au' WHERE id = 7": lambda _: (),
    "UPDATE centre_acts SET act = 'logout' WHERE id = 7": lambda _: (),
    "UPDATE centre_acts SET note = ? WHERE id = 7": lambda desk: (
        rows.acts_after(desk.store, 6, 1)[0].note.replace(b'"person"', b'"persom"'),
    ),
    "UPDATE centre_acts SET note = (SELECT note FROM centre_acts WHERE id = 8) WHERE id = 7": lambda _: (),
    "DELETE FROM centre_acts WHERE id = 7": lambda _: (),
    "DELETE FROM centre_acts WHERE id = 1": lambda _: (),
}


@pytest.mark.parametrize("statement", COLUMNS)
def test_a_change_in_any_column_is_found(desk: Desk, statement: str) -> None:
    some_acts(desk)
    assert check_journal(desk.home, desk.store, "")["good"] is True
    edit(desk, statement, *COLUMNS[statement](desk))
    with pytest.raises(Damaged, match="E_SELF_CHECK"):
        check_journal(desk.home, desk.store, "")
    # nothing starts on it
    with pytest.raises(Damaged):
        desk.open()


def test_an_act_signed_by_another_key_is_found(desk: Desk) -> None:
    some_acts(desk)
    note = other_note(desk, 8, signer("somebody"))
    edit(desk, "UPDATE centre_acts SET note = ? WHERE id = 8", note)
    with pytest.raises(Damaged, match="E_SIG"):
        check_journal(desk.home, desk.store, "")


def test_a_row_put_in_by_hand_stops_the_running_desk_too(desk: Desk) -> None:
    some_acts(desk)
    browser = desk.browser("op")
    last = rows.acts_after(desk.store, 0)[-1]
    edit(
        desk, "INSERT INTO centre_acts (id, hash, time, person, act, note) VALUES (?, ?, ?, ?, ?, ?)",
        last.id + 1, b"\x02" * 32, last.time, last.person, last.act, last.note,
    )  # fmt: skip
    answer = browser.ask("GET", "/api/now")
    assert answer.status_code == 503
    assert "工作日志" in answer.json()["error"]["zh"]
    assert not desk.journal.healthy


def test_a_journal_that_was_cut_short_is_found_by_a_printed_head(desk: Desk) -> None:
    some_acts(desk)
    report = desk.browser("op").get("/api/reports/daily")
    head = f"{report['acts']}:{report['acts_head']}"
    assert check_journal(desk.home, desk.store, head)["good"] is True
    edit(desk, "DELETE FROM centre_acts WHERE id >= ?", report["acts"])
    # by itself a shorter chain is a chain
    assert check_journal(desk.home, desk.store, "")["good"] is True
    with pytest.raises(Damaged, match="missing"):
        check_journal(desk.home, desk.store, head)
    with pytest.raises(Damaged, match="another hash"):
        check_journal(desk.home, desk.store, f"3:{'0' * 64}")


def test_what_is_done_is_there_after_a_start(desk: Desk) -> None:
    some_acts(desk)
    before = desk.browser("su").get("/api/incidents")["incidents"]
    desk.open()
    after = desk.browser("su").get("/api/incidents")["incidents"]
    assert after == before
    assert [one["state"] for one in after] == ["raised", "raised", "acknowledged"]


def test_two_processes_never_confirm_one_matter_twice(desk: Desk) -> None:
    operator = desk.browser("op")
    name = operator.post(
        "/api/proposals", matter={"kind": "person", "person": "zhao", "name": "赵", "role": "operator"}
    )["proposal"]
    digest = operator.get("/api/proposals")["proposals"][0]["digest"]
    seconds = [desk.browser("au", "10.0.0.2"), desk.browser("op2", "10.0.0.3")]
    other = Desk.__new__(Desk)
    other.__dict__.update(desk.__dict__)
    other.open()
    seconds[1].gate = other.gate
    found: list[int] = []

    def confirm(browser: Any) -> None:
        found.append(browser.ask("POST", f"/api/proposals/{name}/confirm", {"digest": digest}).status_code)

    threads = [threading.Thread(target=confirm, args=(browser,)) for browser in seconds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 409]
    assert sum(act.act == "confirmed" for act in desk.journal.acts(0, 100)) == 1


def test_a_text_is_read_as_it_was_written_and_in_no_other_spelling(plain: Desk) -> None:
    act = plain.journal.acts(0, 1)[0]
    assert Act.read_text(act.text) == act
    for bad in (act.text[:-1], act.text + b" ", act.text.replace(b'":', b'" :'), act.text.replace(b"act\n", b"acts\n")):
        with pytest.raises(ProtocolError):
            Act.read_text(bad)


def test_nothing_that_one_logs_in_with_is_in_the_journal(plain: Desk) -> None:
    browser = plain.browser("op")
    made = browser.post("/api/people", person="sun", name="孙", role="supervisor")
    link = browser.post("/api/screens", name="大厅")["link"]
    text = b"".join(row.note for row in rows.acts_after(plain.store, 0))
    for secret in (made["password"], link, browser.csrf, browser.cookies["centre"], "argon2"):
        assert secret.encode() not in text


def test_a_fault_inside_an_endpoint_is_a_sentence_and_no_trace(plain: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = plain.browser("op")
    told = {
        OperationalError("SELECT secret", {}, OSError("gone")): 503,
        Damaged("坏了", "E_SELF_CHECK: broken"): 503,
        RuntimeError("of whom"): 500,
    }
    for error, status in told.items():

        def broken(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(type(plain.journal), "acts", broken)
        answer = browser.ask("GET", "/api/acts")
        assert answer.status_code == status
        assert answer.json()["error"]["zh"]
        assert "secret" not in answer.text
        assert "of whom" not in answer.text
