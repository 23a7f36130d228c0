from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.catalog import Caller, Catalog, ServerEntry, View
from ptc_cli.core.check import CheckReport
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.event import Event
from ptc_cli.core.execution import Execution
from ptc_cli.core.program import Program
from ptc_cli.core.record import RunHeader, RunRecord
from ptc_cli.core.result import Outcome, Result
from ptc_cli.core.server import ServerConfig, ServerListing, ToolSpec
from ptc_cli.core.settings import Settings
from ptc_cli.core.stub import Stub, StubTree
from tests.unit.core.strategies import values

TRAVELLING = [
    Caller,
    Catalog,
    CheckReport,
    Event,
    Execution,
    Outcome,
    Program,
    Result,
    RunHeader,
    RunRecord,
    ServerConfig,
    ServerEntry,
    ServerListing,
    Settings,
    Stub,
    StubTree,
    ToolCall,
    ToolResult,
    ToolSpec,
    View,
]


@pytest.mark.parametrize("kind", TRAVELLING, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_value_goes_to_json_and_back_unchanged(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(values(kind))

    assert from_json(kind, json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Program, {"source": 1}), (Program, {"sauce": "x"}), (Caller, {"door": "window"}), (Result, []), (Event, None)],
)
def test_what_is_no_value_of_the_type_is_refused(kind: type[Any], text: Any) -> None:
    with pytest.raises(ValueError, match="not a "):
        from_json(kind, text)
