"""What references refer to, who may use which, and what is remembered as secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.config import References
from ptc_cli.config.command import printed
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin, ServerConfig


def config(
    headers: Mapping[str, str] | None = None, *, is_project: bool = False, is_trusted: bool = True
) -> ServerConfig:
    origin = Origin(path="/code/project/ptc.toml", line=3, is_project=is_project)
    return ServerConfig(
        name="git", transport="http", url="http://x/", headers=headers or {}, origin=origin, is_trusted=is_trusted
    )


def resolve(text: str, environ: Mapping[str, str] | None = None, *, is_project: bool = False) -> str:
    return References(environ or {}, cwd=Path("/here/cwd")).for_server(config(is_project=is_project))(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("Bearer ${TOKEN}!", "Bearer t!"),
        ("${env:TOKEN}${TOKEN}", "tt"),
        ("${NONE:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY}", ""),
        ("${NONE:-}", ""),
        ("${NONE:-${OTHER:-${TOKEN}}}", "t"),
        ("${NONE:-{a}}", "{a}"),
        ("${env:NONE:-d}", "d"),
        ("$${TOKEN}", "${TOKEN}"),
        ("$$${TOKEN}", "$${TOKEN}"),
        ("${NONE:-$${TOKEN}}", "${TOKEN}"),
        ("$TOKEN {TOKEN} $", "$TOKEN {TOKEN} $"),
        ("${input:api-key}", "i"),
        ("${input:none:-d}", "d"),
        ("${userHome}${/}x${pathSeparator}", "/h/x/"),
        ("${NESTED}", "${TOKEN} ${command:false}"),
    ],
)
def test_a_reference_stands_for_its_value(text: str, value: str) -> None:
    environ = {"TOKEN": "t", "EMPTY": "", "PTC_INPUT_API_KEY": "i", "HOME": "/h", "NESTED": "${TOKEN} ${command:false}"}

    assert resolve(text, environ) == value


def test_the_workspace_is_the_projects_folder_or_where_ptc_was_started() -> None:
    text = "${workspaceFolder} ${workspaceFolderBasename}"

    assert resolve(text, is_project=True) == "/code/project project"
    assert resolve(text) == "/here/cwd cwd"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${NONE}", "the variable NONE is not set", "Set NONE, or write ${NONE:-default}."),
        ("${env:NONE}", "the variable NONE is not set", "Set NONE"),
        ("${input:a.b}", "the variable PTC_INPUT_A_B is not set", "Set PTC_INPUT_A_B to what the input 'a.b'"),
        ("a ${TOKEN", "'${TOKEN' opens a reference that nothing closes", "$${"),
        ("${}", "'${}' is not a reference that ptc knows", "${env:NAME}"),
        ("${a b}", "'${a b}' is not a reference that ptc knows", "$${"),
        ("${vault:x}", "'${vault:x}' is not a reference that ptc knows", "$${"),
        ("${\x1b[31m}", r"'${\x1b[31m}' is not a reference that ptc knows", "$${"),
        ("${envFile:/missing#A}", "/missing: there is no such file", ""),
        ("${command:}", "${command:...} names no command", ""),
        ("${command:'}", "a quotation mark in ${command:...} is not closed", ""),
        ("${command:no-such-command-here}", "command no-such-command-here cannot be run: No such file", "by hand"),
        ("${command:false}", "command false ended with status 1", "by hand"),
        ("${command:true}", "command true printed nothing", "by hand"),
        ("${command:head -c 100000 /dev/zero}", "command head printed far too much", "by hand"),
        ("${command:cat /dev/zero}", "command cat printed far too much", "by hand"),
        (r"${command:printf '\377'}", "command printf printed what is not UTF-8", "by hand"),
    ],
)
def test_a_reference_without_a_value_is_an_error_that_names_it(
    text: str, message: str, hint: str, tmp_path: Path
) -> None:
    references = References({"PATH": "/usr/bin:/bin", "TOKEN": "planted"}, cwd=tmp_path)
    with pytest.raises(ConfigError) as caught:
        references.for_server(config())(text)

    assert caught.value.message.startswith(f"/code/project/ptc.toml:3: server 'git': {message}")
    assert hint in (caught.value.hint or "")
    assert "planted" not in str(caught.value)


def test_a_command_gives_what_it_prints(tmp_path: Path) -> None:
    references = References({"PATH": "/usr/bin:/bin", "WHO": "me"}, cwd=tmp_path)

    text = references.for_server(config())("""${command:sh -c 'echo "password of $WHO"; echo noise >&2'}""")

    assert text == "password of me"
    assert references.secrets == {"password of me"}


def test_a_command_that_does_not_end_is_ended_with_what_it_started(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="command sh did not end within"):
        printed("sh -c 'sleep 600 & sleep 600'", environ={"PATH": "/usr/bin:/bin"}, cwd=str(tmp_path), seconds=0.2)


def test_a_projects_file_runs_no_commands_even_when_trusted(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    for text in (f"${{command:touch {witness}}}", f"${{NONE:-${{command:touch {witness}}}}}"):
        with pytest.raises(ConfigError, match="run only for your own configuration"):
            resolve(text, {"PATH": "/usr/bin:/bin"}, is_project=True)
        with pytest.raises(ConfigError, match="run only for your own configuration"):
            References({"PATH": "/usr/bin:/bin"}, cwd=tmp_path)(text)

    assert not witness.exists()


def test_nothing_is_resolved_for_a_file_that_nobody_trusts() -> None:
    with pytest.raises(ConfigError, match="its file is not trusted") as caught:
        References({"A": "b"}, cwd=Path("/")).for_server(config(is_project=True, is_trusted=False))

    assert caught.value.hint == "Look at it, then trust it with: ptc servers trust /code/project/ptc.toml"


def test_values_of_references_are_remembered_as_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY=in the file\n")
    references = References({"TOKEN": "long enough", "PIN": "12345", "HOME": "/home/someone"}, cwd=tmp_path)
    for_git = references.for_server(config({"Authorization": "Bearer literal-token", "Accept": "application/json"}))

    for text in ("x ${TOKEN} y", "${PIN}", "${HOME}", "${NONE:-default text}", "${workspaceFolder}"):
        for_git(text)
    for_git("${envFile:.env#KEY}")

    assert references.secrets == {"long enough", "in the file", "Bearer literal-token", "literal-token"}


def test_what_is_unset_is_found_without_running_anything(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    references = References({"SET": "long enough"}, cwd=tmp_path)

    touch = f"${{command:touch {witness}}}"
    nested = f"${{command:sh -c '{{ touch {witness}; }}'}}"
    headers = {"A": "${SET}", "B": "${UNSET}", "C": touch, "D": "${keychain:x}", "E": nested, "F": f"${{NO:-{touch}}}"}
    problems = references.unset(config(headers))

    assert len(problems) == 1
    assert "the variable UNSET is not set" in problems[0]
    assert not witness.exists()
    assert references.secrets == frozenset()


def test_without_the_keyring_package_the_error_says_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['keyring'] = None\n"
        "from pathlib import Path\n"
        "from ptc_cli.config import References\n"
        "from ptc_cli.core.errors import ConfigError\n"
        "try: References({}, cwd=Path('/'))('${keychain:git/token}')\n"
        "except ConfigError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == (
        "keychain entry 'git/token': the keyring package is not installed\n"
        "Install it with: pip install 'ptc-cli[keychain]'\n"
    )


def test_a_password_comes_from_the_keychain(tmp_path: Path) -> None:
    keyring = pytest.importorskip("keyring")
    null = import_module("keyring.backends.null").Keyring

    class InMemory(null):  # type: ignore[misc, valid-type]  # keyring is optional: its types are not always there
        def get_password(self, service: str, name: str) -> str | None:
            return {("ptc", "plain"): "from ptc", ("git", "me/x"): "from git"}.get((service, name))

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        references = References({}, cwd=tmp_path)
        assert references("${keychain:plain} ${keychain:git/me/x}") == "from ptc from git"
        assert references.secrets == {"from ptc", "from git"}
        with pytest.raises(ConfigError, match="keychain entry none: there is none") as caught:
            references("${keychain:none}")
        assert caught.value.hint == "Add it with: keyring set ptc none"
    finally:
        keyring.set_keyring(before)


@given(st.text(alphabet="${}:-ABenv$/ \\"))
def test_any_text_resolves_or_is_refused(text: str) -> None:
    try:
        value = resolve(text, {"A": "a", "B": "b"})
    except ConfigError:
        assert "${" in text
        return
    assert value == text or "${" in text


@given(st.text())
def test_an_escaped_text_means_itself(text: str) -> None:
    assert resolve(text.replace("${", "$${")) == text
