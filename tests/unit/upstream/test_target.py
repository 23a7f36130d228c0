from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.upstream.process import environment
from ptc_cli.upstream.target import has_references, resolve

ORIGIN = Origin(path="ptc.toml")


def config(**fields: object) -> ServerConfig:
    return ServerConfig(name="x", transport="stdio", origin=ORIGIN, **fields)  # type: ignore[arg-type] # by test


def look_up(text: str) -> str:
    return text.replace("${TOKEN}", "abcd1234").replace("${USER_NAME}", "ada!")


def test_every_field_is_resolved() -> None:
    target = resolve(
        config(
            command="run-${TOKEN}",
            args=("--key=${TOKEN}",),
            env={"A": "${TOKEN}"},
            cwd="/home/${USER_NAME}",
            url="https://h/${TOKEN}",
            headers={"Authorization": "Bearer ${TOKEN}"},
        ),
        look_up,
    )

    assert (target.command, target.args, target.env) == ("run-abcd1234", ("--key=abcd1234",), {"A": "abcd1234"})
    assert (target.cwd, target.url) == ("/home/ada!", "https://h/abcd1234")
    assert target.headers == {"Authorization": "Bearer abcd1234"}


def test_what_references_stood_for_is_taken_out_of_texts() -> None:
    target = resolve(config(headers={"X": "Bearer ${TOKEN} for ${USER_NAME}."}), look_up)

    assert target.redacted("401 for abcd1234 of ada!") == "401 for *** of ***"


def test_values_written_out_under_the_name_of_a_secret_are_taken_out_too() -> None:
    target = resolve(config(env={"API_KEY": "plainly-written", "MODE": "production"}), look_up)

    assert target.redacted("plainly-written in production") == "*** in production"


def test_a_target_does_not_show_its_secrets() -> None:
    target = resolve(config(env={"A": "${TOKEN}"}), look_up)

    assert "abcd1234" not in repr(target)


def test_a_missing_reference_is_raised() -> None:
    def missing(text: str) -> str:
        raise ConfigError(f"{text} is not set")

    with pytest.raises(ConfigError, match="TOKEN"):
        resolve(config(env={"A": "${TOKEN}"}), missing)


def test_only_references_are_looked_up() -> None:
    def never(text: str) -> str:
        raise AssertionError(text)

    plain = config(command="python", args=("$HOME", "{x}"))

    assert not has_references(plain)
    assert resolve(plain, never).args == ("$HOME", "{x}")


@given(st.text(), st.text(), st.text(min_size=4))
def test_a_secret_is_found_between_any_two_texts(before: str, after: str, secret: str) -> None:
    target = resolve(config(env={"A": before + "${TOKEN}" + after}), lambda text: text.replace("${TOKEN}", secret))

    assert secret not in target.redacted(f"<{secret}>") or secret in "***"


def test_a_process_inherits_only_what_is_on_the_list() -> None:
    ours = {"PATH": "/bin", "HOME": "/root", "LC_ALL": "C", "GITHUB_TOKEN": "x", "LD_PRELOAD": "x", "PYTHONPATH": "x"}

    given = environment(ours, {"PATH": "/own", "B": "2", "PTC_NESTING": "0"})
    assert given == {"PATH": "/own", "HOME": "/root", "LC_ALL": "C", "B": "2", "PTC_NESTING": "1"}
