"""Walk the tree and ask the expression about everything on the way."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from ptc_cli.shell.command import Invocation, Output, reason
from ptc_cli.shell.commands.find.entry import BeyondError, Entry, FindError, Plan, Search
from ptc_cli.shell.commands.find.expression import plan
from ptc_cli.shell.quoting import curly


def run(invocation: Invocation) -> Output:
    """Find files and directories."""
    try:
        planned = plan(invocation)
        if any(start.startswith("/dev/") for start in planned.starts):
            raise BeyondError
    except BeyondError:
        return invocation.native(invocation, invocation.args)
    except FindError as error:
        return Output(stderr=f"find: {error}\n", exit_code=1)
    search = Search()
    for start in planned.starts:
        _from(invocation, planned, start, search)
        if search.is_over:
            break
    stderr = "".join(f"find: {line}\n" for line in search.errors)
    return Output(stdout="".join(search.output), stderr=stderr, exit_code=1 if stderr else 0)


def _from(invocation: Invocation, planned: Plan, start: str, search: Search) -> None:
    try:
        node = invocation.node(start)
    except OSError as error:
        search.errors.append(f"{curly(start)}: {reason(error)}")
        return
    name = posixpath.basename(start.rstrip("/")) or start
    _visit(invocation, planned, Entry(path=start, name=name, start=start, node=node, depth=0), search)


def _visit(invocation: Invocation, planned: Plan, entry: Entry, search: Search) -> None:
    is_asked = entry.depth >= planned.least_depth
    search.is_pruned = False
    if is_asked and not planned.depth_first:
        planned.expression(entry, search)
    goes_on = planned.most_depth is None or entry.depth < planned.most_depth
    if entry.node.is_directory and goes_on and not search.is_pruned and not search.is_over:
        _below(invocation, planned, entry, search)
    if is_asked and planned.depth_first and not search.is_over:
        planned.expression(entry, search)


def _below(invocation: Invocation, planned: Plan, entry: Entry, search: Search) -> None:
    invocation.deadline.check()
    prefix = entry.path if entry.path.endswith("/") else f"{entry.path}/"
    for name, node in entry.node.entries.items():
        child = replace(entry, path=prefix + name, name=name, node=node, depth=entry.depth + 1)
        _visit(invocation, planned, child, search)
        if search.is_over:
            return
