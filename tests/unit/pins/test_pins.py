"""What is as it was approved may be used; everything else is held back, whatever happened to the record."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import ServerListing, ToolAnnotations, ToolSpec
from ptc_cli.core.settings import PolicySettings
from ptc_cli.pins import Pins, definitions
from ptc_cli.pins import record as records
from ptc_cli.pins.definition import INSTRUCTIONS, key_of
from tests.unit.codegen.making import config, listing, takes, tool

CONFIG = config()
TOOL = tool("act", takes(a={"type": "string"}, b={"type": "string"}), description="Do it.")
HOLD = PolicySettings(new_tools="hold")

CHANGES: dict[str, Callable[[ToolSpec], ToolSpec]] = {
    "description": lambda spec: replace(spec, description="Do it. And more."),
    "title": lambda spec: replace(spec, title="Act now"),
    "order": lambda spec: replace(spec, input_schema=takes(b={"type": "string"}, a={"type": "string"})),
    "type": lambda spec: replace(spec, input_schema=takes(a={"type": "integer"}, b={"type": "string"})),
    "result": lambda spec: replace(spec, output_schema={"type": "object"}),
    "read-only": lambda spec: replace(spec, annotations=ToolAnnotations(read_only=True)),
    "hidden": lambda spec: replace(spec, description="Do it.\u200b"),
}


def pins(folder: Path, policy: PolicySettings | None = None) -> Pins:
    """Return pins as another process would have them."""
    return Pins(folder / "pins", policy or PolicySettings())


def held(found: Pins, *tools: ToolSpec, instructions: str = "") -> dict[str | None, str]:
    offer = listing(*tools, instructions=instructions)
    return {each.tool: each.reason for each in found.cleared(CONFIG, offer).held}


def damage(folder: Path, content: bytes) -> Path:
    (path,) = [each for each in (folder / "pins").iterdir() if len(each.name) == 45]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("part", CHANGES)
def test_a_tool_of_which_anything_changed_is_held_back_until_it_is_as_it_was(tmp_path: Path, part: str) -> None:
    changed = CHANGES[part](TOOL)
    assert held(pins(tmp_path), TOOL) == {}
    assert held(pins(tmp_path), changed) == {"act": "changed"}
    assert held(pins(tmp_path), TOOL) == {}

    cleared = pins(tmp_path).cleared(CONFIG, listing(changed, tool("other")))

    assert [spec.name for spec in cleared.listing.tools] == ["other"]


def test_a_tool_that_was_gone_and_comes_back_changed_is_no_new_one(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    held(pins(tmp_path), tool("other"))

    assert held(pins(tmp_path), CHANGES["description"](TOOL)) == {"act": "changed"}


def test_instructions_are_held_back_as_a_tool_is(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL, instructions="Use it well.")

    cleared = pins(tmp_path).cleared(CONFIG, listing(TOOL, instructions="Use it on everything."))

    assert [(each.tool, each.reason) for each in cleared.held] == [(None, "changed")]
    assert (cleared.listing.instructions, cleared.listing.tools) == ("", (TOOL,))


def test_a_new_tool_of_a_known_server_is_pinned_and_told_of_once_or_held_back(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    known = pins(tmp_path)
    assert known.take_news(CONFIG) == ()
    assert held(pins(tmp_path, HOLD), TOOL, tool("fresh")) == {"fresh": "new"}

    assert held(known, TOOL, tool("fresh")) == {}
    other_process = pins(tmp_path)
    held(other_process, TOOL)
    (said,) = other_process.take_news(CONFIG)
    assert "fresh" in said
    assert "act" not in said
    again = pins(tmp_path)
    held(again, TOOL)
    assert again.take_news(CONFIG) == other_process.take_news(CONFIG) == ()


def test_a_server_without_tools_is_known_once_it_was_seen(tmp_path: Path) -> None:
    held(pins(tmp_path, HOLD))

    assert held(pins(tmp_path, HOLD), TOOL) == {"act": "new"}


def test_what_is_approved_is_what_was_shown_and_not_what_came_since(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    shown, since = CHANGES["description"](TOOL), CHANGES["type"](TOOL)
    pins(tmp_path).approve(CONFIG, list(definitions(listing(shown), {})))

    assert held(pins(tmp_path), shown) == {}
    assert held(pins(tmp_path), since) == held(pins(tmp_path), TOOL) == {"act": "changed"}


def test_what_was_refused_stays_held_back_and_what_was_approved_before_may_come_back(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    refused = CHANGES["description"](TOOL)
    pins(tmp_path).refuse(CONFIG, list(definitions(listing(refused), {})))
    assert held(pins(tmp_path), refused) == {"act": "refused"}
    assert held(pins(tmp_path), CHANGES["type"](TOOL)) == {"act": "changed"}
    assert held(pins(tmp_path), TOOL) == {}

    pins(tmp_path).approve(CONFIG, list(definitions(listing(refused), {})))
    assert held(pins(tmp_path), refused) == {}


def test_a_server_that_is_reached_in_another_way_is_another_server(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    moved = replace(CONFIG, command="elsewhere")

    assert pins(tmp_path).cleared(moved, listing(CHANGES["description"](TOOL))).held == ()


def test_what_was_approved_is_known_whole_and_only_if_it_is_what_its_digest_says(tmp_path: Path) -> None:
    titled = replace(TOOL, title="Act")
    held(pins(tmp_path), titled, instructions="Use it well.")
    for key, spec, text in ((key_of("act"), titled, ""), (INSTRUCTIONS, None, "Use it well.")):
        approved = pins(tmp_path).approved(CONFIG, key)
        assert approved is not None
        assert (approved.spec, approved.instructions) == (spec, text)

    (path,) = (tmp_path / "pins").glob("*.definitions.json")
    path.write_text(path.read_text().replace("Do it.", "Do that."))
    assert pins(tmp_path).approved(CONFIG, key_of("act")) is None
    path.write_text("[" * 100_000)
    assert pins(tmp_path).approved(CONFIG, INSTRUCTIONS) is None
    assert held(pins(tmp_path), titled) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"approved": {}, "refused": {}, "news": [], "version": 2}',
        b'{"approved": {"tool act": 1}, "refused": {}, "news": [], "version": 1}',
    ],
)
def test_a_damaged_record_holds_everything_back_and_says_how_to_mend_it(tmp_path: Path, content: bytes) -> None:
    held(pins(tmp_path), TOOL)
    damage(tmp_path, content)
    found = pins(tmp_path)

    assert held(found, TOOL, instructions="Use it well.") == {"act": "unknown", None: "unknown"}
    (said,) = found.take_news(CONFIG)
    assert "ptc servers approve demo" in said
    with pytest.raises(ConfigError, match="no record of pins"):
        found.approve(CONFIG, list(definitions(listing(TOOL), {})))
    found.approve(CONFIG, list(definitions(listing(TOOL), {})), anew=True)
    assert held(pins(tmp_path), TOOL) == {}


def test_a_record_that_others_could_write_or_that_is_no_file_is_not_believed(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    (path,) = [each for each in (tmp_path / "pins").iterdir() if len(each.name) == 45]
    path.chmod(0o666)
    assert held(pins(tmp_path), TOOL) == {"act": "unknown"}
    path.unlink()
    os.mkfifo(path)
    assert held(pins(tmp_path), TOOL) == {"act": "unknown"}
    path.unlink()
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert held(pins(tmp_path), TOOL) == {"act": "unknown"}


def test_the_files_are_this_users_alone(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)

    assert {each.stat().st_mode & 0o077 for each in [tmp_path / "pins", *(tmp_path / "pins").iterdir()]} == {0}


def test_where_nothing_can_be_recorded_pins_hold_for_the_process_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "pins").write_text("")
    found = pins(tmp_path)

    assert held(found, TOOL) == {}
    assert "later changes go unnoticed" in found.take_news(CONFIG)[0]
    assert held(found, CHANGES["description"](TOOL)) == {"act": "changed"}


def test_pins_can_be_switched_off(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)

    assert held(pins(tmp_path, PolicySettings(pins="off")), CHANGES["description"](TOOL)) == {}


def test_a_server_that_keeps_inventing_tools_fills_its_own_record_and_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST", 5)  # the real bound takes seconds to reach
    for start in range(0, 6, 3):
        held(pins(tmp_path), *(tool(f"t{number}") for number in range(start, start + 3)))

    assert held(pins(tmp_path), tool("t6"), tool("t1")) == {"t6": "full"}


def test_processes_that_see_servers_at_the_same_time_lose_none_of_each_others_pins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: held(pins(tmp_path), tool(f"t{number}")), range(24)))

    changed = [tool(f"t{number}", description="changed") for number in range(24)]
    assert set(held(pins(tmp_path), *changed).values()) == {"changed"}


def test_of_two_that_see_a_server_first_and_otherwise_one_holds_back(tmp_path: Path) -> None:
    first, second = pins(tmp_path), pins(tmp_path)
    assert held(first, TOOL) == {}

    assert held(second, CHANGES["description"](TOOL)) == {"act": "changed"}


def test_a_process_notices_what_another_one_decided(tmp_path: Path) -> None:
    changed = CHANGES["description"](TOOL)
    held(pins(tmp_path), TOOL)
    serving = pins(tmp_path)
    assert held(serving, changed) == {"act": "changed"}
    assert not serving.is_stale(CONFIG)

    pins(tmp_path).approve(CONFIG, list(definitions(listing(changed), {})))

    assert serving.is_stale(CONFIG)
    assert held(serving, changed) == {}


specs = st.builds(
    lambda name, text, title: replace(tool(name, description=text), title=title),
    st.sampled_from(["a", "b", "instructions", "tool a"]), st.sampled_from(["x", "y"]), st.sampled_from([None, "t"]),
)  # fmt: skip
offers = st.lists(specs, unique_by=lambda spec: spec.name, max_size=4)


@given(st.lists(offers, min_size=1, max_size=4))
def test_only_what_was_first_seen_is_ever_let_through(history: list[list[ToolSpec]]) -> None:
    record: records.Record | None = None
    first: dict[str, ToolSpec] = {}
    for offer in history:
        offered = tuple(definitions(ServerListing(server="demo", status="ok", tools=tuple(offer)), {}))
        verdict = records.judge(record, offered, PolicySettings())
        record = records.parsed(records.written(records.with_first_seen(record, verdict.fresh)).encode())
        for spec in offer:
            assert (key_of(spec.name) in verdict.held) == (first.setdefault(spec.name, spec) != spec)


def test_a_record_is_plain_text_that_a_person_can_read(tmp_path: Path) -> None:
    held(pins(tmp_path), TOOL)
    (path,) = [each for each in (tmp_path / "pins").iterdir() if len(each.name) == 45]

    assert json.loads(path.read_text())["approved"] == {"tool act": TOOL.digest}
