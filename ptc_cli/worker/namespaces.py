"""Namespaces and a read-only root, built once for all programs of a worker."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

from ptc_cli.worker import kernel

WORKSPACE = "/workspace"
MOUNTS = "/mnt"
NOBODY = 65534

_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types")
"""Files of the machine that the standard library reads: where libraries lie, the time zone, types by suffix."""

_SCAFFOLDS = ("/tmp", "/mnt", "/var", "/usr")  # noqa: S108  # where the new root is put together, out of sight

NAMESPACE_FILES: Mapping[str, str] = {
    "user-namespace": "user",
    "mount-namespace": "mnt",
    "pid-namespace": "pid",
    "network-namespace": "net",
    "ipc-namespace": "ipc",
    "uts-namespace": "uts",
}
"""Names of the layers, and of the files under `/proc/self/ns` that tell which namespace a process is in."""


class LayerMissingError(Exception):
    """A layer that this machine refuses."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.reason = reason


@contextmanager
def layer(name: str) -> Iterator[None]:
    """Say which layer it is that fails."""
    try:
        yield
    except OSError as error:
        raise LayerMissingError(name, str(error)) from error


def identities(processes: int) -> dict[str, str]:
    """Return which namespace of each kind this process is in; `processes` is a descriptor of `/proc`."""
    return {name: os.readlink(f"self/ns/{file}", dir_fd=processes) for name, file in NAMESPACE_FILES.items()}


def enter(readable: tuple[str, ...], processes: int) -> int:
    """Put this process into namespaces of its own, with nothing but the readable paths in sight.

    Returns a descriptor of a mount namespace that has all that the user can see, for what single programs are given.
    `processes` is a descriptor of `/proc`.

    Forks: who returns is the first process of a process-id namespace; the caller only waits for it, and ends with it.

    Raises:
        LayerMissingError: This machine refuses one of them.
    """
    with layer("user-namespace"):
        _enter_user_namespace()
    with layer("pid-namespace"):
        kernel.unshare(kernel.NEW_PIDS)
        _become_first_process()
    with layer("mount-namespace"):
        kernel.unshare(kernel.NEW_MOUNTS)
        host = mounts_of(processes)
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.make_mounts_private()
    with layer("network-namespace"):
        kernel.unshare(kernel.NEW_NETWORK)
    with layer("ipc-namespace"):
        kernel.unshare(kernel.NEW_IPC)
    with layer("uts-namespace"):
        kernel.unshare(kernel.NEW_UTS)
        kernel.set_host_name("sandbox")
    with layer("read-only-root"):
        _build_root(readable)
    return host


def mounts_of(processes: int) -> int:
    """Return a descriptor of this process's mount namespace."""
    return os.open("self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes)


def _enter_user_namespace() -> None:
    if os.geteuid() == 0:
        _map_from_outside()
    else:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.NEW_USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def _map_from_outside() -> None:
    """Have a process that stays root of the machine map root and nobody into the new namespace.

    Root is needed to read what only root may (an interpreter under `/root`); programs run as nobody.
    """
    parent, (ready, go) = os.getpid(), os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(go)
        os._exit(_write_maps(parent) if os.read(ready, 1) else 1)
    os.close(ready)
    try:
        kernel.unshare(kernel.NEW_USER)
        os.write(go, b"x")
    finally:
        # The mapper ends at the end of its pipe, also when there is no namespace to map.
        os.close(go)
        _, status = os.waitpid(mapper, 0)
    if status != 0:
        raise OSError(0, "the maps of users and groups could not be written")


def _write_maps(process: int) -> int:
    try:
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{process}/{kind}").write_text(f"0 0 1\n{NOBODY} {NOBODY} 1\n")
    except OSError:
        return 1
    return 0


def _become_first_process() -> None:
    first = os.fork()
    if first == 0:
        kernel.die_with_parent(SIGKILL)
        return
    # The host sees the socket close only when no copy of it is left here.
    os.closerange(3, 4096)
    _, status = os.waitpid(first, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _build_root(readable: tuple[str, ...]) -> None:
    # Copied before anything is covered by the scaffold, and while this process may still read them.
    paths = [path for path in (*readable, *FILES, *_DEVICES) if Path(path).exists()]
    trees = {path: kernel.copy_tree(path) for path in _outermost(paths)}
    root = next(path for path in _SCAFFOLDS if Path(path).is_dir())
    kernel.mount("tmpfs", root, "tmpfs", kernel.NO_SETUID | kernel.NO_DEVICES, "size=1m,mode=755")
    for path, tree in trees.items():
        _place(tree, path, root)
    for folder in (WORKSPACE, MOUNTS):
        Path(f"{root}{folder}").mkdir(exist_ok=True)
    _lead_to_workspace(Path(root, "tmp"))
    kernel.restrict_tree(root, kernel.READ_ONLY | kernel.NO_SETUID)
    kernel.enter_root(root)


def _lead_to_workspace(temporary: Path) -> None:
    """Let programs that write to the usual folder for it find their own, unless something readable lies there."""
    if not temporary.exists():
        temporary.symlink_to(WORKSPACE)


def _outermost(paths: list[str]) -> list[str]:
    """Return the paths that lie in no other of them."""
    unique = sorted(set(paths))
    return [path for path in unique if not any(path.startswith(f"{other}/") for other in unique)]


def _place(tree: int, path: str, root: str) -> None:
    target = Path(f"{root}{path}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        target.mkdir()
    else:
        target.touch()
    kernel.place_tree(tree, str(target))
    os.close(tree)
