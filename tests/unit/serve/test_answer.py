"""How a run ended, as a model reads it."""

from __future__ import annotations

import base64
import json

import pytest

from ptc_cli.core.call import Content
from ptc_cli.core.check import Diagnostic
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.program import Program
from ptc_cli.core.result import CallSummary, LimitHit, ProgramError, Result
from ptc_cli.serve.mcp.answer import NOTHING, Answer, answer, media, structured

PROGRAM = Program.of("from tools import github\nissue = github.get_issue(number=1)\nissue['titel']\n")


def told(result: Result, *, output_bytes: int = 1_000) -> Answer:
    return answer(result, PROGRAM, output_bytes=output_bytes)


def ok(value: JsonValue = None, *, stdout: str = "", stderr: str = "", warnings: tuple[str, ...] = ()) -> Result:
    return Result(run="r", status="ok", value_kind="json", value=value, stdout=stdout, stderr=stderr, warnings=warnings)


def call(tool: str, *, is_ok: bool = True) -> CallSummary:
    return CallSummary(id="i", server="github", tool=tool, seconds=0.1, ok=is_ok, bytes=2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("a line\nand another", "a line\nand another"),
        ("", '""'),
        ({"a": [1, None, "é"]}, '{"a":[1,null,"é"]}'),
        ([], "[]"),
        (False, "false"),
        (None, "null"),
    ],
)
def test_the_value_alone_is_the_whole_answer(value: JsonValue, text: str) -> None:
    assert told(ok(value)) == Answer(text=text, is_error=False)


def test_output_alone_needs_no_name() -> None:
    assert told(ok(stdout="one\ntwo\n")).text == "one\ntwo"


def test_the_value_comes_first_and_nothing_empty_is_said() -> None:
    result = ok([1], stdout="out\n", stderr="err\n", warnings=("odd",))

    assert told(result).text == ("[1]\n\nstdout:\nout\n\nstderr:\nerr\n\nwarning: odd")


def test_a_program_without_value_and_output_learns_how_to_give_one() -> None:
    assert told(Result(run="r", status="ok")).text == NOTHING


def test_a_value_that_is_not_json_is_marked() -> None:
    result = Result(run="r", status="ok", value_kind="repr", value="{1, 2}")

    assert told(result).text == "repr of the value, which is not JSON: {1, 2}"


def test_long_values_and_output_keep_head_and_tail_and_say_what_is_missing() -> None:
    result = ok("v" * 500, stdout="a" * 50 + "b" * 500 + "c" * 50)

    assert told(result, output_bytes=100).text == (
        f"{'v' * 50}\n[... 400 bytes cut ...]\n{'v' * 50}\n\nstdout:\n{'a' * 50}\n[... 500 bytes cut ...]\n{'c' * 50}"
    )


def test_a_failure_names_the_line_the_fix_and_the_calls_that_were_made() -> None:
    result = Result(
        run="r",
        status="failed",
        error=ProgramError(
            type="KeyError",
            message="'titel'",
            line=3,
            traceback='Traceback (most recent call last):\n  File "program.py", line 3, in <module>\nKeyError: ...',
            hint="Its keys are: number, title.",
        ),
        stdout="so far\n",
        calls=(call("get_issue"), call("get_issue", is_ok=False), call("list_issues"), call("zap", is_ok=False)),
    )

    assert told(result) == Answer(
        text=(
            "Failed at line 3\n"
            "KeyError: 'titel'\n"
            "   3 | issue['titel']\n"
            "Its keys are: number, title.\n"
            "Calls made before: github.get_issue x2 (1 failed), github.list_issues, github.zap (failed)\n"
            "\n"
            "stdout:\n"
            "so far"
        ),
        is_error=True,
    )


def test_a_failure_inside_a_function_shows_the_way_to_it() -> None:
    trace = (
        'Traceback (most recent call last):\n  File "p", line 9, in <module>\n  File "p", line 2, in f\nTypeError: x'
    )
    error = ProgramError(type="TypeError", message="x", line=2, traceback=trace)

    assert told(Result(run="r", status="failed", error=error)).text == f"Failed at line 2\n{trace}"


