"""What is done otherwise where a loop watches neither signals nor terminals, as on Windows."""

import asyncio
import os
import pty
import signal
from collections.abc import Callable

import pytest

from ptc_cli.console.interrupts import on_interrupt
from ptc_cli.console.keyboard import drop_typed_ahead, read_line


class Unwatching(asyncio.SelectorEventLoop):
    """A loop that can no more than those of Windows."""

    def add_signal_handler(self, *_: object) -> None:
        raise NotImplementedError

    def remove_signal_handler(self, *_: object) -> bool:
        raise NotImplementedError

    def add_reader(self, fd: object, *rest: object) -> None:
        if isinstance(fd, int) and os.isatty(fd):
            raise NotImplementedError
        super().add_reader(fd, *rest)  # type: ignore[arg-type]


LOOPS = pytest.mark.parametrize("loop", [asyncio.SelectorEventLoop, Unwatching])
Loop = Callable[[], asyncio.AbstractEventLoop]


@LOOPS
def test_the_first_interrupt_is_answered_and_the_second_does_what_it_always_does(loop: Loop) -> None:
    async def main() -> list[str]:
        heard, answered = [], asyncio.Event()
        with on_interrupt(answered.set):
            signal.raise_signal(signal.SIGINT)
            await asyncio.wait_for(answered.wait(), 20)
            heard.append("first")
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            heard.append("second")
        return heard

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        runner = loop()
        assert runner.run_until_complete(main()) == ["first", "second"]
        runner.close()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@LOOPS
def test_a_line_is_read_from_a_terminal_without_what_was_typed_before(loop: Loop) -> None:
    ours, theirs = pty.openpty()

    async def main(stdin: object) -> str | None:
        os.write(ours, b"too early\n")
        await asyncio.sleep(0.1)
        drop_typed_ahead(stdin)  # type: ignore[arg-type]  # a stream
        asyncio.get_running_loop().call_later(0.1, os.write, ours, b"yes\n")
        return await asyncio.wait_for(read_line(stdin), 20)  # type: ignore[arg-type]

    with os.fdopen(theirs, "r") as stdin:
        runner = loop()
        assert runner.run_until_complete(main(stdin)) == "yes\n"
        runner.close()
    os.close(ours)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PAGER": "cat -n"}, ["cat", "-n"]),
        ({"PAGER": ""}, None),
        ({"PAGER": "'"}, None),
        ({"PAGER": "/no/such"}, None),
    ],
)
def test_the_pager_is_the_users_own_or_none(variables: dict[str, str], words: list[str] | None) -> None:
    from ptc_cli.console.pager import pager

    found = pager({"PATH": os.environ["PATH"], **variables})
    assert found == words if words is None else found is not None and [os.path.basename(found[0]), *found[1:]] == words
