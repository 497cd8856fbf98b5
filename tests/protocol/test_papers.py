"""Papers: counting does not depend on order or batches, figures add up, ballots are committed and sealed."""

import struct
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.election.figures import add, check_figures, subtract
from tally_protocol.election.shape import WRITTEN, shape
from tally_protocol.errors import RuleViolation
from tally_protocol.law.profile import Profile
from tally_protocol.law.validity import judge
from tally_protocol.merkle.hashing import root_of
from tally_protocol.record.ballots import SealedName, SealedPart, commit_name, row_leaves
from tally_protocol.record.sealing import Opener, Sealer
from tests.profiles import profile
from tests.world import VOTE_A, World, seed

WORLD = World()
UNIT = WORLD.units["v1"][0]
VILLAGE = shape(UNIT, "village")
TABLE = (3, 8)
mark, slot = st.integers(0, 3), st.integers(0, 2)
village_rows = st.tuples(st.sampled_from([0, 0, 0, 0, 1, 5]), mark, mark, slot, mark, mark, mark, slot).map(bytes)
PLAIN = profile()
profiles = st.builds(
    lambda **values: profile(**{f"ballot.{name.replace('__', '.')}": value for name, value in values.items()}),
    dup_post=st.sampled_from(["ballot", "columns", "highest_only"]),
    extra_mark=st.sampled_from(["ballot", "ignore", "part"]),
    illegible=st.sampled_from(["ballot", "part"]),
    overvote__compare=st.sampled_from(["per_post", "total"]),
    overvote__scope=st.sampled_from(["ballot", "post"]),
    write_in=st.sampled_from(["free", "needs_oppose"]),
)


@pytest.mark.property
@given(st.lists(village_rows, min_size=1, max_size=30), profiles, st.randoms(use_true_random=False))
def test_the_order_of_papers_changes_nothing(rows: list[bytes], rules: Profile, random: object) -> None:
    """[VALID-1] [VALID-4] A paper counts for itself."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(VILLAGE, rows, TABLE, rules) == judge(VILLAGE, shuffled, TABLE, rules)


@pytest.mark.property
@given(st.lists(village_rows, min_size=1, max_size=30), profiles, st.integers(0, 30))
def test_splitting_a_batch_changes_no_total(rows: list[bytes], rules: Profile, cut: int) -> None:
    """[CUT-1] However a table cuts its papers, figures and names add up to the same."""
    whole = judge(VILLAGE, rows, TABLE, rules)
    parts = [judge(VILLAGE, some, TABLE, rules) for some in (rows[:cut], rows[cut:])]
    assert add(parts[0].figures, parts[1].figures) == whole.figures
    votes: dict[tuple[int, int], int] = {}
    for part in parts:
        for index, number, count in part.write_ins:
            votes[index, number] = votes.get((index, number), 0) + count
    assert tuple((i, n, v) for (i, n), v in sorted(votes.items())) == whole.write_ins


@pytest.mark.property
@given(st.lists(village_rows, min_size=1, max_size=30), profiles)
def test_figures_of_papers_always_add_up(rows: list[bytes], rules: Profile) -> None:
    """[FIG-2] [VALID-2] [VALID-3] [VALID-5] Whatever is on the papers, the sums hold."""
    judged = judge(VILLAGE, rows, TABLE, rules)
    check_figures(VILLAGE, judged.figures, total=rules.ballot.overvote.compare == "total")
    assert judged.figures[0] == len(rows)
    for index, contest in enumerate(VILLAGE.contests):
        written = sum(votes for i, _, votes in judged.write_ins if i == index)
        assert written == judged.figures[contest.figure + WRITTEN]
        valid = judged.figures[contest.figure]
        assert all(votes <= valid for i, _, votes in judged.write_ins if i == index)


@pytest.mark.property
@given(st.lists(village_rows, min_size=1, max_size=10), st.data())
def test_a_single_changed_figure_is_noticed(rows: list[bytes], data: st.DataObject) -> None:
    """[FIG-1] [FIG-2] One integer more or less breaks a sum; the last of a contest is bound by its names."""
    figures = list(judge(VILLAGE, rows, TABLE, PLAIN).figures)
    bound_by_names = [contest.figure + WRITTEN for contest in VILLAGE.contests]
    place = data.draw(st.integers(0, len(figures) - 1).filter(lambda i: i not in bound_by_names))
    figures[place] += data.draw(st.sampled_from([-1, 1]))
    with pytest.raises(RuleViolation, match="E_SUM"):
        check_figures(VILLAGE, figures)
    with pytest.raises(RuleViolation, match="E_FIGURES"):
        check_figures(VILLAGE, figures[:-1])


@pytest.mark.property
@given(st.integers(0, 7), st.integers(0, 255))
def test_a_byte_that_the_cell_does_not_know(cell: int, value: int) -> None:
    """[CELL-1] MUST be refused with `E_RANGE`."""
    row = bytearray(8)
    row[cell] = value
    most = 5 if cell == 0 else 2 if cell in {3, 7} else 3
    if value <= most:
        judge(VILLAGE, [bytes(row)], TABLE, PLAIN)
    else:
        with pytest.raises(RuleViolation, match="E_RANGE"):
            judge(VILLAGE, [bytes(row)], TABLE, PLAIN)


def test_rows_have_the_width_of_the_layout() -> None:
    with pytest.raises(RuleViolation, match="E_RANGE"):
        judge(VILLAGE, [bytes(7)], TABLE, PLAIN)


def test_adding_and_subtracting_are_inverse() -> None:
    assert subtract(add((1, 2), (3, 4)), (3, 4)) == (1, 2)


def part(papers: int = 3, names: int = 1) -> SealedPart:
    new = tuple(SealedName(n, seed(f"s{n}")[:16], f"名{n}") for n in range(1, names + 1))
    return SealedPart(
        secret=seed("secret"), papers=papers, width=8, rows=bytes(VOTE_A) * papers, from_time=5, to_time=9, names=new,
        adjudications=((1, "chair", "字迹不清"),),
    )  # fmt: skip


def test_a_sealed_part_is_read_as_written() -> None:
    """[BALLOT-1] Shape, papers, width; rows stay in the order of the stack."""
    one = part()
    assert SealedPart.decode(one.encode()) == one
    assert one.row_list() == [bytes(VOTE_A)] * 3
    assert one.root() == root_of(row_leaves(one.secret, one.rows, 3, 8))


def test_every_byte_of_the_rows_and_the_secret_is_committed() -> None:
    """[BALLOT-2] `root` MUST be the Merkle root of the salted rows."""
    one = part()
    data = one.encode()
    tail = len(data) - len(data.split(b"{", 1)[1]) - 1
    for place in range(20, tail):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            other = SealedPart.decode(changed)
        except RuleViolation:
            continue
        assert other.root() != one.root()


def test_equal_rows_do_not_look_equal() -> None:
    """[PUB-4] Salted leaves say nothing of equal papers."""
    leaves = row_leaves(seed("x"), bytes(VOTE_A) * 100, 100, 8)
    assert len(set(leaves)) == 100


def test_what_is_not_exactly_a_sealed_part() -> None:
    """[BALLOT-1] Anything else is `E_SEALED`."""
    data = part().encode()
    head = len(b"changpiao/v1 sealed\n") + 32
    for wrong in (
        b"",
        data[:-1],
        data + b"x",
        b"x" + data[1:],
        data[:head] + struct.pack(">HH", 0, 8) + data[head + 4 :],
        data[:head] + struct.pack(">HH", 101, 8) + data[head + 4 :],
        data[:head] + struct.pack(">HH", 3, 0) + data[head + 4 :],
        data.replace(b'"to":9', b'"to":9,"x":1'),
        data.replace(b'"to":9', b'"to":-9'),
        data.replace(seed("s1")[:16].hex().encode(), b"zz"),
        data.replace(b"[1,\"chair\"", b"[100,\"chair\""),
        data + b" " * 524_288,
        part(papers=101).encode(),
        part(papers=0).encode(),
        replace(part(papers=1), width=0, rows=b"").encode(),
    ):
        with pytest.raises(RuleViolation, match="E_SEALED"):
            SealedPart.decode(wrong)


def test_names_open_their_commitments() -> None:
    """[BALLOT-4] The new names' commitments MUST open to the salts and names of the tail."""
    one = part(names=2)
    commitments = [commit_name(entry.salt, entry.name) for entry in one.names]
    one.check_names(1, commitments)
    for first, wrong in ((2, commitments), (1, commitments[:1]), (1, commitments[::-1])):
        with pytest.raises(RuleViolation, match="E_SEALED"):
            one.check_names(first, wrong)


