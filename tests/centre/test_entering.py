"""Login, sessions, CSRF, limits: what stands between a stranger and the desk."""

from dataclasses import replace

import pyotp
import pytest

from coordinator.centre.sessions import IDLE, LONGEST
from coordinator.store import centre as rows
from tests.centre.desk import Browser, Desk, password_of


def test_a_person_logs_in_and_out(desk: Desk) -> None:
    browser = desk.browser("op")
    assert browser.get("/api/me")["role"] == "operator"
    browser.post("/api/logout")
    assert browser.get("/api/me")["role"] == ""
    assert browser.ask("GET", "/api/now").status_code == 401


@pytest.mark.parametrize(("person", "password"), [("op", "wrong"), ("nobody", "x" * 20), ("", ""), ("-", "x")])
def test_nothing_tells_a_wrong_password_from_a_wrong_name(plain: Desk, person: str, password: str) -> None:
    answer = Browser(plain.gate).ask("POST", "/api/login", {"person": person, "password": password})
    assert answer.status_code == 401
    assert answer.json()["error"]["word"] == "wrong"
    assert "set-cookie" not in answer.headers


def test_a_cookie_that_was_there_before_the_login_is_worth_nothing_afterwards(plain: Desk) -> None:
    attacker, victim = plain.browser("gu"), Browser(plain.gate)
    fixed = attacker.cookies["centre"]
    victim.cookies["centre"] = fixed
    assert victim.login("op").status_code == 200
    assert victim.cookies["centre"] != fixed
    # neither does the planted token become the victim's, nor does it stay anybody's
    assert attacker.get("/api/me")["role"] == ""


def test_a_made_up_token_is_not_taken_over(plain: Desk) -> None:
    browser = Browser(plain.gate)
    browser.cookies["centre"] = "made-up-token-of-the-attacker"
    assert browser.login("op").status_code == 200
    assert browser.cookies["centre"] != "made-up-token-of-the-attacker"


def test_a_session_that_nobody_uses_ends_and_the_page_asking_by_itself_does_not_keep_it(plain: Desk) -> None:
    browser, quiet = plain.browser("op"), plain.browser("op")
    answers = []
    for _ in range(4):
        plain.clock.now += IDLE / 2 - 1
        assert browser.get("/api/me")["role"] == "operator"
        answers.append(quiet.ask("GET", "/api/now", headers={"x-centre-quiet": "1"}).status_code)
    assert answers[0] == 200
    assert answers[-1] == 401


def test_no_session_outlives_a_long_day(plain: Desk) -> None:
    browser = plain.browser("op")
    roles = []
    for _ in range(LONGEST // (IDLE - 60) + 1):
        plain.clock.now += IDLE - 60
        roles.append(browser.get("/api/me")["role"])
    assert roles[-2:] == ["operator", ""]


def test_the_cookie_is_no_scripts_and_no_other_sites(plain: Desk) -> None:
    answer = Browser(plain.gate).login("op")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    plain.office.secure = True
    assert "Secure" in Browser(plain.gate).login("op").headers["set-cookie"]


def test_a_change_wants_the_word_of_the_session(plain: Desk) -> None:
    first, second = plain.browser("op"), plain.browser("op")
    body = {"level": "grave", "title": "断电"}
    assert first.ask("POST", "/api/incidents", body, csrf=False).status_code == 403
    assert first.ask("POST", "/api/incidents", body, {"x-centre-csrf": second.csrf}).status_code == 403
    assert first.ask("POST", "/api/incidents", body).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_a_change_comes_from_our_own_page(plain: Desk, headers: dict[str, str], status: int) -> None:
    browser = plain.browser("op")
    body = '{"level": "grave", "title": "断电"}'.encode()
    assert browser.ask("POST", "/api/incidents", headers=headers, content=body).status_code == status
    login = b'{"person": "op", "password": "x"}'
    expected = 401 if status == 200 else status
    assert Browser(plain.gate).ask("POST", "/api/login", headers=headers, content=login).status_code == expected


def test_guessing_is_slowed_for_an_address_and_for_an_account(plain: Desk) -> None:
    one = Browser(plain.gate, "10.0.0.9")
    answers = [one.login("op", "wrong").status_code for _ in range(14)]
    assert answers[:10] == [401] * 10
    assert answers[10:] == [429] * 4
    # from many addresses, one account
    many = [Browser(plain.gate, f"10.0.1.{n}").login("su", "wrong").status_code for n in range(14)]
    assert many[:10] == [401] * 10
    assert many[10:] == [429] * 4
    # the right password has to wait too, or guessing would go on beside it; others are not touched
    assert Browser(plain.gate, "10.0.2.1").login("su").status_code == 429
    assert Browser(plain.gate, "10.0.2.2").login("au").status_code == 200
    plain.clock.now += 31
    assert Browser(plain.gate, "10.0.2.3").login("su").status_code == 200


def test_behind_a_proxy_each_desk_has_its_own_limits(plain: Desk) -> None:
    proxy = Browser(plain.gate, "10.0.3.1")
    body = {"person": "op", "password": "wrong"}

    def tries(origin: str, count: int) -> list[int]:
        headers = {"x-forwarded-for": f"1.2.3.4, {origin}"}
        return [proxy.ask("POST", "/api/login", body | {"person": f"p{n}"}, headers).status_code for n in range(count)]

    plain.office.proxied = True
    assert tries("10.9.0.1", 12).count(429) == 2
    assert tries("10.9.0.2", 5).count(429) == 0
    # nobody chooses an address for himself: without a proxy of ours the header says nothing
    plain.office.proxied = False
    assert tries("10.9.0.3", 12).count(429) == 2
    assert tries("10.9.0.4", 5).count(429) == 5


def test_the_journal_knows_failed_logins_of_accounts_alone(plain: Desk) -> None:
    Browser(plain.gate).login("op", "wrong")
    Browser(plain.gate).login("nobody", "wrong")
    found = [act for act in plain.journal.acts(0, 100) if act.act == "login_failed"]
    assert [act.person for act in found] == ["op"]
    assert "wrong" not in str([dict(act.body) for act in found])


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "password12345", "opopopopopop1", "x" * 129])
def test_a_weak_password_is_refused(plain: Desk, password: str) -> None:
    browser = plain.browser("op")
    assert browser.refused("/api/password", old=password_of("op"), new=password) == 422
    assert browser.refused("/api/password", old="wrong", new="four quiet rivers 8") == 403


