import pytest

from ptc_cli.repl.completion import candidates
from tests.unit.cli.views import view

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
