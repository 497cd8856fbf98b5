"""The catalogue: every named fraud on a published record, with the code that must answer it."""

from tests.attacks import (
    frauds_beside,
    frauds_checkpoint,
    frauds_corners,
    frauds_counts,
    frauds_county,
    frauds_files,
    frauds_law_declared,
    frauds_law_papers,
    frauds_law_results,
    frauds_law_sealed,
    frauds_law_table,
    frauds_links,
    frauds_manifest,
    frauds_signers,
    frauds_spelling,
)

CHAPTERS = (
    frauds_links, frauds_counts, frauds_signers, frauds_manifest, frauds_county, frauds_files, frauds_checkpoint,
    frauds_spelling, frauds_beside, frauds_corners, frauds_law_results, frauds_law_declared, frauds_law_table,
    frauds_law_sealed, frauds_law_papers,
)  # fmt: skip
FRAUDS = tuple(fraud for chapter in CHAPTERS for fraud in chapter.BOOK.frauds)
