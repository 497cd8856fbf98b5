"""`python -m tools.mutants`: break each rule by one small mistake and see whether a test notices.

Two packages: the producers' `tally_protocol/law` and the verifier's `verifier/rules`. A mutant that no test notices
must stand in `equivalent.toml` with the reason why it changes nothing; an entry there that is killed or gone is a
fault too. `brood` gives a first opinion on all of them, quickly; what it leaves alive is tried by `child` from nothing.
`--changed N` takes the functions that the last N commits touched, `--sample N` a draw from the rest that moves with
HEAD.
"""

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.operators import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent.parent
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
# in the order in which they notice most for their time
SUITES = {
    "tally_protocol/law": (
        "tests/laws", "tests/vectors/test_producer.py", "tests/protocol/test_validity.py",
        "tests/protocol/test_profiles.py", "tests/protocol/test_states.py", "tests/protocol",
    ),
    "verifier/rules": (
        "tests/verifier/test_law_vectors.py", "tests/verifier/test_rules_avoidance.py",
        "tests/verifier/test_rules_seats.py", "tests/verifier/test_rules_rounds.py",
        "tests/verifier/test_rules_measures.py", "tests/verifier/test_rules_declaration.py",
        "tests/verifier/test_rules_findings.py",
        "tests/verifier/test_rules_explain.py", "tests/verifier/test_profiles.py",
    ),
}  # fmt: skip
LIMIT = 600.0  # seconds for all tests of a package; a few mutants never end


@dataclass(frozen=True, slots=True)
class Job:
    """One mutant of one module, and the tests that must notice it."""

    module: str
    mutant: Mutant
    tests: tuple[str, ...]

    @property
    def name(self) -> tuple[str, str]:
        """As equivalent.toml names it."""
        return self.module, self.mutant.name


def jobs() -> list[Job]:
    """Every mutant of both packages."""
    found = []
    for package, tests in SUITES.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            module = path.relative_to(ROOT).as_posix()
            found += [Job(module, mutant, tests) for mutant in mutants(path.read_text("utf-8"))]
    return found


def changed_lines(commits: int) -> dict[str, set[int]]:
    """File -> lines that the last commits wrote, as they stand now."""
    command = ["git", "diff", "-U0", f"HEAD~{commits}", "--", *SUITES]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    found: dict[str, set[int]] = {}
    name = ""
    for line in shown.stdout.decode().splitlines():
        if line.startswith("+++ b/"):
            name = line[6:]
        elif part := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(part[1]), int(part[2] or 1)
            found.setdefault(name, set()).update(range(first, first + count))
    return found


def chosen(every: list[Job], changed: int, sample: int) -> list[Job]:
    """All of them, or those of changed functions and a draw from the rest."""
    if not changed and not sample:
        return every
    lines = changed_lines(changed) if changed else {}
    functions = {
        (job.module, job.mutant.function) for job in every if job.mutant.line in lines.get(job.module, set())
    }
    touched = [job for job in every if (job.module, job.mutant.function) in functions]
    rest = [job for job in every if (job.module, job.mutant.function) not in functions]
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    # S311: a draw that anybody can repeat, not a secret
    draw = random.Random(hashlib.sha256(head).digest())  # noqa: S311
    most = 2 * sample if sample else len(touched)
    if len(touched) > most:
        touched = draw.sample(touched, most)
    return touched + draw.sample(rest, min(sample, len(rest)))


def killed(module: str, text: bytes, tests: Sequence[str]) -> bool:
    """Whether a test fails, or does not end, with a text in a module's place, in a process of its own."""
    command = [sys.executable, "-m", "tools.mutants.child", module, *tests]
    try:
        done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def tried_again(left: Sequence[Job], workers: int) -> Iterator[bool]:
    """Whether each mutant is killed from nothing; SystemExit if sound code, run in the same way, does not pass."""
    for module, tests in {job.tests: (job.module, job.tests) for job in left}.values():
        if killed(module, (ROOT / module).read_bytes(), tests):
            sys.exit(f"mutants: the tests of {module} fail on sound code")
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(
            lambda job: killed(job.module, job.mutant.applied((ROOT / job.module).read_bytes()), job.tests), left
        )


def first_opinion(package: str, todo: Sequence[Job], workers: int) -> Iterator[str]:
    """`dead`, `alive` or `unsaid` for each mutant of one package, in their order; SystemExit if sound code fails."""
    command = [sys.executable, "-m", "tools.mutants.brood", package, f"{workers}", *SUITES[package]]
    texts = [(job.module, job.mutant.applied((ROOT / job.module).read_bytes()).decode()) for job in todo]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as brood:
        if brood.stdin is None or brood.stdout is None:
            raise ValueError("a process without pipes")
        brood.stdin.write(json.dumps(texts))
        brood.stdin.close()
        yield from map(str.strip, brood.stdout)
    if brood.returncode:
        sys.exit(f"mutants: the tests of {package} fail on sound code, or their process broke")


def run(todo: Sequence[Job], workers: int, *, again: bool) -> list[Job]:
    """The mutants that live; without `again`, in the first opinion."""
    left: list[Job] = []
    for package, tests in SUITES.items():
        ours = [job for job in todo if job.tests == tests]
        opinion = first_opinion(package, ours, workers) if ours else iter(())
        for number, (job, verdict) in enumerate(zip(ours, opinion, strict=True)):
            if verdict != "dead":
                left.append(job)
                print(f"mutants: {verdict} {job.module} {job.mutant.name}", file=sys.stderr, flush=True)
            if number % 50 == 49:
                print(f"mutants: {number + 1} of {len(ours)} in {package}", file=sys.stderr, flush=True)
    if not again:
        return left
    alive = []
    for number, (job, dead) in enumerate(zip(left, tried_again(left, workers), strict=True)):
        alive += [] if dead else [job]
        print(f"mutants: {number + 1} of {len(left)} again, {len(alive)} alive", file=sys.stderr, flush=True)
    return alive


def main() -> int:
    """Run, compare with the list of equivalent mutants, say what lives."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--changed", type=int, default=0)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default=[""], nargs="+", help="modules whose path holds one of these texts")
    parser.add_argument("--first", action="store_true", help="the first opinion alone")
    options = parser.parse_args()

    def asked(module: str) -> bool:
        return any(part in module for part in options.only)

    every = [job for job in jobs() if asked(job.module)]
    listed = {
        (entry["module"], entry["mutant"]): entry["reason"]
        for entry in tomllib.loads(EQUIVALENT.read_text("utf-8")).get("equivalent", [])
    }
    gone = [name for name in sorted(listed.keys() - {job.name for job in every}) if asked(name[0])]
    todo = chosen(every, options.changed, options.sample)
    alive = run(todo, options.workers, again=not options.first)
    unlisted = [job for job in alive if job.name not in listed]
    dead = [job for job in todo if job.name in listed and job not in alive]
    print(f"mutants: {len(todo)} of {len(every)} tried, {len(todo) - len(alive)} killed, {len(alive)} alive,", end=" ")
    print(f"{len(unlisted)} of them not listed as equivalent")
    for job in unlisted:
        print(f"  alive   {job.module}:{job.mutant.line} {job.mutant.name}")
    for job in dead:
        print(f"  killed, but listed as equivalent: {job.module} {job.mutant.name}")
    for module, name in gone:
        print(f"  listed, but no such mutant: {module} {name}")
    return 1 if unlisted or dead or gone else 0


if __name__ == "__main__":
    raise SystemExit(main())
