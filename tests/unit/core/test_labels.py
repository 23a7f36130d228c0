"""Which labels a tool or a resource has."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ptc_cli.core.labels import resource_labels, tool_labels
from ptc_cli.core.server import Label, Origin, ServerConfig, ToolAnnotations, ToolConfig, ToolSpec


def config(labels: Mapping[str, tuple[Label, ...]] | None = None, **tools: tuple[Label, ...]) -> ServerConfig:
    return ServerConfig(
        name="mail",
        transport="stdio",
        labels=labels or {},
        tools={name: ToolConfig(labels=given) for name, given in tools.items()},
        origin=Origin(path="ptc.toml"),
    )


def spec(name: str = "read", *, open_world: bool | None = None, read_only: bool | None = None) -> ToolSpec:
    annotations = ToolAnnotations(open_world=open_world, read_only=read_only)
    return ToolSpec(server="mail", name=name, input_schema={}, annotations=annotations)


@pytest.mark.parametrize(
    ("open_world", "read_only", "labels"),
    [
        (True, True, ("untrusted",)),
        (True, False, ("sends",)),
        (True, None, ("untrusted", "sends")),
        (False, False, ()),
        (None, None, ()),
        (None, True, ()),
    ],
)
def test_a_claim_of_an_open_world_gives_labels(
    open_world: bool | None, read_only: bool | None, labels: tuple[Label, ...]
) -> None:
    assert tool_labels(spec(open_world=open_world, read_only=read_only), config()) == labels


def test_labels_of_globs_of_the_tool_and_of_its_annotations_add_up() -> None:
    given = config({"re*": ("private",), "send": ("sends",)}, read=("sends",))

    assert tool_labels(spec(open_world=True, read_only=True), given) == ("private", "untrusted", "sends")


def test_a_resource_has_the_labels_of_its_address_or_those_that_its_server_reads_with() -> None:
    given = config({"note://mine/*": ("private",), "search": ("untrusted",), "send": ("sends",)})
    specs = [spec("search"), spec("send")]

    assert resource_labels("note://mine/1", given, specs) == ("private",)
    assert resource_labels("note://theirs/1", given, specs) == ("untrusted",)
    assert resource_labels("note://1", config(), specs) == ()
