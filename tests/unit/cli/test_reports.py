import io

from ptc_cli.cli.reports import report_as_json, write_github
from ptc_cli.core.check import CheckReport, Diagnostic
from ptc_cli.core.program import Program

PROGRAM = Program.of("x: int = 'a'\n", name="a,b:c.py")


def report(message: str) -> CheckReport:
    remark = Diagnostic(
        line=1,
        column=10,
        end_line=1,
        end_column=13,
        severity="error",
        message=message,
        code="assignment",
        hint="Fix it.",
    )
    return CheckReport(face="sync", diagnostics=(remark,))


def test_a_diagnostic_is_an_annotation_on_github() -> None:
    stream = io.StringIO()
    write_github(stream, report("wrong, at 100%"), PROGRAM)

    assert stream.getvalue() == (
        "::error file=a%2Cb%3Ac.py,line=1,endLine=1,col=10,title=ptc assignment::wrong, at 100%25%0AFix it.\n"
    )


def test_a_message_never_becomes_a_command_of_its_own() -> None:
    stream = io.StringIO()
    write_github(stream, report("x\n::add-mask::y\r::stop-commands::z"), PROGRAM)

    assert stream.getvalue().count("\n") == 1
    assert "\r" not in stream.getvalue()


def test_a_report_as_json_names_its_file_and_verdict() -> None:
    told = report_as_json(report("wrong"), PROGRAM)

    assert (told["file"], told["passed"]) == ("a,b:c.py", False)
    assert told["diagnostics"][0]["message"] == "wrong"
