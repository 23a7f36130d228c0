"""A machine's ordinary user: run a command as nobody, where root started the tests.

`python -m tests.adversarial.unprivileged COMMAND ...`. The interpreter and this checkout may lie where only root looks:
a mount namespace shows them to everyone, for this process and what it starts. Not a user namespace: there the user
would still be root to the kernel.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ptc_cli.worker import kernel

NOBODY = 65534


def main() -> None:
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.make_mounts_private()
    show({Path(each).resolve() for each in (sys.base_prefix, sys.prefix, Path.cwd())})
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    kernel.set_dumpable(dumpable=True)
    os.execvp(sys.argv[1], sys.argv[1:])


def show(paths: set[Path]) -> None:
    """Cover each folder that only root may enter by one for everyone, with nothing but the paths in it."""
    hidden = [path for path in paths if _closed(path) and not paths & {*path.parents}]
    trees = {path: kernel.copy_tree(str(path)) for path in hidden}
    for closed in {_closed(path)[0] for path in hidden}:
        kernel.mount("tmpfs", str(closed), "tmpfs", kernel.NO_SETUID | kernel.NO_DEVICES, "size=1m,mode=755")
    for path, tree in trees.items():
        path.mkdir(parents=True)
        kernel.place_tree(tree, str(path))
        os.close(tree)


def _closed(path: Path) -> list[Path]:
    return [folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001]


if __name__ == "__main__":
    main()
