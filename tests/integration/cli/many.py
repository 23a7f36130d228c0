"""Many command lines in one process, each as `ptc` would run it: importing ptc anew for each takes longer than most.

Reads a JSON list of [words, standard input], and writes a JSON list of [exit code, standard output, standard error].
"""

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a person sees of one command."""

    code: int
    out: str
    err: str


def outcomes(
    commands: Sequence[tuple[Sequence[str], str]], *, environ: Mapping[str, str], folder: Path
) -> list[Outcome]:
    """Run commands one after the other in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.cli.many"],
        input=json.dumps([[list(words), stdin] for words, stdin in commands]),
        capture_output=True,
        env=dict(environ),
        cwd=folder,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Outcome(code=code, out=out, err=err) for code, out, err in json.loads(done.stdout)]


def _outcome(words: list[str], stdin: str) -> tuple[int, str, str]:
    from ptc_cli.cli.main import invoke

    before = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(wire, encoding="utf-8") for wire in (io.BytesIO(stdin.encode()), out, err)]
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        code = invoke(words)
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for stream in streams[1:]:
            stream.flush()
    return code, out.getvalue().decode("utf-8", "replace"), err.getvalue().decode("utf-8", "replace")


if __name__ == "__main__":
    print(json.dumps([_outcome(words, stdin) for words, stdin in json.load(sys.stdin)]))
