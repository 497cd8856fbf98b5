"""Writes deploy/grafana/changpiao.json, the one dashboard: rows of panels, bilingual titles, expressions from one table.

    python -m tools.deploy.board

The JSON is what is shipped and what the tests judge; this file only spares a person its six hundred lines.
"""

import json
from pathlib import Path
from typing import Any

NS = '{namespace=~"$namespace"}'
# title, unit, how shown, [(expression, legend)], width
PANELS: list[tuple[str, list[tuple[str, str, str, list[tuple[str, str]], int]]]] = [
    ("现在 · now", [
        ("正在报警 · alerts firing", "short", "stat", [('count(ALERTS{alertstate="firing", alertname=~"Changpiao.+"}) or vector(0)', "")], 4),
        ("领导者 · leaders", "short", "stat", [(f"sum by (role) (changpiao_leader{NS})", "{{role}}")], 4),
        ("数据库 · database", "short", "stat", [(f"min by (component) (changpiao_database_up{NS})", "{{component}}")], 4),
        ("自检失败 · self-check failed", "short", "stat", [(f"max(changpiao_selfcheck_failed{NS})", "")], 4),
        ("分叉 · forks today", "short", "stat", [(f"sum(increase(changpiao_forks_total{NS}[24h]))", "")], 4),
        ("在线设备 · laptops connected", "short", "stat", [(f"sum(changpiao_open_streams{NS})", "")], 4),
    ]),
    ("接收 · intake", [
        ("接收记录 · records accepted", "ops", "timeseries", [(f"sum by (kind) (rate(changpiao_accepted_total{NS}[$__rate_interval]))", "{{kind}}")], 8),
        ("选票 · papers", "ops", "timeseries", [(f"sum(rate(changpiao_papers_total{NS}[$__rate_interval]))", "papers")], 8),
        ("收到到落盘 · received to durable", "s", "timeseries", [
            (f"histogram_quantile({q}, sum by (le) (rate(changpiao_received_to_durable_seconds_bucket{NS}[$__rate_interval])))", f"p{round(q * 100)}")
            for q in (0.5, 0.99)], 8),
        ("拒收 · refusals", "ops", "timeseries", [(f"sum by (code) (rate(changpiao_refused_total{NS}[$__rate_interval]))", "{{code}}")], 8),
        ("重复（无害）· duplicates, harmless", "ops", "timeseries", [(f"sum(rate(changpiao_duplicates_total{NS}[$__rate_interval]))", "duplicates")], 8),
        ("提交组 · commit groups", "s", "timeseries", [
            (f"histogram_quantile(0.99, sum by (le) (rate(changpiao_commit_seconds_bucket{NS}[$__rate_interval])))", "p99"),
            (f"sum(rate(changpiao_commit_seconds_sum{NS}[$__rate_interval])) / sum(rate(changpiao_commit_seconds_count{NS}[$__rate_interval]))", "mean")], 8),
        ("每组记录 · records a group", "short", "timeseries", [
            (f"sum(rate(changpiao_commit_records_sum{NS}[$__rate_interval])) / sum(rate(changpiao_commit_records_count{NS}[$__rate_interval]))", "mean")], 8),
        ("gRPC 结果 · gRPC results", "ops", "timeseries", [(f"sum by (grpc_method, grpc_code) (rate(grpc_server_handled_total{NS}[$__rate_interval]))", "{{grpc_method}} {{grpc_code}}")], 8),
        ("gRPC 消息 · gRPC messages", "ops", "timeseries", [
            (f"sum(rate(grpc_server_msg_received_total{NS}[$__rate_interval]))", "received"),
            (f"sum(rate(grpc_server_msg_sent_total{NS}[$__rate_interval]))", "sent")], 8),
    ]),
    ("计票点 · stations", [
        ("沉默的计票点，按乡镇 · silent stations by township", "short", "timeseries", [(f"max by (township) (changpiao_silent_stations{NS}) > 0", "{{township}}")], 12),
        ("计票点状态 · stations by state", "short", "timeseries", [(f"max by (state) (changpiao_stations{NS})", "{{state}}")], 12),
    ]),
    ("公开 · publication", [
        ("日志长度 · size of the log", "short", "timeseries", [
            (f"max(changpiao_log_size{NS})", "stored"), (f"max(changpiao_published_size{NS})", "published")], 8),
        ("入库到公开 · durable to published", "s", "timeseries", [
            (f"histogram_quantile({q}, sum by (le) (rate(changpiao_durable_to_published_seconds_bucket{NS}[$__rate_interval])))", f"p{round(q * 100)}")
            for q in (0.5, 0.99)], 8),
        ("检查点 · checkpoints", "ops", "timeseries", [(f"sum(rate(changpiao_checkpoints_total{NS}[$__rate_interval]))", "checkpoints")], 8),
        ("上次自检距今 · since the last self-check", "s", "timeseries", [(f"time() - max(changpiao_selfcheck_completed_timestamp_seconds{NS})", "seconds")], 8),
        ("自检进度 · self-check", "short", "timeseries", [(f"max(changpiao_selfcheck_entries{NS})", "entries")], 8),
        ("领导权 · leadership", "short", "timeseries", [(f"changpiao_leader{NS}", "{{role}} {{pod}}")], 8),
    ]),
    ("机器 · machines", [
        ("磁盘余量 · disk free", "bytes", "timeseries", [
            (f"changpiao_disk_free_bytes{NS}", "{{volume}} {{pod}}"), (f"changpiao_disk_reserve_bytes{NS}", "reserve {{volume}}")], 8),
        ("证书剩余 · certificates end in", "s", "timeseries", [(f"min by (certificate) (changpiao_certificate_expiry_timestamp_seconds{NS}) - time()", "{{certificate}}")], 8),
        ("内存 · memory", "bytes", "timeseries", [(f"process_resident_memory_bytes{NS}", "{{component}} {{pod}}")], 8),
        ("文件句柄 · file handles", "short", "timeseries", [(f"process_open_fds{NS}", "{{component}} {{pod}}")], 8),
        ("处理器 · processor", "short", "timeseries", [(f"rate(process_cpu_seconds_total{NS}[$__rate_interval])", "{{component}} {{pod}}")], 8),
        ("版本 · versions", "short", "table", [(f"count by (component, version) (changpiao_build_info{NS})", "{{component}} {{version}}")], 8),
    ]),
]  # fmt: skip
SOURCE = {"type": "prometheus", "uid": "$datasource"}
HEIGHTS = {"stat": 4, "timeseries": 8, "table": 8}


