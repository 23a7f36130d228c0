"""The record of one server: what was approved of it, what was refused, and what is to be told of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.held import HeldReason
from ptc_cli.core.settings import PolicySettings
from ptc_cli.pins.definition import Definition

MOST = 20_000
"""Pins of one server. Those of tools that are gone are kept: a tool that comes back changed is no new one."""

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Digests by what they are of."""

    approved: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    news: tuple[str, ...] = ()
    """What was approved as it was first seen, and nobody has been told of yet."""

    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a record says of what a server offers."""

    held: Mapping[str, HeldReason]
    fresh: tuple[Definition, ...]
    """What is approved as it is first seen, and has to be recorded."""


def judge(record: Record | None, offered: Iterable[Definition], policy: PolicySettings) -> Verdict:
    """Return what of an offer is held back, and what is to be pinned; of a server without a record it is all of it."""
    held: dict[str, HeldReason] = {}
    fresh: list[Definition] = []
    known = Record() if record is None else record
    holds_new = record is not None and policy.new_tools == "hold"
    for each in offered:
        approved = known.approved.get(each.key)
        if approved == each.digest:
            continue
        if known.refused.get(each.key) == each.digest:
            held[each.key] = "refused"
        elif approved is not None:
            held[each.key] = "changed"
        elif holds_new:
            held[each.key] = "new"
        elif len(known.approved) + len(fresh) >= MOST:
            held[each.key] = "full"
        else:
            fresh.append(each)
    return Verdict(held=held, fresh=tuple(fresh))


def with_first_seen(record: Record | None, fresh: Iterable[Definition]) -> Record:
    """Return a record in which definitions are approved that it has none of; they are news if the server is not."""
    known = Record() if record is None else record
    added = {each.key: each.digest for each in fresh if each.key not in known.approved}
    news = known.news if record is None else (*known.news, *added)
    return replace(known, approved={**known.approved, **added}, news=news)


def with_approved(record: Record, approved: Iterable[Definition]) -> Record:
    """Return a record in which a person approved definitions."""
    added = {each.key: each.digest for each in approved}
    refused = {key: digest for key, digest in record.refused.items() if key not in added}
    return replace(record, approved={**record.approved, **added}, refused=refused)


def with_refused(record: Record, refused: Iterable[Definition]) -> Record:
    """Return a record in which a person refused definitions; what was approved before still is."""
    return replace(record, refused={**record.refused, **{each.key: each.digest for each in refused}})


def written(record: Record) -> str:
    """Return the text that a record is kept as."""
    return json.dumps(to_json(record), indent=1, sort_keys=True) + "\n"


def parsed(text: bytes) -> Record:
    """Return the record that a text is.

    Raises:
        ValueError: It is none.
    """
    try:
        found = json.loads(text)
        record = from_json(Record, found)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if record.version != VERSION or not found.keys() >= {"approved", "refused", "news"}:
        raise ValueError(f"it is of version {record.version}, or not whole")
    return record
