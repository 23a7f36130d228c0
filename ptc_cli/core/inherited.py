"""What of our environment the servers that we start get to see."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = (
    *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "SSL_CERT_DIR", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"),
)
"""What a server needs to be found and to run. Everything else may hold somebody's keys."""


def inherited(own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a server's process inherits."""
    return {name: value for name, value in own.items() if name in _NAMES or name.startswith("LC_")}
