from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.engine.cache import KEPT_SECONDS, Kept, ListingCache
from tests.unit.views import entry, spec

ENTRY = entry("notes", [spec("notes", "find", "Find a note.", {"text": "what"})])
LISTING = replace(ENTRY.listing, listed_at=1_000.0)


def kept_in(folder: Path) -> Path:
    assert ListingCache(folder).keep(ENTRY.config, "notes", LISTING, ENTRY.stub)
    (file,) = (folder / "listings").iterdir()
    return file


def load(folder: Path, *, now: float = 1_001.0) -> Kept | None:
    return ListingCache(folder).load(ENTRY.config, "notes", now=now)


def test_what_is_kept_is_given_back_unchanged(tmp_path: Path) -> None:
    kept_in(tmp_path)

    assert load(tmp_path) == Kept(listing=LISTING, stub=ENTRY.stub, held=())


@pytest.mark.parametrize(
    "damage", [b"", b"\xff\x00rubbish", b"{", b"null", b"[]", b'{"listing": {}, "stub": {}}', b"[" * 100_000]
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    kept_in(tmp_path).write_bytes(damage)

    assert load(tmp_path) is None


def test_a_listing_is_good_for_a_day_and_not_from_the_future(tmp_path: Path) -> None:
    kept_in(tmp_path)

    assert load(tmp_path, now=1_000.0 + KEPT_SECONDS) is None
    assert load(tmp_path, now=999.0) is None


def test_a_server_that_is_reached_in_another_way_is_another_server(tmp_path: Path) -> None:
    kept_in(tmp_path)
    moved = replace(ENTRY.config, command="elsewhere")

    assert ListingCache(tmp_path).load(moved, "notes", now=1_001.0) is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not ListingCache(tmp_path / "file").keep(ENTRY.config, "notes", LISTING, ENTRY.stub)
