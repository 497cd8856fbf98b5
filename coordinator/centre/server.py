"""The web server of the centre's page, in a thread of its own; TLS unless only this machine can reach it (ADR 8)."""

import ipaddress
import logging
import os
import socket
import ssl

import uvicorn
from starlette.types import ASGIApp

from coordinator.settings import CountyError, Home
from coordinator.webserver import WebServer

LOG = logging.getLogger("changpiao.centre")

# set where a proxy in front of the page speaks TLS to the desks
BEHIND = "CHANGPIAO_CENTRE_PROXY"


def is_local(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_proxied() -> bool:
    """Whether a proxy of the county's stands in front of the page."""
    return bool(os.environ.get(BEHIND))


def is_secure(home: Home | None, host: str) -> bool:
    """Whether desks reach the page by TLS; CountyError if passwords would cross a network in the clear."""
    if (home is not None and (home.tls / "centre.pem").exists()) or is_proxied():
        return True
    if is_local(host):
        return False
    raise CountyError(
        f"办公页面在 {host} 上会以明文传口令：请放入 tls/centre.pem 和 tls/centre.key，"
        f"或由前置代理提供 TLS 并设 {BEHIND}=1，或只开在 127.0.0.1",
        f"the centre's page at {host} would carry passwords in the clear: put tls/centre.pem and tls/centre.key there,"
        f" or let a proxy speak TLS and set {BEHIND}=1, or listen on 127.0.0.1",
    )


class DeskPair:
    """The page's own certificate and key on the disk; a new pair is taken without a restart, by new connections."""

    def __init__(self, home: Home) -> None:
        """CountyError if they cannot be used."""
        self._certificate, self._key = home.tls / "centre.pem", home.tls / "centre.key"
        self._seen = self._stamp()
        try:
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        except (OSError, ssl.SSLError) as error:
            raise CountyError(
                f"tls/centre.pem 和 tls/centre.key 不能用：{error}。应为 PEM 格式的一对证书和私钥",
                f"tls/centre.pem and tls/centre.key cannot be used: {error}; expected a certificate and its key in PEM",
            ) from None

    def _stamp(self) -> tuple[int, ...]:
        found: list[int] = []
        for path in (self._certificate, self._key):
            stat = path.stat()
            found += [stat.st_mtime_ns, stat.st_ino]
        return tuple(found)

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self._certificate, self._key)

    def serve(self, context: ssl.SSLContext) -> None:
        """Put the pair into the context of the server; its next handshake uses it."""
        self._load(context)

    def renew(self, context: ssl.SSLContext) -> bool:
        """If the files have changed and fit each other, use them; else the old pair goes on. OSError if they are gone.

        A pair that is half replaced is never put into the living context: it would refuse every desk.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        try:
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        except ssl.SSLError:
            LOG.warning("the desk's new certificate and key do not fit each other yet")
            return False
        if self._stamp() != stamp:
            return False
        self._load(context)
        self._seen = stamp
        LOG.info("a new certificate of the desk is in use")
        return True


class CentreServer:
    """Runs the page apart from everything else."""

    def __init__(self, host: str, port: int, gate: ASGIApp, home: Home | None = None) -> None:
        """Bind at once, so that a taken port is found at start; CountyError for a pair that cannot be used."""
        own = home is not None and (home.tls / "centre.pem").exists()
        self._pair = DeskPair(home) if own and home is not None else None
        self.scheme = "https" if own else "http"
        config = uvicorn.Config(
            gate,
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=16 * 1024,
            limit_concurrency=400,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
        )
        config.load()
        if self._pair is not None:
            config.ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._pair.serve(config.ssl)
        self._tls = config.ssl
        self._server = WebServer("centre", socket.create_server((host, port), family=_family(host)), config)
        self.port = self._server.port

    def renew(self) -> None:
        """Look for a new certificate on the disk."""
        if self._pair is not None and self._tls is not None:
            self._pair.renew(self._tls)

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """End."""
        self._server.stop()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
