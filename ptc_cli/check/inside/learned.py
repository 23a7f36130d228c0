"""Programs checked with learned result types: the second package, and what only it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mypy.nodes import Import, ImportAll, ImportFrom, MypyFile

from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.planted import LEARNED


def redirect(tree: MypyFile) -> None:
    """Have a program import the stubs with learned result types, under the names that it knows."""
    for node in tree.imports:
        match node:
            case Import():
                node.ids = [_redirected(name, alias) for name, alias in node.ids]
            case ImportFrom() | ImportAll() if not node.relative and _is_ours(node.id):
                node.id = _learned(node.id)
            case _:
                pass


def only_learned(learned: Iterable[Finding], known: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what is found with learned types and not without."""
    places = {(each.line, each.column, each.code) for each in known}
    return tuple(
        replace(each, message=_plain(each.message), notes=tuple(map(_plain, each.notes)), basis="learned")
        for each in learned
        if (each.line, each.column, each.code) not in places
    )


def _redirected(name: str, alias: str | None) -> tuple[str, str | None]:
    if not _is_ours(name):
        return name, alias
    # `import tools.crm` binds `tools`; what it reaches is imported in lines of its own.
    return (_learned(name), alias) if alias else (LEARNED, "tools")


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "tools"


def _learned(name: str) -> str:
    return LEARNED + name.removeprefix("tools")


def _plain(message: str) -> str:
    return message.replace(f"{LEARNED}.", "tools.").replace(f'"{LEARNED}"', '"tools"')
