"""From the configuration that holds somewhere to an open engine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from ptc_cli.config import Files, References, folders
from ptc_cli.core.inquiry import InquiryKind
from ptc_cli.engine.engine import Engine


@asynccontextmanager
async def open_engine(
    *,
    config: str | None = None,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    answers: Collection[InquiryKind] = (),
) -> AsyncIterator[Engine]:
    """Read the configuration that holds in a folder, and give an engine over it.

    Args:
        config: A configuration file, instead of those that are found.
        cwd: Where the search for configuration begins; the current folder by default.
        environ: The environment for references and overrides; the process's by default.
        answers: What servers may ask at all through this front door, which those of the old protocol are told when they
            connect; each run says what may be asked in it.

    Raises:
        ConfigError: A file cannot be read or says what makes no sense.
    """
    variables = dict(os.environ if environ is None else environ)
    folder = Path(cwd or Path.cwd())
    places = folders(variables)
    files = Files(explicit=config, cwd=folder, environ=variables, folders=places)
    engine = Engine(files, places, References(variables, cwd=folder), answers=answers)
    try:
        yield engine
    finally:
        await engine.close()