def test_sealed_parts_leave_the_table_encrypted() -> None:
    """[BALLOT-5] Only the ballot key opens them, only for their record, and no byte can be changed."""
    private = X25519PrivateKey.from_private_bytes(seed("ballots"))
    public = private.public_key().public_bytes_raw()
    sealer = Sealer(X25519PrivateKey.from_private_bytes(seed("eph")), public)
    record = sha256(b"record").digest()
    data = part().encode()
    blob = sealer.encrypt(data, record, bytes(12))
    opener = Opener(private)
    assert opener.open(blob, record) == data == opener.open(blob, record)
    assert bytes(VOTE_A) not in blob
    other = Opener(X25519PrivateKey.from_private_bytes(seed("other")))
    wrong = [(blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :], record) for place in range(0, len(blob), 7)]
    wrong += [(blob[:40], record), (b"", record), (bytes(60), record), (blob, sha256(b"other").digest())]
    for changed, hash_ in wrong:
        with pytest.raises(RuleViolation, match="E_SEALED"):
            opener.open(changed, hash_)
    with pytest.raises(RuleViolation, match="E_SEALED"):
        other.open(blob, record)


def test_the_opener_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tally_protocol.record.sealing._CACHED", 2)
    private = X25519PrivateKey.from_private_bytes(seed("ballots"))
    opener = Opener(private)
    for round_ in range(2):
        for name in ("a", "b", "c"):
            sealer = Sealer(X25519PrivateKey.from_private_bytes(seed(name)), private.public_key().public_bytes_raw())
            assert opener.open(sealer.encrypt(b"x", bytes(32), bytes([round_]) * 12), bytes(32)) == b"x"


def test_a_layout_that_the_unit_does_not_have() -> None:
    """[CHAIN-6] A layout that the unit note does not give is `E_LAYOUT`."""
    with pytest.raises(RuleViolation, match="E_LAYOUT"):
        shape(UNIT, "other")
    assert replace(UNIT, registered=None).to_body().get("registered") is None
