"""A shell's prompt on a pseudo-terminal, with our completion in it."""

import os
import sys
from pathlib import Path
from types import TracebackType

from ptc_cli.cli.completing import SCRIPTS
from tests.integration.cli.conftest import ROOT
from tests.integration.cli.screen import Screen

_COMMANDS = {"bash": ["bash", "--rcfile", ".bashrc", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}
_AT_ITS_TERMINAL = [
    sys.executable,
    "-c",
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])",
]
"""Starts a shell as what its terminal belongs to, without which fish will not."""

_FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
_SET_UP = {
    "bash": "PS1='ready> '\nHISTFILE=\nbind -x '\"\\C-g\": told'\ntold() { printf '%s\\n' \"$READLINE_LINE\" >../told; }\n",
    "zsh": "PS1='ready> '\nbindkey -e\nautoload -Uz compinit\ncompinit -u -d ../dump\n"
    "told() { printf '%s\\n' \"$BUFFER\" >../told }\nzle -N told\nbindkey '^G' told\n",
    "fish": "function fish_prompt; echo 'ready> '; end\nfunction fish_greeting; end\nbind \\cg 'commandline >../told'\n",
}
"""What makes the prompt, and has Ctrl-G tell us the line as it stands."""

_PTC = f"""\
#!/bin/sh
if [ -n "$_PTC_COMPLETE" ]; then PYTHONPATH={ROOT} exec {sys.executable} -m ptc_cli; fi
printf '<%s>' "$@" >../told
echo >../told
"""
"""Completes for real, and else tells us what it was called with."""


class Prompt:
    """A shell whose lines can be completed, looked at, and run. It stands in an empty folder."""

    def __init__(self, shell: str, *, environ: dict[str, str], home: Path) -> None:
        self.folder = home / "work"
        for path, text in ((home / _FILES[shell], _SET_UP[shell] + SCRIPTS[shell]), (home / "bin" / "ptc", _PTC)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (home / "bin" / "ptc").chmod(0o755)
        self.folder.mkdir()
        os.mkfifo(home / "told")
        self._told = os.open(home / "told", os.O_RDWR | os.O_NONBLOCK)
        places = {"HOME": str(home), "ZDOTDIR": str(home), "PATH": f"{home / 'bin'}{os.pathsep}{environ['PATH']}"}
        plain = {"TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", "COLUMNS": "100"}
        shell_command = [str(home / ".bashrc") if word == ".bashrc" else word for word in _COMMANDS[shell]]
        self._screen = Screen([*_AT_ITS_TERMINAL, *shell_command], environ=environ | places | plain, folder=self.folder)
        self._screen.expect("ready> ")

    def __enter__(self) -> "Prompt":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._screen.__exit__(kind, error, at)
        os.close(self._told)

    def completed(self, line: str) -> str:
        """Type a line, press Tab, and return what it is then."""
        self._screen.type(f"\x05\x15{line}\t\x07")
        return self._next()

    def offered(self, line: str) -> str:
        """Type a line, press Tab twice, and return all that the shell wrote, as it is."""
        before = len(self._screen.written)
        self._screen.type(f"\x05\x15{line}\t\t\x07")
        self._next()
        return self._screen.written[before:]

    def run(self) -> str:
        """Run the line, and return the arguments that `ptc` then has, each in angle brackets."""
        self._screen.type("\r")
        return self._next()

    def _next(self) -> str:
        told = b""
        while not told.endswith(b"\n"):
            ready = self._screen.wait_beside(self._told)
            assert ready, f"nothing was told after {self._screen.seen!r}"
            told += os.read(self._told, 65536)
        return told.decode().removesuffix("\n")
