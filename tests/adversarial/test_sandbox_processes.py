"""Programs that start, find, stop or look into processes, or reach for the network or the kernel."""

from __future__ import annotations

import os

import psutil
import pytest

from ptc_cli.core.limits import Limits
from tests.adversarial.attacks import NUMBERS, Attacks

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_forking(attacks: Attacks) -> None:
    await attacks.is_held(
        "def attack():\n    child = os.fork()\n    if child == 0: os._exit(0)\n    return os.waitpid(child, 0)"
    )


async def test_a_fork_bomb(attacks: Attacks) -> None:
    source = (
        "n = 0\nfor _ in range(1000):\n    try:\n        os.fork()\n        n += 1\n    except OSError: pass\nprint(n)"
    )
    assert (await attacks.raw(source)).stdout == "0\n"


async def test_forking_past_libc(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('clone', 17, 0, 0, 0, 0)")
    await attacks.is_refused("def attack(): return syscall('clone3', b'\\0' * 88, 88)")


async def test_leaving_the_session_to_outlive_the_deadline(attacks: Attacks) -> None:
    source = (
        "try:\n"
        "    os.setsid()\n"
        "except OSError: pass\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True: time.sleep(1)"
    )
    ran = await attacks.raw(source, limits=Limits(wall_seconds=0.5))
    assert ran.outcome.status == "timeout"


async def test_signalling_another_process(attacks: Attacks) -> None:
    source = "def attack(): return os.kill(W['victim'], 0)"
    await attacks.is_held(source)


async def test_killing_another_process(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.kill(W['victim'], 9)")
    assert psutil.Process(attacks.world.victim).status() != psutil.STATUS_ZOMBIE


async def test_killing_the_worker_and_its_programs_through_the_process_group(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.kill(0, 15)")
    await attacks.is_refused("def attack(): return os.killpg(os.getpgrp(), 15)")
    assert await attacks.sandbox.value("demo.add(1, 2)") == 3


async def test_killing_everything(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.kill(-1, 15)")


async def test_signalling_a_thread_of_another_process(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('tkill', W['victim'], 0)")


async def test_having_the_kernel_signal_another_process_when_input_comes(attacks: Attacks) -> None:
    source = "def attack():\n    import fcntl\n    return fcntl.fcntl(1, fcntl.F_SETOWN, W['victim'])"
    await attacks.is_held(source)


async def test_lowering_the_limits_of_another_process(attacks: Attacks) -> None:
    source = "def attack():\n    import resource\n    return resource.prlimit(W['victim'], resource.RLIMIT_NOFILE)"
    await attacks.is_held(source)


async def test_raising_its_own_limits(attacks: Attacks) -> None:
    source = "def attack():\n    import resource\n    return resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"
    await attacks.is_refused(source)


async def test_tracing_its_parent(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('ptrace', 16, W['parent'], 0, 0)")


async def test_reading_the_memory_of_its_parent(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('process_vm_readv', W['parent'], 0, 0, 0, 0, 0)")


async def test_getting_a_handle_of_another_process(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.pidfd_open(W['victim'])")


async def test_getting_a_handle_of_the_host_through_the_channel(attacks: Attacks) -> None:
    source = "def attack(): return socket.socket(fileno=os.dup(3)).getsockopt(socket.SOL_SOCKET, 77, 4)"
    await attacks.is_refused(source)


async def test_outliving_the_worker_by_giving_up_the_death_signal(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return syscall('prctl', 1, 0, 0, 0, 0)")


async def test_becoming_dumpable(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return syscall('prctl', 4, 1, 0, 0, 0)")


async def test_becoming_root(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('setuid', 0)")
    await attacks.is_refused("def attack(): return syscall('capset', b'\\0' * 8, b'\\xff' * 24)")


async def test_connecting_over_tcp(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return socket.create_connection(('127.0.0.1', W['port']), 2)")


async def test_sending_over_udp(attacks: Attacks) -> None:
    source = (
        "def attack(): return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', W['port']))"
    )
    await attacks.is_held(source)


async def test_listening_on_a_port(attacks: Attacks) -> None:
    await attacks.is_held("def attack():\n    s = socket.socket()\n    s.bind(('127.0.0.1', 0))\n    return s.listen()")


async def test_resolving_a_name(attacks: Attacks) -> None:
    # Read from /etc/hosts, so that the control sends nothing either.
    await attacks.is_held("def attack(): return socket.create_connection(('localhost', W['port']), 2)")


async def test_connecting_to_a_unix_socket_by_path(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return socket.socket(socket.AF_UNIX).connect(W['socket'])")


async def test_connecting_to_an_abstract_unix_socket(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return socket.socket(socket.AF_UNIX).connect('\\0' + W['abstract'])")


async def test_sending_from_a_pair_of_datagram_sockets(attacks: Attacks) -> None:
    source = "def attack(): return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)"
    await attacks.is_held(source)


async def test_connecting_a_pair_of_stream_sockets_elsewhere(attacks: Attacks) -> None:
    source = "def attack(): return socket.socketpair()[0].connect('\\0' + W['abstract'])"
    await attacks.is_refused(source)


async def test_bytes_out_of_band_which_let_programs_out_of_browsers(attacks: Attacks) -> None:
    pair = "def attack():\n    ours, theirs = socket.socketpair()\n    return ours."
    await attacks.is_held(pair + "send(b'x', socket.MSG_OOB)")
    await attacks.is_held(pair + "sendmsg([b'x'], [], socket.MSG_OOB)")


async def test_netlink(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)")


async def test_raw_and_packet_sockets(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)")
    await attacks.is_refused("def attack(): return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")


async def test_a_socket_past_libc(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return syscall('socket', 2, 1, 0)")


async def test_a_socket_through_the_other_calls_of_the_machine(attacks: Attacks) -> None:
    if NUMBERS["socket"] != 41:
        pytest.skip("only x86_64 has them")
    ran = await attacks.raw("libc.syscall(ctypes.c_long(0x40000000 + 41), 2, 1, 0)")
    assert ran.outcome.error is not None
    assert (ran.outcome.status, ran.outcome.error.type) == ("killed", "Crashed")


@pytest.mark.parametrize(
    "name", ["bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "init_module", "kexec_load"]
)
async def test_doors_into_the_kernel(attacks: Attacks, name: str) -> None:
    done, said = await attacks.tried(f"def attack(): return syscall({name!r}, 0, 0, 0, 0, 0)")
    # Refused by the filter, not by what the kernel makes of empty arguments.
    assert (done, said[:19]) in [("refused", "PermissionError: [E"), ("refused", "OSError: [Errno 38]")]


async def test_new_namespaces(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('unshare', 0x10000000)")
    await attacks.is_refused("def attack(): return syscall('setns', 3, 0)")


async def test_mounting(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('mount', b'tmpfs', b'/tmp', b'tmpfs', 0, 0)")


async def test_another_root(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return os.chroot('/')")
    await attacks.is_refused("def attack(): return syscall('pivot_root', b'.', b'.')")


async def test_keys_of_the_user(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('keyctl', 0, -3, 0)")
    await attacks.is_refused("def attack(): return syscall('add_key', b'user', b'a', b'b', 1, -3)")


async def test_memory_that_no_limit_counts(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.memfd_create('x')")


async def test_another_personality(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return syscall('personality', 0x0040000)")


async def test_memory_shared_with_other_programs(attacks: Attacks) -> None:
    source = (
        "def attack():\n    made = syscall('shmget', 0, 4096, 0o1600)\n    libc.shmctl(made, 0, None)\n    return made"
    )
    await attacks.is_held(source)


async def test_message_queues_shared_with_other_programs(attacks: Attacks) -> None:
    source = "def attack():\n    made = syscall('msgget', 0, 0o1600)\n    libc.msgctl(made, 0, None)\n    return made"
    await attacks.is_held(source)
    await attacks.is_refused("def attack(): return syscall('mq_open', b'x', 0o102, 0o600, 0)")


async def test_a_filter_of_its_own(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('seccomp', 0, 0, 0)")


async def test_typing_into_the_terminal(attacks: Attacks) -> None:
    await attacks.is_refused("def attack():\n    import fcntl\n    return fcntl.ioctl(0, 0x5412, b'x')")


async def test_running_ahead_of_others(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('setpriority', 0, 0, -20)")


async def test_seeing_the_host_s_name(zygote: Attacks) -> None:
    assert await zygote.tried("def attack(): return os.uname().nodename") == ["done", "'sandbox'"]
    assert os.uname().nodename != "sandbox"


async def test_seeing_other_processes_of_the_machine(zygote: Attacks) -> None:
    assert await zygote.tried("def attack(): return os.getpid(), os.getppid()") == ["done", "(1, 0)"]
