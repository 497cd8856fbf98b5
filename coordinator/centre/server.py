"""The web server of the centre's page, in a thread of its own; TLS unless only this machine can reach it (ADR 8)."""

import asyncio
import ipaddress
import os
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from coordinator.settings import CountyError, Home

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


class CentreServer:
    """Runs the page apart from everything else."""

    def __init__(self, host: str, port: int, gate: ASGIApp, home: Home | None = None) -> None:
        """Bind at once, so that a taken port is found at start."""
        self._socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        own = home is not None and (home.tls / "centre.pem").exists()
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
            ssl_certfile=str(home.tls / "centre.pem") if own and home is not None else None,
            ssl_keyfile=str(home.tls / "centre.key") if own and home is not None else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="centre", daemon=True)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._socket.getsockname()[1])

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
