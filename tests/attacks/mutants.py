"""Random damage to a good record, from a seed: bytes of files, fields under old signatures, the order of the log.

Each mutant is made by somebody who holds at most the log's keys, never those of people; so none may be verified.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from tally_protocol.seal import canonical
from tally_protocol.seal.note import format_note, parse_note
from tests.attacks.scene import Scene, story
from tests.published import Files

Mutation = Callable[[Random, Scene], str]


def damage(dice: Random, data: bytes) -> bytes:
    """Bytes that differ from `data`: a bit, a byte, a piece gone, doubled, moved or cut off."""
    if not data:
        return bytes([dice.randrange(256)])
    at = dice.randrange(len(data))
    span = min(len(data) - at, dice.choice((1, 1, 2, 32, 200)))
    piece = data[at : at + span]
    choices = (
        data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :],
        data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :],
        data[:at] + bytes([dice.randrange(256)]) + data[at:],
        data[:at] + data[at + span :],
        data[:at] + piece + data[at:],
        data[:at],
        data + piece,
        data[at:] + data[:at],
        data[:at] + bytes(span) + data[at + span :],
    )
    changed = dice.choice(choices)
    return changed if changed != data else data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def bytes_of_a_file(dice: Random, scene: Scene) -> str:
    """Damage one file that counts as evidence; `log.vkey` and `keys/` are conveniences."""
    files = scene.publish()
    name = dice.choice(sorted(name for name in files if name == "checkpoint" or name.startswith("tile/")))
    files[name] = damage(dice, files[name])
    return name


def a_file_gone_or_exchanged(dice: Random, scene: Scene) -> str:
    """Remove a file, or put another's bytes in its place."""
    files = scene.publish()
    name, other = dice.sample(sorted(name for name in files if name == "checkpoint" or name.startswith("tile/")), 2)
    if dice.random() < 0.5:
        del files[name]
    else:
        files[name] = files[other]
    return f"{name} {other}"


def archive(dice: Random, scene: Scene) -> str:
    """Damage the sealed ballots; only the order of whole parts is free."""
    unit = dice.choice(sorted(scene.parts))
    parts = scene.parts[unit]
    at = dice.randrange(len(parts))
    key, part = parts[at]
    if dice.random() < 0.2:
        place = dice.randrange(32)
        parts[at] = key[:place] + bytes([key[place] ^ 1 << dice.randrange(8)]) + key[place + 1 :], part
    else:
        parts[at] = key, damage(dice, part)
    return f"archive {unit} {at}"


def receipts(dice: Random, scene: Scene) -> str:
    """Damage a receipt."""
    name = dice.choice(sorted(scene.receipts))
    scene.receipts[name] = damage(dice, scene.receipts[name])
    return name


def note_bytes(dice: Random, scene: Scene) -> str:
    """Damage one entry; tree and checkpoint are made to fit."""
    notes = list(scene.world.entries)
    at = dice.randrange(len(notes))
    notes[at] = damage(dice, notes[at])[:65535]
    scene.publish_as(notes)
    return f"entry {at}"


def note_fields(dice: Random, scene: Scene) -> str:
    """Change one value in a record and spell it properly; the signatures stay, tree and checkpoint fit."""
    notes = list(scene.world.entries)
    at = dice.randrange(len(notes))
    note = parse_note(notes[at])
    head, _, document = note.text.partition(b"\n")
    body = canonical.decode(document[:-1])
    changed = deepcopy(body)
    trail = _change(dice, changed)
    assert changed != body
    notes[at] = format_note(head + b"\n" + canonical.encode(changed) + b"\n", note.lines)
    scene.publish_as(notes)
    return f"entry {at} {trail}"


def _change(dice: Random, value: Any) -> str:
    """Change one leaf below a list or object; returns the way to it."""
    keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        if isinstance(value, dict):
            value["new"] = 1
        else:
            value.append(1)
        return "+"
    key = dice.choice(keys)
    inner = value[key]
    if isinstance(inner, dict | list) and dice.random() < 0.9:
        return f"{key}/{_change(dice, inner)}"
    if dice.random() < 0.15:
        del value[key]
        return f"-{key}"
    if isinstance(inner, bool) or not isinstance(inner, int):
        value[key] = dice.choice((7, "x", [], {}, [inner], f"{inner}0"))
    else:
        value[key] = inner + dice.choice((-1, 1, 2, 1000, -1000, 2**40))
    return str(key)


def signature_lines(dice: Random, scene: Scene) -> str:
    """Shuffle, drop, double or exchange the signature lines of a record."""
    notes = list(scene.world.entries)
    at = dice.randrange(len(notes))
    note, other = parse_note(notes[at]), parse_note(dice.choice(notes[:at] + notes[at + 1 :]))
    lines = list(note.lines)
    place = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0 if len(lines) > 1:
            del lines[place]
        case 1:
            lines.insert(place, lines[place])
        case 2 if len(lines) > 1:
            lines = lines[1:] + lines[:1]
        case _:
            lines[place] = other.lines[0]
    if tuple(lines) == note.lines:
        lines = lines * 2
    scene.publish_as([*notes[:at], format_note(note.text, tuple(lines)), *notes[at + 1 :]])
    return f"entry {at} line {place}"


def order_of_the_log(dice: Random, scene: Scene) -> str:
    """Drop, double, move or exchange entries, or bring one in from another election."""
    notes = list(scene.world.entries)
    at, other = dice.sample(range(len(notes) - 1), 2)  # the last standings may be missing without harm
    match dice.randrange(5):
        case 0:
            del notes[at]
        case 1:
            notes.insert(other, notes[at])
        case 2:
            notes[at], notes[other] = notes[other], notes[at]
        case 3:
            del notes[min(at, other) + 1 :]
        case _:
            notes.insert(at, story(name="other-test").world.entries[other])
    scene.publish_as(notes)
    return f"entries {at} {other}"


MUTATIONS: tuple[Mutation, ...] = (
    bytes_of_a_file, a_file_gone_or_exchanged, archive, receipts, note_bytes, note_fields, note_fields,
    signature_lines, order_of_the_log,
)  # fmt: skip


def mutant(seed: int) -> tuple[str, Scene]:
    """The mutant of a seed, and what was done to it."""
    dice = Random(f"mutant {seed}")  # noqa: S311 - dice that can be thrown again, not a secret
    scene = Scene()
    scene.with_ballots = True
    scene.receipts = dict(_receipts())
    mutate = dice.choice(MUTATIONS)
    return f"{mutate.__name__}: {mutate(dice, scene)}", scene


@cache
def _receipts() -> Files:
    return Scene().honest_receipts()
