"""Lines of keys, and texts that nobody meant as configuration."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.config import jsonc, toml_lines
from ptc_cli.config.document import Document, parsed
from ptc_cli.config.file import interpret
from ptc_cli.config.mistakes import Malformed, Mistake
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import Origin

TOML = '''\
top = 1 # a comment with [brackets] and a = 1
text = """
[not.a.table]
x = "y" \\""" """
raw = \'\'\'
a = 1\'\'\'
[a."b.c"]
'd e' = [ 1, # one
  { x = 1, "y z" = [ 2,
    3 ] },
]
f.g = 1979-05-27 07:32:00
[[many]]
k = "]"
[[many]]
[a]
h = { i = { j = "}" }, k = [] }
'''

JSON = """\
// first
{
  "a": [1, /* two
  */ 2,
    {"b": "\\" // no comment",},
  ],
  "c": {"d": null}
}
"""


def test_every_key_of_a_toml_text_has_its_line() -> None:
    assert toml_lines.parse(TOML)[1] == {
        ("top",): 1,
        ("text",): 2,
        ("raw",): 5,
        ("a",): 7,
        ("a", "b.c"): 7,
        ("a", "b.c", "d e"): 8,
        ("a", "b.c", "d e", 0): 8,
        ("a", "b.c", "d e", 1): 9,
        ("a", "b.c", "d e", 1, "x"): 9,
        ("a", "b.c", "d e", 1, "y z"): 9,
        ("a", "b.c", "d e", 1, "y z", 0): 9,
        ("a", "b.c", "d e", 1, "y z", 1): 10,
        ("a", "b.c", "f"): 12,
        ("a", "b.c", "f", "g"): 12,
        ("many",): 13,
        ("many", "k"): 14,
        ("a", "h"): 17,
        ("a", "h", "i"): 17,
        ("a", "h", "i", "j"): 17,
        ("a", "h", "k"): 17,
    }


def test_every_key_of_a_json_text_has_its_line() -> None:
    value, lines = jsonc.parse(JSON)

    assert value == {"a": [1, 2, {"b": '" // no comment'}], "c": {"d": None}}
    assert lines == {
        (): 2,
        ("a",): 3,
        ("a", 0): 3,
        ("a", 1): 4,
        ("a", 2): 5,
        ("a", 2, "b"): 5,
        ("c",): 7,
        ("c", "d"): 7,
    }


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain_json, st.sampled_from([None, 1]))
def test_what_json_writes_is_read_as_json_reads_it(value: object, indent: int | None) -> None:
    assert jsonc.parse(json.dumps(value, indent=indent))[0] == value


@given(st.text(alphabet='{}[]",:/*\\ntrue0123.eE- \n'))
def test_what_is_refused_as_json_is_no_json_either(text: str) -> None:
    try:
        jsonc.parse(text)
    except Malformed:
        assert "NaN" not in text
        if '"' not in text:
            assert not _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _crashes_not(name: str, content: bytes) -> None:
    """Read a file's bytes as the whole of the reader would, and see nothing but `ConfigError`."""
    mistakes: list[Mistake] = []
    try:
        document = parsed(Path("/project") / name, content)
    except ConfigError as error:
        _is_printable(error.message)
        return
    interpret(document, origin=Origin(path="/project"), is_trusted=False, home="/", mistakes=mistakes)
    _is_printable("".join(map(str, mistakes)))
    _lines_are_of_the_text(document)


def _is_printable(message: str) -> None:
    assert message.isprintable()


def _lines_are_of_the_text(document: Document) -> None:
    last = document.text.count("\n") + 1
    assert all(1 <= line <= last for line in document.lines.values())


fragments = st.sampled_from(
    [
        *("[servers.a]\n", "[servers]\n", "[mcp_servers.a]\n", "[[servers]]\n", "[policy]\n", "[sandbox.limits]\n"),
        *("command = ", "args = ", "env = ", "url = ", "tools.t = ", "deny = ", "transport = ", "calls = ", "a.b = "),
        *("'x'", '"x"', "1", "nan", "true", "[", "]", "{", "}", ",", "\n", "#", "=", '"""', "'''", "1979-05-27"),
        *(
            '"mcpServers": ',
            '"servers": ',
            '"a": ',
            '"command": ',
            '"env": ',
            '"inputs": ',
            '"envFile": ',
            "null",
            ": ",
        ),
    ]
)


@given(st.binary() | st.lists(fragments, max_size=25).map(lambda parts: "".join(parts).encode()))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    _crashes_not("ptc.toml", content)
    _crashes_not("pyproject.toml", content)
    _crashes_not(".mcp.json", content)
    _crashes_not("anything", content)


toml_keys = st.text(alphabet="ab-_ .\"'\\é", min_size=0, max_size=4)


@given(st.dictionaries(toml_keys, st.dictionaries(toml_keys, st.text(max_size=5), max_size=3), max_size=3))
def test_the_walk_over_toml_finds_the_keys_that_the_parser_finds(tables: dict[str, dict[str, str]]) -> None:
    text = "\n".join(
        f"[{json.dumps(name, ensure_ascii=False)}]\n"
        + "\n".join(f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(value)}" for key, value in table.items())
        for name, table in tables.items()
    ).replace("\x7f", "\\u007f")
    try:
        parsed_tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # json writes characters beyond 16 bits as two escapes, which are no TOML

    expected = {(name,) for name in parsed_tables} | {(name, key) for name in parsed_tables for key in tables[name]}
    assert set(toml_lines.lines(text)) == expected
