"""Raw HTTP/2 over mutual TLS: opens and resets streams as no gRPC client does (H4)."""

import contextlib
import socket
import ssl
import struct
import time
from pathlib import Path

from tests.coordinator.scene import Laptop


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """An HTTP/2 frame (RFC 9113, 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def headers(stream: int) -> bytes:
    """HEADERS of a call of Deliver, literal fields without indexing (RFC 7541, 6.2.2)."""
    fields = {
        ":method": "POST", ":scheme": "https", ":path": "/tally_protocol.wire.v1.IntakeService/Deliver",
        ":authority": "changpiao-county", "te": "trailers", "content-type": "application/grpc",
    }  # fmt: skip
    block = b"".join(
        b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in fields.items()
    )
    return frame(0x1, 0x4, stream, block)


def rapid_reset(laptop: Laptop, address: str, folder: Path, count: int) -> int:
    """Open and reset streams as fast as the connection takes them; gives how many were sent."""
    host, _, port = address.rpartition(":")
    (folder / "key.pem").write_bytes(laptop.key)
    (folder / "node.pem").write_bytes(laptop.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(folder / "node.pem", folder / "key.pem")
    context.set_alpn_protocols(["h2"])
    sent = 0
    with socket.create_connection((host, int(port)), timeout=10) as raw, context.wrap_socket(raw) as one:
        one.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(0x4, 0, 0))
        one.setblocking(False)
        end = time.monotonic() + 60
        while sent < count and time.monotonic() < end:
            streams = range(2 * sent + 1, 2 * (sent + 100) + 1, 2)
            data = b"".join(headers(stream) + frame(0x3, 0, stream, b"\x00\x00\x00\x08") for stream in streams)
            if not push_all(one, data, end):
                break
            sent += 100
    return sent


def push_all(one: ssl.SSLSocket, data: bytes, end: float) -> bool:
    """Write and drain what comes back; False when the county has closed the connection."""
    view = memoryview(data)
    while view and time.monotonic() < end:
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            try:
                if one.recv(65536) == b"":
                    return False
            except (ConnectionError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return False
        try:
            view = view[one.send(view) :]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            time.sleep(0.001)
        except (ConnectionError, ssl.SSLError):
            return False
    return not view
