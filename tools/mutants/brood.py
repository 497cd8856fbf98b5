"""A first opinion on many mutants: the tests are imported once, and each mutant is a fork of that process.

In a fork the changed function gets the mutant's code, and the tests that call this function run, the quickest first. A
mutant that one of them kills is dead. One that lives, or that changes more than one function's code (a constant of its
module, a default), is tried by `child` from nothing: nothing is called equivalent on this opinion alone.
"""

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from tools.mutants.child import ROOT, run_tests

Place = tuple[str, str]  # a file, a function's qualified name
CALLED = "__called__"  # the set, in every module of the package, of the functions that were called
DEAD, ALIVE, UNSAID = "dead", "alive", "unsaid"
OURS = ("tally_protocol", "tests", "verifier")
KILLED = 9  # how a fork ends in which a test failed; any other end says nothing
LEAST = 10.0  # seconds that the tests of a mutant may take at least


class Listening(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the modules of one package so that each function notes that it was called."""

    def __init__(self, package: str) -> None:
        """`package`: its folder from the root."""
        self._prefix = package.replace("/", ".") + "."
        self.called: set[Place] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None  # noqa: ARG002 - the protocol
    ) -> importlib.machinery.ModuleSpec | None:
        """Only modules of the package."""
        if not fullname.startswith(self._prefix):
            return None
        file = (ROOT / fullname.replace(".", "/")).with_suffix(".py")
        return importlib.util.spec_from_file_location(fullname, file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the file's text with one statement more in each function."""
        file = str(module.__file__)
        tree = ast.parse(Path(file).read_bytes())
        for name, function in _functions(tree):
            place = int(isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant))
            function.body[place:place] = ast.parse(f"{CALLED}.add(({file!r}, {name!r}))").body
        module.__dict__[CALLED] = self.called
        exec(compile(ast.fix_missing_locations(tree), file, "exec"), module.__dict__)  # noqa: S102 - our own code


def _functions(tree: ast.Module | ast.ClassDef, above: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods with their qualified names; what stands inside a function belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield above + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{above}{node.name}.")


def changed_code(before: CodeType, after: CodeType) -> CodeType | None:
    """The one function's code that a mutant changed; None if it changed anything else."""
    if before.co_flags & 0x2:  # a function: it has its own fast locals
        return after if before.co_freevars == after.co_freevars else None
    inner = [[one for one in code.co_consts if isinstance(one, CodeType)] for code in (before, after)]
    outer = [
        (code.co_code, code.co_names, [one for one in code.co_consts if not isinstance(one, CodeType)])
        for code in (before, after)
    ]
    if outer[0] != outer[1] or len(inner[0]) != len(inner[1]):
        return None
    different = [(one, other) for one, other in zip(*inner, strict=True) if one != other]
    return changed_code(*different[0]) if len(different) == 1 else None


class Brood:
    """The pytest plugin that asks every mutant in its own fork, in place of running the tests."""

    def __init__(self, listening: Listening, mutants: Sequence[tuple[str, str]], workers: int, out: int) -> None:
        """`mutants`: module and changed text; the verdicts are one word a line on descriptor `out`."""
        self._listening, self._mutants, self._workers, self._out = listening, mutants, workers, out

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """First all tests on sound code, to see which functions they call; then the mutants."""
        callers = self._callers(session)
        functions: dict[Place, list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                functions.setdefault((one.__code__.co_filename, one.__code__.co_qualname), []).append(one)
        gc.collect()
        gc.freeze()
        verdicts = [""] * len(self._mutants)
        running: dict[int, int] = {}
        said = 0
        for number, (module, source) in enumerate(self._mutants):
            while len(running) >= self._workers:
                self._reap(running, verdicts)
            file = str(ROOT / module)
            code = changed_code(compile(Path(file).read_bytes(), file, "exec"), compile(source, file, "exec"))
            place = (file, code.co_qualname) if code else ("", "")
            if code is None or place not in callers or place not in functions:
                verdicts[number] = UNSAID
            elif child := os.fork():
                running[child] = number
            else:
                _try(session, functions[place], code, callers[place])
            said = self._say(verdicts, said)
        while running:
            self._reap(running, verdicts)
            said = self._say(verdicts, said)
        return True

    def _say(self, verdicts: Sequence[str], said: int) -> int:
        """Write the verdicts that are known, in order; gives how many are written."""
        while said < len(verdicts) and verdicts[said]:
            os.write(self._out, f"{verdicts[said]}\n".encode())
            said += 1
        return said

    def _reap(self, running: dict[int, int], verdicts: list[str]) -> None:
        child, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        verdicts[running.pop(child)] = {0: ALIVE, KILLED: DEAD, -signal.SIGALRM: DEAD}.get(code, UNSAID)

    def _callers(self, session: pytest.Session) -> dict[Place, list[tuple[float, int]]]:
        """Function -> (seconds, number) of the tests that call it, in the order in which they are tried."""
        reading, writing = os.pipe()
        if not (child := os.fork()):
            with os.fdopen(writing, "w") as out:
                for number in range(len(session.items)):
                    self._listening.called.clear()
                    began = time.monotonic()
                    _run(session, number, None)
                    print(json.dumps([time.monotonic() - began, sorted(self._listening.called)]), file=out)
            os._exit(int(session.testsfailed > 0))
        os.close(writing)
        found: dict[Place, list[tuple[float, int]]] = {}
        with os.fdopen(reading) as lines:
            for number, line in enumerate(lines):
                seconds, called = json.loads(line)
                for file, name in called:
                    found.setdefault((file, name), []).append((seconds, number))
        if os.waitpid(child, 0)[1]:
            sys.exit("the tests fail on sound code")
        return {place: sorted(tests) for place, tests in found.items()}


def _run(session: pytest.Session, number: int, following: int | None) -> None:
    item = session.items[number]
    after = None if following is None else session.items[following]
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def _try(
    session: pytest.Session, functions: Sequence[FunctionType], code: CodeType, tests: Sequence[tuple[float, int]]
) -> None:
    """The fork: change the code, run the tests, end as soon as one fails."""
    try:
        signal.alarm(int(LEAST + 6 * sum(seconds for seconds, _ in tests)))
        for function in functions:
            function.__code__ = code
        for cache in _caches():
            cache.cache_clear()
        for place, (_, number) in enumerate(tests):
            _run(session, number, tests[place + 1][1] if place + 1 < len(tests) else None)
            if session.testsfailed:
                os._exit(KILLED)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _caches() -> "Iterator[_lru_cache_wrapper[object]]":
    """What was kept while the tests were imported."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            yield from (value for value in vars(module).values() if isinstance(value, _lru_cache_wrapper))


def main() -> int:
    """`package workers tests...`, the mutants as JSON on standard input."""
    package, workers, *tests = sys.argv[1:]
    mutants = json.load(sys.stdin)
    out, silent = os.dup(1), os.open(os.devnull, os.O_RDWR)  # what pytest and the tests print is not ours
    for descriptor in (0, 1):
        os.dup2(silent, descriptor)
    listening = Listening(package)
    sys.meta_path.insert(0, listening)
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        return run_tests(tests, "-s", plugins=[Brood(listening, mutants, int(workers), out)])


if __name__ == "__main__":
    raise SystemExit(main())