def test_a_limit_is_named_with_its_value() -> None:
    result = Result(
        run="r",
        status="limit",
        limit=LimitHit(name="memory_bytes", value=536_870_912),
        error=ProgramError(type="MemoryError", message=""),
    )

    assert told(result).text == "Stopped at a limit: memory_bytes is 536,870,912\nMemoryError"


@pytest.mark.parametrize(
    ("status", "text"), [("timeout", "Timed out"), ("killed", "Killed"), ("cancelled", "Cancelled")]
)
def test_every_other_end_is_said_in_a_word(status: str, text: str) -> None:
    assert told(Result(run="r", status=status)) == Answer(text=text, is_error=True)  # type: ignore[arg-type]  # parametrized


def test_a_rejected_program_shows_diagnostics_and_signatures_and_that_nothing_ran() -> None:
    remark = Diagnostic(
        line=3,
        column=7,
        end_line=3,
        end_column=14,
        severity="error",
        message='TypedDict "Issue" has no key "titel"',
        code="typeddict-item",
        hint="Did you mean 'title'?",
    )
    signature = "github.get_issue(number: int) -> Issue"

    text = told(Result(run="r", status="rejected", diagnostics=(remark,), signatures=(signature,))).text

    assert text.startswith("Rejected by the type check. Nothing ran, no function was called.\n\n")
    assert 'TypedDict "Issue" has no key "titel"' in text
    assert signature in text


def test_lone_surrogates_never_reach_a_client() -> None:
    text = told(ok("\ud800", stdout="\udfff", warnings=("\ud800",))).text

    assert text.encode() == b"?\n\nstdout:\n?\n\nwarning: ?"


def test_an_image_is_a_block_and_not_text() -> None:
    picture = {"type": "image", "data": base64.b64encode(b"\x89PNG").decode(), "mimeType": "image/png"}

    result = told(ok(picture))

    assert result.text == ""
    assert [(block.type, block.data, block.mime_type) for block in result.content] == [
        ("image", b"\x89PNG", "image/png")
    ]
    assert len(told(ok([picture, picture], stdout="two")).content) == 2


def test_texts_and_resources_are_blocks_beside_images() -> None:
    held = {"uri": "x://1", "mimeType": "text/plain", "text": "t"}
    value: JsonValue = [
        "a cat",
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
        {"type": "resource", "resource": held},
        {"type": "resource_link", "uri": "x://2", "name": "n"},
    ]

    assert told(ok(value)).content == (
        Content(type="text", text="a cat"),
        Content(type="image", data=b"hi", mime_type="image/png"),
        Content(type="resource", uri="x://1", mime_type="text/plain", text="t"),
        Content(type="resource_link", uri="x://2", name="n"),
    )


def test_more_text_than_a_model_is_to_read_is_cut_also_beside_an_image() -> None:
    picture = {"type": "image", "data": "aGk=", "mimeType": "image/png"}

    result = told(ok(["t" * 5_000, picture]), output_bytes=100)

    assert result.content == ()
    assert "bytes cut" in result.text


@pytest.mark.parametrize(
    "value",
    [
        {"type": "image", "data": "not base64!", "mimeType": "image/png"},
        {"type": "image", "data": "AA=="},
        [{"type": "image", "data": "AA==", "mimeType": "image/png"}, 1],
        [],
        ["only", "texts"],
        {"type": "resource", "resource": {"text": "no address"}},
        {"type": "video", "data": "AA==", "mimeType": "video/mp4"},
    ],
)
def test_what_only_resembles_an_image_stays_text(value: JsonValue) -> None:
    assert media(value) == ()
    assert told(ok(value)).text == json.dumps(value, separators=(",", ":"))


def test_the_structured_answer_has_no_empty_field_but_always_the_value() -> None:
    assert structured(ok(None), output_bytes=100) == {
        "status": "ok",
        "value": None,
        "run": "r",
        "calls": 0,
        "seconds": 0.0,
    }
    failed = Result(run="r", status="failed", error=ProgramError(type="E", message="m", line=1), calls=(call("a"),))
    assert structured(failed, output_bytes=100) == {
        "status": "failed",
        "error": {"type": "E", "message": "m", "line": 1},
        "run": "r",
        "calls": 1,
        "seconds": 0.0,
    }
