"""What is said, and refused, on machines that take layers away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from ptc_cli.core.errors import SandboxUnavailableError
from ptc_cli.core.settings import SandboxSettings
from ptc_cli.sandbox.layers import LAYERS, NAMESPACE_LAYERS
from tests.sandboxes import started

DENIED_BY_DOCKER = [
    "unshare", "mount", "umount2", "setns", "pivot_root", "open_tree", "move_mount", "mount_setattr", "sethostname",
]  # fmt: skip

# Far above what it takes; a machine that hangs is seen by it.
_SECONDS = 60


def machine(**order: Any) -> dict[str, Any]:
    """Return what a sandbox says on a machine that refuses things."""
    command = [sys.executable, "-m", "tests.denied", json.dumps(order)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["left"] == []
    return told


def test_every_layer_holds_on_a_machine_that_gives_all() -> None:
    told = machine(backend="zygote")

    assert (sorted(told["holding"]), told["missing"], told["value"]) == (sorted(LAYERS), {}, 3)


def test_every_layer_holds_for_a_user_without_privileges() -> None:
    told = machine(backend="zygote", unprivileged=True)

    assert (sorted(told["holding"]), told["missing"], told["value"]) == (sorted(LAYERS), {}, 3)


def test_the_landlock_backend_holds_for_a_user_without_privileges() -> None:
    told = machine(backend="landlock", unprivileged=True)

    assert sorted(told["missing"]) == sorted(NAMESPACE_LAYERS)
    assert (sorted([*told["holding"], *told["missing"]]), told["value"]) == (sorted(LAYERS), 3)


@pytest.mark.parametrize("order", [{"deny": ["unshare"]}, {"no_user_namespaces": True}], ids=["unshare", "none-left"])
def test_without_namespaces_auto_takes_landlock_and_says_why(order: dict[str, Any]) -> None:
    told = machine(backend="auto", **order)

    assert (told["backend"], told["value"]) == ("landlock", 3)
    assert told["missing"]["user-namespace"].startswith("user-namespace: [Errno ")


@pytest.mark.parametrize("order", [{"deny": ["unshare"]}, {"no_user_namespaces": True}], ids=["unshare", "none-left"])
def test_without_namespaces_a_required_one_refuses_and_says_what_to_do(order: dict[str, Any]) -> None:
    told = machine(backend="auto", require=["user-namespace"], **order)

    assert told["refused"]
    assert "user-namespace is missing" in told["message"]
    assert "max_user_namespaces" in told["hint"]


@pytest.mark.parametrize(
    ("denied", "layer"),
    [
        ("unshare", "user-namespace"),
        ("setns", "pid-namespace"),
        ("mount", "mount-namespace"),
        ("sethostname", "uts-namespace"),
        ("open_tree", "read-only-root"),
        ("move_mount", "read-only-root"),
        ("mount_setattr", "read-only-root"),
        ("pivot_root", "read-only-root"),
        ("capset", "capabilities-dropped"),
        ("prctl", "no-new-privileges"),
        ("landlock_restrict_self", "landlock"),
        ("seccomp", "seccomp"),
        ("umount2", "read-only-root"),
        ("setresuid", "user-namespace"),
        ("landlock_add_rule", "landlock"),
        ("prlimit64", "rlimits"),
        ("pidfd_open", "pidfd"),
        ("pidfd_send_signal", "pidfd"),
    ],
)
def test_the_zygote_backend_refuses_when_a_layer_is_taken_away(denied: str, layer: str) -> None:
    told = machine(backend="zygote", deny=[denied])

    assert told["refused"] == "LayersMissingError"
    assert f"{layer} is missing" in told["message"]
    assert told["hint"]


@pytest.mark.parametrize("denied", ["landlock_create_ruleset", "landlock_restrict_self", "seccomp", "capset", "prctl"])
def test_the_landlock_backend_refuses_when_a_layer_is_taken_away(denied: str) -> None:
    told = machine(backend="landlock", deny=[denied])

    assert told["refused"] == "LayersMissingError"
    assert told["hint"]


@pytest.mark.parametrize("denied", ["pidfd_open", "pidfd_send_signal", "prlimit64"])
def test_what_no_backend_can_do_without_is_named(denied: str) -> None:
    told = machine(backend="auto", deny=[denied], errno="ENOSYS")

    assert told["refused"] == "SandboxUnavailableError"
    assert ("rlimits" if denied == "prlimit64" else "pidfd") + " is missing ([Errno 38]" in told["message"]
    assert told["hint"]


def test_in_a_container_that_denies_what_docker_denies_auto_takes_landlock() -> None:
    told = machine(backend="auto", deny=DENIED_BY_DOCKER)

    assert (told["backend"], told["value"]) == ("landlock", 3)
    assert sorted(told["missing"]) == sorted(NAMESPACE_LAYERS)


def test_the_doctor_shows_what_holds_and_what_to_change() -> None:
    told = machine(deny=DENIED_BY_DOCKER, doctor=True)
    shown = [each for each in told["findings"] if each["subject"] == "sandbox"]

    assert any(each["message"].startswith("landlock: programs run in it, held by capabilities") for each in shown)
    assert any("zygote lacks user-namespace" in each["message"] for each in shown)
    assert any("--security-opt seccomp=unconfined" in (each["fix"] or "") for each in shown)


def test_without_landlock_the_zygote_backend_runs_and_says_so() -> None:
    told = machine(backend="auto", deny=["landlock_create_ruleset"], errno="ENOSYS")

    assert (told["backend"], told["missing"], told["value"]) == ("zygote", {"landlock": "the kernel has none"}, 3)


def test_without_landlock_and_with_it_required_nothing_runs() -> None:
    told = machine(backend="auto", deny=["landlock_create_ruleset"], require=["landlock"])

    assert told["refused"]
    assert "landlock" in told["message"]


def test_with_nothing_left_auto_refuses() -> None:
    told = machine(backend="auto", deny=["unshare", "landlock_create_ruleset"])

    assert told["refused"] == "SandboxUnavailableError"
    assert "user-namespace" in told["message"]
    assert "landlock" in told["message"]


def test_probing_tells_of_each_backend_and_leaves_no_process() -> None:
    told = machine(probe=True, deny=["unshare"])

    (zygote, held, missing), (landlock, held_by_landlock, _), (monty, held_by_monty, _) = told["probe"]
    assert (zygote, held, list(missing)) == ("zygote", [], ["user-namespace"])
    assert landlock == "landlock"
    assert "seccomp" in held_by_landlock
    assert monty == "monty"
    assert "own-interpreter" in held_by_monty
    assert "network-namespace" not in held_by_monty


async def test_a_layer_that_does_not_exist_refuses_with_the_one_that_was_meant() -> None:
    with pytest.raises(SandboxUnavailableError, match="there is no layer 'secomp'") as raised:
        async with started(SandboxSettings(require=("secomp",))):
            pass

    assert raised.value.hint == "Did you mean 'seccomp'?"


async def test_an_interpreter_that_does_not_run_is_named() -> None:
    with pytest.raises(Exception, match="'/nowhere/python' does not run") as raised:
        async with started(SandboxSettings(python="/nowhere/python")):
            pass

    assert raised.value.hint  # type: ignore[attr-defined]


async def test_packages_of_a_configured_environment_can_be_imported() -> None:
    async with started(SandboxSettings(backend="zygote", python=sys.executable)) as sandbox:
        value = await sandbox.value("import orjson, os\n[orjson.dumps(1).decode(), os.path.isdir('/proc')]")

    assert value == ["1", False]
    assert os.path.isdir("/proc")
