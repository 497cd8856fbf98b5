"""Outcomes, exit codes, options, both shells: what a user and a script see.

Serves [VERIFY-1] to [VERIFY-7], [ARCHIVE-1], [TOTALS-1], [RECEIPT-3], [PROOF-1], [CHECK-3],
[BALLOT-1] to [BALLOT-4].
"""

import json
import subprocess
import sys
import zipapp
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.verifier.conftest import Codes, Run
from tests.verifier.maker import Maker
from tests.verifier.signing import again, hash_of, vkey
from tests.verifier.test_record import at, changed
from verifier.chain.manifest import read_election
from verifier.chain.walk import Assignment
from verifier.checks.commands import RECOMPUTED
from verifier.checks.files import FilePass
from verifier.checks.shards import Job, walk_shard
from verifier.checks.verify import Options, Verification
from verifier.findings.codes import SENTENCES, NoVerdict
from verifier.findings.report import CHECKS, Report, shown
from verifier.notes import fingerprint_of, read_record
from verifier.source import Folder

ROOT = Path(__file__).parents[2]


def program(*arguments: object, shell: str = "plain") -> subprocess.CompletedProcess[str]:
    start = ["-m", "verifier"] if shell == "plain" else ["-c", "from verifier.cli import main; main()"]
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def unfinished(maker: Maker) -> list[bytes]:
    """The log before the written-in names were opened."""
    return maker.entries[: at(maker.entries, "names")]


# --- anchors and exit codes


def test_without_an_anchor_it_is_unanchored(honest: Path, run: Run) -> None:
    """[VERIFY-1]: also with the key that the record brings itself, unless the user names it."""
    code, out, _ = run("verify", honest / "pub")
    assert (code, "未锚定 UNANCHORED" in out) == (3, True)


def test_a_contradiction_comes_before_a_missing_anchor(maker: Maker, tmp_path: Path, run: Run) -> None:
    maker.publish(tmp_path, changed("batch", prev="1" * 64)(maker.entries))
    assert run("verify", tmp_path)[0] == 1


def test_a_missing_anchor_comes_before_a_missing_file(maker: Maker, tmp_path: Path, run: Run) -> None:
    maker.publish(tmp_path, unfinished(maker))
    assert run("verify", tmp_path)[0] == 3


def test_a_fingerprint_is_an_anchor(honest: Path, maker: Maker, run: Run) -> None:
    right = fingerprint_of(maker.anchor)
    assert run("verify", honest / "pub", "--fingerprint", right)[0] == 0
    wrong = ("0" if right[0] != "0" else "1") + right[1:]
    code, out, _ = run("verify", honest / "pub", "--fingerprint", wrong)
    assert (code, "E_ANCHOR" in out) == (1, True)


@pytest.mark.parametrize("name", ["changpiao/test-2026/authority", "changpiao/test-2027/authority"])
def test_another_anchor_is_failed(name: str, honest: Path, run: Run) -> None:
    """[VERIFY-7]: another key under the right name, and any key under another name."""
    other = vkey(name, "county" if "2026" in name else "authority")
    code, out, _ = run("verify", honest / "pub", "--key", other)
    assert (code, "E_ANCHOR" in out) == (1, True)


@pytest.mark.parametrize("shell", ["plain", "typer"])
def test_both_shells_have_the_same_exit_codes(shell: str, honest: Path, maker: Maker, tmp_path: Path) -> None:
    """0 to 4 and 64, on a pipe, without progress and without a traceback."""
    broken, short = tmp_path / "broken", tmp_path / "short"
    maker.publish(broken, changed("batch", prev="1" * 64)(maker.entries))
    maker.publish(short, unfinished(maker))
    big = tmp_path / "big"
    big.mkdir()
    (big / "checkpoint").write_bytes(maker.checkpoint(maker.entries).replace(b"\n37\n", b"\n9999999999\n"))
    record, key = honest / "pub", ("--key", honest / "key")
    for expected, arguments in (
        (0, ["verify", record, *key]),
        (1, ["verify", broken, *key]),
        (2, ["verify", short, *key]),
        (3, ["verify", record]),
        (4, ["verify", honest / "key", *key]),
        (4, ["verify", big, *key]),
        (4, ["verify", record, *key, "--ballots", tmp_path / "none"]),
        (4, ["inspect", record, "99"]),
        (4, ["conformance", tmp_path / "none"]),
        (64, ["verify", record, "--key", "nonsense+key"]),
        (64, ["verify", record, "--fingerprint", "0"]),
        (64, ["verify", record, "--nonsense"]),
        (64, ["verify", record, "--signatures", "some"]),
        (64, ["verify", record, "--processes", "-1"]),
        (64, []),
        (0, ["--list-checks"]),
        (0, ["checks"]),
        (0, ["totals", record]),
        (1, ["totals", broken]),
    ):
        done = program(*arguments, shell=shell)
        assert done.returncode == expected, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert "\r" not in done.stderr
        assert expected not in (4, 64) or "error" in done.stderr.lower()


