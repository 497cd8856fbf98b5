"""Writes deploy/grafana/changpiao.json, the one dashboard: panels in rows, bilingual titles, expressions.

    python -m tools.deploy.board

The JSON is what is shipped and what the tests judge; this file only spares a person its six hundred lines.
"""

import json
from pathlib import Path
from typing import Any

NS = '{namespace=~"$namespace"}'
WINDOW = "[$__rate_interval]"
Target = tuple[str, str]  # expression, legend
Panel = tuple[str, str, str, int, list[Target]]  # title, unit, how it is shown, width of 24, targets


def rate(name: str, by: str = "") -> str:
    """How fast a counter grows, summed up but for some labels."""
    return f"sum{f' by ({by}) ' if by else ''}(rate({name}{NS}{WINDOW}))"


def quantiles(name: str, *wanted: float) -> list[Target]:
    """Quantiles of a histogram."""
    buckets = rate(f"{name}_bucket", "le")
    return [(f"histogram_quantile({quantile}, {buckets})", f"p{round(quantile * 100)}") for quantile in wanted]


def mean(name: str) -> Target:
    """The mean of a histogram."""
    return f"{rate(f'{name}_sum')} / {rate(f'{name}_count')}", "mean"


POD = "{{component}} {{pod}}"
ALARMS = 'count(ALERTS{alertstate="firing", alertname=~"Changpiao.+"}) or vector(0)'
NOW: list[Panel] = [
    ("正在报警 · alerts firing", "short", "stat", 4, [(ALARMS, "")]),
    ("领导者 · leaders", "short", "stat", 4, [(f"sum by (role) (changpiao_leader{NS})", "{{role}}")]),
    ("数据库 · database", "short", "stat", 4, [(f"min by (component) (changpiao_database_up{NS})", "{{component}}")]),
    ("自检失败 · self-check failed", "short", "stat", 3, [(f"max(changpiao_selfcheck_failed{NS})", "")]),
    ("故障 · faults by code", "short", "stat", 3, [(f"max by (code) (changpiao_fault{NS})", "{{code}}")]),
    ("分叉 · forks today", "short", "stat", 3, [(f"sum(increase(changpiao_forks_total{NS}[24h]))", "")]),
    ("在线设备 · laptops connected", "short", "stat", 3, [(f"sum(changpiao_open_streams{NS})", "")]),
]
INTAKE: list[Panel] = [
    ("接收记录 · records accepted", "ops", "timeseries", 8, [(rate("changpiao_accepted_total", "kind"), "{{kind}}")]),
    ("选票 · papers", "ops", "timeseries", 8, [(rate("changpiao_papers_total"), "papers")]),
    (
        "收到到落盘 · received to durable", "s", "timeseries", 8,
        quantiles("changpiao_received_to_durable_seconds", 0.5, 0.99),
    ),
    ("拒收 · refusals", "ops", "timeseries", 8, [(rate("changpiao_refused_total", "code"), "{{code}}")]),
    (
        "重复（无害）· duplicates, harmless", "ops", "timeseries", 8,
        [(rate("changpiao_duplicates_total"), "duplicates")],
    ),
    (
        "提交组 · commit groups", "s", "timeseries", 8,
        [*quantiles("changpiao_commit_seconds", 0.99), mean("changpiao_commit_seconds")],
    ),
    ("每组记录 · records a group", "short", "timeseries", 8, [mean("changpiao_commit_records")]),
    (
        "gRPC 结果 · gRPC results", "ops", "timeseries", 8,
        [(rate("grpc_server_handled_total", "grpc_method, grpc_code"), "{{grpc_method}} {{grpc_code}}")],
    ),
    (
        "gRPC 消息 · gRPC messages", "ops", "timeseries", 8,
        [(rate("grpc_server_msg_received_total"), "received"), (rate("grpc_server_msg_sent_total"), "sent")],
    ),
]  # fmt: skip
STATIONS: list[Panel] = [
    (
        "沉默的计票点，按乡镇 · silent stations by township", "short", "timeseries", 12,
        [(f"max by (township) (changpiao_silent_stations{NS}) > 0", "{{township}}")],
    ),
    (
        "计票点状态 · stations by state", "short", "timeseries", 12,
        [(f"max by (state) (changpiao_stations{NS})", "{{state}}")],
    ),
]  # fmt: skip
ACCESS: list[Panel] = [
    (
        "拒绝接入 · refused at the door", "ops", "timeseries", 8,
        [(rate("changpiao_access_refused_total", "reason"), "{{reason}}")],
    ),
    (
        "被结束的连接 · streams ended", "ops", "timeseries", 8,
        [(rate("changpiao_access_streams_ended_total", "reason"), "{{reason}}")],
    ),
    (
        "限速等待与换证 · waits and renewals", "short", "timeseries", 8,
        [
            (rate("changpiao_access_waited_seconds_total"), "seconds waited a second"),
            (rate("changpiao_access_renewals_total"), "renewals a second"),
        ],
    ),
    (
        "已撤销的设备 · revoked laptops", "short", "timeseries", 8,
        [(f"max(changpiao_access_revoked_laptops{NS})", "laptops")],
    ),
    (
        "接入名单多久未读 · age of the list", "s", "timeseries", 8,
        [(f"max(changpiao_access_list_age_seconds{NS})", "seconds")],
    ),
    (
        "服务器证书剩余 · server certificate left", "s", "timeseries", 8,
        [(f"min(changpiao_access_server_certificate_until{NS}) - time()", "seconds")],
    ),
]  # fmt: skip
PUBLICATION: list[Panel] = [
    (
        "日志长度 · size of the log", "short", "timeseries", 8,
        [(f"max(changpiao_log_size{NS})", "stored"), (f"max(changpiao_published_size{NS})", "published")],
    ),
    (
        "入库到公开 · durable to published", "s", "timeseries", 8,
        quantiles("changpiao_durable_to_published_seconds", 0.5, 0.99),
    ),
    ("检查点 · checkpoints", "ops", "timeseries", 8, [(rate("changpiao_checkpoints_total"), "checkpoints")]),
    (
        "上次自检距今 · since the last self-check", "s", "timeseries", 8,
        [(f"time() - (changpiao_selfcheck_completed_timestamp_seconds{NS} > 0)", POD)],
    ),
    (
        "当选认定 · determinations", "s", "timeseries", 8,
        [*quantiles("changpiao_determination_seconds", 0.99), mean("changpiao_determination_seconds")],
    ),
    (
        "未能认定的单位 · undetermined units", "short", "timeseries", 8,
        [(f"sum(increase(changpiao_undetermined_total{NS}[1h]))", "units")],
    ),
    ("自检进度 · self-check", "short", "timeseries", 8, [(f"changpiao_selfcheck_entries{NS}", POD)]),
    (
        "缺密封选票的记录 · sealed parts owed", "short", "timeseries", 8,
        [(f"max(changpiao_sealed_owed{NS})", "records")],
    ),
    ("领导权 · leadership", "short", "timeseries", 8, [(f"changpiao_leader{NS}", "{{role}} {{pod}}")]),
]  # fmt: skip
MACHINES: list[Panel] = [
    (
        "磁盘余量 · disk free", "bytes", "timeseries", 8,
        [
            (f"changpiao_disk_free_bytes{NS}", "{{volume}} {{pod}}"),
            (f"changpiao_disk_reserve_bytes{NS}", "reserve {{volume}}"),
        ],
    ),
    (
        "证书剩余 · certificates end in", "s", "timeseries", 8,
        [
            (
                f"min by (certificate) (changpiao_certificate_expiry_timestamp_seconds{NS}) - time()",
                "{{certificate}}",
            )
        ],
    ),
    ("内存 · memory", "bytes", "timeseries", 8, [(f"process_resident_memory_bytes{NS}", POD)]),
    ("文件句柄 · file handles", "short", "timeseries", 8, [(f"process_open_fds{NS}", POD)]),
    ("处理器 · processor", "short", "timeseries", 8, [(f"rate(process_cpu_seconds_total{NS}{WINDOW})", POD)]),
    (
        "版本 · versions", "short", "table", 8,
        [(f"count by (component, version) (changpiao_build_info{NS})", "{{component}} {{version}}")],
    ),
]  # fmt: skip
ROWS = {
    "现在 · now": NOW,
    "接收 · intake": INTAKE,
    "计票点 · stations": STATIONS,
    "接入 · access": ACCESS,
    "公开 · publication": PUBLICATION,
    "机器 · machines": MACHINES,
}
SOURCE = {"type": "prometheus", "uid": "$datasource"}
HEIGHTS = {"stat": 4, "timeseries": 8, "table": 8}


