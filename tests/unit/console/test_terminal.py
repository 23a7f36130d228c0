import io
import json

import pytest

from ptc_cli.console import terminal
from ptc_cli.console.terminal import harmless, visible, wants_colour, write_json, write_output


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "wanted"),
    [
        (Screen(), {}, True),
        (Screen(), {"TERM": "dumb"}, False),
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "0"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_stream_and_the_two_variables(
    stream: io.StringIO, environ: dict[str, str], wanted: bool
) -> None:
    assert wants_colour(stream, environ) is wanted


def test_what_would_steer_a_terminal_is_written_out() -> None:
    assert visible("a\x1b]52;c;eA==\x07b\u202ec\x9bd\re\tf\ng") == "a\\x1b]52;c;eA==\\x07b\\u202ec\\x9bd\\x0de\tf\ng"


def test_a_program_may_colour_its_output_and_no_more() -> None:
    assert harmless("\x1b[1;31mred\x1b[0m \x1b[2J \r50%") == "\x1b[1;31mred\x1b[0m \\x1b[2J \r50%"


def test_output_that_is_piped_passes_unchanged() -> None:
    piped, screen = io.StringIO(), Screen()
    for stream in (piped, screen):
        write_output(stream, "\x1b[2Jx")

    assert (piped.getvalue(), screen.getvalue()) == ("\x1b[2Jx", "\\x1b[2Jx")


def test_json_on_a_terminal_is_still_json() -> None:
    screen = Screen()
    write_json(screen, text="\x9b\x7f\u202e")

    assert "\x9b" not in screen.getvalue()
    assert terminal.SCHEMA_VERSION == 1
    assert '"schema_version": 1' in screen.getvalue()


def test_a_json_document_begins_with_its_version() -> None:
    piped = io.StringIO()
    write_json(piped, value=[1, "é"])

    assert json.loads(piped.getvalue()) == {"schema_version": 1, "value": [1, "é"]}


def test_json_is_json_in_any_encoding() -> None:
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    write_json(ascii_only, value="é\udc80")
    written = ascii_only.buffer
    assert isinstance(written, io.BytesIO)

    assert json.loads(written.getvalue())["value"] == "é\udc80"
