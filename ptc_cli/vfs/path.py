"""Which paths the tree accepts. They come from generated names, and those from servers nobody vouches for."""

from __future__ import annotations

from ptc_cli.core.errors import PtcError

_NAME_BYTES = 255
_PATH_BYTES = 4096


def parts(path: str) -> tuple[str, ...]:
    """Return the names along an absolute path.

    Raises:
        PtcError: The path is not absolute, or a name in it is empty, `.`, `..`, too long or not text.
    """
    if not path.startswith("/"):
        raise _refused(path, "it is not absolute")
    names = tuple(path[1:].split("/"))
    for name in names:
        fault = _fault(name)
        if fault is not None:
            raise _refused(path, fault)
    if len(path.encode()) > _PATH_BYTES:
        raise _refused(path, f"it is longer than {_PATH_BYTES} bytes")
    return names


def _fault(name: str) -> str | None:
    if name in ("", ".", ".."):
        return f"it has a part '{name}'"
    if "\0" in name:
        return "it has a NUL character"
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "it has a lone surrogate, which no encoding can hold"
    return f"a part is longer than {_NAME_BYTES} bytes" if len(encoded) > _NAME_BYTES else None


def _refused(path: str, reason: str) -> PtcError:
    shown = path if len(path) <= 200 else f"{path[:200]}..."
    return PtcError(f"tree: path {shown!r} cannot be used: {reason}")
