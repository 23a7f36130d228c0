"""Where this user's files are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ptc_cli.core.settings import Folders


def folders(environ: Mapping[str, str]) -> Folders:
    """Return the folders of this user: those of the platform, or all in the one that `PTC_HOME` names.

    None of them need exist yet.
    """
    home = environ.get("PTC_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Folders(config=str(root / "config"), cache=str(root / "cache"), state=str(root / "state"))
    # Costs a few milliseconds, which nobody need pay who sets PTC_HOME.
    from platformdirs import PlatformDirs

    platform = PlatformDirs("ptc", appauthor=False)
    return Folders(config=platform.user_config_dir, cache=platform.user_cache_dir, state=platform.user_state_dir)
