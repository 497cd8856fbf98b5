"""What can be wrong with a record, by cause. Codes are those of `spec/codes.json` [CONV-1].

The low levels raise one of four; admission and the desk turn them into answers. Every error says what (the code),
where, what was expected and what was found, and never quotes a ballot.
"""

from tally_protocol.codes import sentence


class ProtocolError(Exception):
    """A rule of the spec is broken: `code`, `where`, and, if they help, `expected` and `found`."""

    def __init__(self, code: str, where: str = "", *, expected: object = None, found: object = None) -> None:
        """Keep the four facts; the text joins them with the English sentence of the code."""
        self.code = code
        self.where = where
        self.expected = None if expected is None else str(expected)[:200]
        self.found = None if found is None else str(found)[:200]
        super().__init__(self._text())

    def _text(self) -> str:
        parts = [f"{self.code}: {sentence(self.code)[1]}"]
        if self.where:
            parts.append(f"at {self.where}")
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.found is not None:
            parts.append(f"found {self.found}")
        return "; ".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders whole."""
        return (_again, (type(self), self.code, self.where, self.expected, self.found))


def _again(kind: type[ProtocolError], code: str, where: str, expected: str | None, found: str | None) -> ProtocolError:
    return kind(code, where, expected=expected, found=found)


class Malformed(ProtocolError):
    """Bytes, JSON, fields or limits are not as the spec spells them."""


class BadSignature(ProtocolError):
    """Signers or signatures are not those required."""


class BrokenChain(ProtocolError):
    """A record does not follow what its chain holds."""


class RuleViolation(ProtocolError):
    """A record contradicts the manifest, the arithmetic or the ballots."""
