"""Make spec/vectors/*.json from fixed seeds: `python tools/make_vectors.py [FOLDER]`.

Twice the same bytes: nothing here reads a clock or rolls dice. ML-DSA-44 signatures are randomised by their library, so
they are kept in tools/vectors/mldsa_signatures.json and reused as long as they verify. Files that no area makes are
removed from the folder.
"""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AREAS = (
    "documents", "keys", "notes", "manifest_records", "chain_records", "law_records", "papers", "validity", "profiles",
    "sealed_parts", "trees", "heads", "chains", "manifest_chains", "law_chains", "standings", "outcomes",
    "reconciliation", "declarations",
)  # fmt: skip


def main(folder: Path) -> int:
    """Write every vector; gives how many."""
    sys.path.insert(0, str(ROOT))
    made: dict[str, bytes] = {}
    for area in AREAS:
        for vector in importlib.import_module(f"tools.vectors.{area}").vectors():
            if vector.file in made:
                raise SystemExit(f"{vector.file}: made twice")
            made[vector.file] = vector.encode()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return len(made)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "spec" / "vectors"
    print(f"{main(where)} vectors in {where}")
