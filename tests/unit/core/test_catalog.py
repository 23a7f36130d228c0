"""Tools found in a view, by whatever name they were asked for."""

from __future__ import annotations

import pytest

from ptc_cli.core.errors import ToolNotFoundError
from tests.unit.check.views import CRM, server, view_of


@pytest.mark.parametrize("name", ["get_contact", "crm__get_contact", "mcp__crm__get_contact"])
def test_a_tool_asked_for_without_its_path_is_told_its_path(name: str) -> None:
    with pytest.raises(ToolNotFoundError) as caught:
        view_of(server("crm", CRM)).find(name)

    assert caught.value.hint == "Did you mean 'crm.get_contact'?"
