"""What is said of a mistake: in plain words, with the way out, from the caller's own view."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptc_cli.core.server import RejectedTool
from ptc_cli.serve.mcp.texts import DESCRIPTIONS
from tests.unit.check.conftest import Check
from tests.unit.check.views import CRM, server, view_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIME = server("time", "def get_current_time(timezone: str) -> str: ...\ndef convert(from_: str, to: str) -> str: ...\n")
DOWN = server("down", "", status="failed", reason="it did not answer within 30 s")
ODD = server("odd", "", rejected=(RejectedTool(name="bad-tool", reason="its schema is no object"),))
VIEW = view_of(server("crm", CRM), TIME, DOWN, ODD)

HINTS = {
    "misspelt tool": ("crm.get_contcat(1)", "Did you mean 'get_contact'?"),
    "misspelt tool in an import": ("from tools.crm import get_contcat", "Did you mean 'get_contact'?"),
    "no such tool": (
        "from tools import time\ntime.sleep(1)",
        "Tools: get_current_time, convert.",
    ),
    "misspelt server": ("from tools import crn", "Did you mean 'crm'?"),
    "misspelt server module": ("import tools.crn", "Did you mean 'crm'?"),
    "misspelt server, not imported": ("crn.get_contact(1)", "Did you mean 'crm'?"),
    "server as a top-level module": ("import crm", "Servers are modules of the package 'tools': from tools import crm"),
    "server that failed": ("down.ping()", "The server 'down' offers no tools now: it did not answer within 30 s"),
    "tool that was rejected": ("odd.bad_tool()", "The tool cannot be used: its schema is no object"),
    "tool without its server": ("get_contact(1)", "Call it through its server: crm.get_contact(...)"),
    "server where the module was meant": (
        "time.time()",
        "Here 'time' is the server. For the module of the standard library, add: import time",
    ),
    "forgotten import": ("json.dumps({})", "Add: import json"),
    "module where the server was meant": (
        "import time\ntime.get_current_time('UTC')",
        "Here 'time' is the module of the standard library. For the server, write: from tools import time",
    ),
    "server nobody has": (
        "jira.search('x')",
        "It is no variable and no server. Servers: crm, time, down, odd.",
    ),
    "tool with its server before it": ("crm__get_contact(1)", "Call it through its server: crm.get_contact(...)"),
    "failure without its module": (
        "try:\n    crm.get_contact(1)\nexcept ToolError:\n    pass",
        "Add: from ptc import ToolError",
    ),
    "package that is not there": (
        "import requests\nx: int = ''",
        "Programs import the standard library and 'tools'; nothing else, unless [sandbox] python brings it.",
    ),
    "result taken for JSON text": (
        "import json\njson.loads(crm.get_contact(1))",
        "It is a value already, not JSON text: leave out `loads`.",
    ),
    "fenced program": ("```python\ncrm.get_contact(1)\n```", "Leave out the lines with ```: only the program itself."),
    "return at the top": (
        "return crm.get_contact(1)",
        "End with the expression alone, without `return`: its value is what comes back.",
    ),
    "misspelt module": ("import jsn", "Did you mean 'json'?"),
    "misspelt parameter": ("crm.list_contacts(stats='lead')", "Did you mean 'status'?"),
    "parameter by its wire name": (
        "time.convert(**{}, **{'from': ''}, to='') if 0 else time.convert(to='', frm='')",
        None,
    ),
    "unknown parameter": ("crm.get_contact(1, verbose=True)", "Parameters: id."),
    "positional for keyword-only": (
        "crm.list_contacts('lead')",
        "Nothing goes by position; name the others: status=..., limit=..., cursor=...",
    ),
    "positional after required": (
        "crm.create_contact({'name': 'x'}, True)",
        "Only contact may go by position; name the others: notify=...",
    ),
    "too many": ("crm.get_contact(1, 2)", "It takes: id."),
    "missing arguments": ("crm.bulk_tag()", "Add ids: list[int], tags: list[str]"),
    "scalar for a list": ("crm.bulk_tag(ids=1, tags=['a'])", "Put it in a list: [1]"),
    "set for a list": ("crm.bulk_tag(ids=[1], tags={'a'})", "Make it a list: list({'a'})"),
    "misspelt literal": ("crm.list_contacts(status='leed')", "Did you mean 'lead'?"),
    "unknown literal": ("crm.list_contacts(status='xyz')", "One of: lead, active, closed."),
    "number in quotes": ("crm.get_contact('7')", "Write 7 without quotes."),
    "text for a number": ("crm.get_contact(str(7))", "Convert it: int(str(7))"),
    "misspelt key of an argument": ("crm.create_contact({'name': 'x', 'adress': {}})", "Did you mean 'address'?"),
    "missing key of an argument": ("crm.create_contact({})", "Add 'name': str"),
    "misspelt key": ("crm.get_contact(1)['nmae']", "Did you mean 'name'?"),
    "unknown key": ("crm.list_contacts()['xyz']", "Keys: items, next_cursor."),
    "key by number": ("crm.list_contacts()[0]", "It is a dict with the keys: 'items', 'next_cursor'."),
    "attribute of a result": ("crm.get_contact(1).name", "Results are dicts: write ['name']"),
    "misspelt attribute of a result": ("crm.get_contact(1).nmae", "Results are dicts. Did you mean 'name'?"),
    "attribute of a plain dict": ("crm.meta({}).x", "Results are dicts: write ['x']"),
    "attribute of a list": ("crm.list_contacts()['items'].name", "It is a list: take one item of it, or loop over it."),
    "key of a list": (
        "crm.list_contacts()['items']['name']",
        "It is a list: take one item of it first, as in [0], or loop over it.",
    ),
    "item of a number": ("crm.bulk_tag([], [])['count']", "The result is int, not a dict or a list."),
    "looping over a dict": (
        "for c in crm.list_contacts():\n    c['id']",
        "It is a str: looping over a dict gives its keys. Loop over ['items'] of it.",
    ),
    "use of None": (
        "c = crm.get_contact(1)\nc['email'].lower()",
        "c['email'] can be None: test it first, as in `if c['email'] is not None:`",
    ),
    "index of None": ("r = crm.find('x')\nr['name']", "r can be None: test it first, as in `if r is not None:`"),
    "None as an argument": (
        "r = crm.get_contact(1)['email']\ncrm.find(r)",
        "r can be None: test it first, as in `if r is not None:`",
    ),
    "misspelt method": ("'a'.lowr()", "Did you mean 'lower'?"),
    "text plus number": ("'id: ' + crm.get_contact(1)['id']", "Convert the number: str(...), or write an f-string."),
    "compared with no member": ("crm.get_contact(1)['status'] == 'leed'", "Did you mean 'lead'?"),
    "maybe undefined": (
        "if crm.find('x'):\n    y = 1\nprint(y)",
        "Give 'y' a value before the branch or loop that may not run.",
    ),
    "not awaited": (
        "import asyncio\ncrm.get_contact(1)",
        "Write: (await crm.get_contact(...)), with the parentheses. Tools are awaited because line 1 makes the program async.",
    ),
    "not awaited, used later": (
        "async def f(): ...\nc = crm.get_contact(1)\nprint(c['name'])",
        "Write: await crm.get_contact(...). Tools are awaited because line 1 makes the program async.",
    ),
    "awaited result": (
        "c = await crm.get_contact(1)\nawait c['name']",
        "Leave out `await`: c['name']",
    ),
    "await in a plain function": (
        "def f():\n    return await crm.get_contact(1)",
        "Make the function around it `async def`, and await its calls.",
    ),
    "future taken for its result": (
        "import asyncio\nf = asyncio.gather(crm.get_contact(1))\nf[0]",
        "Put `await` before what makes it.",
    ),
    "task taken for its result": (
        "import asyncio\nasync with asyncio.TaskGroup() as g:\n    t = g.create_task(crm.get_contact(1))\nt['name']",
        "Take its result first: t.result()",
    ),
    "tool that is not called": ("crm.list_contacts['items']", "It is a function: call it."),
    "attribute of a tool": ("crm.list_contacts.items", "It is a function: call it."),
    "slice of a result": ("crm.list_contacts()[:5]", "It is a dict with the keys: 'items', 'next_cursor'."),
    "generator indexed": ("g = (n for n in [1])\ng[0]", "Make it a list first: list(g)"),
    "method of another type": ("seen = {1}\nseen.append(2)", "Write add(...) instead."),
    "misspelt name of the runtime": ("ptc.progres(1)", "Did you mean 'progress'?"),
    "misspelt variable": ("contacts = [1]\nlen(contcats)", "Did you mean 'contacts'?"),
    "misspelt builtin": ("pritn(1)", "Did you mean 'print'?"),
    "None added": (
        "crm.list_contacts()['next_cursor'] + 'x'",
        "It can be None: put it in a variable and test it first, as in `if value is not None:`",
    ),
    "text in arithmetic": ("'3' / 2", "Convert the text: int(...) or float(...)"),
    "number for the text of a key": ("crm.create_contact({'name': 1})", "Convert it: str(1)"),
    "scalar for the list of a key": ("crm.create_contact({'name': 'x', 'tags': 'a'})", "Put it in a list: ['a']"),
    "date for a text": (
        "from datetime import date\ncrm.find(date.today())",
        "Write it as text: date.today().isoformat()",
    ),
    "moment for a text": (
        "from datetime import datetime, timedelta\ntime.get_current_time(datetime.now() - timedelta(1))",
        "Write it as text: (datetime.now() - timedelta(1)).isoformat()",
    ),
    "all arguments as one dict": (
        "time.convert({'from_': 'a', 'to': 'b'})",
        "Give each argument by its name: from_=..., to=...",
    ),
    "None for what may be missing": (
        "crm.list_contacts(cursor=None)",
        "Leave 'cursor' out: it may be missing, but not None.",
    ),
    "keyword for a parameter": (
        "time.convert(from='a', to='b')",
        "A parameter whose name is a keyword of Python ends in an underscore: from_=",
    ),
    "tool imported as a server": (
        "from tools import get_contact",
        "It is a tool of the server 'crm': from tools.crm import get_contact",
    ),
    "server in another package": (
        "from servers import crm",
        "Servers are modules of the package 'tools': from tools import crm",
    ),
    "misspelt flat name": ("mcp__crm__get_contat(1)", "Did you mean 'mcp__crm__get_contact'?"),
    "key as a method": ("for c in crm.list_contacts().items:\n    print(c)", "Results are dicts: write ['items']"),
    "text taken for an object": (
        "time.get_current_time('UTC')['now']",
        "time.get_current_time returns text: use it as it is.",
    ),
    "attribute of a text": (
        "time.get_current_time('UTC').content",
        "time.get_current_time returns text: use it as it is.",
    ),
    "objects sorted": (
        "sorted(crm.list_contacts()['items'])",
        "Objects have no order: say by what, as in sorted(..., key=lambda each: each['id'])",
    ),
    "objects joined": (
        "', '.join(crm.list_contacts()['items'])",
        "Join a text of each, as in: each['name'] for each in ...",
    ),
    "lists added up": (
        "sum(c['tags'] for c in crm.list_contacts()['items'])",
        "`sum` adds numbers, and these are list[str]: add up something else, such as len(...) of each.",
    ),
    "dict without items": (
        "for key, value in crm.get_contact(1):\n    print(key)",
        "Looping over a dict gives its keys: write `.items()` for keys and values.",
    ),
    "class of the standard library": ("Counter('abc')", "Add: from collections import Counter"),
    "class named as its module": ("datetime.now()", "Add: from datetime import datetime"),
    "awaited number": ("await len('x')", "Leave out `await`: len('x')"),
}
del HINTS["parameter by its wire name"]


@pytest.mark.parametrize("name", HINTS)
async def test_a_mistake_comes_with_the_way_out(check: Check, name: str) -> None:
    source, expected = HINTS[name]

    report = await check(source, VIEW)

    assert expected in [remark.hint for remark in report.diagnostics], report.diagnostics


@pytest.mark.parametrize("name", sorted(DESCRIPTIONS))
async def test_our_own_tools_are_not_called_inside_programs(check: Check, name: str) -> None:
    report = await check(f"{name}('x')", VIEW)

    assert [error.hint for error in report.errors] == [
        f"'{name}' is a tool of its own, not a function: no program can call it."
    ]


async def test_a_name_without_any_server_tells_how_to_add_one(check: Check) -> None:
    report = await check("tickets.list_tickets()", view_of())

    assert [error.hint for error in report.errors] == [
        "It is no variable and no server. None is configured: ptc servers add NAME -- COMMAND ARGS"
    ]


async def test_a_parameter_given_by_its_wire_name_is_told_its_python_name(check: Check) -> None:
    view = view_of(server("mail", "def send(*, userId_: str = ...) -> None: ...\n"))

    report = await check("mail.send(userId='x')", view)

    assert [error.hint for error in report.errors] == ["In Python it is called 'userId_'."]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("crm.get_contcat(1)", "server 'crm': no tool 'get_contcat'"),
        ("from tools.crm import get_contcat", "server 'crm': no tool 'get_contcat'"),
        ("from tools import crn", "no server 'crn'"),
        ("import tools.crn", "no server 'crn'"),
        ("import nosuchmodule", "no module 'nosuchmodule' is known"),
        ("crm.get_contact(1)['nmae']", '"Contact" has no key "nmae"'),
        ("import asyncio\nc = crm.get_contact(1)\nc['name']", "crm.get_contact is called without `await`"),
    ],
)
async def test_a_message_says_what_is_wrong_in_plain_words(check: Check, source: str, message: str) -> None:
    report = await check(source, VIEW)

    assert [remark.message for remark in report.diagnostics] == [message]


async def test_a_wire_name_with_a_hyphen_is_told_its_python_name(check: Check) -> None:
    entry = server("hub", "def list_issues() -> str: ...\n")
    wire = replace(entry.listing.tools[0], name="list-issues")
    stub = replace(entry.stub, tools=(replace(entry.stub.tools[0], tool="list-issues"),))
    view = view_of(replace(entry, listing=replace(entry.listing, tools=(wire,)), stub=stub))

    report = await check("hub.list-issues()", view)

    assert report.errors[0].hint == "A name has no '-' in Python: write hub.list_issues"


async def test_what_only_follows_from_another_mistake_is_not_said(check: Check) -> None:
    report = await check("p = crm.list_contacts()\nprint(sum(1 for c in p if c['status'] == 'lead'))", VIEW)

    assert [error.code for error in report.errors] == ["index"]


async def test_the_signatures_of_the_tools_involved_are_shown_once(check: Check) -> None:
    report = await check("crm.get_contact('a')\ncrm.get_contact('b')\ncrm.bulk_tag([], [])", VIEW)

    assert report.signatures == ("crm.get_contact(id: int) -> Contact",)


async def test_a_tool_of_the_same_name_on_another_server_is_not_mixed_up(check: Check) -> None:
    other = server("erp", "def get_contact(number: str) -> str: ...\n")

    report = await check("erp.get_contact()\n", view_of(server("crm", CRM), other))

    assert [error.hint for error in report.errors] == ["Add number: str"]
    assert report.signatures == ("erp.get_contact(number: str) -> str",)
