"""What access tells Prometheus: refusals and ended streams by reason, renewals, revocations; no laptop is a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Meters:
    """The series of access on a process's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """All at zero. Reasons: code of the refusal, or silence, age, strangers, connections."""
        self.refused = Counter(
            "changpiao_access_refused", "calls and connections refused at the door", ["reason"], registry=registry
        )
        self.ended = Counter(
            "changpiao_access_streams_ended", "open streams ended by the county", ["reason"], registry=registry
        )
        self.renewed = Counter("changpiao_access_renewals", "laptops' certificates renewed", registry=registry)
        self.waited = Counter(
            "changpiao_access_waited_seconds", "waits that were put on laptops above their rate", registry=registry
        )
        self.revoked = Gauge("changpiao_access_revoked_laptops", "laptops whose access is revoked", registry=registry)
        self.server_until = Gauge(
            "changpiao_access_server_certificate_until", "when the server's certificate ends, Unix time",
            registry=registry,
        )  # fmt: skip
        self.list_age = Gauge(
            "changpiao_access_list_age_seconds", "since the list of access acts was last read", registry=registry
        )