def panel(number: int, title: str, unit: str, kind: str, targets: list[tuple[str, str]], place: dict[str, int]) -> Any:
    """One panel."""
    return {
        "id": number, "title": title, "type": kind, "datasource": SOURCE, "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {},
        "targets": [
            {
                "refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend,
                "instant": kind != "timeseries",
            }
            for index, (expression, legend) in enumerate(targets)
        ],
    }  # fmt: skip


def made() -> str:
    """The dashboard's JSON."""
    panels: list[Any] = []
    y = 0
    for row, items in ROWS.items():
        panels.append(
            {
                "id": len(panels) + 1,
                "title": row,
                "type": "row",
                "collapsed": False,
                "panels": [],
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
            }
        )
        y, x, height = y + 1, 0, 0
        for title, unit, kind, width, targets in items:
            if x + width > 24:
                x, y = 0, y + height
            height = HEIGHTS[kind]
            panels.append(panel(len(panels) + 1, title, unit, kind, targets, {"x": x, "y": y, "w": width, "h": height}))
            x += width
        y += height
    variables = [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "数据源 · source"},
        {
            "name": "namespace", "type": "query", "datasource": SOURCE, "label": "县 · county",
            "query": "label_values(changpiao_database_up, namespace)", "includeAll": True, "multi": True,
            "allValue": ".*", "refresh": 2,
        },
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
