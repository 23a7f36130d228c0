"""Logging in to a server, and what is done with the login: against the SDK's authorisation server, on this machine."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from ptc_cli.core.errors import AuthorisationError, ConfigError, PtcError
from ptc_cli.core.server import AuthConfig, ServerConfig
from ptc_cli.upstream import Logins
from ptc_cli.upstream.auth import Login, flow
from tests.integration.upstream.conftest import ORIGIN, SERVERS, Client, look_up

Connect = Callable[..., Client]


class Vendor:
    """The server, as its tests see it."""

    def __init__(self, port: str) -> None:
        self.root = f"http://127.0.0.1:{port}"

    def config(self, auth: AuthConfig | None = None) -> ServerConfig:
        return ServerConfig(name="vendor", transport="http", url=f"{self.root}/mcp", auth=auth, origin=ORIGIN)

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.root}{path}")

    @contextmanager
    def odd(self, oddity: str) -> Iterator[None]:
        self.get(f"/become/{oddity}")
        try:
            yield
        finally:
            self.get("/become/sound")

    def log(self, what: str) -> list[dict[str, str]]:
        return [entry for entry in self.get("/log").json() if entry["what"] == what]


@contextmanager
def vendor_with(*arguments: str) -> Iterator[Vendor]:
    command = [sys.executable, str(SERVERS / "vendor.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Vendor(process.stdout.readline().strip())
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    with vendor_with() as made:
        yield made


class Browser:
    """Goes where it is sent, and is logged in at once."""

    def __init__(self) -> None:
        self.address = ""
        self.page = ""

    async def visit(self, url: str, *, issuer: str) -> None:
        self.address = url
        async with httpx2.AsyncClient(follow_redirects=True) as http:
            self.page = (await http.get(url)).text

    async def pasted(self) -> str:
        never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return await never


class Elsewhere(Browser):
    """A browser of another machine, whose last address is pasted."""

    def __init__(self, change: Callable[[str], str] = str) -> None:
        super().__init__()
        self.change = change
        self.ended = asyncio.Event()

    async def visit(self, url: str, *, issuer: str) -> None:
        async with httpx2.AsyncClient() as http:
            self.address = (await http.get(url)).headers["location"]
        self.ended.set()

    async def pasted(self) -> str:
        await self.ended.wait()
        return self.change(self.address) + "\n"


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path / "logins", remember=lambda secret: None)


async def log_in(config: ServerConfig, logins: Logins, person: flow.Person | None = None) -> Login:
    login, _ = await flow.log_in(config, look_up, logins, person or Browser())
    return login


async def refusal(config: ServerConfig, logins: Logins, person: flow.Person | None = None) -> PtcError:
    with pytest.raises(PtcError) as caught:
        await log_in(config, logins, person)
    return caught.value


async def test_after_a_login_the_server_can_be_used(vendor: Vendor, connect: Connect, logins: Logins) -> None:
    client = connect(vendor.config())
    before = await client.pool.list("vendor")
    browser = Browser()

    await log_in(vendor.config(), logins, browser)
    after = await client.pool.list("vendor")

    assert "ptc servers login vendor" in (before.reason or "")
    assert [tool.name for tool in after.tools] == ["whoami", "leak"]
    assert "Logged in." in browser.page
    asked = {name: values[0] for name, values in parse_qs(urlsplit(browser.address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["resource"] == f"{vendor.root}/mcp"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert asked["scope"] == "read"
    assert {entry["resource"] for entry in vendor.log("authorization_code")} == {f"{vendor.root}/mcp"}


async def test_a_login_is_kept_for_this_user_only(vendor: Vendor, logins: Logins, tmp_path: Path) -> None:
    login = await log_in(vendor.config(), logins)
    (kept,) = (tmp_path / "logins").glob("*.json")

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert login.access_token not in repr(login)
    kept.chmod(0o644)
    with pytest.raises(AuthorisationError, match="others can read"):
        logins.find(kept.stem)


async def test_an_address_may_be_pasted_from_another_machine(vendor: Vendor, logins: Logins) -> None:
    login = await log_in(vendor.config(), logins, Elsewhere())

    assert login.access_token


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("state=", "state=x"),
        lambda address: address + "&state=x",
        lambda address: "http://[",
        lambda address: "",
    ],
)
async def test_a_pasted_address_of_another_login_is_refused(
    vendor: Vendor, logins: Logins, change: Callable[[str], str]
) -> None:
    said = await refusal(vendor.config(), logins, Elsewhere(change))

    assert "not the address of this login" in said.message
    assert vendor.log("code") == []


async def test_only_the_browser_that_was_sent_is_let_in(vendor: Vendor, logins: Logins) -> None:
    class Disturbed(Browser):
        answers: list[int]

        async def visit(self, url: str, *, issuer: str) -> None:
            back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
            async with httpx2.AsyncClient() as http:
                tries = [
                    http.get(f"{back}?code=stolen&state=guessed"),
                    http.get(f"{back}?code=stolen", headers={"Host": "evil.example"}),
                    http.get(back.replace("callback", "other")),
                    http.post(f"{back}?code=stolen&state=guessed"),
                ]
                self.answers = [(await attempt).status_code for attempt in tries]
            await super().visit(url, issuer=issuer)

    person = Disturbed()
    login = await log_in(vendor.config(), logins, person)

    assert person.answers == [400, 404, 404, 404]
    assert login.access_token


@pytest.mark.parametrize(
    ("oddity", "said"),
    [
        ("issuer", "says that it is 'http://127.0.0.1:9'"),
        ("no-pkce", "does not support PKCE"),
        ("resource", "says that logins are for 'http://127.0.0.1:9/mcp', which is not its own address"),
        ("elsewhere", "which is on another host"),
        ("no-register", "does not let clients register themselves"),
        ("iss", "the login came back from 'http://127.0.0.1:9' instead of"),
        ("plain", "'http://example.com/token' is not an https address"),
        ("redirect", "refuses the login: HTTP 307"),
    ],
)
async def test_an_authorisation_server_that_cannot_be_trusted_is_not(
    vendor: Vendor, logins: Logins, oddity: str, said: str
) -> None:
    with vendor.odd(oddity):
        error = await refusal(vendor.config(), logins)

    assert said in error.message
    assert error.exit_code == 7
    assert error.hint or oddity == "redirect"


async def test_metadata_at_the_address_of_openid_is_found(vendor: Vendor, logins: Logins) -> None:
    with vendor.odd("openid"):
        assert (await log_in(vendor.config(), logins)).access_token


async def test_a_server_without_a_login_says_so(logins: Logins, odd_http: str) -> None:
    config = ServerConfig(name="x", transport="http", url=f"{odd_http}/nowhere", origin=ORIGIN)

    assert "does not say how to log in there" in (await refusal(config, logins)).message


async def test_a_token_that_is_over_is_renewed_without_anybody_noticing(
    vendor: Vendor, connect: Connect, logins: Logins
) -> None:
    login = await log_in(vendor.config(), logins)
    client = connect(vendor.config())
    await client.pool.list("vendor")
    vendor.get("/expire")

    result = await client.call("vendor", "whoami")
    (kept,) = (client.logs.parent / "logins").glob("*.json")

    assert result.value == "somebody"
    assert json.loads(kept.read_text())["secrets"]["access_token"] != login.access_token


async def test_many_who_find_a_token_over_renew_it_once(vendor: Vendor, connect: Connect, logins: Logins) -> None:
    await log_in(vendor.config(), logins)
    # Each pool is what another process would be: they share nothing but the files.
    clients = [connect(vendor.config()) for _ in range(3)]
    await asyncio.gather(*(client.pool.list("vendor") for client in clients))
    vendor.get("/expire")
    before = len(vendor.log("refresh_token"))

    results = await asyncio.gather(*(client.call("vendor", "whoami") for client in clients for _ in range(5)))

    assert [result.value for result in results] == ["somebody"] * 15
    assert len(vendor.log("refresh_token")) == before + 1


async def test_a_login_that_was_withdrawn_names_the_command_and_is_not_tried_again(
    vendor: Vendor, connect: Connect, logins: Logins
) -> None:
    await log_in(vendor.config(), logins)
    vendor.get("/withdraw")
    client = connect(vendor.config())
    first = await client.pool.list("vendor")
    tried = len(vendor.log("refresh_token"))
    second = await client.pool.list("vendor")

    assert "refuses the login: invalid_grant" in (first.reason or "")
    assert "ptc servers login vendor" in (first.reason or "")
    assert isinstance(client.pool.failure("vendor"), AuthorisationError)
    assert len(vendor.log("refresh_token")) == tried
    assert second.status == "failed"

    await log_in(vendor.config(), logins)

    assert (await client.pool.list("vendor")).status == "ok"


async def test_a_client_of_its_own_logs_in_by_itself(vendor: Vendor, connect: Connect) -> None:
    auth = AuthConfig(grant="client_credentials", client_id="by-hand", client_secret="by-hand-s3cr3t")
    client = connect(vendor.config(auth))

    listing = await client.pool.list("vendor")
    (kept,) = (client.logs.parent / "logins").glob("*.json")
    vendor.get("/expire")
    result = await client.call("vendor", "whoami")

    assert listing.status == "ok", listing.reason
    assert "by-hand-s3cr3t" not in kept.read_text()
    assert result.value == "somebody"


async def test_a_wrong_client_secret_is_refused_and_not_shown(vendor: Vendor, connect: Connect) -> None:
    auth = AuthConfig(grant="client_credentials", client_id="by-hand", client_secret="wr0ng-s3cr3t")
    listing = await connect(vendor.config(auth)).pool.list("vendor")

    assert "invalid_client" in (listing.reason or "")
    assert "wr0ng" not in (listing.reason or "")


async def test_a_token_is_for_the_server_that_it_was_given_for(
    vendor: Vendor, connect: Connect, logins: Logins, odd_http: str
) -> None:
    await log_in(vendor.config(), logins)
    other = ServerConfig(name="vendor", transport="http", url=f"{odd_http}/headers", origin=ORIGIN)
    client = connect(other)
    await client.pool.list("vendor")
    seen = await client.call("vendor", "headers")

    assert "access-" not in str(seen.value)


async def test_whoever_is_configured_with_a_header_of_their_own_stays_so(
    vendor: Vendor, connect: Connect, logins: Logins
) -> None:
    await log_in(vendor.config(), logins)
    config = ServerConfig(
        name="vendor",
        transport="http",
        url=f"{vendor.root}/mcp",
        headers={"Authorization": "Bearer old"},
        origin=ORIGIN,
    )
    listing = await connect(config).pool.list("vendor")

    assert "does not accept the Authorization header that is configured" in (listing.reason or "")


async def test_a_logout_is_told_to_the_server(vendor: Vendor, connect: Connect, logins: Logins) -> None:
    login = await log_in(vendor.config(), logins)
    was = await flow.log_out(vendor.config(), look_up, logins)
    again = await flow.log_out(vendor.config(), look_up, logins)
    listing = await connect(vendor.config()).pool.list("vendor")

    assert was is not None
    assert was.access_token == login.access_token
    assert vendor.log("revoke")
    assert again is None
    assert listing.status == "failed"


async def test_a_folder_that_cannot_be_written_to_is_said(vendor: Vendor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    logins = Logins(tmp_path / "file", remember=lambda secret: None)

    assert isinstance(await refusal(vendor.config(), logins), ConfigError)


async def test_tokens_are_in_no_log_and_no_error(vendor: Vendor, connect: Connect, logins: Logins) -> None:
    login = await log_in(vendor.config(), logins)
    client = connect(vendor.config())
    result = await client.call("vendor", "leak")

    assert login.access_token not in "".join(path.read_text() for path in client.logs.glob("*"))
    assert result.is_error
