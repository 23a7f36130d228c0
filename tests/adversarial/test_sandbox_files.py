"""Programs that reach for files of the machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.adversarial.attacks import Attacks

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_reading_the_shadow_file(attacks: Attacks) -> None:
    source = "def attack(): return read('/etc/shadow')"
    if os.geteuid() == 0:
        attacks.succeeds_unconfined(source)
    await attacks.is_refused(source)


async def test_reading_the_users_of_the_machine(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return read('/etc/passwd')")


async def test_finding_what_is_in_the_home(attacks: Attacks) -> None:
    home = Path.home()
    others = [each for each in home.iterdir() if not Path(sys.base_prefix).is_relative_to(each)]
    if not others:
        pytest.skip("there is nothing in the home")
    await attacks.is_held(f"def attack(): return sorted(os.listdir({str(home)!r})).index({others[0].name!r})")


async def test_reading_a_private_file_of_the_host(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return read(W['secret'])")


async def test_reading_the_environment_of_another_process(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return read(f\"/proc/{W['victim']}/environ\")")


async def test_opening_the_memory_of_another_process(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return open(f\"/proc/{W['victim']}/mem\", 'rb+')")


async def test_going_through_the_root_of_another_process(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.listdir(f\"/proc/{W['victim']}/root/etc\")")


async def test_listing_descriptors_of_another_process(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.listdir(f\"/proc/{W['victim']}/fd\")")


async def test_reading_through_a_symbolic_link(attacks: Attacks) -> None:
    source = (
        "def attack():\n    os.symlink(W['secret'], 'link-%d' % os.getpid())\n    return read('link-%d' % os.getpid())"
    )
    await attacks.is_held(source)


async def test_reading_through_a_hard_link(attacks: Attacks) -> None:
    source = (
        "def attack():\n    os.link(W['secret'], 'hard-%d' % os.getpid())\n    return read('hard-%d' % os.getpid())"
    )
    await attacks.is_held(source)


async def test_climbing_out_with_dots(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.listdir(os.getcwd() + '/../../../../../../etc/ssl')")


@pytest.mark.parametrize(
    "path", ["/usr/lib/planted", "/etc/planted", "/planted", "/dev/planted", "/usr/share/zoneinfo/planted"]
)
async def test_writing_outside_the_workspace(attacks: Attacks, path: str) -> None:
    # No control: it would leave a file on the machine.
    await attacks.is_refused(f"def attack(): return open({path!r}, 'w')")


async def test_writing_into_the_host_s_folder(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return open(W['folder'] + '/planted', 'w')")


async def test_writing_into_the_standard_library(attacks: Attacks) -> None:
    # No control, for the same reason.
    await attacks.is_refused("def attack(): return open(os.path.dirname(os.__file__) + '/planted.py', 'w')")


async def test_removing_a_file_of_the_host(attacks: Attacks) -> None:
    source = "def attack(): return os.remove(W['folder'] + '/victim')"
    (attacks.world.folder / "victim").touch()
    attacks.succeeds_unconfined(source)
    (attacks.world.folder / "victim").touch()
    await attacks.is_refused(source)
    assert (attacks.world.folder / "victim").exists()


async def test_opening_a_private_file_to_everyone(attacks: Attacks) -> None:
    secret = attacks.world.folder / "secret"
    secret.chmod(0o600)
    source = "def attack(): return os.chmod(W['secret'], 0o666)"
    attacks.succeeds_unconfined(source)
    secret.chmod(0o600)
    await attacks.is_refused(source)
    assert secret.stat().st_mode & 0o777 == 0o600


async def test_changing_the_time_of_a_host_file(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return os.utime(W['secret'])")


async def test_emptying_a_host_file(attacks: Attacks) -> None:
    source = "def attack(): return os.truncate(W['folder'] + '/victim', 0)"
    (attacks.world.folder / "victim").write_text("precious")
    attacks.succeeds_unconfined(source)
    (attacks.world.folder / "victim").write_text("precious")
    await attacks.is_refused(source)
    assert (attacks.world.folder / "victim").read_text() == "precious"


async def test_changing_the_mode_of_what_may_be_read(attacks: Attacks) -> None:
    # No control: it would change the interpreter's own files.
    await attacks.is_refused("def attack(): return os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o666)")
    await attacks.is_refused("def attack(): return os.utime(os.open(os.__file__, os.O_RDONLY))")


async def test_asking_for_the_size_of_a_host_file(zygote: Attacks) -> None:
    await zygote.is_held("def attack(): return os.stat(W['secret']).st_size")


async def test_seeing_what_is_mounted(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return read('/proc/self/mountinfo')")


async def test_executing_a_program_of_the_machine(attacks: Attacks) -> None:
    await attacks.is_held("def attack(): return __import__('subprocess').run(['/bin/true'], check=True)")


async def test_replacing_the_process_by_a_setuid_program(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): os.execv('/usr/bin/su', ['su'])")


async def test_making_a_setuid_file_that_counts(zygote: Attacks) -> None:
    # The bit may be set: no file of the workspace can be executed.
    source = "def attack():\n    open('s', 'w').close(); os.chmod('s', 0o4755)\n    os.execv('./s', ['s'])"
    await zygote.is_refused(source)


async def test_making_a_device(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): os.mknod('device', 0o20666, os.makedev(1, 1))")


async def test_opening_a_file_by_handle(attacks: Attacks) -> None:
    await attacks.is_refused("def attack(): return syscall('open_by_handle_at', 3, b'\\0' * 64, 0)")


async def test_secrets_in_the_environment(attacks: Attacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTC_TEST_SECRET", "tok_verysecret")
    source = "def attack():\n    assert_(os.environ['PTC_TEST_SECRET'])\nassert_ = str"
    attacks.succeeds_unconfined(source)
    done, said = await attacks.tried(source)
    assert (done, said) == ("refused", "KeyError: 'PTC_TEST_SECRET'")


async def test_descriptors_left_open(attacks: Attacks) -> None:
    source = (
        "def attack():\n    found = []\n    for each in range(4096):\n"
        "        try: os.fstat(each); found.append(each)\n        except OSError: pass\n    return found"
    )
    assert await attacks.tried(source) == ["done", "[0, 1, 2, 3]"]
