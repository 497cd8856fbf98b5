"""Where things lie on the laptop, and the few numbers that a home may set.

A home is one folder: `node.json` (who this laptop is), `keyring` (encrypted keys), `journal.db` (everything
recorded), `county/` (certificates and the address from the county's bundle). `Home(path).load()` fails unless `init`
made it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tally_node.voice import NodeError
from tally_protocol.ids import NodeId, is_id

MEBIBYTE = 1024 * 1024
DISK_RESERVE = 64 * MEBIBYTE
RESERVE_VARIABLE = "CHANGPIAO_DISK_RESERVE"
PASSPHRASE_VARIABLE = "CHANGPIAO_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one laptop."""

    path: Path

    @property
    def identity(self) -> Path:
        """Who this laptop is. Trust: none, a label. Loss: run init in a new home."""
        return self.path / "node.json"

    @property
    def keyring(self) -> Path:
        """Encrypted keys. Trust: only with its passphrase. Loss: the chains need new keys and a new epoch."""
        return self.path / "keyring"

    @property
    def journal(self) -> Path:
        """All records and uncut papers. Trust: none until re-verified at open. Loss: what the county lacks is gone."""
        return self.path / "journal.db"

    @property
    def county(self) -> Path:
        """ca.pem, node.pem, county.json. Trust: authenticates transport only. Loss: install the bundle again."""
        return self.path / "county"

    @property
    def pair(self) -> Path:
        """TLS key (encrypted) and certificate of the last renewal. Trust: transport only. Loss: enrol with a code."""
        return self.county / "pair"

    @property
    def pending(self) -> Path:
        """TLS key (encrypted) of a request on its way to the county. Loss: ask again with a new code."""
        return self.county / "pending"

    def create(self, node: NodeId) -> None:
        """Make the folder and its label; durable before it returns, and nothing is overwritten."""
        if self.identity.exists() or self.keyring.exists():
            raise NodeError("N_EXISTS", str(self.path))
        self.path.mkdir(parents=True, exist_ok=True)
        write_private(self.identity, (json.dumps({"node": node, "spec": 1}, sort_keys=True) + "\n").encode())

    def node(self) -> NodeId:
        """The node id that `init` wrote."""
        try:
            found = json.loads(self.identity.read_text("utf-8"))["node"]
        except (OSError, ValueError, KeyError, TypeError):
            raise NodeError("N_HOME", str(self.path), expected="node.json made by tally-node init") from None
        if not isinstance(found, str) or not is_id(found):
            raise NodeError("N_HOME", str(self.identity), expected="a node id")
        return NodeId(found)


def disk_reserve() -> int:
    """Bytes that new work must leave free, so that answers and receipts still fit; a bad setting stops the start."""
    text = os.environ.get(RESERVE_VARIABLE)
    if text is None:
        return DISK_RESERVE
    if not text.isascii() or not text.isdigit():
        raise NodeError("N_FILE", RESERVE_VARIABLE, expected="a number of bytes", found=text)
    return int(text)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read: temporary name, sync, rename, sync of the folder.

    If the process dies before the rename the old state holds; after it the new one does.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename durable where folders can be synced (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
