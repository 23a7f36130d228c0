import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.repl.completion import candidates
from ptc_cli.repl.variables import Variables
from tests.unit.cli.views import view
from tests.unit.repl.views import issues

VIEW = view()


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", ["tickets", "tools", "ptc"]),
        ("ti", ["tickets"]),
        ("x = ti", ["tickets"]),
        ("tickets.", ["list_tickets", "get_ticket"]),
        ("tickets.ge", ["get_ticket"]),
        ("tools.", ["tickets"]),
        ("tools.tickets.g", ["get_ticket"]),
        ("tickets.get_ticket(", ["id="]),
        ("tickets.list_tickets(limit=5, st", ["status="]),
        ("tickets.list_tickets(status='", ["open", "closed"]),
        ('tickets.list_tickets(status="cl', ["closed"]),
        ("tickets.list_tickets(limit=", ["tickets", "tools", "ptc"]),
        ("print(tickets.get_ticket(", ["id="]),
        ("tickets.get_ticket(id='x').", []),
        ("nobody.", []),
        ("nobody.get(", ["tickets", "tools", "ptc"]),
        ("'tickets.", []),
        ("tickets.get_ticket(['", []),
        (")]}", ["tickets", "tools", "ptc"]),
    ],
)
def test_what_may_come_next(text: str, texts: list[str]) -> None:
    assert [candidate.text for candidate in candidates(text, VIEW)] == texts


def test_a_keyword_that_is_given_is_not_offered_again() -> None:
    offered = [candidate.text for candidate in candidates("tickets.list_tickets(limit=5, ", VIEW)]

    assert "limit=" not in offered
    assert "status=" in offered


def test_a_tool_comes_with_its_summary_and_a_keyword_with_its_type() -> None:
    assert candidates("tickets.li", VIEW)[0].note == "List tickets."
    assert "Literal" in candidates("tickets.list_tickets(sta", VIEW)[0].note


ISSUES = issues()


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ('_["st', ["state"]),
        ('rows[0]["', ["title", "state", "author", "labels"]),
        ('rows[0]["author"]["', ["name", "e-mail"]),
        ("rows[0].get('ti", ["title"]),
        ('for row in rows:\n    row["st', ["state"]),
        ('rows[0]["state"] == "', ["open", "closed"]),
        ('issues.one("', ["bug", "wish"]),
        ('issues.one("bug")["ti', ["title"]),
        ('issues.find(filter={"', ["state", "by"]),
        ('issues.find(limit=3, filter={"state": "', ["open", "closed"]),
        ('issues.find(filter={"by": [{"', ["name", "e-mail"]),
        ('one = issues.one(kind="bug")\none["la', ["labels"]),
        ('sorted(rows)[0]["ti', ["title"]),
        ('[row for row in rows][0]["ti', ["title"]),
        ('(await issues.one(kind="bug"))["ti', ["title"]),
        ('print(1,\n  rows[0]["ti', ["title"]),
        ("rows.app", ["append"]),
        ("ptc.progr", ["progress"]),
        ("row", ["rows"]),
        ('# rows[0]["', []),
        ('rows = 1\nrows[0]["', []),
        ('nothing[0]["', []),
        ("\"rows[0]['", []),
        ('"""\nrows[0]["', []),
    ],
)
def test_what_a_variable_holds_is_completed(text: str, texts: list[str]) -> None:
    assert [candidate.text for candidate in candidates(text, ISSUES, held=held())] == texts


def test_the_loop_of_a_comprehension_may_follow_the_cursor() -> None:
    offered = candidates('[row["ti', ISSUES, after='"] for row in rows]', held=held())

    assert [candidate.text for candidate in offered] == ["title"]


def test_a_key_comes_with_its_type_and_is_quoted_where_no_quote_is() -> None:
    assert (candidates('rows[0]["ti', ISSUES, held=held())[0].note) == "str"
    assert candidates("rows[0][", ISSUES, held=held())[0].text == '"title"'


@given(st.text(alphabet="rows issue.find()[]{}\"'=,:#\n\\0", max_size=60))
def test_no_text_keeps_completion_from_answering(text: str) -> None:
    for candidate in candidates(text, ISSUES, after=text, held=held()):
        assert text.endswith(candidate.text[: candidate.typed])


def held() -> Variables:
    variables = Variables(ISSUES)
    variables.add("rows = issues.find()\nrows[0]")
    return variables