def test_quiet_says_nothing(honest: Path) -> None:
    done = program("verify", honest / "pub", "--key", honest / "key", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_single_file_runs_with_cryptography_alone(honest: Path, tmp_path: Path) -> None:
    """A zipapp of the package, in an interpreter that refuses rich and typer."""
    target = tmp_path / "verifier.pyz"
    source = tmp_path / "source"
    (source / "verifier").parent.mkdir()
    for path in (ROOT / "verifier").rglob("*.py"):
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    bare = "sys.modules['rich'] = sys.modules['typer'] = None"
    main = f"import sys\n{bare}\nfrom verifier.plain import main\nsys.exit(main())\n"
    (source / "__main__.py").write_text(main, "utf-8")
    zipapp.create_archive(source, target)
    done = subprocess.run(
        [sys.executable, target, "verify", honest / "pub", "--key", honest / "key"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "VERIFIED" in done.stdout) == (0, True), done.stderr


# --- the report


def test_each_check_reports_its_objects(honest: Path, run: Run) -> None:
    """[VERIFY-3], [VERIFY-2]: id, objects, failures, evidence; the same words in the JSON report."""
    _, out, _ = run("verify", honest / "pub", "--key", honest / "key", "--json", "-")
    report: dict[str, Any] = json.loads(out)
    assert [check["id"] for check in report["checks"]] == list(CHECKS)
    for check in report["checks"]:
        assert (check["objects"] > 0) == (check["state"] == "passed"), check
    assert report["test"] is True


def test_evidence_names_place_expected_and_found(maker: Maker, tmp_path: Path, run: Run) -> None:
    maker.publish(tmp_path, changed("batch", prev="1" * 64)(maker.entries))
    report = json.loads(run("verify", tmp_path, "--json", "-")[1])
    (finding,) = next(check for check in report["checks"] if check["id"] == "S3")["evidence"]
    assert finding["code"] == "E_CHAIN"
    assert "s/v1/a seq 2" in finding["place"]
    assert finding["found"] == "1" * 64
    assert len(finding["expected"]) > 64
    assert (finding["zh"], finding["en"]) == SENTENCES["E_CHAIN"]


def test_a_check_that_touched_nothing_has_not_passed() -> None:
    """[VERIFY-2]."""
    report = Report(anchored=True)
    assert report.outcome == "INCOMPLETE"
    for check in report.ran:
        report.tally.touch(check)
    assert report.outcome == "VERIFIED"
    report.tally.objects["I6"] = 0
    assert report.outcome == "INCOMPLETE"
    report.tally.objects["I6"] = 1
    report.tally.objects["S5"] = 0  # "if any"
    assert report.outcome == "VERIFIED"


def test_text_from_a_record_cannot_drive_a_terminal() -> None:
    assert shown("a\x1b[2J\u202eb\u200b唱票") == "a\\u001b[2J\\u202eb\\u200b唱票"


def test_the_words_are_those_of_the_contract() -> None:
    """[CONV-1]: codes and sentences of spec/codes.json."""
    stated = json.loads((ROOT / "spec/codes.json").read_text("utf-8"))
    assert {code: (entry["zh"], entry["en"]) for code, entry in stated.items()} == dict(SENTENCES)


# --- one unit, heads


def test_one_unit_alone(maker: Maker, tmp_path: Path, run: Run, codes: Codes) -> None:
    """[VERIFY-5]: the log as a whole, the chains of one unit; a fault elsewhere is not looked for, and it says so."""
    maker.publish(tmp_path, changed("batch", prev="1" * 64)(maker.entries))
    code, found = codes(tmp_path, "--unit", "v1")
    assert (code, "S3 E_CHAIN" in found) == (1, True)
    code, found = codes(tmp_path, "--unit", "v2")
    assert {one for one in found if not one.startswith("S5")} == set()
    assert "v2" in run("verify", tmp_path, "--key", maker.anchor, "--unit", "v2")[1].split("only the chains of unit")[1]
    assert codes(tmp_path, "--unit", "v9")[0] in (1, 2)


def test_heads_checks_the_newest_signatures_only(maker: Maker, tmp_path: Path, run: Run, codes: Codes) -> None:
    """[VERIFY-6]: a bad signature in the middle passes and is said not to be checked; on a head it does not pass."""

    def spoil(index: int) -> Path:
        entry = maker.entries[index]
        other = again(entry, time=1200)
        folder = tmp_path / str(index)
        bad = entry[: entry.rindex(b"\n\n") + 2] + other[other.rindex(b"\n\n") + 2 :]
        return maker.publish(folder, [*maker.entries[:index], bad, *maker.entries[index + 1 :]])

    middle = next(i for i, entry in enumerate(maker.entries) if b" void\n" in entry)
    assert codes(spoil(middle))[0] == 1
    out = run("verify", spoil(middle), "--key", maker.anchor, "--signatures", "heads")[1]
    assert "A3 E_SIG" not in out
    assert "were not verified" in out
    head = next(i for i, entry in enumerate(maker.entries) if b" names\n" in entry)
    assert "A3 E_SIG" in codes(spoil(head), "--signatures", "heads")[1]
    assert "A3 E_SIG" in codes(spoil(3), "--signatures", "heads")[1]


# --- totals, inspect, URL

TOTALS = """unit,contest,candidate,votes
v1,chief,c1,30
v1,chief,c2,52
v1,chief,+王五,8
v1,chief,+,1
v2,chief,c1,20
v2,chief,c2,10
"""


def test_totals_are_recomputed(honest: Path, tmp_path: Path, run: Run) -> None:
    """[TOTALS-1]."""
    assert run("totals", honest / "pub") == (0, TOTALS, f"tally-verifier: note: {RECOMPUTED}\n")
    rows = json.loads(run("totals", honest / "pub", "--format", "json")[1])
    assert rows[2] == {"unit": "v1", "contest": "chief", "candidate": "+王五", "votes": 8}
    assert run("totals", honest / "pub", "--out", tmp_path / "t.csv")[:2] == (0, "")
    assert (tmp_path / "t.csv").read_bytes() == TOTALS.encode()


def test_totals_of_a_failed_record_are_not_printed(maker: Maker, tmp_path: Path, run: Run) -> None:
    """[TOTALS-1]; an incomplete record gives figures and a warning."""
    maker.publish(tmp_path / "bad", changed("close", batches=7)(maker.entries))
    assert run("totals", tmp_path / "bad")[:2] == (1, "")
    maker.publish(tmp_path / "part", unfinished(maker))
    code, out, err = run("totals", tmp_path / "part")
    assert (code, out.startswith("unit,contest"), "INCOMPLETE" in err) == (2, True, True)


def test_inspect_names_the_figures(honest: Path, maker: Maker, tmp_path: Path, run: Run) -> None:
    """[NOTE-3]: the hash by which others cite the record."""
    index = next(i for i, entry in enumerate(maker.entries) if b" batch\n" in entry)
    code, out, _ = run("inspect", honest / "pub", index)
    assert code == 0
    assert hash_of(maker.entries[index]) in out
    assert "c1 阿依古丽·买买提: approve 30" in out
    (tmp_path / "note").write_bytes(maker.entries[index])
    assert run("inspect", tmp_path / "note")[0] == 0
    for place in range(len(maker.entries)):
        assert run("inspect", honest / "pub", place)[0] == 0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass

    def do_GET(self) -> None:
        if self.path.startswith("/away/"):
            self.send_response(302)
            self.send_header("Location", "http://localhost:9/")
            self.end_headers()
        else:
            super().do_GET()


def test_a_record_behind_a_url(honest: Path, run: Run) -> None:
    """Fetched once and verified from the copy; a redirect to another host and a dead server give no verdict."""

    def handler(*arguments: Any) -> SimpleHTTPRequestHandler:
        return _Quiet(*arguments, directory=str(honest / "pub"))

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            assert run("verify", base, "--key", honest / "key")[0] == 0
            assert run("inspect", base, 7)[0] == 0
            assert run("verify", base + "/none", "--key", honest / "key")[0] == 2
            code, _, err = run("verify", base + "/away", "--key", honest / "key")
            assert (code, "another host" in err) == (4, True)
        finally:
            server.shutdown()
            thread.join()
    assert run("verify", base, "--key", honest / "key")[0] == 4


def test_a_file_changed_between_two_readings_gives_no_verdict(maker: Maker, tmp_path: Path) -> None:
    check = Verification(Folder(maker.publish(tmp_path)), Options(), lambda _: None)
    head = check._checkpoint()  # noqa: SLF001 - the step that opens the record
    assert head is not None
    files = FilePass(check.folder, head, check.report.tally).run()
    bundle = tmp_path / "tile/entries/000.p" / str(len(maker.entries))
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    assignment = Assignment(read_election(read_record(files.first)))
    with pytest.raises(NoVerdict, match="changes while"):
        walk_shard(Job(str(tmp_path), len(maker.entries), tuple(files.digests), assignment, 0, 1))
