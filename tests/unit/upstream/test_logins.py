"""Where logins are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.core.errors import AuthorisationError
from ptc_cli.core.server import AuthConfig, Origin, ServerConfig
from ptc_cli.upstream.auth import Login, Logins
from ptc_cli.upstream.auth.logins import key_of
from ptc_cli.upstream.target import Target

LOGIN = Login(
    url="https://a.com/mcp",
    resource="https://a.com/mcp",
    issuer="https://b.com",
    token_endpoint="https://b.com/token",
    client_id="c",
    client_secret="client-s3cr3t",
    access_token="access-s3cr3t",
    refresh_token="refresh-s3cr3t",
    expires_at=5.0,
    scopes=("read",),
)
CONFIG = ServerConfig(name="a", transport="http", url="https://${HOST}/mcp", origin=Origin(path="x"))
TARGET = Target(url="https://a.com/mcp")


class Keychain:
    """What a keychain does, in memory: a real one wants a desktop."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.kept: dict[str, str] = {}
        self.is_open = is_open

    def get(self, name: str) -> str | None:
        return self.kept.get(name) if self.is_open else None

    def put(self, name: str, text: str) -> bool:
        if self.is_open:
            self.kept[name] = text
        return self.is_open

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


def test_a_login_comes_back_as_it_was_and_its_secrets_are_remembered(tmp_path: Path) -> None:
    remembered: list[str] = []
    place = Logins(tmp_path, remember=remembered.append).keep("k", LOGIN)

    assert Logins(tmp_path, remember=remembered.append).find("k") == LOGIN
    assert place == str(tmp_path / "k.json")
    assert set(remembered) == {"client-s3cr3t", "access-s3cr3t", "refresh-s3cr3t"}


def test_with_a_keychain_no_secret_is_in_the_file(tmp_path: Path) -> None:
    keychain = Keychain()
    logins = Logins(tmp_path, vault=keychain, remember=lambda secret: None)

    assert logins.keep("k", LOGIN) == "keychain"
    assert "s3cr3t" not in (tmp_path / "k.json").read_text()
    assert logins.find("k") == LOGIN
    logins.forget("k")
    assert (keychain.kept, logins.find("k")) == ({}, None)


def test_a_keychain_that_takes_nothing_leaves_the_file(tmp_path: Path) -> None:
    logins = Logins(tmp_path, vault=Keychain(is_open=False), remember=lambda secret: None)

    assert logins.keep("k", LOGIN) != "keychain"
    assert logins.find("k") == LOGIN


def test_a_keychain_that_was_closed_says_to_log_in_anew(tmp_path: Path) -> None:
    keychain = Keychain()
    logins = Logins(tmp_path, vault=keychain, remember=lambda secret: None)
    logins.keep("k", LOGIN)
    keychain.is_open = False

    with pytest.raises(AuthorisationError, match="cannot be read"):
        logins.find("k")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"login": {}, "secrets": {}}', '{"login": 1, "secrets": null}']
)
def test_a_file_that_is_broken_is_no_login(tmp_path: Path, content: str) -> None:
    (tmp_path / "k.json").write_text(content)
    (tmp_path / "k.json").chmod(0o600)

    with pytest.raises(AuthorisationError, match="cannot be read"):
        Logins(tmp_path, remember=lambda secret: None).find("k")


def test_a_login_is_of_one_server_at_one_address_with_one_client() -> None:
    others = [
        key_of(CONFIG, replace(TARGET, url="https://evil.com/mcp")),
        key_of(replace(CONFIG, headers={"X": "y"}), TARGET),
        key_of(CONFIG, replace(TARGET, auth=AuthConfig(client_id="other"))),
    ]

    assert key_of(CONFIG, TARGET) not in others
    assert key_of(replace(CONFIG, name="b", deny=("x",)), TARGET) == key_of(CONFIG, TARGET)


def test_a_login_does_not_show_its_secrets() -> None:
    assert "s3cr3t" not in repr(LOGIN)
    assert json.dumps(sorted(LOGIN.secrets)) == '["access-s3cr3t", "client-s3cr3t", "refresh-s3cr3t"]'
