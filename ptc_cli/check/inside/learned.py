"""Programs checked with learned result types: the second package, and what only it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mypy.nodes import Import, ImportAll, ImportFrom, MypyFile

from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.planted import LEARNED


def redirect(tree: MypyFile, entries: Collection[str]) -> None:
    """Have a program import the stubs with learned result types, under the names that it knows.

    Args:
        tree: The program, or an entry.
        entries: Modules of entries that are also there with learned result types.
    """
    for node in tree.imports:
        match node:
            case Import():
                node.ids = [_redirected(name, alias) for name, alias in node.ids]
            case ImportFrom() | ImportAll() if not node.relative and (_is_ours(node.id) or node.id in entries):
                node.id = twin(node.id)
            case _:
                pass


def twin(module: str) -> str:
    """Return the name of the module that is the same but for its result types: one that no program can write."""
    top, dot, rest = module.partition(".")
    return f"{top}~{dot}{rest}"


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
    return (twin(name), alias) if alias else (LEARNED, "tools")


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "tools"


def _plain(message: str) -> str:
    return message.replace(f"{LEARNED}.", "tools.").replace(f'"{LEARNED}"', '"tools"')
