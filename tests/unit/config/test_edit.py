"""Servers added and removed, with everything else left as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.config import TrustStore, add_server, create, initial, remove_server
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import AuthConfig, Origin, ServerConfig, ToolConfig
from tests.unit.config.world import World, names, server

BEFORE = """\
# My servers.

[policy] # first
default = "ask"

# About a.
[servers.a] # here
command = "x"

# In the middle of a.
[servers.a.tools.t]
timeout = 5 # seconds

# About b.
[servers.b]
url = "https://example.com/mcp"

# At the end.
"""

AFTER_A_IS_GONE = """\
# My servers.

[policy] # first
default = "ask"

# About b.
[servers.b]
url = "https://example.com/mcp"

# At the end.
"""


def stdio(name: str, command: str = "x") -> ServerConfig:
    return ServerConfig(name=name, transport="stdio", command=command, origin=Origin(path="<test>"))


def test_a_server_is_added_at_the_end(world: World) -> None:
    path = world.write("ptc.toml", BEFORE)

    add_server(path, replace(stdio("new.one"), args=("a b",), env={"K": "${V}"}), trust=world.trust)

    assert path.read_text() == BEFORE + '\n[servers."new.one"]\ncommand = "x"\nargs = ["a b"]\nenv = { K = "${V}" }\n'


def test_a_server_is_removed_with_its_comments(world: World) -> None:
    path = world.write("ptc.toml", BEFORE)

    remove_server(path, "a", trust=world.trust)

    assert path.read_text() == AFTER_A_IS_GONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[servers]\na.command = "x"\nb.command = "y"\n', '[servers]\nb.command = "y"\n'),
        ('[servers]\na = { command = "x" } # a\nb = { command = "y" }', '[servers]\nb = { command = "y" }'),
        ('[servers.a]\ncommand = """\nx\n"""\n[policy]\n', "[policy]\n"),
        ('[servers.a]\ncommand = "x"\n[policy]\n[servers.a.tools.t]\n[sandbox]\n', "[policy]\n[sandbox]\n"),
        ('[servers."a"]\ncommand = "x"', ""),
        ('# The file.\n[servers.a]\ncommand = "x"\n', "# The file.\n"),
    ],
)
def test_a_server_is_removed_however_it_is_written(world: World, before: str, after: str) -> None:
    path = world.write("ptc.toml", before)

    remove_server(path, "a", trust=world.trust)

    assert path.read_text() == after


def test_what_cannot_be_edited_safely_is_left_to_its_author(world: World) -> None:
    text = 'servers = { a = { command = "x" }, b = { command = "y" } }\n'
    path = world.write("ptc.toml", text)

    with pytest.raises(ConfigError, match="was not changed"):
        remove_server(path, "a", trust=world.trust)
    with pytest.raises(ConfigError, match="was not changed"):
        add(world, path, "c")

    assert path.read_text() == text


def add(world: World, path: Path, name: str) -> None:
    add_server(path, stdio(name), trust=world.trust)


def test_pyproject_is_edited_under_its_own_table(world: World) -> None:
    before = '[project]\nname = "p"\n\n[tool.ptc.servers.a]\ncommand = "x"\n'
    path = world.write("pyproject.toml", before)

    add(world, path, "b")
    assert names(world.load(explicit=path)) == ["a", "b"]

    remove_server(path, "b", trust=world.trust)
    assert path.read_text() == before


def test_a_new_file_is_made_for_this_user_alone_and_trusted(world: World) -> None:
    path = world.project / "ptc.toml"

    add(world, path, "a")

    assert path.stat().st_mode & 0o777 == 0o600
    assert server(world.load(), "a").is_trusted


def test_a_trusted_file_stays_trusted_and_an_untrusted_one_does_not_become_it(world: World) -> None:
    path = world.write_trusted("ptc.toml", '[servers.a]\ncommand = "x"\n')
    path.chmod(0o640)
    add(world, path, "b")
    assert world.load().untrusted == ()
    assert path.stat().st_mode & 0o777 == 0o640

    path.write_text(path.read_text() + '[servers.evil]\ncommand = "x"\n')
    add(world, path, "c")
    assert world.load().untrusted == (str(path),)


def test_an_edit_goes_through_a_symbolic_link(world: World) -> None:
    real = world.write("real.toml", "")
    link = world.project / "ptc.toml"
    link.symlink_to(real)

    add(world, link, "a")

    assert link.is_symlink()
    assert "[servers.a]" in real.read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".mcp.json", '{"mcpServers": {"a": {"command": "x"}}}'),
        (".vscode/mcp.json", '{"servers": {}}'),
        ("config.toml", '[mcp_servers.a]\ncommand = "x"\n'),
    ],
)
def test_files_of_other_programs_are_not_touched(world: World, name: str, text: str) -> None:
    path = world.write(name, text)

    with pytest.raises(ConfigError, match="belongs to another program") as caught:
        add(world, path, "b")
    with pytest.raises(ConfigError, match="belongs to another program"):
        remove_server(path, "a", trust=world.trust)

    assert "ptc.toml" in (caught.value.hint or "")
    assert path.read_text() == text


def test_a_server_that_is_there_is_not_added_again(world: World) -> None:
    path = world.write("ptc.toml", BEFORE)

    with pytest.raises(ConfigError) as caught:
        add(world, path, "a")

    assert caught.value.message == f"{path}:7: server 'a': is there already"
    assert caught.value.hint == "Remove it first: ptc servers remove a"


def test_a_server_that_is_not_there_is_not_removed(world: World) -> None:
    path = world.write("ptc.toml", BEFORE)

    with pytest.raises(ConfigError, match="no server c") as caught:
        remove_server(path, "c", trust=world.trust)

    assert caught.value.hint == "Servers there: a, b."


@pytest.mark.parametrize(
    "server_to_add",
    [
        stdio("-x"),
        stdio("a", ""),
        replace(stdio("a"), env={"": "x"}),
        replace(stdio("a"), transport="local"),
        replace(stdio("a"), url="http://x/"),
        replace(stdio("a"), timeout_seconds=1e12),
        replace(stdio("a"), tools={"t": ToolConfig(output_schema={"default": None})}),
    ],
)
def test_a_server_that_could_not_be_read_back_is_not_written(world: World, server_to_add: ServerConfig) -> None:
    path = world.project / "ptc.toml"

    with pytest.raises(ConfigError):
        add_server(path, server_to_add, trust=world.trust)

    assert not path.exists()


def test_a_full_or_read_only_place_is_an_error_with_a_hint(world: World) -> None:
    (world.project / "file").write_text("")

    with pytest.raises(ConfigError) as caught:
        add(world, world.project / "file" / "ptc.toml", "a")

    assert caught.value.hint


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
globs = st.lists(texts.filter(bool), max_size=3, unique=True).map(tuple)
seconds = st.floats(min_value=0.01, max_value=600_000)
safe_names = st.text(st.characters(categories=["L", "N"], include_characters=" ._/@"), min_size=1, max_size=20).filter(
    lambda name: name == name.strip() and name.isprintable()
)
schemas: st.SearchStrategy[JsonObject] = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
).flatmap(lambda value: st.just({"x": value}))
tools = st.builds(
    ToolConfig,
    output_schema=st.none() | schemas,
    timeout_seconds=st.none() | seconds,
    allowed_callers=st.sampled_from([("direct", "programmatic"), ("direct",), ()]),
    labels=st.sampled_from([(), ("private", "sends")]),
) | st.just(ToolConfig(returns_nothing=True))
auths = st.builds(
    AuthConfig,
    client_id=st.just("id"),
    client_secret=st.none() | st.just("${SECRET}"),
    redirect_port=st.none() | st.integers(1, 65_535),
    scopes=st.lists(st.sampled_from(["a", "b:c"])).map(tuple),
)
common = {
    "name": safe_names,
    "origin": st.just(Origin(path="<test>")),
    "timeout_seconds": seconds,
    "connect_timeout_seconds": seconds,
    "enabled": st.booleans(),
    "allow": globs,
    "ask": globs,
    "deny": globs,
    "tools": st.dictionaries(texts, tools, max_size=2),
}
stdio_servers = st.builds(
    ServerConfig,
    transport=st.just("stdio"),
    command=texts.filter(str.strip),
    args=st.lists(texts, max_size=3).map(tuple),
    env=st.dictionaries(st.from_regex(r"[A-Z_]{1,5}", fullmatch=True), texts, max_size=2),
    cwd=st.sampled_from([None, "/tmp", "${HOME}/x"]),
    **common,
)
http_servers = st.builds(
    ServerConfig,
    transport=st.sampled_from(["http", "sse"]),
    url=st.sampled_from(["http://x/mcp", "http://x/sse", "${URL}", "https://x:1/${A}?b=${C}"]),
    headers=st.dictionaries(
        st.from_regex(r"[A-Za-z-]{1,5}", fullmatch=True), texts.filter(str.isprintable), max_size=2
    ),
    auth=st.none() | auths,
    **common,
)
befores = st.sampled_from(["", BEFORE, "# only a comment", "[servers]\n", AFTER_A_IS_GONE.rstrip(), "[serve]\n\n\n"])


@given(stdio_servers | http_servers, befores)
def test_what_is_added_is_read_back_the_same_and_removing_undoes_it(added: ServerConfig, before: str) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder).resolve())
        path = world.write("ptc.toml", before)
        if added.name in ("a", "b"):
            return

        add_server(path, added, trust=world.trust)
        read_back = server(world.load(explicit=path), added.name)
        assert replace(read_back, origin=added.origin) == added

        remove_server(path, added.name, trust=world.trust)
        assert path.read_text().rstrip("\n") == before.rstrip("\n")


# The first file.


def test_the_first_file_works_as_it_is(world: World) -> None:
    path = world.project / "ptc.toml"

    create(path, initial(world.project, home=world.home), trust=world.trust)

    settings = world.load()
    assert (settings.servers, settings.untrusted, settings.warnings) == ((), (), ())
    with pytest.raises(ConfigError, match="there is such a file already"):
        create(path, "", trust=world.trust)


def test_the_first_file_names_what_other_files_hold(world: World) -> None:
    world.write(".mcp.json", '{"mcpServers": {"a": {"command": "secret-x"}, "b": {"url": "http://x/"}}}')
    world.write(world.home / ".codex/config.toml", '[mcp_servers.c]\ncommand = "x"\n')
    world.write(world.home / ".cursor/mcp.json", "broken")

    text = initial(world.project, home=world.home)

    assert f"# {world.project}/.mcp.json is read as well, once it is trusted: a, b\n" in text
    assert f"# Codex has servers in {world.home}/.codex/config.toml: c\n" in text
    assert "Cursor" not in text
    assert "secret-x" not in text


def test_the_trust_of_a_text_is_of_the_bytes_that_were_written(world: World) -> None:
    path = world.project / "ptc.toml"
    create(path, "# ünïcode\r\n", trust=TrustStore(world.folders.state))

    assert path.read_bytes() == "# ünïcode\r\n".encode()
    assert world.load().untrusted == ()
