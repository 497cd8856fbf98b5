"""Logs that need a story of their own: thresholds, second versions, corrections after close, names in parts."""

from collections.abc import Callable

from tests.committee import Committee
from tests.world import BLANK, TIME, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers, seed
from tools.vectors.forge import changed, hash_hex, parts, sign, text_of
from tools.vectors.form import Json


def _desk(world: World, station: str = "1", unit: str = "v1") -> StationDesk:
    desk = world.desk(unit, station)
    desk.open()
    return desk


def _one_small() -> list[bytes]:
    world = World()
    _desk(world, unit="v2").batch(papers(20, VOTE_A))
    return world.entries


def _small_after() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(49, VOTE_B))
    return world.entries


def _small_before() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(49, VOTE_A))
    desk.batch(papers(60, VOTE_B))
    return world.entries


def _small_elsewhere() -> list[bytes]:
    world = World()
    first, second = _desk(world), _desk(world, "2")
    first.batch(papers(60, VOTE_A))
    second.batch(papers(49, VOTE_A))
    return world.entries


def _small_other_layout() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(49, (0, 1, 0)), layout="deputies")
    return world.entries


def _small_correction() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(60, VOTE_B))
    desk.correct(2, papers(40, VOTE_B))
    return world.entries


def _at_threshold() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(50, VOTE_A))
    desk.batch(papers(100, VOTE_B))
    return world.entries


def _box_twice() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.box(collected=60)
    desk.batch(papers(60, VOTE_A))
    desk.box()
    desk.box(collected=61, issued=70)
    return world.entries


def _empty_station() -> list[bytes]:
    world = World()
    _desk(world).close()
    return world.entries


def _corrected_again() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.correct(1, papers(61, VOTE_A))
    desk.correct(1, papers(59, VOTE_A) + papers(1, BLANK))
    desk.close()
    return world.entries


def _void_of_corrected() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, WRITE_IN), ["王小二", "李四"])
    desk.correct(1, papers(61, VOTE_A))
    desk.void(1)
    desk.close()
    return world.entries


def _void_uncorrected() -> list[bytes]:
    """The void takes back the first figures although a correction is in force; its running total follows its effect."""
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.correct(1, papers(61, VOTE_A))
    desk.void(1)
    first = parts(world.entries[-3])[1]["figures"]
    running = parts(world.entries[-2])[1]["running"]
    effect = [-value for value in first]
    left = [value - old for value, old in zip(running, first, strict=True)]
    world.entries[-1] = changed(world.entries[-1], lambda b: b.update(effect=effect, running=left))
    return world.entries


def _void_twice() -> list[bytes]:
    """The second void takes another batch's papers away: its running total follows its effect."""
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(60, VOTE_A))
    desk.void(1)
    head = world.entries[-1]
    nothing = [0] * len(parts(head)[1]["running"])
    world.entries.append(changed(head, lambda b: b.update(seq=4, prev=hash_hex(head), running=nothing)))
    return world.entries


def _void_after_close() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.close()
    close = world.entries[-1]
    batch = parts(world.entries[-2])[1]
    body: Json = {name: batch[name] for name in ("chain", "election", "epoch", "layout")}
    body |= {
        "effect": [-value for value in batch["figures"]],
        "prev": hash_hex(close),
        "reason": "错",
        "seq": 3,
        "target_seq": 1,
        "running": [0] * len(batch["figures"]),
        "target": hash_hex(world.entries[-2]),
        "time": TIME,
        "write_ins": [],
    }
    names = [f"changpiao/county-test/v1/{name}" for name in ("1", "chair-1", "chief_scrutineer-1", "scrutineer-1")]
    world.entries.append(sign(text_of("void", body), names))
    return world.entries


def _correction_cites_correction() -> list[bytes]:
    world = World()
    desk = _desk(world)
    desk.batch(papers(60, VOTE_A))
    desk.correct(1, papers(61, VOTE_A))
    fix = world.entries[-1]
    desk.correct(1, papers(60, VOTE_A))
    world.entries[-1] = changed(world.entries[-1], lambda b: b.update(target=hash_hex(fix), target_seq=2))
    return world.entries


def _whole_unit(*, again: bool = False) -> World:
    """Unit v2 counted; `again`: corrected after close and stated a second time."""
    world = World()
    desk = _desk(world, unit="v2")
    desk.batch(papers(60, WRITE_IN) + papers(2, VOTE_A), ["王小二", "李四"])
    desk.batch(papers(60, VOTE_A) + papers(2, (0, 0, 0, 1, 0, 0, 0, 0)), ["赵六"])
    desk.close(collected=124)
    committee = Committee(world, "v2", [desk])
    committee.statement()
    if again:
        desk.correct(1, papers(61, VOTE_A))
        committee.statement()
    committee.names()
    return world


def _restated() -> list[bytes]:
    return _whole_unit(again=True).entries


def _statement_old_head() -> list[bytes]:
    """After a correction the old statement is stated again."""
    world = World()
    desk = _desk(world, unit="v2")
    desk.batch(papers(60, VOTE_A))
    desk.close()
    Committee(world, "v2", [desk]).statement()
    old = world.entries[-1]
    desk.correct(1, papers(60, VOTE_B))
    world.entries.append(changed(old, lambda b: b.update(seq=1, prev=hash_hex(old))))
    return world.entries


def _rest_named() -> list[bytes]:
    return _whole_unit().entries


