"""A profile for people: every value with who decided it and when, in Chinese and English (`profiles ID`) [PROF-2]."""

from collections.abc import Iterator, Mapping

from tally_protocol.law.profile import Profile, values_of
from tally_protocol.law.profile_rules import UNGOVERNED
from tally_protocol.law.profile_words import FIELDS, KINDS, ROLES, Pair, share_words, words_of
from tally_protocol.law.sources import in_both, source_pair

SHARES = ("turnout", "elected", "supplementary", "recall")


def sheet(profile: Profile) -> Iterator[str]:
    """Lines of the whole profile."""
    yield f"{profile.id}  {profile.title}"
    yield f"  所据 follows: {_joined(in_both(profile.text))}"
    yield f"  施行 in force: {profile.in_force} · 国家法律 national law: {profile.law} · 来源 source: {profile.source}"
    values = dict(values_of(profile.to_body()))
    for path, (zh, en) in FIELDS.items():
        said = _value(values, path)
        yield f"{zh} · {en}: {_joined(said)}"
        yield from _source(profile, f"{path}.num" if path in SHARES else path)
    yield "签字 · signatures:"
    for kind, (zh, en) in KINDS.items():
        roles = [ROLES[role] for role in profile.roles(kind)] or [("无", "none")]
        yield f"    {zh} {en}: {'、'.join(zh for zh, _ in roles)} · {', '.join(en for _, en in roles)}"


def _value(values: Mapping[str, object], path: str) -> Pair:
    if path in SHARES:
        num, den = values[f"{path}.num"], values[f"{path}.den"]
        return share_words(int(str(num)), int(str(den)), strict=values[f"{path}.strict"] is True)
    return words_of(values[path])


def _joined(pair: Pair) -> str:
    return pair[0] if pair[0] == pair[1] else f"{pair[0]} · {pair[1]}"


def _source(profile: Profile, path: str) -> Iterator[str]:
    said = _joined(source_pair(profile, path))
    if said:
        yield f"    依据 by: {said}"
    elif path.partition(".")[0] in UNGOVERNED:
        yield "    本次选举自定 · set by the election"
