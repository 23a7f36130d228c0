"""What keeps a daemon from being used."""

from __future__ import annotations

from ptc_cli.core.errors import PtcError


class DaemonError(PtcError):
    """A daemon that cannot be started or asked; nothing has been done, and all of it can be done without one."""

    exit_code = 4


class DaemonLostError(PtcError):
    """A daemon that went away, or said what makes no sense, while it worked for us."""

    exit_code = 4
