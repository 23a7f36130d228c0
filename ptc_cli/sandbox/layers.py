"""The names of the layers, what to advise where one is missing, and the refusal where one was required."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping

from ptc_cli.core.errors import SandboxUnavailableError
from ptc_cli.core.layers import Layers, MissingLayer
from ptc_cli.core.suggest import did_you_mean

NAMESPACE_LAYERS = (
    "user-namespace",
    "mount-namespace",
    "pid-namespace",
    "network-namespace",
    "ipc-namespace",
    "uts-namespace",
    "read-only-root",
)
PROCESS_LAYERS = ("capabilities-dropped", "no-new-privileges", "rlimits", "seccomp", "landlock")
LAYERS = (*NAMESPACE_LAYERS, *PROCESS_LAYERS)
OWN_INTERPRETER = "own-interpreter"
"""An interpreter that has no way to the host: the layer that only monty has."""

_KNOWN = (*LAYERS, OWN_INTERPRETER)

_NAMESPACE_ADVICE = (
    "Allow unprivileged user namespaces: sysctl user.max_user_namespaces above 0; on Debian "
    "kernel.unprivileged_userns_clone=1; on Ubuntu 24.04 kernel.apparmor_restrict_unprivileged_userns=0 or an AppArmor "
    "profile; in Docker a seccomp profile that allows unshare and mount, such as --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined."
)
_ADVICE: Mapping[str, str] = {
    **dict.fromkeys(NAMESPACE_LAYERS, _NAMESPACE_ADVICE),
    "landlock": "Use Linux 5.13 or later with Landlock switched on: add landlock to lsm= on the kernel's command line.",
    "seccomp": "Use a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64.",
    "proc": "Mount /proc.",
    "pidfd": "Use Linux 5.3 or later; in a container a seccomp profile that allows pidfd_open and pidfd_send_signal.",
    OWN_INTERPRETER: "pip install 'ptc-cli[monty]', and backend = \"monty\" under [sandbox].",
}
_OTHER_ADVICE = "Run `ptc doctor` for the layers that this machine gives."


class LayersMissingError(SandboxUnavailableError):
    """A backend without a layer that it was to have."""

    def __init__(self, message: str, *, hint: str, layers: Layers) -> None:
        super().__init__(message, hint=hint)
        self.layers = layers


def missing(name: str, reason: str) -> MissingLayer:
    """Return a missing layer with what to do about it."""
    return MissingLayer(name=name, reason=reason, advice=_ADVICE.get(name, _OTHER_ADVICE))


def without_namespaces(reason: str) -> tuple[MissingLayer, ...]:
    """Return the layers that a backend without namespaces lacks."""
    return tuple(missing(name, reason) for name in NAMESPACE_LAYERS)


def demand(layers: Layers, required: Iterable[str], *, by: str) -> None:
    """Refuse to go on without layers.

    Raises:
        LayersMissingError: One is missing, or is no layer at all.
    """
    absent = [name for name in required if name not in layers.holding]
    if not absent:
        return
    told = {layer.name: layer for layer in layers.missing}
    # After the first that fails the others are not tried, and have no reason of their own.
    absent = [name for name in absent if name in told or name not in LAYERS] or list(told) or absent
    reasons = "; ".join(_reason(name, told) for name in absent)
    message = f"sandbox '{layers.backend}': {by}: {reasons}"
    raise LayersMissingError(message, hint=_hint(absent[0], told), layers=layers)


def _reason(name: str, told: Mapping[str, MissingLayer]) -> str:
    if name in told:
        return f"{name} is missing ({told[name].reason})"
    return f"{name} is missing" if name in _KNOWN else f"there is no layer '{name}'"


def _hint(name: str, told: Mapping[str, MissingLayer]) -> str:
    if name in told:
        return told[name].advice
    if name not in _KNOWN:
        return did_you_mean(name, _KNOWN) or f"Layers: {', '.join(_KNOWN)}."
    return _ADVICE.get(name, _OTHER_ADVICE)


def refused_descriptors(error: OSError) -> str | None:
    """Return what to do about an error, if it is that this process has no file descriptors left."""
    return "Raise the limit on open files (ulimit -n)." if error.errno in (errno.EMFILE, errno.ENFILE) else None
