"""The observer's terminal, memory and file system are attacked: tricks in names, bombs, paths, strange files.

[JSON-1] [JSON-3] [IDENT-1] [CONV-2] [VERIFY-1]; attacks F5, F6 and F7.
"""

import os
import re
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tally_protocol.log.checkpoint import Checkpoint, sign_checkpoint
from tally_protocol.log.tiles import encode_bundle
from tally_protocol.seal.note import format_note, parse_note
from tests.attacks.scene import CLI, Scene, run_here, run_program
from tests.published import PUBLISHED, write_files

MEMORY = 512 << 20  # what an observer's old laptop can spare
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u200b\u2060\ufeff]")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
HOSTILE = ("\x1b[2J\x1b[31m", "\u202egnirongi", "\x9b31m", "a\rb", "\u2067x\u2069", "\ufeff", "\x1b]0;owned\x07")


def bounded() -> None:
    """Run before the verifier starts: more memory than this is refused by the kernel."""
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))


def run_bounded(arguments: list[str], timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
    """The verifier under a memory limit; whatever it prints must be fit for a terminal."""
    run = subprocess.run([*CLI, *arguments], capture_output=True, check=False, timeout=timeout, preexec_fn=bounded)
    said = (run.stdout + run.stderr).decode("utf-8")
    assert "Traceback" not in said, said
    assert not CONTROL.search(said), repr(CONTROL.findall(said))
    assert not BIDI.search(said), repr(BIDI.findall(said))
    return run


def respelled(old: bytes, new: bytes, kind: str = "box") -> Scene:
    """A scene in which a record is signed as it should not be spelled."""
    scene = Scene()
    draft = scene.forger.find(kind)

    def change(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new)

    draft.respell = change
    return scene


@pytest.mark.parametrize("trick", HOSTILE, ids=ascii)
@pytest.mark.parametrize("where", ["title", "box", "key-name", "origin"])
def test_tricks_in_names_never_reach_the_terminal(tmp_path: Path, trick: str, where: str) -> None:
    raw = trick.encode()
    if where == "title":
        scene = respelled("清河县".encode(), raw, "election")
    elif where == "box":
        scene = respelled(b"box-1", raw)
    elif where == "key-name":
        scene = Scene()
        scene.forger.find("box").renote = lambda note: note.replace(b"/v1/1 ", b"/v1/" + raw + b" ")
    else:
        scene = Scene()
        files = scene.publish()
        files["checkpoint"] = files["checkpoint"].replace(b"log.example/county-test", raw, 1)
    verdict = run_here(scene.write(tmp_path), tmp_path)
    assert verdict.outcome == "FAILED", verdict.text
    assert not CONTROL.search(verdict.text)
    assert not BIDI.search(verdict.text)


def test_the_shell_with_colours_is_as_careful(tmp_path: Path) -> None:
    scene = respelled("清河县".encode(), b"\x1b[2J\xe2\x80\xae", "election")
    run = subprocess.run(
        [Path(sys.executable).with_name("tally-verifier"), *scene.write(tmp_path)], capture_output=True, check=False
    )
    said = (run.stdout + run.stderr).decode()
    assert run.returncode == 1
    assert not BIDI.search(said)
    assert "\x1b[2J" not in said


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("depth", b'{"a":' * 9_000 + b"1" + b"}" * 9_000),
        ("lists", b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
        ("open brackets", b'{"a":' + b"[" * 60_000),
        ("digits", b'{"a":' + b"9" * 60_000 + b"}"),
        ("exponent", b'{"a":1e999999999}'),
        ("escapes", b'{"a":"' + b"\\u0041" * 10_000 + b'"}'),
        ("backslashes", b'{"a":"' + b"\\" * 60_000 + b'"}'),
        ("quotes", b'{"a":' + b'"' * 60_000),
        ("spaces", b'{"a":' + b" " * 60_000 + b"1}"),
        ("keys", b"{" + b",".join(b'"k%d":1' % i for i in range(6_000)) + b"}"),
        ("commas", b'{"a":[' + b"," * 60_000 + b"]}"),
        ("combining", b'{"a":"' + "\u0301".encode() * 30_000 + b'"}'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bomb_in_a_record_is_a_finding_and_soon(tmp_path: Path, name: str, document: bytes) -> None:
    """Quadratic readers, recursion and big numbers: FAILED in seconds, whatever `name` does to a parser."""
    scene = Scene()
    box = scene.forger.find("box")
    box.respell = lambda _: b"changpiao/v1 box\n" + document + b"\n"
    arguments = scene.write(tmp_path)
    before = time.process_time()
    verdict = run_here(arguments, tmp_path)
    assert verdict.outcome == "FAILED", name
    assert verdict.codes & {"E_JSON", "E_NUM", "E_NAME", "E_NONCANON", "E_UNKNOWN_FIELD", "E_FIELD"}, verdict.codes
    assert time.process_time() - before < 10


@pytest.mark.parametrize("size", [2**24, 2**32, 2**53 - 1, 9_999_999_999_999_999])
def test_a_checkpoint_of_a_giant_log_is_no_verdict_or_a_finding(tmp_path: Path, size: int) -> None:
    scene = Scene()
    world = scene.world
    files = scene.publish()
    files["checkpoint"] = sign_checkpoint(
        Checkpoint(world.origin, size, bytes(32)), world.log_signer, world.mldsa, PUBLISHED
    )
    run = run_bounded(scene.write(tmp_path))
    assert run.returncode in (1, 2, 4)


def test_a_size_of_a_million_digits_is_refused(tmp_path: Path) -> None:
    scene = Scene()
    note = parse_note(scene.publish()["checkpoint"])
    origin, _, root, _ = note.text.split(b"\n")
    text = b"\n".join([origin, b"9" * 50_000, root, b""])
    scene.publish()["checkpoint"] = format_note(text, note.lines)
    assert run_bounded(scene.write(tmp_path)).returncode == 1


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/36", "tile/entries/000.p/36"])
def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path, name: str) -> None:
    scene = Scene()
    arguments = scene.write(tmp_path)
    with (tmp_path / "public" / name).open("r+b") as file:
        file.truncate(1 << 40)  # a hole of a terabyte
    assert run_bounded(arguments).returncode in (1, 4)


def test_figures_without_end_are_refused(tmp_path: Path) -> None:
    scene = Scene()
    scene.forger.find("batch").body["figures"] = [1] * 20_000
    verdict = run_here(scene.write(tmp_path), tmp_path)
    assert verdict.outcome == "FAILED"
    assert verdict.codes & {"E_FIGURES", "E_LIMIT", "E_FIELD"}


@pytest.mark.parametrize("claim", [2**32 - 1, 2**31, 524_289])
def test_a_sealed_part_that_claims_gigabytes(tmp_path: Path, claim: int) -> None:
    scene = Scene()
    scene.with_ballots = True
    arguments = scene.write(tmp_path)
    sealed = tmp_path / "sealed" / "units" / "v1.sealed"
    data = sealed.read_bytes()
    sealed.write_bytes(data[:32] + struct.pack(">I", claim) + data[36:])
    assert run_bounded(arguments).returncode in (1, 4)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/36", "tile/entries/000.p/36"])
@pytest.mark.parametrize("strange", ["folder", "loop", "device", "outside"])
def test_a_strange_file_is_never_verified(tmp_path: Path, name: str, strange: str) -> None:
    """A folder, a link to itself, an endless device or somebody's file in the place of evidence."""
    scene = Scene()
    arguments = scene.write(tmp_path)
    place = tmp_path / "public" / name
    place.unlink()
    if strange == "folder":
        place.mkdir()
    else:
        target = {"loop": place, "device": Path("/dev/zero"), "outside": Path("/etc/hostname")}[strange]
        place.symlink_to(target)
    run = run_bounded(arguments)
    assert run.returncode in (1, 2, 4)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/36", "tile/entries/000.p/36"])
def test_a_pipe_that_nobody_writes_does_not_hold_the_verifier(tmp_path: Path, name: str) -> None:
    scene = Scene()
    arguments = scene.write(tmp_path)
    place = tmp_path / "public" / name
    place.unlink()
    os.mkfifo(place)
    assert run_bounded(arguments, timeout=20).returncode in (1, 2, 4)


def test_names_in_the_archive_lead_nowhere(tmp_path: Path) -> None:
    """Files beside the units' are findings; nothing is written and nothing above the archive is read."""
    scene = Scene()
    scene.with_ballots = True
    arguments = scene.write(tmp_path)
    (tmp_path / "sealed" / "units" / "..v1.sealed").write_bytes(b"x")
    (tmp_path / "sealed" / "units" / "V1.sealed").write_bytes(b"x")
    before = sorted(path for path in tmp_path.rglob("*"))
    verdict = run_program(arguments, tmp_path)
    assert verdict.outcome == "FAILED"
    assert "E_SEALED" in verdict.codes
    assert sorted(path for path in tmp_path.rglob("*")) == sorted([*before, tmp_path / "report.json"])


def test_a_bundle_of_the_longest_entries_stays_small_in_memory(tmp_path: Path) -> None:
    """256 entries of 65,535 bytes of nonsense: one finding each, memory bounded."""
    scene = Scene()
    notes = [scene.world.entries[0], *[b"x" * 65_534 + bytes([48 + i % 10]) for i in range(255)]]
    files = scene.publish_as(notes)
    files["tile/entries/000"] = encode_bundle(notes)
    assert run_bounded(scene.write(tmp_path)).returncode == 1


@pytest.mark.parametrize("arguments", ["", "verify", "verify x --no-such", "nothing", "verify x --key"])
def test_wrong_usage_is_64(arguments: str) -> None:
    run = subprocess.run([*CLI, *arguments.split()], capture_output=True, check=False)
    assert run.returncode == 64, run.stderr


def test_an_anchor_that_cannot_be_read_gives_no_verdict_or_usage(tmp_path: Path) -> None:
    scene = Scene()
    write_files(tmp_path / "public", scene.publish())
    for key in ("nonsense", "a+b+c", str(tmp_path)):
        run = run_bounded(["verify", str(tmp_path / "public"), "--key", key])
        assert run.returncode in (4, 64), key
