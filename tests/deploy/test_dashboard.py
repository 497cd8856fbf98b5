"""The dashboard: whole by our schema, made of metrics that exist, readable by Prometheus, in both languages."""

import copy
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.expressions import faults, series
from tests.deploy.mutations import DROP, Mutation
from tests.deploy.programs import Environment
from tools.deploy.board import made

PROMETHEUS = {"$__rate_interval": "1m", "$namespace": ".*"}  # what Grafana puts in


@pytest.fixture(scope="module")
def board(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "deploy/grafana/changpiao.json").read_text("utf-8"))
    return found


def panels(board: dict[str, Any]) -> list[Any]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions(board: dict[str, Any]) -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in panels(board) for target in panel["targets"]]


def test_the_file_is_what_its_maker_writes(root: Path) -> None:
    assert (root / "deploy/grafana/changpiao.json").read_text("utf-8") == made(), (
        "run: .venv/bin/python -m tools.deploy.board"
    )


def test_every_expression_uses_only_metrics_that_exist(board: dict[str, Any], contract: dict[str, Any]) -> None:
    known = series(contract)
    found = [f"{title}: {fault}" for title, text in expressions(board) for fault in faults(text, known)]
    assert found == []
    queries = [item["query"] for item in board["templating"]["list"] if item["type"] == "query"]
    assert [re.fullmatch(r"label_values\((\w+), (\w+)\)", query) is not None for query in queries] == [True]
    assert all(re.split(r"[(,]", query)[1] in known for query in queries)


def test_every_metric_of_ours_is_shown_or_known_to_be_left_out(board: dict[str, Any], contract: dict[str, Any]) -> None:
    shown = " ".join(text for _, text in expressions(board))
    left_out = {
        "grpc_server_started_total", "grpc_server_handling_seconds", "process_start_time_seconds", "process_max_fds",
        "process_virtual_memory_bytes",
    }  # fmt: skip
    assert {metric["name"] for metric in contract["metrics"] if metric["name"] not in shown} == left_out


def test_titles_are_in_both_languages_and_panels_do_not_overlap(board: dict[str, Any]) -> None:
    assert [
        panel["title"] for panel in board["panels"] if not re.search(r"[\u4e00-\u9fff].* ?· [a-zA-Z]", panel["title"])
    ] == []
    cells: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not mine & cells, panel["title"]
        assert max(x for x, _ in mine) < 24, panel["title"]
        cells |= mine
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)


SPOILT = [
    Mutation("", "", "", "panels/1/gridPos", DROP),
    Mutation("", "", "", "panels/1/gridPos/w", 25),
    Mutation("", "", "", "panels/1/targets", []),
    Mutation("", "", "", "panels/1/targets/0/expr", DROP),
    Mutation("", "", "", "panels/1/targets/0/expr", ""),
    Mutation("", "", "", "panels/1/targets/0/refId", "first"),
    Mutation("", "", "", "panels/1/datasource", {"type": "prometheus", "uid": "one-machine-only"}),
    Mutation("", "", "", "panels/1/fieldConfig/defaults/unit", DROP),
    Mutation("", "", "", "panels/1/type", "graph"),
    Mutation("", "", "", "panels/0/collapsed", DROP),
    Mutation("", "", "", "panels", []),
    Mutation("", "", "", "templating/list/1/query", DROP),
    Mutation("", "", "", "schemaVersion", DROP),
    Mutation("", "", "", "editable", True),
    Mutation("", "", "", "surprise", 1),
]


@pytest.mark.network
def test_the_schema_holds_and_catches_what_is_missing(
    root: Path, board: dict[str, Any], environment: Environment
) -> None:
    schema = json.loads((root / "deploy/grafana/board.schema.json").read_text("utf-8"))
    spoilt = {}
    for number, mutation in enumerate(SPOILT):
        wrapped = copy.deepcopy(board) | {"kind": "Board", "metadata": {"name": "x"}}
        fault = Mutation("", "", "Board/x", mutation.path, mutation.value)
        (broken,) = fault.apply([wrapped])
        spoilt[f"broken-{number}"] = {key: value for key, value in broken.items() if key not in {"kind", "metadata"}}
    found = environment.judge("against_schema.py", {"schema": schema, "objects": spoilt | {"whole": board}})
    assert [line for line in found if line.startswith("whole:")] == []
    assert [
        str(m.path) for n, m in enumerate(SPOILT) if not any(line.startswith(f"broken-{n}:") for line in found)
    ] == []


@pytest.mark.network
def test_prometheus_can_read_every_expression(board: dict[str, Any], promtool_path: Path, tmp_path: Path) -> None:
    rules = []
    for number, (_, text) in enumerate(expressions(board)):
        plain = text
        for word, value in PROMETHEUS.items():
            plain = plain.replace(word, value)
        rules.append({"record": f"panel:{number}", "expr": plain})
    file = tmp_path / "board.rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}), "utf-8")  # JSON is YAML
    done = subprocess.run([promtool_path, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