def _below_minimum() -> list[bytes]:
    """A person with two votes is opened although the profile wants three."""
    world = _whole_unit()
    body = parts(world.entries[-1])[1]
    entry = ["1", 3, "赵六", _salt("赵六")]
    person = {"contest": "chair", "entries": [entry], "name": "赵六", "votes": 2}
    rest = [part for part in body["rest"] if part[0] != "chair"]
    world.entries[-1] = changed(world.entries[-1], lambda b: (b["persons"].append(person), b.update(rest=rest)))
    return world.entries


def _salt(name: str) -> str:
    return seed(f"salt {name}")[:16].hex()


def _names_full() -> list[bytes]:
    """Everybody is opened where the profile says so."""
    world = World(names_full=True)
    desk = _desk(world, unit="v2")
    desk.batch(papers(60, VOTE_A) + papers(2, (0, 0, 0, 1, 0, 0, 0, 0)), ["赵六"])
    desk.close()
    committee = Committee(world, "v2", [desk])
    committee.statement()
    committee.write("names", committee.names_body(1))
    return world.entries


def _names_full_rest() -> list[bytes]:
    """Somebody stays closed although everybody must be opened."""
    entries = _names_full()
    entries[-1] = changed(entries[-1], lambda b: b.update(persons=[], rest=[["chair", 2]]))
    return entries


def _split(entries: list[bytes], second: Callable[[Json], object] = lambda _: None) -> list[bytes]:
    """The names of the last record in two parts."""
    _, body, names = parts(entries[-1])
    first = {**body, "parts": 2, "persons": body["persons"][:1]}
    note = sign(text_of("names", first), names)
    last = {
        **body,
        "part": 2,
        "parts": 2,
        "persons": body["persons"][1:],
        "prev": hash_hex(note),
        "seq": body["seq"] + 1,
    }
    second(last)
    return [*entries[:-1], note, sign(text_of("names", last), names)]


def _two_parts() -> list[bytes]:
    return _split(_whole_unit().entries)


def _other_parts() -> list[bytes]:
    return _split(_whole_unit().entries, lambda b: b.update(parts=3))


def _part_skipped() -> list[bytes]:
    return _split(_whole_unit().entries, lambda b: b.update(part=1))


def _other_rest() -> list[bytes]:
    return _split(_whole_unit().entries, lambda b: b.update(rest=[]))


def _opened_again() -> list[bytes]:
    entries = _whole_unit().entries
    person = parts(entries[-1])[1]["persons"][0]
    return _split(entries, lambda b: b["persons"].append(person))


def _more_than_valid() -> list[bytes]:
    """One name gets two votes of one paper: the sum of the names still holds."""
    world = World()
    desk = _desk(world)
    desk.batch(papers(2, (0, 0, 0, 1, 0, 0, 0, 0)), ["王小二"])
    world.entries[-1] = changed(world.entries[-1], _one_valid)
    return world.entries


def _one_valid(body: Json) -> None:
    for figures in (body["figures"], body["running"]):
        figures[1], figures[2], figures[12] = 1, 1, 2


def _replayed() -> list[bytes]:
    """A whole chain of another election, properly signed there."""
    world, other = World(), World(names_full=True)
    _desk(other)
    return [*world.entries, other.entries[-1]]


STORIES: tuple[tuple[str, str, Callable[[], list[bytes]], str], ...] = (
    ("one-small-batch", "a unit with few papers has one batch, its total", _one_small, ""),
    ("small-other-layout", "the only batch of its kind of paper", _small_other_layout, ""),
    ("small-correction", "a correction is the listed exception", _small_correction, ""),
    ("at-threshold", "exactly 50 and exactly 100 papers", _at_threshold, ""),
    ("box-twice", "the last record of a box counts", _box_twice, ""),
    ("empty-station", "a station that counted nothing", _empty_station, ""),
    ("corrected-again", "a correction of a corrected batch starts from what is in force", _corrected_again, ""),
    ("void-of-corrected", "a void takes back what is in force", _void_of_corrected, ""),
    ("restated", "corrected after close, stated again", _restated, ""),
    ("rest", "a person with too few votes stays in `rest`", _rest_named, ""),
    ("names-full", "everybody is opened", _names_full, ""),
    ("names-two-parts", "names in two records", _two_parts, ""),
    ("privacy-after", "49 papers beside another batch", _small_after, "E_PRIVACY"),
    ("privacy-before", "another batch beside 49 papers", _small_before, "E_PRIVACY"),
    ("privacy-other-station", "49 papers beside a batch of another station of the unit", _small_elsewhere, "E_PRIVACY"),
    ("void-ignores-correction", "the effect starts from what is no longer in force", _void_uncorrected, "E_EFFECT"),
    ("void-twice", "a batch that was taken back already", _void_twice, "E_TARGET"),
    ("closed-void", "a void after `close`", _void_after_close, "E_CLOSED"),
    (
        "correction-of-correction",
        "the target is the batch, not its correction",
        _correction_cites_correction,
        "E_TARGET",
    ),
    ("statement-old-heads", "a statement that does not know a correction", _statement_old_head, "E_HEAD"),
    ("names-below-minimum", "a person with two votes, three are needed", _below_minimum, "E_NAMES"),
    ("names-full-rest", "somebody stays closed where all are opened", _names_full_rest, "E_NAMES"),
    ("names-other-parts", "parts that do not agree how many they are", _other_parts, "E_NAMES"),
    ("names-part-again", "the first part twice", _part_skipped, "E_NAMES"),
    ("names-other-rest", "parts that do not agree on `rest`", _other_rest, "E_NAMES"),
    ("names-opened-again", "a person in both parts", _opened_again, "E_NAMES"),
    ("batch-name-beyond-valid", "a name with more votes than valid papers", _more_than_valid, "E_SUM"),
    ("election-replayed", "a record of another election, properly signed there", _replayed, "E_ELECTION"),
)
