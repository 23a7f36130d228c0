"""Our own format: what it says, and every way to get it wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.limits import Limits
from ptc_cli.core.server import Origin, ServerConfig, ToolConfig
from tests.unit.config.world import World, server


def test_everything_about_a_server_is_read(world: World) -> None:
    settings = world.load_text(
        """
        [servers.files]
        command = "npx"
        args = ["-y", "files"]
        env = { TOKEN = "${TOKEN}" }
        cwd = "sub"
        timeout = 5
        connect_timeout = 2.5
        enabled = false
        allow = ["read_*"]
        ask = ["read_secret"]
        deny = ["write_*"]

        [servers.files.tools.read_file]
        timeout = 1
        output_schema = { type = "string" }
        allowed_callers = ["programmatic"]
        labels = ["private"]
        """
    )

    path = str(world.project / "named.toml")
    assert settings.servers == (
        ServerConfig(
            name="files",
            transport="stdio",
            command="npx",
            args=("-y", "files"),
            env={"TOKEN": "${TOKEN}"},
            cwd=str(world.project / "sub"),
            timeout_seconds=5.0,
            connect_timeout_seconds=2.5,
            enabled=False,
            allow=("read_*",),
            ask=("read_secret",),
            deny=("write_*",),
            tools={
                "read_file": ToolConfig(
                    output_schema={"type": "string"},
                    timeout_seconds=1.0,
                    allowed_callers=("programmatic",),
                    labels=("private",),
                )
            },
            origin=Origin(path=path, line=2),
        ),
    )


def test_the_other_tables_are_read(world: World) -> None:
    settings = world.load_text(
        """
        [policy]
        default = "deny"
        deny = ["*.delete_*"]
        [sandbox]
        backend = "landlock"
        require = ["seccomp"]
        python = ".venv/bin/python"
        limits = { calls = 7, wall_seconds = 1.5 }
        [sandbox.maxima]
        calls = 9
        [serve]
        mode = "sidecar"
        descriptions = { execute_python = "Run it." }
        [journal]
        keep_days = 1
        """
    )

    assert (settings.policy.default, settings.policy.destructive) == ("deny", "ask")
    assert settings.policy.deny == ("*.delete_*",)
    assert settings.sandbox.python == str(world.project / ".venv/bin/python")
    assert settings.sandbox.limits == Limits(calls=7, wall_seconds=1.5)
    assert (settings.sandbox.maxima.calls, settings.sandbox.maxima.wall_seconds) == (9, 3600)
    assert (settings.serve.mode, settings.serve.descriptions) == ("sidecar", {"execute_python": "Run it."})
    assert (settings.journal.keep_days, settings.journal.keep_bytes) == (1.0, 1 << 30)


@pytest.mark.parametrize(
    ("url", "transport"),
    [("https://example.com/mcp", "http"), ("https://example.com/sse", "sse"), ("https://example.com/sse/?a=b", "sse")],
)
def test_a_url_says_how_it_is_reached(world: World, url: str, transport: str) -> None:
    settings = world.load_text(f'[servers.a]\nurl = "{url}"')

    assert server(settings, "a").transport == transport


def test_what_is_written_wins_over_what_a_url_looks_like(world: World) -> None:
    settings = world.load_text('[servers.a]\nurl = "https://example.com/sse"\ntransport = "http"')

    assert server(settings, "a").transport == "http"


def test_every_mistake_of_a_file_is_named_with_its_line(world: World) -> None:
    mistakes = world.mistakes(
        """\
        [servers.a]
        comand = "x"
        args = "y"

        [servers.b]
        command = "x"
        timeout = "soon"
        env = { PORT = 80 }

        [policy]
        defualt = "allow"
        destructive = "never"

        [sandbox.limits]
        calls = true
        memory_bytes = 1
        """
    )

    assert mistakes == [
        "1: servers.a: expected a command to start, or a url to reach",
        "2: servers.a.comand: there is no such key. Did you mean 'command'?",
        "3: servers.a.args: expected a list, found a text",
        "7: servers.b.timeout: expected a number from 0.01 to 604800, found a text",
        "8: servers.b.env.PORT: expected a text (write it in quotes), found a number",
        "11: policy.defualt: there is no such key. Did you mean 'default'?",
        "12: policy.destructive: expected one of 'allow', 'ask', 'deny', found never",
        "15: sandbox.limits.calls: expected a whole number from 1 to 1000000, found true or false",
        "16: sandbox.limits.memory_bytes: expected a whole number from 1024 to 1125899906842624, found 1",
    ]


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ('command = "x"\nurl = "http://x/"', "3: servers.a.url: contradicts command: a server is started or reached"),
        ('command = "x"\ntransport = "http"', "3: servers.a.transport: 'http' contradicts command"),
        ('url = "http://x/"\ntransport = "stdio"', "3: servers.a.transport: 'stdio' contradicts url"),
        ('url = "http://x/"\nargs = []', "3: servers.a.args: belongs to a server with a command"),
        ('command = "x"\nheaders = {}', "3: servers.a.headers: belongs to a server with a url"),
        ('command = "x"\nauth = {}', "3: servers.a.auth: belongs to a server with a url"),
        ("enabled = true", "1: servers.a: expected a command to start, or a url to reach"),
        ('command = " "', "2: servers.a.command: expected a command, found an empty text"),
        ('command = "x\\u0000"', "2: servers.a.command: expected a text, found one with NUL"),
        ('url = "ftp://x/"', "2: servers.a.url: expected a URL such as"),
        ('url = "http://[::1/"', "2: servers.a.url: expected a URL such as"),
        ('url = "http://x:99999999/"', "2: servers.a.url: expected a URL such as"),
        ('url = "http://user:word@x/"', "2: servers.a.url: expected a URL without a user and password"),
        ('url = "http://x/"\nheaders = { "A B" = "c" }', "3: servers.a.headers.'A B': expected a header's name"),
        ('url = "http://x/"\nheaders = { A = "b\\nC: d" }', "3: servers.a.headers.A: expected a header's value on one"),
        ('command = "x"\nenv = { "A=B" = "c" }', "3: servers.a.env.'A=B': expected a variable's name"),
        ('command = "x"\nallow = ["y", ""]', "3: servers.a.allow[1]: expected a glob over names of tools"),
        ('command = "x"\ntimeout = nan', "3: servers.a.timeout: expected a number from 0.01 to 604800, found nan"),
        ('command = "x"\ntimeout = 0', "3: servers.a.timeout: expected a number from 0.01 to 604800, found 0"),
        ('command = "x"\ntimeout = 1e300', "3: servers.a.timeout: expected a number from 0.01 to 604800, found a huge"),
        ('command = "x"\nenabled = 1', "3: servers.a.enabled: expected true or false, found a number"),
        ('command = "x"\nenabled = 1979-05-27', "3: servers.a.enabled: expected true or false, found a date"),
        (
            'url = "http://x/"\nauth = { client_id = 1979-05-27 }',
            "3: servers.a.auth.client_id: expected a text, found a date",
        ),
        ('url = "http://x/"\nauth = { clientId = "x" }', "3: servers.a.auth.clientId: there is no such key. Did you"),
        (
            'url = "http://x/"\nauth = { grant = "client_credentials", client_id = "x" }',
            "3: servers.a.auth.grant: needs client_secret: nobody is asked to log in",
        ),
        (
            'url = "http://x/"\nauth = { client_secret = "x" }',
            "3: servers.a.auth.client_secret: belongs to a client_id, which is not given",
        ),
        (
            'url = "http://x/"\nauth = { client_metadata_url = "http://x/y" }',
            "3: servers.a.auth.client_metadata_url: expected an https URL with a path",
        ),
        (
            'url = "http://x/"\nauth = { scopes = ["a b"] }',
            "3: servers.a.auth.scopes: expected scopes without spaces in them",
        ),
        (
            'url = "http://x/"\nauth = { redirect_port = 70000 }',
            "3: servers.a.auth.redirect_port: expected a whole number from 1 to 65535, found 70000",
        ),
        (
            'command = "x"\ntools.t = { returns_nothing = true, output_schema = {} }',
            "3: servers.a.tools.t.returns_nothing: contradicts output_schema",
        ),
        (
            'command = "x"\ntools.t.labels = ["privat"]',
            "3: servers.a.tools.t.labels[0]: expected one of 'private', 'untrusted', 'sends', found privat. "
            "Did you mean 'private'?",
        ),
    ],
)
def test_what_makes_no_sense_is_a_mistake(world: World, body: str, mistake: str) -> None:
    found = world.mistakes(f"[servers.a]\n{body}\n")

    assert len(found) == 1
    assert found[0].startswith(mistake)


@pytest.mark.parametrize("name", ["", " a", "a\\u001b[31m", "-rf", "a*", "a" * 101, "a\\u202eb", "a\\nb"])
def test_a_hostile_name_of_a_server_is_a_mistake_that_is_safe_to_print(world: World, name: str) -> None:
    found = world.mistakes(f'[servers."{name}"]\ncommand = "x"\n')

    assert found
    assert all("expected a server's name" in line for line in found)
    assert all(line.isprintable() for line in found)


def test_a_deny_that_could_match_nothing_is_a_mistake(world: World) -> None:
    assert world.mistakes('[policy]\ndeny = ["delete_*", "*.x", "*y"]') == [
        "2: policy.deny[0]: expected a glob over SERVER.TOOL, such as 'github.delete_*' or '*.delete_*'"
    ]


def test_a_limit_above_its_maximum_is_a_mistake(world: World) -> None:
    assert world.mistakes("[sandbox.limits]\ncalls = 5\n[sandbox.maxima]\ncalls = 4\n") == [
        "2: sandbox.limits.calls: is above sandbox.maxima.calls"
    ]


def test_very_many_mistakes_are_cut(world: World) -> None:
    mistakes = world.mistakes("".join(f"x{number} = 1\n" for number in range(500)))

    assert len(mistakes) == 31
    assert mistakes[-1] == "and 470 more mistakes"


def test_values_of_secrets_never_stand_in_a_mistake(world: World) -> None:
    mistakes = world.mistakes('[servers.a]\nurl = "http://x/"\nheaders = ["planted-secret"]\nenv = "planted-secret"')

    assert mistakes
    assert "planted" not in "".join(mistakes)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.toml", b"a = ", ":1: not valid TOML: Invalid value"),
        ("a.toml", b"[a]\n[a]\n", ":2: not valid TOML: "),
        ("a.toml", b"[servers.a]\ncommand = 'x'\n[servers.a]\n", ":3: not valid TOML: Cannot declare"),
        ("a.toml", b"a = " + b"9" * 9000, ": not valid TOML: a number has too many digits"),
        ("a.toml", b"a = " + b"[" * 100_000, ": not valid TOML: nested too deeply"),
        ("a.toml", b"x = 1\n" + b"a." * 400_000 + b"a = 1", ":2: not valid TOML: a key of more than 64 parts"),
        ("a.toml", b"\x7fELF\x00\x00", ": is a binary file, not a text"),
        ("a.toml", b"\xff\xfea\x00", ": is UTF-16; save it as UTF-8"),
        ("a.toml", b"# fine\n# \xe9\n", ":2: is not UTF-8"),
        ("a.toml", b"#" * ((1 << 20) + 1), ": is larger than 1 MiB, which no configuration is"),
        ("a.json", b"", ":1: not valid JSON: expected a value"),
        ("a.json", b"[]", ":1: expected an object of settings"),
        ("a.json", b'{"mcpServers":\n{"a": {},\n"a": {}}}', ":3: not valid JSON: the key a is given twice"),
        ("a.json", b'{"a":\n NaN}', ":2: not valid JSON: expected a number of fewer digits"),
        ("a.json", b'{"a": ' + b"9" * 9000 + b"}", ":1: not valid JSON: expected a number of fewer digits"),
        ("a.json", b'{"a": 1 "b"}', ":1: not valid JSON: expected ',' or '}'"),
        ("a.json", b"{a: 1}", ":1: not valid JSON: expected a key in double quotes, or '}'"),
        ("a.json", b'{"a" 1}', ":1: not valid JSON: expected ':'"),
        ("a.json", b"{}\n}", ":2: not valid JSON: expected the end of the file"),
        ("a.json", b"[" * 100_000, ":1: not valid JSON: nested deeper than 64 levels"),
        ("a.json", b"/*" * 100_000, ":1: not valid JSON: expected a value"),
    ],
)
def test_a_file_that_is_no_configuration_is_an_error(world: World, name: str, content: bytes, message: str) -> None:
    path = world.project / name
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        world.load(explicit=path)

    assert caught.value.message.startswith(f"{path}{message}")
    assert len(caught.value.message) < 300


def test_a_byte_order_mark_is_no_mistake(world: World) -> None:
    settings = world.load_text('\ufeff[servers.a]\ncommand = "x"\n')

    assert server(settings, "a").origin.line == 1


def test_an_empty_toml_file_says_nothing(world: World) -> None:
    assert world.load_text("").servers == ()


def test_what_is_no_readable_file_is_an_error(world: World) -> None:
    folder, pipe, loop = (world.project / name for name in ("folder.toml", "pipe.toml", "loop.toml"))
    folder.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to(world.project / "missing.toml")

    for path, message in [
        (folder, "is a directory, not a file"),
        (pipe, "is not a regular file"),
        (loop, "there is no such file"),
        (Path("/dev/zero"), "is not a regular file"),
    ]:
        with pytest.raises(ConfigError, match=message) as caught:
            world.load(explicit=path)
        assert caught.value.hint == "The file was named by --config."


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error(world: World) -> None:
    path = world.write("a.toml", "")
    path.chmod(0)

    with pytest.raises(ConfigError, match="permission denied"):
        world.load(explicit=path)
