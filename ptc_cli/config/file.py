"""What one configuration file says, in whichever format it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ptc_cli.config import clients, dotenv
from ptc_cli.config.document import Document
from ptc_cli.config.mistakes import KeyPath, Mistake, shown_key
from ptc_cli.config.reader import Reader, Stated
from ptc_cli.config.server import Entry, Folder, server_of
from ptc_cli.config.shape import settings
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.core.settings import Budget

PYPROJECT = "pyproject.toml"

_EDITOR_FOLDERS = (".cursor", ".vscode", ".codex")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """What one file says, before it is merged with others."""

    origin: Origin
    is_trusted: bool
    servers: tuple[ServerConfig, ...]
    sections: Mapping[str, Stated]
    """What the tables besides `servers` state, by table."""

    warnings: tuple[str, ...]
    only_denies: bool = False
    """Whether nothing of it counts but what it forbids."""


def project_folder(path: str) -> Path:
    """Return the folder of the project that a file belongs to, or would if it were a project's."""
    folder = Path(path).parent
    return folder.parent if folder.name in _EDITOR_FOLDERS else folder


def is_ours(document: Document) -> bool:
    """Say whether a file is in our own format, and so ours to edit."""
    return clients.client_of(document) is None


def prefix(document: Document) -> tuple[str, ...]:
    """Return the keys under which a file of our own format has its settings."""
    return ("tool", "ptc") if Path(document.path).name == PYPROJECT else ()


def own_table(document: Document) -> object | None:
    """Return the table with our settings; None if the file has none."""
    table: object = document.table
    for key in prefix(document):
        table = cast("JsonObject", table).get(key) if isinstance(table, dict) else None
    return table


def interpret(
    document: Document, *, origin: Origin, is_trusted: bool, home: str, mistakes: list[Mistake]
) -> FileSettings:
    """Return what a document says; what is wrong is added to `mistakes`."""
    reader = Reader(document, mistakes)
    warnings: list[str] = []
    folder = Folder(path=str(project_folder(document.path)), home=home, is_default_cwd=origin.is_project)

    def note(at: KeyPath, message: str) -> None:
        warnings.append(str(document.mistake(at, message)))

    client = clients.client_of(document)
    if client is None:
        entries, sections = _own(reader, folder, origin)
    else:
        read_env = _env_names(folder) if is_trusted else _no_names
        entries, sections = tuple(clients.entries(reader, client, read_env=read_env, note=note)), {}
    made = [server_of(entry, reader, folder=folder, origin=origin, is_trusted=is_trusted) for entry in entries]
    return FileSettings(
        origin=origin,
        is_trusted=is_trusted,
        servers=tuple(server for server in made if server is not None),
        sections=sections,
        warnings=tuple(warnings),
    )


def _own(reader: Reader, folder: Folder, origin: Origin) -> tuple[tuple[Entry, ...], Mapping[str, Stated]]:
    at = prefix(reader.document)
    table = reader.table(own_table(reader.document) or {}, at)
    shape = settings()
    others = {key: value for key, value in table.items() if key != "servers"}
    sections = cast("Mapping[str, Stated]", reader.record(others, shape, at))
    _check_sections(sections, reader, at)
    sections = _resolved(_with_budgets(sections, reader, at, origin), folder)
    return tuple(_own_entries(table.get("servers", {}), reader, (*at, "servers"))), sections


def _own_entries(servers: object, reader: Reader, at: KeyPath) -> Iterator[Entry]:
    for name, raw in reader.table(servers, at).items():
        yield Entry(name=name, at=(*at, name), values=reader.table(raw, (*at, name)))


def _check_sections(sections: Mapping[str, Stated], reader: Reader, at: KeyPath) -> None:
    _check_globs(sections.get("policy", {}), reader, (*at, "policy"))
    sandbox = sections.get("sandbox", {})
    limits, maxima = (cast("Stated", sandbox.get(key, {})) for key in ("limits", "maxima"))
    for field, value in limits.items():
        most = maxima.get(field)
        if isinstance(most, int | float) and isinstance(value, int | float) and value > most:
            reader.wrong((*at, "sandbox", "limits", field), f"is above {shown_key((*at, 'sandbox', 'maxima', field))}")


def _check_globs(policy: Stated, reader: Reader, at: KeyPath) -> None:
    denied, budgets = cast("tuple[str, ...]", policy.get("deny", ())), cast("Stated", policy.get("budgets", {}))
    stated = [(glob, (*at, "deny", index)) for index, glob in enumerate(denied)]
    for glob, where in (*stated, *((glob, (*at, "budgets", glob)) for glob in budgets)):
        if "." not in glob and not glob.startswith(("*", "?", "[")):
            expected = "expected a glob over SERVER.TOOL, such as 'github.delete_*' or '*.delete_*'"
            reader.wrong(where, expected)


def _with_budgets(sections: Mapping[str, Stated], reader: Reader, at: KeyPath, origin: Origin) -> Mapping[str, Stated]:
    """Return the sections with each budget as a value that knows where it was written."""
    if "budgets" not in sections.get("policy", {}):
        return sections
    policy = sections["policy"]
    budgets = tuple(
        Budget(
            glob=glob,
            calls=calls,
            origin=replace(origin, line=reader.document.line((*at, "policy", "budgets", glob))),
        )
        for glob, calls in cast("Mapping[str, int]", policy["budgets"]).items()
    )
    return {**sections, "policy": {**policy, "budgets": budgets}}


def _resolved(sections: Mapping[str, Stated], folder: Folder) -> Mapping[str, Stated]:
    """Return the sections with the path of an interpreter made absolute; a bare name is looked up later."""
    python = sections.get("sandbox", {}).get("python")
    if not isinstance(python, str) or "/" not in python:
        return sections
    return {**sections, "sandbox": {**sections["sandbox"], "python": folder.resolve(python)}}


def _env_names(folder: Folder) -> Callable[[str], dotenv.Found]:
    def read(path: str) -> dotenv.Found:
        known = path.replace("${workspaceFolder}", folder.path).replace("${userHome}", folder.home)
        if set("${}#") & set(known):
            return dotenv.Found(path=known, reason=f"{path!r} is not a path that ptc can follow")
        return dotenv.names(Path(folder.resolve(known)))

    return read


def _no_names(path: str) -> dotenv.Found:
    """Read nothing: a file that nobody trusts does not choose what ptc opens."""
    return dotenv.Found(path=path)
