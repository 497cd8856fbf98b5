"""A file fits in a head, a function on a screen, and no file is a drawer for everything."""

import ast
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
GENERATED = ("_pb2.py", "_pb2_grpc.py")


def too_big(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    lines = len(text.splitlines())
    found = [f"{path}: {lines} lines, at most {FILE_LINES}: split it by job"] if lines > FILE_LINES else []
    if path.stem in DRAWERS:
        found.append(f"{path}: name the job, not the drawer")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                place = f"{path}:{node.lineno}: {node.name}"
                found.append(f"{place} has {length} lines, at most {FUNCTION_LINES}")
    return found


def test_sizes_and_names(project_files: list[Path]) -> None:
    sources = [path for path in project_files if path.suffix == ".py" and not path.name.endswith(GENERATED)]
    assert sources
    assert [line for path in sources for line in too_big(path)] == []


def test_what_is_too_big_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "utils.py"
    path.write_text("def long() -> None:\n" + "    pass\n" * FUNCTION_LINES + "\n" * FILE_LINES, "utf-8")
    assert len(too_big(path)) == 3


def test_an_init_is_one_docstring(project_files: list[Path]) -> None:
    """One name, one home: no re-exports. SPEC_VERSION is the one exception."""
    wrong = []
    for path in project_files:
        if path.name != "__init__.py" or "tests" in path.parts:
            continue
        first, *rest = ast.parse(path.read_text("utf-8")).body
        docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        extra = [node for node in rest if not ast.unparse(node).startswith("SPEC_VERSION = ")]
        if not docstring or extra:
            wrong.append(str(path))
    assert wrong == []
