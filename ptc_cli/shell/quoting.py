"""How GNU programs write names into their messages."""

from __future__ import annotations

_FITS_DOUBLE = frozenset('"$`\\!')


def quoted(name: str) -> str:
    """Return a name as a shell would accept it, always in quotes: `'name'`."""
    if any(ord(character) < 32 or ord(character) == 127 for character in name):
        return _escaped(name)
    if "'" not in name:
        return f"'{name}'"
    if not _FITS_DOUBLE & set(name):
        return f'"{name}"'
    return "'" + name.replace("'", "'\\''") + "'"


def if_needed(name: str) -> str:
    """Return a name as a shell would accept it, in quotes only where it must be."""
    return f"{quoted(name)}" if not name or any(character in _SPECIAL for character in name) else name


def curly(name: str) -> str:
    """Return a name in the quotation marks of a UTF-8 locale: `‘name’`."""
    return f"‘{name}’"


_SPECIAL = frozenset(" \t\n'\"\\$`!*?[]{}()<>|&;#~=^")

_C_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r"}


def _escaped(name: str) -> str:
    parts: list[str] = []
    for character in name:
        code = ord(character)
        if code < 32 or code == 127:
            parts.append(f"'$'\\{_C_ESCAPES.get(code, f'{code:03o}')}''")
        else:
            parts.append("'\\''" if character == "'" else character)
    return f"'{''.join(parts)}'".replace("''$'", "$'").replace("'''", "'")


def c_escaped(name: str) -> str:
    """Return a name with what does not print, and spaces, as C escapes (`ls -b`)."""
    return "".join(_c_escape(character) for character in name)


def _c_escape(character: str) -> str:
    code = ord(character)
    if code < 32 or code == 127:
        return f"\\{_C_ESCAPES.get(code, f'{code:03o}')}"
    return f"\\{character}" if character in " \\" else character
