"""Whatever a program's process sends: the host stays up, others are unaffected, and memory is bounded."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptc_cli.core.limits import Limits
from tests.sandboxes import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

# What finds the channel's descriptor and writes to it; `ptc.input` says what, and what to do then.
PROGRAM = """
import base64, os, ptc, time
for piece in ptc.input["pieces"]:
    data = base64.b64decode(piece)
    while data:
        data = data[os.write(3, data):]
then = ptc.input["then"]
if then == "leave": os._exit(7)
if then == "hang up": os.close(3)
if then == "be silent": time.sleep(60)
"a value"
"""

CALL: dict[str, Any] = {
    "kind": "call", "id": 1, "site": 1, "method": "tools/call", "server": "demo", "tool": "add",
    "arguments": {"a": 1, "b": 2},
}  # fmt: skip
END: dict[str, Any] = {
    "kind": "end", "status": "ok", "value_kind": "json", "value": 1, "error": None, "limit": None
}  # fmt: skip
PROGRESS: dict[str, Any] = {"kind": "progress", "done": 1.0, "total": None, "note": "x"}
HONEST = (CALL, END, PROGRESS, {"kind": "ready"}, {"kind": "cancel", "id": 1}, {"kind": "broken", "message": "x"})
FIELDS = sorted({name for frame in HONEST for name in frame} | {"content", "failure"})


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + payload


odd = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 65), 1 << 65), st.floats(), st.text(max_size=8),
    st.sampled_from(["call", "end", "answer", "tools/call", "x" * 5000, "\ud800", 1 << 31, 0, -1, [], {}, [[]], 1e308]),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
)  # fmt: skip
changed = st.builds(
    lambda frame, change, gone: {name: each for name, each in {**frame, **change}.items() if name not in gone},
    st.sampled_from(HONEST),
    st.dictionaries(st.sampled_from(FIELDS), odd, max_size=3),
    st.sets(st.sampled_from(FIELDS), max_size=1),
)
frames = st.builds(
    lambda way, frame: framed(way + json.dumps(frame).encode("utf-8", "surrogatepass")),
    st.sampled_from([b"F", b"E", b"", b"X"]),
    changed,
)
deep = st.builds(
    lambda way, kind, depth: framed(way + kind * depth), st.sampled_from([b"F", b"E"]),
    st.sampled_from([b"[", b'{"a":', b'{"kind":[', b"9", b'"\\ud800']), st.sampled_from([10, 255, 300_000]),
)  # fmt: skip
lengths = st.integers(0, (1 << 32) - 1).map(lambda length: length.to_bytes(4, "big"))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A frame some of whose bytes are others, or which is cut short."""
    frame = bytearray(draw(frames))
    for _ in range(draw(st.integers(1, 4))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(1, len(frame)))])


pieces = st.lists(st.one_of(frames, frames, mutated(), st.binary(max_size=100), lengths, deep), min_size=1, max_size=6)
thens = st.sampled_from(["leave", "leave", "go on", "go on", "hang up"])


async def sent(sandbox: Sandbox, pieces: list[bytes], then: str, seconds: float = 10) -> None:
    """Assert that a program that sends this ends in one of the ways there are, and that another beside it ends well."""
    given_ = json.dumps({"pieces": [base64.b64encode(piece).decode() for piece in pieces], "then": then})
    limits = Limits(wall_seconds=seconds)
    other, ran = await asyncio.gather(
        sandbox.run("demo.echo('well')"), sandbox.run(PROGRAM, input=given_, limits=limits)
    )

    assert other.value == "well"
    assert ran.outcome.status in ("ok", "failed", "limit", "killed", "timeout")
    for call in ran.tools.calls:
        assert call.method in ("tools/call", "resources/read")
        json.dumps(call.arguments)


@EXAMPLES
@given(pieces=pieces, then=thens)
async def test_whatever_is_sent_only_the_sender_ends(sandbox: Sandbox, pieces: list[bytes], then: str) -> None:
    await sent(sandbox, pieces, then)


@pytest.mark.parametrize(
    "piece", [b"", b"\0\0", b"\0\1\0\0F{", framed(b"F{}")[:-1], b"\0\0\0\0", b"\0\x80\0\0" + b"F" * 100_000]
)
async def test_half_a_frame_and_then_silence(sandbox: Sandbox, piece: bytes) -> None:
    await sent(sandbox, [piece], "be silent", seconds=0.3)


async def test_what_is_sent_piles_up_nowhere(sandbox: Sandbox) -> None:
    """Frames of megabytes that are refused, over and over: the host is no larger after the tenth than it may be."""
    process = psutil.Process()
    big = framed(b"F" + json.dumps({**CALL, "arguments": {"a": "x" * (6 << 20)}}).encode())
    nested = framed(b"F" + json.dumps({**CALL, "arguments": {"a": [[]] * 500_000}}).encode())
    await sent(sandbox, [big], "leave")
    before, open_before = process.memory_info().rss, process.num_fds()
    for _ in range(5):
        await sent(sandbox, [big, nested], "leave")
        await sent(sandbox, [b"\0\x7f\xff\xff" + b"x" * (1 << 20)], "leave")

    assert process.memory_info().rss - before < 200 << 20
    assert process.num_fds() <= open_before


@settings(EXAMPLES, max_examples=30)
@given(data=st.binary(max_size=64), descriptors=st.lists(st.integers(0, 3), max_size=3), flags=st.sampled_from([0, 64]))
async def test_messages_with_descriptors_of_whatever_kind(
    sandbox: Sandbox, data: bytes, descriptors: list[int], flags: int
) -> None:
    before = psutil.Process().num_fds()
    source = (
        "import array, socket\n"
        f"rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', {descriptors!r}))]\n"
        f"socket.socket(fileno=3).sendmsg([{data!r}], rights, {flags})"
    )
    await sandbox.run(source)

    assert psutil.Process().num_fds() <= before
