"""Who must have signed: exact lines, exact order, exact roles.

Serves [SIGN-1], [SIGN-2], [SIGN-3], [SIGN-4], [KEY-3].
"""

from collections.abc import Sequence

from verifier.chain.manifest import Person
from verifier.findings.codes import Refused
from verifier.notes import Line, Note, Signer


def is_line_of(line: Line, signer: Signer) -> bool:
    """Name and key id must both be the signer's [KEY-3]."""
    return line.key_id == signer.key_id and line.name == signer.name


def sole_signer(note: Note, signer: Signer) -> list[tuple[bytes, bytes]]:
    """Exactly one line, of this signer [SIGN-1], [SIGN-3]; returns (key, signature) to verify."""
    if len(note.lines) != 1 or not is_line_of(note.lines[0], signer):
        raise Refused("E_SIGNERS", f"exactly one line of {signer.name}", named(note))
    return [(signer.key, note.lines[0].signature)]


def station_and_people(
    note: Note, station: Signer | None, people: Sequence[Person], roles: list[str]
) -> list[tuple[bytes, bytes]]:
    """The station first [SIGN-2] (None on a unit chain [SIGN-3]), then people in order with exactly these roles."""
    pairs: list[tuple[bytes, bytes]] = []
    lines = note.lines
    if station is not None:
        if not is_line_of(lines[0], station):
            raise Refused("E_SIGNERS", f"{station.name} first", named(note))
        pairs.append((station.key, lines[0].signature))
        lines = lines[1:]
    place, held = -1, []
    for line in lines:
        found = next((i for i, person in enumerate(people) if is_line_of(line, person.signer)), -1)
        if found <= place:
            raise Refused("E_SIGNERS", "known people in ascending order, one line each", named(note))
        place = found
        held.append(people[found].role)
        pairs.append((people[found].signer.key, line.signature))
    if sorted(held) != roles:
        raise Refused("E_SIGNERS", f"roles {', '.join(roles) or 'none'}", ", ".join(held) or "none")
    return pairs


def named(note: Note) -> str:
    """Names on the lines of a note, for evidence."""
    return "; ".join(line.name for line in note.lines)
