"""Small mistakes in Python source: one changed place a mutant, found in the syntax tree, written into the text.

`mutants(source)` gives every mutant of a module. A mutant is named by its function, the text that it changes and what
stands there instead, not by a line number, so that a list of equivalent mutants survives edits elsewhere.
"""

import ast
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

COMPARE = {
    ast.Lt: ("<", "<=", ">="), ast.LtE: ("<=", "<", ">"), ast.Gt: (">", ">=", "<="), ast.GtE: (">=", ">", "<"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
}  # fmt: skip
BINARY = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "//"),
    ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.BitXor: ("^", "|"),
}  # fmt: skip
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """`start` and `end` are byte offsets in the module's UTF-8 text."""

    function: str
    line: int
    start: int
    end: int
    old: str
    new: str
    context: str
    again: int = 1

    @property
    def name(self) -> str:
        """Stable as long as the function and the line of code are."""
        times = f" ({self.again})" if self.again > 1 else ""
        return f"{self.function}: {self.context}: {self.old!r} -> {self.new!r}{times}"

    def applied(self, source: bytes) -> bytes:
        """The module's text with this mistake in it."""
        return source[: self.start] + self.new.encode() + source[self.end :]


class _Finder:
    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self.lines = [0]
        for line in self.data.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.text = source.splitlines()

    def at(self, line: int, column: int) -> int:
        return self.lines[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError("a node without an end")
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def piece(self, start: int, end: int) -> str:
        return self.data[start:end].decode()

    def between(self, left: ast.expr, right: ast.expr, token: str) -> tuple[int, int] | None:
        """Where an operator stands between its operands (brackets and comments may stand there too)."""
        start, end = self.span(left)[1], self.span(right)[0]
        place = self.data.find(token.encode(), start, end)
        return None if place < 0 else (place, place + len(token))


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text; docstrings, annotations and what is raised are left alone."""
    finder = _Finder(source)
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for mutant in sorted(_walk(tree, "module", finder), key=lambda mutant: (mutant.start, mutant.new)):
        seen[mutant.name] += 1
        yield replace(mutant, again=seen[mutant.name])


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is inside, without decorators, annotations and base classes."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        if isinstance(node, ast.FunctionDef):
            yield from (default for default in [*node.args.defaults, *node.args.kw_defaults] if default is not None)
        yield from node.body
    elif isinstance(node, ast.AnnAssign):
        yield from [node.value] if node.value is not None else []
    else:
        yield from ast.iter_child_nodes(node)


def _walk(node: ast.AST, function: str, finder: _Finder) -> Iterator[Mutant]:
    for child in _children(node):
        inner = function
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = child.name if function == "module" else f"{function}.{child.name}"
        elif isinstance(child, ast.Raise | ast.Import | ast.ImportFrom | ast.arg | ast.Assert):
            # what is raised is a code with a sentence: codes are compared by the vectors, sentences are for people
            continue
        if isinstance(child, ast.expr | ast.stmt):
            for start, end, new in _changes(child, finder):
                old = finder.piece(start, end)
                line = finder.text[child.lineno - 1].strip()
                yield Mutant(inner, child.lineno, start, end, old, new, line)
        yield from _walk(child, inner, finder)


def _changes(node: ast.expr | ast.stmt, finder: _Finder) -> Iterator[tuple[int, int, str]]:
    """(start, end, what stands there instead) for each mistake at this very node."""
    yield from _in_operators(node, finder)
    start, end = finder.span(node)
    match node:
        case ast.UnaryOp(op=ast.Not() | ast.USub() as operator):
            yield start, start + (3 if isinstance(operator, ast.Not) else 1), ""
        case ast.Constant(value=bool() as value):
            yield start, end, str(not value)
        case ast.Constant(value=int() as value):
            yield start, end, str(value + 1)
        case ast.Call(func=ast.Name(id=name) as called) if name in CALLS:
            yield *finder.span(called), CALLS[name]
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            start, end = finder.span(test)
            yield start, end, f"not ({finder.piece(start, end)})"
        case ast.Continue():
            yield start, end, "break"
        case ast.Break():
            yield start, end, "continue"
        case ast.Expr(value=ast.Call()):
            yield start, end, "pass"
        case _:
            return


def _in_operators(node: ast.expr | ast.stmt, finder: _Finder) -> Iterator[tuple[int, int, str]]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for first, operator, second in zip([left, *others], ops, others, strict=False):
                token, *swaps = COMPARE[type(operator)]
                if place := finder.between(first, second, token):
                    yield from ((*place, new) for new in swaps)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in BINARY and not _joins_types(node):
            token, new = BINARY[type(operator)]
            if place := finder.between(left, right, token):
                yield *place, new
        case ast.AugAssign(target=target, op=operator, value=value) if type(operator) in BINARY:
            token, new = BINARY[type(operator)]
            if place := finder.between(target, value, f"{token}="):
                yield *place, f"{new}="
        case ast.BoolOp(op=operator, values=values):
            token, new = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            places = (finder.between(first, second, token) for first, second in itertools.pairwise(values))
            yield from ((*place, new) for place in places if place)
        case _:
            return


def _joins_types(node: ast.BinOp) -> bool:
    """Whether `a | b` joins types, which is no decision."""
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    types = [name for name in names if name[:1].isupper() or name in {"int", "str", "bool"}]
    return isinstance(node.op, ast.BitOr) and bool(types)
