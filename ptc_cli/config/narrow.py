"""What narrows, whichever file says it: denies, labels, how strict taint is, and what is pinned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast, get_args

from ptc_cli.config.file import FileSettings
from ptc_cli.config.mistakes import shown_path
from ptc_cli.config.reader import Stated
from ptc_cli.core.server import Label, ServerConfig
from ptc_cli.core.settings import TaintMode

_STRICTNESS: tuple[TaintMode, ...] = get_args(TaintMode)


_LOOSENING = {"pins": "off", "new_tools": "pin"}
"""What a project's file cannot say of the policy: which tools were looked at is the user's matter."""


def narrowed(server: ServerConfig, every: Iterable[ServerConfig]) -> ServerConfig:
    """Return a server with the denies and labels of every file that has one of its name."""
    said = list(every)
    denies = dict.fromkeys(glob for each in said for glob in each.deny)
    return replace(server, deny=tuple(denies), labels=_labels(server, said))


def strictest_taint(files: Iterable[FileSettings]) -> tuple[TaintMode, list[str]]:
    """Return what holds of taint, and warnings of files whose word on it counts for nothing.

    Your own file decides; a project's, or one that counts for what it denies only, can make it stricter.
    """
    stated = [(file, _taint(file)) for file in files]
    chosen: TaintMode = next((word for file, word in stated if word and _is_own(file)), "on")
    strictest: TaintMode = max([chosen, *(word for _, word in stated if word and word != "off")], key=_STRICTNESS.index)
    ignored = [
        f"{shown_path(file.origin.path)}: policy.taint = 'off' is ignored: only your own configuration can turn it off"
        for file, word in stated
        if word == "off" and file.is_trusted and not _is_own(file)
    ]
    return strictest, ignored


def policy_of(file: FileSettings) -> Stated:
    """Return what a file states of the policy; without what loosens the pins, if it is a project's."""
    stated = file.sections.get("policy", {})
    return {key: value for key, value in stated.items() if not _is_loosening(file, key, value)}


def loosening(files: Iterable[FileSettings]) -> Iterator[str]:
    """Give a warning for each word that counts for nothing because it loosens the pins."""
    for file in files:
        for key, value in file.sections.get("policy", {}).items():
            if _is_loosening(file, key, value):
                path = shown_path(file.origin.path)
                yield f"{path}: [policy] {key} = '{value}' is ignored: only your own configuration can say so"


def _labels(server: ServerConfig, said: Iterable[ServerConfig]) -> Mapping[str, tuple[Label, ...]]:
    found = {glob: dict.fromkeys(labels) for glob, labels in server.labels.items()}
    for other in said:
        of_tools = [(name, tool.labels) for name, tool in other.tools.items()] if other is not server else []
        for glob, labels in (*other.labels.items(), *of_tools):
            if labels:
                found.setdefault(glob, {}).update(dict.fromkeys(labels))
    return {glob: tuple(labels) for glob, labels in found.items()}


def _taint(file: FileSettings) -> TaintMode | None:
    return cast("TaintMode | None", file.sections.get("policy", {}).get("taint"))


def _is_own(file: FileSettings) -> bool:
    return not file.origin.is_project and not file.only_denies


def _is_loosening(file: FileSettings, key: str, value: object) -> bool:
    return file.origin.is_project and _LOOSENING.get(key) == value
