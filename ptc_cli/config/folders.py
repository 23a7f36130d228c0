"""Where this user's files are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.settings import Folders


def folders(environ: Mapping[str, str]) -> Folders:
    """Return the folders of this user: those of the platform, or all in the one that `PTC_HOME` names.

    None of them need exist yet.

    Raises:
        ConfigError: Nothing says where this user's folders are, as for one without a name in a container.
    """
    try:
        return _of(environ.get("PTC_HOME"))
    except RuntimeError as error:
        hint = "Set HOME, or PTC_HOME to a folder that ptc may write to."
        raise ConfigError("your home folder is not known", hint=hint) from error


def _of(named: str | None) -> Folders:
    if named:
        root = Path(named).expanduser().absolute()
        return Folders(config=str(root / "config"), cache=str(root / "cache"), state=str(root / "state"))
    # Costs a few milliseconds, which nobody need pay who sets PTC_HOME.
    from platformdirs import PlatformDirs

    platform = PlatformDirs("ptc", appauthor=False)
    return Folders(config=platform.user_config_dir, cache=platform.user_cache_dir, state=platform.user_state_dir)
