from pathlib import Path

import pytest

from ptc_cli.cli.sources import SourceError, read_program, read_text
from ptc_cli.core.program import PROGRAM_BYTES


def test_a_program_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "p.py"
    path.write_bytes(b"\xef\xbb\xbfx = 'h\xc3\xa9'\r\n")
    program = read_program(str(path))

    assert (program.name, program.source) == (str(path), "x = 'hé'\r\n")


@pytest.mark.parametrize(
    ("content", "said"), [(b"x = 1\n\xff", "byte 0xff at offset 6"), (b"\x7fELF\x80", "byte 0x80")]
)
def test_a_file_that_is_not_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "p.py"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=said):
        read_program(str(path))


def test_of_an_endless_program_only_so_much_is_read_as_shows_that_it_is_too_long() -> None:
    program = read_program("/dev/zero")

    assert len(program.source) == PROGRAM_BYTES + 1


def test_an_endless_input_is_refused() -> None:
    with pytest.raises(SourceError, match="longer than 16,777,216 bytes"):
        read_text("/dev/zero")
