"""Programs that go past Python and libc, straight to the kernel."""

from __future__ import annotations

import pytest

from tests.adversarial.attacks import LET_THROUGH, NUMBERS, Attacks

pytestmark = pytest.mark.asyncio(loop_scope="module")

JUDGED = (
    "clone", "ioctl", "fcntl", "prctl", "socketpair", "getsockopt", "setsockopt", "kill", "tgkill", "prlimit64",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "open", "openat", "creat", "chmod", "fchmod", "fchmodat",
)  # fmt: skip

# `uretprobe` and `uprobe` of x86_64: the kernel asks no filter, and ends a process that makes them itself.
UNFILTERED = {335, 336}


async def test_every_call_of_the_kernel_s_table_that_is_not_let_through(attacks: Attacks) -> None:
    """What the filter says of itself elsewhere, asked of the kernel that keeps it."""
    others = sorted({*range(600)} - {NUMBERS[name] for name in (*LET_THROUGH, *JUDGED)} - UNFILTERED)
    source = (
        "found = []\n"
        f"for number in {others!r}:\n"
        "    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)\n"
        "    if answer != -1 or ctypes.get_errno() not in (1, 38, 95): found.append((number, ctypes.get_errno()))\n"
        "found"
    )

    assert len(others) > 400
    assert (await attacks.raw(source)).value == []


@pytest.mark.parametrize("name", ["splice", "vmsplice", "tee"])
async def test_moving_pages_between_pipes_which_overwrote_files_once(attacks: Attacks, name: str) -> None:
    done, said = await attacks.tried(f"def attack(): return syscall({name!r}, 0, 0, 0, 0, 0, 0)")
    assert (done, said[:15]) == ("refused", "PermissionError")


async def test_a_file_system_by_the_newer_calls(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('fsopen', b'tmpfs', 0)")
    await attacks.is_refused("def attack(): return syscall('open_tree', -100, b'/', 1)")
    await attacks.is_refused("def attack(): return syscall('mount_setattr', -100, b'/', 0, b'\\0' * 32, 32)")


async def test_waking_when_files_change(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return syscall('inotify_init1', 0)")


async def test_memory_that_not_even_the_kernel_sees(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('memfd_secret', 0)")


async def test_pages_locked_into_memory(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('mlockall', 3)")
    await attacks.is_refused("def attack():\n    import mmap\n    return mmap.mmap(-1, 1 << 20, flags=0x2022)")


async def test_moving_to_another_processor(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.sched_setaffinity(0, os.sched_getaffinity(0))")


async def test_real_time_for_itself(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))")


async def test_the_clock_of_the_machine(attacks: Attacks) -> None:
    # No control: as root it would set the clock.
    await attacks.is_refused("def attack(): return time.clock_settime(time.CLOCK_REALTIME, 0)")


async def test_the_name_of_the_machine(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return socket.sethostname('mine')")


async def test_the_messages_of_the_kernel(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('syslog', 3, b'\\0' * 100, 100)")
    await attacks.is_refused("def attack(): return open('/dev/kmsg', 'rb')")


async def test_a_handle_to_a_file_that_outlives_it(attacks: Attacks) -> None:
    await attacks.is_refused(
        "def attack(): return syscall('name_to_handle_at', -100, b'/', b'\\0' * 128, b'\\0' * 8, 0)"
    )


async def test_owning_other_files(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.chown('/', 0, 0)")


async def test_hiding_something_in_extended_attributes(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.setxattr('.', 'user.note', b'x')")


async def test_a_second_view_of_a_running_descriptor(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('kcmp', W['parent'], 1, 0, 0, 0)")
    await attacks.is_refused("def attack(): return syscall('pidfd_getfd', 3, 0, 0)")


async def test_a_signal_with_a_forged_sender(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('rt_sigqueueinfo', W['victim'], 0, b'\\0' * 128)")


async def test_starting_a_program_without_a_fork(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)")


async def test_a_shell(attacks: Attacks) -> None:
    source = "def attack():\n    if os.system('true') != 0: raise OSError('no shell')"
    await attacks.is_held(source)


async def test_a_process_pool(attacks: Attacks) -> None:
    source = (
        "def attack():\n    import multiprocessing\n"
        "    context = multiprocessing.get_context('fork')\n    child = context.Process(target=print)\n"
        "    child.start()\n    child.join()"
    )
    await attacks.is_held(source)


async def test_leaving_by_a_double_fork_and_a_session_of_its_own(attacks: Attacks) -> None:
    source = (
        "def attack():\n    child = os.fork()\n    if child == 0:\n        os.setsid()\n"
        "        if os.fork() == 0: os._exit(0)\n        os._exit(0)\n    return os.waitpid(child, 0)"
    )
    await attacks.is_held(source)


async def test_executing_a_file_that_is_in_memory_only(attacks: Attacks) -> None:
    source = (
        "def attack():\n    made = os.memfd_create('x')\n"
        "    os.write(made, open('/bin/true', 'rb').read())\n"
        "    child = os.fork()\n    if child == 0: os.execve(made, ['true'], {})\n"
        "    return os.waitpid(child, 0)"
    )
    await attacks.is_held(source)


async def test_native_code_from_a_file_of_its_own(zygote: Attacks) -> None:
    source = (
        "def attack():\n    import shutil, _ctypes\n"
        "    where = os.getcwd() + '/native-%d.so' % os.getpid()\n"
        "    shutil.copyfile(_ctypes.__file__, where)\n    return ctypes.CDLL(where)"
    )
    await zygote.is_held(source)
