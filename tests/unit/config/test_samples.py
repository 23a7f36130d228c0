"""The samples under `config/`, and the schema beside them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from ptc_cli.config.schema import schema, schema_text
from tests.unit.config.world import World, names

SAMPLES = Path(__file__).parents[3] / "config"


@pytest.mark.parametrize(
    ("name", "servers"),
    [
        ("ptc.toml", ["files", "github", "notes"]),
        ("minimal.toml", ["time"]),
        ("claude.mcp.json", ["files", "github", "database"]),
        ("vscode.mcp.json", ["github", "files"]),
        ("codex.toml", ["files", "github"]),
    ],
)
def test_a_sample_loads_without_a_warning(world: World, name: str, servers: list[str]) -> None:
    settings = world.load(explicit=SAMPLES / name)

    assert names(settings) == servers
    assert settings.warnings == ()


def test_every_file_among_the_samples_is_tested() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == [
        "claude.mcp.json",
        "codex.toml",
        "minimal.toml",
        "ptc.schema.json",
        "ptc.toml",
        "vscode.env",
        "vscode.mcp.json",
    ]


def test_the_full_sample_shows_the_defaults(world: World) -> None:
    shown, plain = world.load(explicit=SAMPLES / "ptc.toml"), world.load()

    assert (shown.sandbox, shown.serve, shown.journal) == (plain.sandbox, plain.serve, plain.journal)


def test_the_schema_is_the_one_of_the_dataclasses() -> None:
    assert (SAMPLES / "ptc.schema.json").read_text() == schema_text(), "run: make schema"


def test_the_schema_can_be_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ptc_cli.config.schema"], capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == schema()


@pytest.mark.parametrize("name", ["ptc.toml", "minimal.toml"])
def test_our_samples_are_of_the_schema(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    jsonschema.validate(tomllib.loads((SAMPLES / name).read_text()), schema())


@pytest.mark.parametrize(
    "text",
    [
        '[servers.a]\ncomand = "x"',
        '[servers.a]\ncommand = "x"\nurl = "http://x/"',
        '[servers.a]\nurl = "http://x/"\nargs = []',
        "[servers.a]\nenabled = true",
        "[sandbox.limits]\ncalls = 0",
        '[policy]\ndefault = "maybe"',
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(world: World, text: str) -> None:
    assert world.mistakes(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema())


def test_reading_configuration_imports_nothing_heavy() -> None:
    script = "import sys, ptc_cli.config; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    heavy = {"mcp", "mypy", "pydantic", "jsonschema", "click", "rich", "platformdirs", "keyring", "asyncio"}
    assert heavy.isdisjoint(done.stdout.split())