def panel(number: int, title: str, unit: str, kind: str, targets: list[tuple[str, str]], place: dict[str, int]) -> Any:
    """One panel."""
    return {
        "id": number, "title": title, "type": kind, "datasource": SOURCE, "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend, "instant": kind != "timeseries"}
            for index, (expression, legend) in enumerate(targets)
        ],
    }  # fmt: skip


def made() -> str:
    """The dashboard's JSON."""
    panels: list[Any] = []
    y = 0
    for row, items in PANELS:
        panels.append({"id": len(panels) + 1, "title": row, "type": "row", "collapsed": False, "panels": [], "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        y, x, height = y + 1, 0, 0
        for title, unit, kind, targets, width in items:
            if x + width > 24:
                x, y = 0, y + height
            height = HEIGHTS[kind]
            panels.append(panel(len(panels) + 1, title, unit, kind, targets, {"x": x, "y": y, "w": width, "h": height}))
            x += width
        y += height
    variables = [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "数据源 · source"},
        {"name": "namespace", "type": "query", "datasource": SOURCE, "query": "label_values(changpiao_database_up, namespace)",
         "label": "县 · county", "includeAll": True, "multi": True, "allValue": ".*", "refresh": 2},
    ]  # fmt: skip
    board = {
        "uid": "changpiao", "title": "唱票 · Changpiao", "tags": ["changpiao"], "schemaVersion": 39, "version": 1,
        "editable": False, "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": variables}, "annotations": {"list": []}, "links": [], "panels": panels,
    }  # fmt: skip
    return json.dumps(board, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[2] / "deploy/grafana/changpiao.json"
    target.write_text(made(), "utf-8")
