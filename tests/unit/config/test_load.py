"""Which files take part, how they merge, and what a file that nobody trusts may do."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from ptc_cli.config import TrustStore, folders, review
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.limits import Limits
from tests.unit.config.world import World, names, server

ONE = '[servers.{name}]\ncommand = "{command}"\n'


def toml(name: str, command: str = "x") -> str:
    return ONE.format(name=name, command=command)


def mcp_json(name: str, command: str = "x") -> str:
    return json.dumps({"mcpServers": {name: {"command": command}}})


def test_nothing_at_all_is_an_empty_configuration(world: World) -> None:
    settings = world.load()

    assert (settings.servers, settings.files, settings.warnings) == ((), (), ())


def test_the_strongest_file_that_names_a_server_defines_it(world: World) -> None:
    world.write_trusted("ptc.toml", toml("a", "1"))
    world.write_trusted(".mcp.json", json.dumps({"mcpServers": {n: {"command": "2"} for n in "ab"}}))
    world.write_trusted(".cursor/mcp.json", json.dumps({"mcpServers": {n: {"command": "3"} for n in "abc"}}))
    world.write_trusted(".vscode/mcp.json", json.dumps({"servers": {n: {"command": "4"} for n in "abcd"}}))
    world.write(world.user_file, "".join(toml(n, "5") for n in "abcde"))

    settings = world.load()

    assert {each.name: each.command for each in settings.servers} == {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}
    files = [world.project / name for name in ("ptc.toml", ".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json")]
    assert [origin.path for origin in settings.files] == [str(path) for path in [*files, world.user_file]]
    assert [each.origin.is_project for each in settings.servers] == [True, True, True, True, False]
    assert settings.untrusted == ()


def test_the_nearest_file_upward_is_taken(world: World) -> None:
    inner = world.project / "deep" / "er"
    inner.mkdir(parents=True)
    world.write_trusted("ptc.toml", toml("outer"))
    world.write_trusted(".mcp.json", mcp_json("outer_json"))
    assert names(world.load(cwd=inner)) == ["outer", "outer_json"]

    world.write_trusted("deep/ptc.toml", toml("middle"))
    assert names(world.load(cwd=inner)) == ["middle", "outer_json"]


def test_what_lies_in_the_home_folder_is_no_projects(world: World) -> None:
    world.write_trusted(str(world.home / ".cursor/mcp.json"), mcp_json("cursors_own"))
    world.write_trusted(str(world.home / ".mcp.json"), mcp_json("a"))

    assert names(world.load()) == []
    assert names(world.load(cwd=world.home)) == ["a", "cursors_own"]


def test_what_strangers_put_into_a_shared_folder_does_not_count(world: World) -> None:
    inner = world.project / "mine" / "inner"
    inner.mkdir(parents=True)
    world.write("ptc.toml", "broken")
    world.write(".mcp.json", "broken")
    with pytest.raises(ConfigError):
        world.load(cwd=inner)

    world.project.chmod(0o1777)

    assert world.load(cwd=inner).files == ()


def test_pyproject_counts_when_it_configures_ptc(world: World) -> None:
    path = world.write("pyproject.toml", '[project]\nname = "p"\n[tool.ptc.servers.a]\ncommand = "x"\n')
    world.trust_file(path)

    settings = world.load()
    assert names(settings) == ["a"]
    assert server(settings, "a").origin.line == 3

    world.write_trusted("ptc.toml", toml("b"))
    assert names(world.load()) == ["b"]


@pytest.mark.parametrize("text", ["[project]\nname = 'ptc-user'\n", "broken = ", "tool = 1", "[tool]\nptc-like = 1"])
def test_a_pyproject_that_is_not_about_ptc_is_nobodys_concern(world: World, text: str) -> None:
    world.write("pyproject.toml", text)

    assert world.load().files == ()


def test_a_broken_pyproject_that_is_about_ptc_is_an_error(world: World) -> None:
    world.write("pyproject.toml", "[tool.ptc]\nservers = [")

    with pytest.raises(ConfigError, match=r"pyproject\.toml:2: not valid TOML"):
        world.load()


def test_mistakes_in_pyproject_are_named_by_the_keys_it_has(world: World) -> None:
    assert world.mistakes("[tool.ptc.servers.a]\ncommand = 1\n", "pyproject.toml") == [
        "2: tool.ptc.servers.a.command: expected a text (write it in quotes), found a number"
    ]


def test_a_named_file_is_used_alone(world: World) -> None:
    world.write_trusted("ptc.toml", toml("project"))
    world.write(world.user_file, toml("users") + '[policy]\ndefault = "deny"\n')
    named, other = world.write("other/named.toml", toml("named")), world.write("other/env.toml", toml("by_variable"))

    assert names(world.load(explicit=named)) == ["named"]
    assert names(world.load(PTC_CONFIG=str(other))) == ["by_variable"]
    assert names(world.load(explicit=named, PTC_CONFIG=str(other))) == ["named"]
    assert world.load(explicit=named).policy.default == "allow"
    assert names(world.load(explicit="other/named.toml")) == ["named"]


def test_the_users_denies_hold_beside_a_named_file(world: World) -> None:
    world.write(world.user_file, toml("a") + 'deny = ["d*"]\n[policy]\ndeny = ["*.rm"]\n')

    settings = world.load_text(toml("a", "named") + 'deny = ["w*"]\n')

    assert server(settings, "a").command == "named"
    assert server(settings, "a").deny == ("w*", "d*")
    assert settings.policy.deny == ("*.rm",)


def test_a_named_file_that_is_missing_is_an_error(world: World) -> None:
    with pytest.raises(ConfigError, match="there is no such file") as caught:
        world.load(PTC_CONFIG="missing.toml")

    assert caught.value.hint == "The file was named by PTC_CONFIG."


def test_mistakes_of_several_files_are_reported_together(world: World) -> None:
    world.write("ptc.toml", "a = 1")
    world.write(".mcp.json", "")
    world.write(world.user_file, "b = 1")

    with pytest.raises(ConfigError) as caught:
        world.load()

    assert [line.split(":")[0] for line in caught.value.message.split("\n")] == [
        str(world.project / ".mcp.json"),
        str(world.project / "ptc.toml"),
        str(world.user_file),
    ]


def test_settings_merge_key_by_key(world: World) -> None:
    world.write_trusted("ptc.toml", '[sandbox]\nrequire = ["a"]\nlimits.calls = 5\n[policy]\ndestructive = "deny"\n')
    world.write(
        world.user_file,
        '[sandbox]\nrequire = ["b"]\nlimits = { calls = 6, threads = 7 }\nmaxima.wall_seconds = 60\n'
        '[policy]\ndefault = "ask"\ndestructive = "allow"\n',
    )

    settings = world.load()

    assert (settings.sandbox.limits.calls, settings.sandbox.limits.threads) == (5, 7)
    assert settings.sandbox.require == ("a", "b")
    assert (settings.policy.default, settings.policy.destructive) == ("ask", "deny")
    assert settings.sandbox.limits.wall_seconds == 60.0
    assert settings.warnings == ()


def test_a_limit_above_another_files_maximum_is_cut_and_said(world: World) -> None:
    world.write_trusted("ptc.toml", "[sandbox.limits]\ncalls = 50\n")
    world.write(world.user_file, "[sandbox.maxima]\ncalls = 10\n")

    settings = world.load()

    assert settings.sandbox.limits.calls == 10
    assert settings.warnings == ("sandbox.limits.calls is above sandbox.maxima.calls, and cut to it",)


@pytest.mark.parametrize("name", [each.name for each in fields(Limits)])
def test_every_limit_and_every_maximum_can_be_set(world: World, name: str) -> None:
    world.write_trusted("ptc.toml", f"[sandbox.limits]\n{name} = 3000\n[sandbox.maxima]\n{name} = 4000\n")

    sandbox = world.load().sandbox

    assert (getattr(sandbox.limits, name), getattr(sandbox.maxima, name)) == (3000, 4000)


# Trust.

EVIL = """\
[servers.evil]
command = "sh"
deny = ["e*"]
[policy]
default = "allow"
destructive = "allow"
deny = ["*.d"]
[sandbox]
python = "/tmp/evil"
limits.calls = 1000
[sandbox.maxima]
calls = 1000000
[serve]
mode = "sidecar"
[journal]
keep_days = 0
"""


def test_a_project_file_is_inert_until_trusted(world: World) -> None:
    plain = world.load()
    path = world.write("ptc.toml", EVIL)

    settings = world.load()

    assert [(each.name, each.is_trusted) for each in settings.servers] == [("evil", False)]
    assert settings.untrusted == (str(path),)
    assert (settings.sandbox, settings.serve, settings.journal) == (plain.sandbox, plain.serve, plain.journal)
    assert (settings.policy.destructive, settings.policy.deny) == ("ask", ("*.d",))
    assert settings.warnings == (
        f"{path}: nobody has trusted this file as it is now: its servers (evil) do not start, and its journal, policy, "
        f"sandbox, serve settings are ignored, except what they deny. Look at it, then trust it with: "
        f"ptc servers trust {path}",
    )


def test_a_trusted_project_file_is_in_force(world: World) -> None:
    world.write_trusted("ptc.toml", EVIL)

    settings = world.load()

    assert server(settings, "evil").is_trusted
    assert settings.policy.destructive == "allow"
    assert settings.serve.mode == "sidecar"
    assert (settings.untrusted, settings.warnings) == ((), ())


def test_any_change_of_a_trusted_file_makes_it_inert_again(world: World) -> None:
    path = world.write_trusted("ptc.toml", toml("a"))
    assert server(world.load(), "a").is_trusted

    path.write_text(path.read_text() + "\n")

    assert not server(world.load(), "a").is_trusted


def test_trust_is_of_what_was_looked_at_and_not_of_what_came_after(world: World) -> None:
    path = world.write("ptc.toml", toml("a"))
    seen = review(str(path), environ=world.environ)
    assert (names_of(seen.servers), seen.sections) == (["a"], ())

    path.write_text(toml("a", "evil"))
    world.trust.trust(seen.path, seen.digest)

    assert not server(world.load(), "a").is_trusted


def names_of(servers: object) -> list[str]:
    assert isinstance(servers, tuple)
    return [each.name for each in servers]


def test_a_file_that_is_trusted_elsewhere_is_not_trusted_as_a_copy(world: World) -> None:
    world.write_trusted("ptc.toml", toml("a"))
    copy = world.write("copy/ptc.toml", toml("a"))

    assert world.load(cwd=copy.parent).untrusted == (str(copy),)


def test_a_link_to_a_trusted_file_runs_it_in_its_own_folder(world: World) -> None:
    trusted = world.write_trusted("ptc.toml", '[servers.a]\ncommand = "./run"\n')
    hostile = world.home / "hostile"
    hostile.mkdir()
    (hostile / "ptc.toml").symlink_to(trusted)

    found = server(world.load(cwd=hostile), "a")

    assert found.is_trusted
    assert found.cwd == str(world.project)
    assert found.origin.path == str(trusted)


def test_an_untrusted_file_cannot_take_a_servers_name_from_a_trusted_one(world: World) -> None:
    world.write("ptc.toml", toml("a", "evil"))
    world.write(world.user_file, toml("a", "mine"))

    settings = world.load()

    assert [(each.command, each.is_trusted) for each in settings.servers] == [("mine", True)]


def test_denies_are_the_union_over_all_files_trusted_or_not(world: World) -> None:
    world.write("ptc.toml", toml("a") + 'deny = ["p*"]\n[policy]\ndeny = ["*.p"]\n')
    world.write(world.user_file, toml("a") + 'deny = ["u*"]\n[policy]\ndeny = ["*.u"]\n')

    settings = world.load()

    assert set(server(settings, "a").deny) == {"p*", "u*"}
    assert set(settings.policy.deny) == {"*.p", "*.u"}


def test_an_untrusted_file_does_not_choose_what_is_opened(world: World) -> None:
    (world.project / "secret").write_text("KEY=1\n")
    world.write(".vscode/mcp.json", '{"servers": {"a": {"command": "x", "envFile": "secret"}}}')

    settings = world.load()

    assert server(settings, "a").env == {}
    assert not any("envFile" in warning for warning in settings.warnings)


def test_servers_of_a_project_start_in_its_folder(world: World) -> None:
    inner = world.project / "deep"
    inner.mkdir()
    world.write_trusted("ptc.toml", toml("a") + '[servers.b]\nurl = "http://127.0.0.1/"\n')
    world.write_trusted(".vscode/mcp.json", '{"servers": {"c": {"command": "x", "cwd": "${workspaceFolder}/d"}}}')
    world.write(world.user_file, toml("d") + '[servers.e]\ncommand = "x"\ncwd = "~/e"\n')

    settings = world.load(cwd=inner)

    assert {each.name: each.cwd for each in settings.servers} == {
        "a": str(world.project),
        "b": None,
        "c": "${workspaceFolder}/d",
        "d": None,
        "e": str(world.home / "e"),
    }


@pytest.mark.parametrize("content", ["", "[]", "{", '{"/x": 1}', "[" * 100_000, "\x00"])
def test_a_corrupt_trust_store_trusts_nothing_and_says_so(world: World, content: str) -> None:
    world.write_trusted("ptc.toml", toml("a"))
    store = Path(world.folders.state) / "trust.json"
    store.write_text(content)

    settings = world.load()

    assert not server(settings, "a").is_trusted
    assert settings.warnings[0].startswith(f"{store}: ")
    assert "no project file is trusted" in settings.warnings[0]


def test_a_trust_store_that_others_can_write_is_not_believed(world: World) -> None:
    world.write_trusted("ptc.toml", toml("a"))
    store = Path(world.folders.state) / "trust.json"
    assert store.stat().st_mode & 0o777 == 0o600
    store.chmod(0o666)

    assert not server(world.load(), "a").is_trusted


def test_trust_can_be_taken_back(world: World) -> None:
    path = world.write_trusted("ptc.toml", toml("a"))
    world.trust.distrust(str(path))

    assert not server(world.load(), "a").is_trusted


def test_a_state_folder_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands where the folder should be")

    with pytest.raises(ConfigError, match="cannot be written") as caught:
        TrustStore(str(tmp_path / "state")).trust("/x", "0")

    assert caught.value.hint is not None
    assert "PTC_HOME" in caught.value.hint


def test_two_that_trust_at_once_both_get_their_way(world: World) -> None:
    first, second = TrustStore(world.folders.state), TrustStore(world.folders.state)
    first.trust("/one", "1")
    second.trust("/two", "2")

    assert first.is_trusted("/one", "1")
    assert first.is_trusted("/two", "2")


# Folders.


def test_one_folder_holds_everything_when_ptc_home_says_so(tmp_path: Path) -> None:
    found = folders({"PTC_HOME": str(tmp_path)})

    assert (found.config, found.cache, found.state) == tuple(str(tmp_path / n) for n in ("config", "cache", "state"))


def test_the_platforms_folders_serve_otherwise() -> None:
    found = folders({"PTC_HOME": ""})

    assert all(Path(folder).is_absolute() for folder in (found.config, found.cache, found.state))
    assert len({found.config, found.cache, found.state}) == 3
