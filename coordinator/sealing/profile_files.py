"""The profiles of election.toml: shipped ones by id, others by file; everything that is wrong with each, said at once.

A profile with an unset field, or with a value that national law leaves open and nobody is named for, is refused
[PROF-1] [PROF-2] [PROF-3]: the program does not guess rules.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

from coordinator.sealing.problems import Problems
from coordinator.sealing.shipped import DEFAULT, shipped, shipped_path
from tally_protocol.errors import ProtocolError
from tally_protocol.law.articles import article
from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import Profile, values_of
from tally_protocol.law.profile_rules import check_profile, governed_values, same_value

SUFFIX = ".json"
MOST = 16
_CALLS = "profile"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]')


class ProfileReader:
    """Reads the list of a folder's election.toml; `ids` are the profiles that could be read, `broken` the others."""

    def __init__(self, folder: Path, toml: str, threshold: int, problems: Problems) -> None:
        """`toml` is the text of election.toml, to find lines in; `unread`: a profile whose id nobody knows."""
        self._folder = folder
        self._toml = toml
        self._threshold = threshold
        self._problems = problems
        self.first = ""
        self.read: list[Profile] = []
        self.broken: set[str] = set()
        self.unread = False

    def take(self, listed: object) -> None:
        """Read every entry of `profiles`; the first one named is the profile of units that name none."""
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST:
            self._unread(
                "profiles", f"profiles 应为 1 至 {MOST} 个规则档案的列表", f"profiles: expected a list of 1 to {MOST}"
            )
            return
        for entry in listed:
            if isinstance(entry, str):
                self._take(entry)
            else:
                self._unread(
                    "profiles",
                    "profiles 的每一项应为随附档案的编号或文件夹内 JSON 文件的路径，不再写表",
                    "profiles: expected ids of shipped profiles or paths of JSON files, no tables",
                )

    def _unread(self, word: str, zh: str, en: str) -> None:
        self.unread = True
        self._toml_fault(word, zh, en)

    def _toml_fault(self, word: str, zh: str, en: str) -> None:
        line = next((i for i, text in enumerate(self._toml.splitlines(), 1) if word in text), 0)
        self._problems.add("election.toml", line, zh, en)

    def _take(self, entry: str) -> None:
        if entry.endswith(SUFFIX):
            path, name = self._folder / entry, entry
            if not path.resolve().is_relative_to(self._folder.resolve()):
                self._unread(entry, f"{entry} 不在封存文件夹内", f"{entry} is not inside the sealing folder")
                return
        else:
            found = shipped_path(entry)
            if found is None:
                self._unread(
                    entry,
                    f"没有随附的规则档案 {entry}；用 tally-coordinator profiles 查看，自定的写成 .json 文件",
                    f"no shipped profile {entry}; see `tally-coordinator profiles`, or give a .json file",
                )
                return
            path, name = found, f"{entry}{SUFFIX}"
        self._read(path, name, entry)

    def _read(self, path: Path, name: str, entry: str) -> None:
        try:
            text = path.read_bytes().decode("utf-8-sig")
            body = json.loads(text, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            self.unread = True
            self._problems.add(name, error.lineno, "不是合规的 JSON", f"not JSON: {error.msg}")
            return
        except OSError as error:
            self._unread(
                entry, f"读不到规则档案 {entry}: {error.strerror}", f"cannot read the profile file {entry}"
            )
            return
        except (ValueError, RecursionError) as error:
            self.unread = True
            self._problems.add(name, 0, f"读不出: {error}", f"cannot be read: {error}")
            return
        profile = _Check(name, text, body, self._threshold, self._problems).profile()
        if profile is not None and profile.id in {known.id for known in self.read}:
            self._toml_fault(entry, f"规则档案 {profile.id} 列了两次", f"profile {profile.id} is listed twice")
        elif profile is not None:
            self.first = self.first or profile.id
            self.read.append(profile)
        elif isinstance(body, dict) and isinstance(body.get("id"), str):
            self.first = self.first or body["id"]
            self.broken.add(body["id"])
        else:
            self.unread = True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a field stands twice: {max(names, key=names.count)}")
    return found


class _Check:
    """All faults of one profile file."""

    def __init__(self, name: str, text: str, body: object, threshold: int, problems: Problems) -> None:
        self._name, self._text, self._body = name, text, body
        self._threshold, self._problems = threshold, problems

    def profile(self) -> Profile | None:
        """The profile, or None after its faults were noted."""
        before = len(self._problems.found)
        if not isinstance(self._body, dict):
            self._problems.add(self._name, 1, "规则档案应为一个 JSON 对象", "expected a JSON object")
            return None
        self._check_fields(self._body)
        if len(self._problems.found) > before:
            return None
        try:
            profile = Profile.parse(self._body, _CALLS)
        except ProtocolError as error:
            self._fault(error.where.removeprefix(f"{_CALLS}."), f"不合规: {error}", str(error))
            return None
        self._check_sources(profile)
        if len(self._problems.found) == before:
            try:
                check_profile(profile, self._threshold)
            except ProtocolError as error:
                path = error.where.rpartition(": ")[2]
                self._fault(path, f"规则档案不合规: {error}", str(error))
        return profile if len(self._problems.found) == before else None

    def _check_fields(self, body: dict[str, Any]) -> None:
        """Every unset, further and unreadable field, each alone in a profile that is otherwise good [PROF-1]."""
        good = shipped(DEFAULT).to_body()
        known, found = dict(values_of(good)), dict(values_of(body))
        for path in known:
            if path not in found:
                self._fault(path, f"{path} 没有写；每个字段都必须写明", f"{path} is not set; every field must be")
        for path in found:
            if path not in known:
                self._fault(path, f"{path} 不是规则档案的字段", f"{path} is not a field of a profile")
        if known.keys() != found.keys():
            return
        for name, value in body.items():
            whole = _fault_of(good | {name: value})
            if whole is None:
                continue
            parts = [path for path in known if path.startswith(f"{name}.")]
            alone = [(path, _fault_of(_with(good, path, found[path]))) for path in parts]
            for path, error in [pair for pair in alone if pair[1] is not None] or [(name, whole)]:
                self._fault(path, f"{path} 的值不合规: {error}", str(error))

    def _check_sources(self, profile: Profile) -> None:
        """Every value that neither national law nor anybody named stands behind [PROF-2]."""
        fixed = fixed_by(profile.law, profile.electorate)
        if fixed is None:
            asked = f"{profile.law} / {profile.electorate}"
            self._fault("law", f"不认识的国家法律或选举人: {asked}", f"no national law for {asked}")
            return
        covers = {path for path, _ in profile.decided_by}
        for path, value in governed_values(profile).items():
            names = path.split(".")
            if covers & {".".join(names[:depth]) for depth in range(1, len(names) + 1)}:
                continue
            if path not in fixed:
                self._fault(
                    path,
                    f"{path} 国家法律没有规定；请在 decided_by 写明由谁何时决定",
                    f"{path} is open in national law; say in decided_by who decided it and when",
                )
            elif not same_value(value, fixed[path][0]):
                key = fixed[path][1]
                self._fault(
                    path,
                    f"{path} 与 {key} {article(key).zh} 的规定不同；如有依据请写入 decided_by",
                    f"{path} is not what {key} says; if somebody decided so, name it in decided_by",
                )

    def _fault(self, path: str, zh: str, en: str) -> None:
        self._problems.add(self._name, line_of(self._text, path), zh, en)


def _with(good: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    body = copy.deepcopy(good)
    *above, name = path.split(".")
    part = body
    for step in above:
        part = part[step]
    part[name] = value
    return body


def _fault_of(body: dict[str, Any]) -> ProtocolError | None:
    try:
        Profile.parse(body, _CALLS)
    except ProtocolError as error:
        return error
    return None


def line_of(text: str, path: str) -> int:
    """The line on which a field of a JSON text stands; that of the part above it where the field is not there."""
    wanted = path.split(".")
    depth, found, place = 0, 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if 0 < found == depth:
                break
        elif token[1] and depth == found + 1 and token[0].partition('"')[2].rpartition('"')[0] == wanted[found]:
            found, place = found + 1, token.start()
            if found == len(wanted):
                break
    return text.count("\n", 0, place) + 1