def test_a_first_password_opens_nothing_but_its_own_change(plain: Desk) -> None:
    other = plain.browser("su")
    word = plain.credentials.first("su")
    browser = Browser(plain.gate)
    assert browser.login("su", word).status_code == 200
    assert browser.get("/api/me")["first"] is True
    assert browser.ask("GET", "/api/now").status_code == 403
    assert other.ask("GET", "/api/now").status_code == 403
    browser.post("/api/password", old=word, new="four quiet rivers 8")
    assert browser.ask("GET", "/api/now").status_code == 200
    # every other session of the person is gone
    assert other.ask("GET", "/api/now").status_code == 401


def test_a_second_factor(desk: Desk) -> None:
    browser = desk.browser("op")
    offered = browser.post("/api/totp")
    assert offered["picture"].startswith("data:image/svg+xml")
    totp = pyotp.TOTP(offered["secret"])
    asked = {"secret": offered["secret"], "password": password_of("op")}
    assert browser.refused("/api/totp/confirm", **asked, code="000000") == 422
    browser.post("/api/totp/confirm", **asked, code=totp.at(int(desk.clock.now)))
    assert browser.get("/api/me")["totp"] is True
    again = Browser(desk.gate)
    answer = again.login("op")
    assert (answer.status_code, answer.json()["error"]["word"]) == (401, "code")
    desk.clock.now += 60
    code = totp.at(int(desk.clock.now))
    assert again.login("op", code=code).status_code == 200
    # a code is used once, by whoever sees it too
    assert Browser(desk.gate).login("op", code=code).status_code == 401
    wrong = password_of("somebody")
    assert browser.refused("/api/totp/confirm", secret="", code="", password=wrong) == 403
    # the database alone is not enough to make codes, nor does a row that was copied to another person help
    kept = rows.secret_of(desk.store, "op")
    assert kept is not None
    assert offered["secret"] not in kept.totp
    other = rows.secret_of(desk.store, "su")
    assert other is not None
    rows.keep_secret(desk.store, replace(other, totp=kept.totp))
    desk.clock.now += 60
    assert Browser(desk.gate, "10.0.0.5").login("su", code=totp.at(int(desk.clock.now))).status_code == 401
    browser.post("/api/totp/confirm", secret="", code="", password=password_of("op"))
    assert Browser(desk.gate).login("op").status_code == 200


def test_what_is_too_long_is_refused_before_it_is_read(plain: Desk) -> None:
    browser = plain.browser("op")
    long = b'{"level": "grave", "title": "' + b"x" * 20_000 + b'"}'
    assert browser.ask("POST", "/api/incidents", content=long).status_code == 413
    assert browser.ask("POST", "/api/incidents", headers={"content-length": "99999999"}, content=b"").status_code == 413
    assert Browser(plain.gate).ask("POST", "/api/login", content=b"x" * 5000).status_code == 413


def test_a_screen_reads_and_never_times_out_until_it_is_revoked(desk: Desk) -> None:
    operator = desk.browser("op")
    link = operator.post("/api/screens", name="大厅")["link"]
    screen = Browser(desk.gate)
    assert screen.ask("POST", "/api/screen", {"link": link}).status_code == 200
    # the link opens one screen
    assert Browser(desk.gate).ask("POST", "/api/screen", {"link": link}).status_code == 404
    desk.clock.now += 10 * LONGEST
    me = screen.get("/api/me")
    assert (me["role"], me["name"]) == ("screen", "大厅")
    screen.csrf = me["csrf"]
    assert screen.ask("GET", "/api/now").status_code == 200
    assert screen.refused("/api/incidents", level="grave", title="x") == 403
    operator.login("op")
    operator.post("/api/screens/S-0001/revoke", text="活动结束")
    assert screen.ask("GET", "/api/now").status_code == 401
