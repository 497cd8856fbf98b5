"""One mutant's process: a module's changed text comes on standard input, stands in for the file, and pytest runs."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from the given text instead of its file."""

    def __init__(self, module: str, source: bytes) -> None:
        """`module`: path of its file from the root."""
        self._path = ROOT / module
        parts = Path(module).with_suffix("").parts
        self._name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None  # noqa: ARG002 - the protocol
    ) -> importlib.machinery.ModuleSpec | None:
        """Only the one module."""
        if fullname != self._name:
            return None
        package = self._path.name == "__init__.py"
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=self, submodule_search_locations=[str(self._path.parent)] if package else None
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the given text."""
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)  # noqa: S102 - our own code


def run_tests(tests: Sequence[str], *options: str, plugins: Sequence[object] = ()) -> int:
    """Pytest's exit code over those of some paths that exist; it ends with the first test that fails."""
    found = [test for test in tests if (ROOT / test).exists()]
    quick = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow and not network and not fault"]
    return int(pytest.main([*quick, *options, *found], plugins=list(plugins)))


def main() -> int:
    """Exit 0 if every test passes: the mistake lives."""
    module, *tests = sys.argv[1:]
    sys.meta_path.insert(0, Replaced(module, sys.stdin.buffer.read()))
    sys.path.insert(0, str(ROOT))
    return run_tests(tests)


if __name__ == "__main__":
    raise SystemExit(main())
