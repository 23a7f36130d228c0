"""The reference of commands, from what they say of themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from ptc_cli.cli.examples import EXAMPLES
from ptc_cli.cli.main import SECTIONS, commands

_UNWRAPPED = "\b\n"
"""What keeps click from wrapping a paragraph."""

_HEAD = """\
# Commands

<!-- Made by `make docs`. -->

All commands, as `--help` has them. `--config FILE` and `--debug` are understood before a command's name and after it.
What `--json` answers is in [json.md](json.md), what exit codes mean in [reference.md](reference.md#exit-codes).
"""


def commands_page() -> str:
    """Return the page."""
    parts = [_HEAD]
    with commands.make_context("ptc", [], resilient_parsing=True) as context:
        for title, section in SECTIONS.items():
            parts.append(f"## {title}\n")
            for name in section:
                command = commands.get_command(context, name)
                assert command is not None
                parts += _described(command, name, context)
    return "\n".join(parts)


def _described(command: click.Command, path: str, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            if each.hidden:
                continue
            yield from _described(each, f"{path} {name}", context)
        return
    inner = click.Context(command, info_name=f"ptc {path}")
    yield f"### ptc {path}\n"
    yield f"```\n{command.get_usage(inner).removeprefix('Usage: ')}\n```\n"
    yield f"{inspect.cleandoc(command.help or '').replace(_UNWRAPPED, '')}\n"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    if options:
        yield "| option | |\n|---|---|\n" + "".join(_row(option) for option in options)
    examples = "".join(f"{example}\n" for example in EXAMPLES[path])
    yield f"```\n{examples}```\n"


def _row(option: click.Option) -> str:
    wanted = "" if option.is_flag else f" {option.metavar or _choices(option)}"
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"| `{_cell(', '.join(option.opts) + wanted)}` | {_cell((option.help or '') + default)} |\n"


def _choices(option: click.Option) -> str:
    kind = option.type
    return "|".join(str(each) for each in kind.choices) if isinstance(kind, click.Choice) else kind.name.upper()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
