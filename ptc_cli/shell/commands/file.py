"""`file`: what kind of text a file of the tree holds."""

from __future__ import annotations

import json
import re

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output
from ptc_cli.shell.options import Given, Options, UsageError

OPTIONS = Options(
    "b/brief i/mime mime-type mime-encoding L/dereference h/no-dereference k/keep-going z/uncompress N/no-pad "
    "n/no-buffer 0/print0 F/separator= r/raw s/special-files E p/preserve-date help v/version"
)

_USAGE = """\
Usage: file [-bchLNnprsvz0] [-F separator] [--mime-type] [--mime-encoding] file ...
"""

_PYTHON = re.compile(
    rb"\A(?:#!.*python|\"\"\")|^(?:from +[\w.]+ +import +|import +\w+ *$|[ \t]*(?:async )?def +\w+ *\(.*\).*:)",
    re.MULTILINE,
)
_LOOKED_AT_BYTES = 1 << 20


def run(invocation: Invocation) -> Output:
    """Say what files hold."""
    try:
        given = OPTIONS.parse(invocation.args)
    except UsageError as error:
        return Output(stderr=f"file: {error}\n{_USAGE}", exit_code=1)
    if given.has("help"):
        return Output(stdout=_USAGE)
    if given.has("version"):
        return Output(stdout="file-5.44\n")
    if not given.operands:
        return Output(stderr=_USAGE, exit_code=1)
    separator = given.value("separator") or ":"
    labels = ["/dev/stdin" if name == "-" else name for name in given.operands]
    width = 0 if given.has("no-pad") else max(map(len, labels)) + len(separator)
    stdout = ""
    for name, label in zip(given.operands, labels, strict=True):
        said = _said(invocation, name, given)
        stdout += f"{said}\n" if given.has("brief") else f"{f'{label}{separator}':<{width}} {said}\n"
    return Output(stdout=stdout)


def _said(invocation: Invocation, name: str, given: Given) -> str:
    try:
        node = None if name.startswith(("-", "/dev/")) else invocation.node(name)
        content = b"" if node is not None and node.is_directory else invocation.read(name)
    except OSError:
        return f"cannot open `{name}' (No such file or directory)"
    if name == "/dev/null":
        return "inode/chardevice; charset=binary" if _wants_mime(given) else "character special (1/3)"
    return _mime(node, content, given) if _wants_mime(given) else _described(node, content)


def _wants_mime(given: Given) -> bool:
    return given.has("mime", "mime-type", "mime-encoding")


def _mime(node: Node | None, content: bytes, given: Given) -> str:
    kind = _mime_type(node, content)
    charset = {"ASCII": "us-ascii", "UTF-8": "utf-8"}.get(_encoding(content), "binary")
    if not content:
        charset = "binary"
    if given.has("mime-type"):
        return kind
    return charset if given.has("mime-encoding") else f"{kind}; charset={charset}"


def _mime_type(node: Node | None, content: bytes) -> str:
    if node is not None and node.is_directory:
        return "inode/directory"
    if not content:
        return "inode/x-empty"
    if _is_json(content):
        return "application/json"
    if _encoding(content) == "data":
        return "application/octet-stream"
    return "text/x-script.python" if _PYTHON.search(content[:_LOOKED_AT_BYTES]) else "text/plain"


def _described(node: Node | None, content: bytes) -> str:
    if node is not None and node.is_directory:
        return "directory"
    if not content:
        return "empty"
    if _is_json(content):
        return "JSON text data"
    encoding = _encoding(content)
    if encoding == "data":
        return "data"
    text = ("Unicode text, UTF-8" if encoding == "UTF-8" else encoding) + " text" + _traits(content)
    return text if not _is_python(content) else f"Python script, {_script(text)}"


def _script(text: str) -> str:
    kind, comma, traits = text.partition(" text")
    return f"{kind} text executable{traits}" if comma else text


def _is_python(content: bytes) -> bool:
    return _PYTHON.search(content[:_LOOKED_AT_BYTES]) is not None


def _traits(content: bytes) -> str:
    traits = ""
    lines = content.split(b"\n")
    if max(map(len, lines)) >= 300:
        traits += f", with very long lines ({max(map(len, lines))})"
    if b"\r\n" in content:
        bare = sum(1 for line in lines[:-1] if not line.endswith(b"\r"))
        traits += ", with CRLF, LF line terminators" if bare else ", with CRLF line terminators"
    elif b"\n" not in content:
        traits += ", with no line terminators"
    return traits


def _is_json(content: bytes) -> bool:
    if content[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _encoding(content: bytes) -> str:
    if b"\0" in content:
        return "data"
    if content.isascii():
        return "ASCII"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "data"
    return "UTF-8"
