"""`grep` in colours."""

import pytest

from ptc_cli.repl.paint import painted

FILE, LINE, MATCH, OFF = "\x1b[35m", "\x1b[32m", "\x1b[1;31m", "\x1b[0m"


@pytest.mark.parametrize(
    ("command", "output", "expected"),
    [
        ("grep def a.pyi", "def f()\n", f"{MATCH}def{OFF} f()\n"),
        ("grep -n def a.pyi", "3:def f()\n", f"{LINE}3{OFF}:{MATCH}def{OFF} f()\n"),
        (
            "grep -rn 'def f' /tools",
            "/tools/a.pyi:3:def f()\n",
            f"{FILE}/tools/a.pyi{OFF}:{LINE}3{OFF}:{MATCH}def f{OFF}()\n",
        ),
        ("grep -i DEF a", "def f()\n", f"{MATCH}def{OFF} f()\n"),
        ("grep -E 'a|b' x", "xab\n", f"x{MATCH}a{OFF}{MATCH}b{OFF}\n"),
        ("grep 'a\\|b' x", "xab\n", f"x{MATCH}a{OFF}{MATCH}b{OFF}\n"),
        ("grep -n 'd.f' a", "3:def\n", f"{LINE}3{OFF}:def\n"),
        ("grep def a | wc -l", "1\n", "1\n"),
        ("grep def a > b", "", ""),
        ("grep \"it's", "x\n", "x\n"),
        ("cat a", "3:def\n", "3:def\n"),
        ("", "", ""),
    ],
)
def test_what_can_be_told_for_sure_is_coloured(command: str, output: str, expected: str) -> None:
    assert painted(command, output) == expected
