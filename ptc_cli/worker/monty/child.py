"""The life of the process around monty: confined, one interpreter started, one program, and the end of both."""

from __future__ import annotations

import json
import os
import signal
from typing import NoReturn

import pydantic_monty

from ptc_cli.worker.channel import Channel, Frame
from ptc_cli.worker.failure import Failure
from ptc_cli.worker.job import Job
from ptc_cli.worker.monty.cage import Held, confine, limit
from ptc_cli.worker.monty.interpretation import Interpretation
from ptc_cli.worker.monty.plan import Plan
from ptc_cli.worker.program import end_of

_BROKEN_EXIT_CODE = 120
_TEXT_CHARACTERS = 2000
_SUSPENSIONS = 1_000_000
"""How often a program may stop for something of ours; calls and processor time have limits of their own."""


def live(plan: Plan) -> NoReturn:
    """Do what the plan says, and end."""
    held = confine(plan.binary)
    if plan.channel is None:
        _try_once(plan, held)
    if plan.lifeline is not None:
        os.set_inheritable(plan.lifeline, False)
    _serve(plan, held, Channel(plan.channel))


def _try_once(plan: Plan, held: Held) -> NoReturn:
    with _pool(plan) as pool, pool.checkout() as session:
        session.feed_run("1 + 1")
    print(json.dumps({"holding": held.holding, "missing": dict(held.missing)}), flush=True)  # noqa: T201  # the answer
    _exit()


def _serve(plan: Plan, held: Held, channel: Channel) -> NoReturn:
    lost = [name for name in plan.layers if name not in held.holding]
    if lost:
        reasons = "; ".join(f"{name}: {held.missing.get(name, 'is missing')}" for name in lost)
        channel.finish({"kind": "broken", "message": reasons})
        os._exit(_BROKEN_EXIT_CODE)
    # It starts monty now, which is what makes a process that waits for its program worth having.
    with _pool(plan) as pool:
        channel.send({"kind": "ready"})
        frame = channel.receive()
        if frame is not None:
            channel.start_reading(leave=_leave)
            channel.finish(_end(pool, frame, channel))
    _exit()


def _exit() -> NoReturn:
    # Not by the interpreter's own way out, on which monty's client has ended a process by SIGABRT.
    os._exit(0)


def _end(pool: pydantic_monty.Monty, frame: Frame, channel: Channel) -> Frame:
    try:
        return _run(pool, Job.of(frame["job"]), frame["allowance"], channel)
    except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits to be told
        text = f"the process around monty failed: {type(error).__name__}: {error}"[:_TEXT_CHARACTERS]
        message = text.encode("utf-8", "backslashreplace").decode()
        return end_of(status="failed", error=Failure(type="Fault", message=message, line=None, traceback=""))


def _run(pool: pydantic_monty.Monty, job: Job, allowance: dict[str, int], channel: Channel) -> Frame:
    interpretation = Interpretation(job, channel)
    checkout = pool.checkout(
        script_name=job.name,
        limits={
            "max_memory": allowance["memory_bytes"],
            # It counts while the program runs and not while it waits: near enough to processor time.
            "max_feed_duration_secs": allowance["cpu_seconds"],
            "max_suspensions": _SUSPENSIONS,
        },
        assert_message_annotations=False,
        print_flush_interval=0,
        os_policy={"sleep": "call_host", "random_start": {"seed": job.seed}},
        external_modules=interpretation.modules,
    )
    with checkout as session:
        process = session.worker_pid
        if process is not None:
            limit(process, memory_bytes=allowance["memory_bytes"], cpu_seconds=allowance["cpu_seconds"])
        return interpretation.run(session)


def _pool(plan: Plan) -> pydantic_monty.Monty:
    return pydantic_monty.Monty(binary_path=plan.binary, min_processes=1, max_processes=1)


def _leave() -> NoReturn:
    """End this process and monty's, which may be too busy to notice by itself."""
    os.killpg(0, signal.SIGKILL)
    os._exit(1)
