"""What every backend makes of a program's last expression, its faces, its names and its surroundings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ptc_cli.core.call import ToolCall, ToolResult
from ptc_cli.core.event import Progress
from ptc_cli.core.jsonvalue import JsonValue
from ptc_cli.core.limits import Limits
from ptc_cli.core.result import LimitHit
from tests.sandboxes import Sandbox, Tools

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "value", [1, 2**64, 2**70, -(2**80), 0.1, -0.0, "é\x00\u2028", [None, True, {"a": []}], {"": {"k": "v"}}, 1e308]
)
async def test_a_value_that_json_carries_arrives_unchanged(sandbox: Sandbox, value: Any) -> None:
    ran = await sandbox.run(f"x = {value!r}\nx")

    assert (ran.outcome.value_kind, ran.value) == ("json", value)
    assert repr(ran.value) == repr(value)


@pytest.mark.parametrize(
    "expression", ["{1: 2}", "(1, 2)", "float('nan')", "float('inf')", "{'a': {1}}", "b'x'", "[['\\ud800']]", "object"]
)
async def test_a_value_that_json_does_not_carry_arrives_as_its_repr(sandbox: Sandbox, expression: str) -> None:
    ran = await sandbox.run(expression)

    expected = repr(eval(expression)).encode("utf-8", "backslashreplace").decode()
    assert (ran.outcome.value_kind, ran.value) == ("repr", expected)


async def test_a_value_nested_too_deep_arrives_as_its_repr(sandbox: Sandbox) -> None:
    ran = await sandbox.run("x = []\nfor _ in range(200): x = [x]\nx")

    assert (ran.outcome.value_kind, ran.value) == ("repr", "[" * 201 + "]" * 201)


@pytest.mark.parametrize("source", ["x = 1", "", "None", "# nothing", "def f(): return 1", "print()"])
async def test_a_program_without_a_last_expression_has_no_value(sandbox: Sandbox, source: str) -> None:
    ran = await sandbox.run(source)

    assert (ran.outcome.status, ran.outcome.value_kind, ran.outcome.value) == ("ok", "none", None)


async def test_a_value_over_its_limit_is_said_with_the_limit(sandbox: Sandbox) -> None:
    ran = await sandbox.run("'x' * 2000", limits=Limits(value_bytes=1000))

    assert ran.outcome.status == "limit"
    assert ran.outcome.limit == LimitHit(name="value_bytes", value=1000)


async def test_a_value_of_just_its_limit_passes(sandbox: Sandbox) -> None:
    assert await sandbox.value("'x' * 998", limits=Limits(value_bytes=1000)) == "x" * 998


async def test_a_big_exact_value_passes(sandbox: Sandbox) -> None:
    assert await sandbox.value("[2**70] * 40_000", limits=Limits(value_bytes=1 << 20)) == [2**70] * 40_000


async def test_the_last_expression_obeys_future_imports(sandbox: Sandbox) -> None:
    source = "from __future__ import annotations\ndef f(x: nowhere) -> int: return 1\n(lambda: f.__annotations__)()"
    assert await sandbox.value(source) == {"x": "nowhere", "return": "int"}


async def test_tools_are_called_by_position_by_keyword_and_by_renamed_keyword(sandbox: Sandbox) -> None:
    source = (
        "from tools import demo\n"
        "[demo.add(1, 2), demo.add(1, b=2), demo.send('me', to='you'), demo.send(from_=1, to=2)]"
    )
    expected = [3, 3, {"from": "me", "to": "you"}, {"from": 1, "to": 2}]
    assert await sandbox.value(source) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("demo.add(1, 2, 3)", "add() takes 2 positional arguments but 3 were given"),
        ("demo.slow(1)", "slow() takes 0 positional arguments but 1 was given"),
        ("demo.add(1, a=2)", "add() got multiple values for argument 'a'"),
        ("demo.send('x', from_='y')", "send() got multiple values for argument 'from_'"),
        ("demo.echo(object())", "argument 'value': object is not JSON; convert it to text, a number, list or dict"),
        ("demo.echo({1: 2})", "argument 'value': keys must be strings in JSON, not int (1)"),
    ],
)
async def test_a_wrong_call_raises_type_error_and_reaches_no_tool(sandbox: Sandbox, call: str, message: str) -> None:
    ran = await sandbox.run(f"from tools import demo\n{call}")

    assert ran.outcome.error is not None
    assert (ran.outcome.error.type, ran.outcome.error.message, ran.outcome.error.line) == ("TypeError", message, 2)
    assert ran.tools.calls == []


@pytest.mark.parametrize("value", ["float('nan')", "float('-inf')", "[float('nan')]"])
async def test_an_argument_that_is_no_number_of_json_raises_value_error(sandbox: Sandbox, value: str) -> None:
    ran = await sandbox.run(f"from tools import demo\ndemo.echo({value})")

    assert ran.outcome.error is not None
    assert ran.outcome.error.type == "ValueError"
    assert ran.tools.calls == []


@pytest.mark.parametrize("value", [2**64, 2**70, 2**63, -(2**63) - 1, "\ud800", [None, {"a": 1.5}], "é" * 10_000])
async def test_arguments_and_results_travel_exactly(sandbox: Sandbox, value: Any) -> None:
    ran = await sandbox.run(f"from tools import demo\nx = {value!r}\nassert demo.echo(x) == x\ndemo.echo(value=x) == x")

    assert ran.value is True
    assert ran.tools.calls[0].arguments == {"value": value}


async def test_a_result_with_nan_reaches_the_program_as_nan(sandbox: Sandbox) -> None:
    class Odd(Tools):
        async def _answer(self, call: ToolCall) -> ToolResult:
            return ToolResult(value=[float("nan"), None])

    ran = await sandbox.run("x = demo.slow()\n[x[0] != x[0], x[1]]", tools=Odd())

    assert ran.value == [True, None]


async def test_names_are_supplied_to_a_program_that_imports_nothing(sandbox: Sandbox) -> None:
    source = "[demo.add(1, 2), tools.demo.add(3, 4), mcp__demo__add(5, 6), email.list_.__name__]"
    assert await sandbox.value(source) == [3, 7, 11, "list_"]


async def test_the_module_ptc_is_supplied_to_a_program_that_does_not_import_it(sandbox: Sandbox) -> None:
    source = "try:\n    demo.fail('error')\nexcept ptc.ToolError:\n    r = ptc.call('demo', 'add', {'a': 1, 'b': 2})\nr"
    assert await sandbox.value(source) == 3


async def test_a_server_named_like_a_standard_module_leaves_the_module_importable(sandbox: Sandbox) -> None:
    source = (
        "import email\nfrom tools import email as mail\n[hasattr(email, 'message_from_string'), hasattr(mail, 'list_')]"
    )
    assert await sandbox.value(source) == [True, True]


async def test_types_of_a_stub_can_be_imported_and_used_in_annotations(sandbox: Sandbox) -> None:
    source = (
        "from tools.demo import Issue, State\nimport tools\n"
        "def f(x: list[Issue], s: State | None = None) -> tools.demo.Issue: return Issue(title='t')\nf([])"
    )
    assert await sandbox.value(source) == {"title": "t"}


async def test_content_blocks_arrive_as_objects(sandbox: Sandbox) -> None:
    source = (
        "one, many = demo.picture(), demo.mixed()\n"
        "[one.mime_type, one.data == b'\\x89PNG', one.text, many[0], many[1].type, repr(one)]"
    )
    shown = "Content(type='image', mime_type='image/png', data=<4 bytes>)"
    assert await sandbox.value(source) == ["image/png", True, None, "a cat", "image", shown]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("demo.picture()", {"type": "image", "data": "iVBORw==", "mimeType": "image/png"}),
        ("demo.mixed()", ["a cat", {"type": "image", "data": "iVBORw==", "mimeType": "image/png"}]),
    ],
)
async def test_a_block_that_is_the_value_is_one_again(sandbox: Sandbox, source: str, value: JsonValue) -> None:
    assert await sandbox.value(source) == value


@pytest.mark.parametrize(
    ("kind", "caught"),
    [
        ("error", "ToolError"),
        ("invalid", "ToolError"),
        ("timeout", "ToolTimeout"),
        ("denied", "ToolDenied"),
        ("unavailable", "ToolError"),
    ],
)
async def test_a_failed_call_raises_what_its_kind_says(sandbox: Sandbox, kind: str, caught: str) -> None:
    source = (
        f"import ptc\ntry:\n    demo.fail({kind!r})\nexcept ptc.ToolError as e:\n"
        "    r = [type(e).__name__, e.server, e.tool, e.text, e.content, e.kind, str(e)]\nr"
    )
    says = "upstream says no"
    expected = [caught, "demo", "fail", says, [says], kind, f"{says}\nAsk nicely."]
    assert await sandbox.value(source) == expected


@pytest.mark.parametrize(
    ("kind", "caught"), [("error", "ptc.ToolError"), ("timeout", "ptc.ToolTimeout"), ("denied", "Denied")]
)
async def test_a_failed_call_is_caught_by_its_error_and_by_that_of_all_tools(
    sandbox: Sandbox, kind: str, caught: str
) -> None:
    source = (
        f"import ptc\nfrom ptc import (\n    ToolDenied as Denied, call,\n)\nr = []\n"
        f"for error in ({caught}, ptc.ToolError):\n"
        f"    try:\n        demo.fail({kind!r})\n    except error as e:\n        r.append(str(e))\n"
        f"r.append(call('demo', 'add', {{'a': 1, 'b': 2}}))\nr"
    )
    ran = await sandbox.run(source)

    assert ran.value == ["upstream says no\nAsk nicely."] * 2 + [3]
    assert [call.site for call in ran.tools.calls] == [8, 8, 11]


async def test_a_used_up_budget_is_no_tool_error(sandbox: Sandbox) -> None:
    source = (
        "import ptc\n"
        "try:\n"
        "    demo.fail('budget')\n"
        "except ptc.ToolError:\n"
        "    r = 1\n"
        "except ptc.BudgetExceeded:\n"
        "    r = 2\n"
        "r"
    )
    assert await sandbox.value(source) == 2


async def test_a_caller_that_breaks_fails_that_call_only(sandbox: Sandbox) -> None:
    source = (
        "import ptc\n"
        "try:\n"
        "    ptc.call('demo', 'breaks')\n"
        "except ptc.ToolError as e:\n"
        "    r = e.text\n"
        "[r, demo.add(1, 2)]"
    )
    assert await sandbox.value(source) == ["the call could not be carried: RuntimeError: the pool is broken", 3]


async def test_ptc_calls_by_name_lists_tools_reads_resources_and_gives_the_input(sandbox: Sandbox) -> None:
    source = (
        "import ptc\n"
        "read = ptc.read_resource('demo', 'x://y')\n"
        "[ptc.call('demo', 'add', {'a': 1, 'b': 2}), ptc.tools('e-mail'), read, ptc.input]"
    )
    ran = await sandbox.run(source, input='{"a": [1]}')

    assert ran.value == [3, ["list_"], "resource x://y", {"a": [1]}]
    assert ran.tools.calls[0].method == "resources/read"


async def test_progress_is_passed_on(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import ptc\nptc.progress(1, 2, 'half')\nptc.progress(2)")

    assert ran.events == [Progress(done=1.0, total=2.0, note="half"), Progress(done=2.0)]


async def test_a_call_knows_the_line_that_makes_it(sandbox: Sandbox) -> None:
    source = "def f():\n    return demo.add(1, 2)\nf()\n\ndemo.add(3, 4)"
    ran = await sandbox.run(source)

    assert [call.site for call in ran.tools.calls] == [2, 5]


async def test_an_awaited_call_knows_the_line_that_made_it(sandbox: Sandbox) -> None:
    ran = await sandbox.run("import asyncio\nawait asyncio.gather(\n    demo.add(1, 2),\n    demo.add(3, 4),\n)")

    assert sorted(call.site for call in ran.tools.calls) == [3, 4]


async def test_an_async_program_awaits_at_the_top_level(sandbox: Sandbox) -> None:
    assert await sandbox.value("x = await demo.add(1, 2)\nawait demo.add(x, 4)") == 7


async def test_a_program_that_runs_its_own_loop_may(sandbox: Sandbox) -> None:
    source = "import asyncio\nasync def main():\n    return await demo.add(1, 2)\nasyncio.run(main())"
    assert await sandbox.value(source) == 3


async def test_gathered_calls_are_under_way_together(sandbox: Sandbox) -> None:
    class Gate(Tools):
        """Answers nobody until five have asked."""

        async def _answer(self, call: ToolCall) -> ToolResult:
            async with asyncio.timeout(20):
                while len(self.calls) < 5:
                    await asyncio.sleep(0.005)
            return ToolResult(value="together")

    source = "import asyncio\nawait asyncio.gather(*[demo.slow() for _ in range(5)])"
    assert await sandbox.value(source, tools=Gate()) == ["together"] * 5


async def test_threads_call_tools_together(sandbox: Sandbox) -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    r = list(pool.map(lambda i: demo.slow() and demo.add(i, 1), range(4)))\n"
        "r"
    )
    ran = await sandbox.run(source)

    assert ran.value == [1, 2, 3, 4]
    assert ran.tools.most_running == 4


async def test_arguments_of_too_many_values_are_refused_and_the_program_goes_on(sandbox: Sandbox) -> None:
    source = (
        "try: demo.echo([0] * 300_000)\n"
        "except ValueError as e: r = str(e)\n"
        "[r, len(demo.echo([0] * 200_000)), len(demo.echo(',' * 1_000_000))]"
    )
    refused = "the arguments hold more than 262,144 values; send them in parts"
    assert await sandbox.value(source) == [refused, 200_000, 1_000_000]


async def test_several_event_loops_call_tools(sandbox: Sandbox) -> None:
    source = (
        "import asyncio, threading\nr = []\nasync def f(i):\n    r.append(await demo.add(i, 0))\n"
        "ts = [threading.Thread(target=lambda i=i: asyncio.run(f(i))) for i in range(3)]\n"
        "[t.start() for t in ts]\n[t.join() for t in ts]\nsorted(r)"
    )
    assert await sandbox.value(source) == [0, 1, 2]


async def test_a_call_that_the_program_gives_up_is_cancelled(sandbox: Sandbox) -> None:
    source = (
        "import asyncio\ntry:\n    async with asyncio.timeout(0.1):\n        await demo.forever()\n"
        "except TimeoutError:\n    pass\nwhile not await demo.add(1, 2): pass\n'gave up'"
    )
    ran = await sandbox.run(source)

    assert ran.value == "gave up"
    assert [call.tool for call in ran.tools.cancelled] == ["forever"]


async def test_random_numbers_follow_the_seed(sandbox: Sandbox) -> None:
    source = "import random\n[random.random() for _ in range(3)]"
    first, again, other = [await sandbox.value(source, seed=seed) for seed in (7, 7, 8)]

    assert first == again != other


async def test_a_program_is_main_and_knows_its_name(sandbox: Sandbox) -> None:
    source = "import sys\n[__name__, __file__, sys.argv, sys.modules['__main__'].__dict__ is globals()]"
    assert await sandbox.value(source) == ["__main__", "program.py", ["program.py"], True]


async def test_dataclasses_pickle_and_enums_find_their_module(sandbox: Sandbox) -> None:
    source = (
        "import dataclasses, enum, pickle\n@dataclasses.dataclass\nclass P:\n    x: int\n"
        "class E(enum.Enum):\n    A = 1\n[pickle.loads(pickle.dumps(P(3))).x, pickle.loads(pickle.dumps(E.A)) is E.A]"
    )
    assert await sandbox.value(source) == [3, True]


async def test_the_environment_is_the_sandbox_own(sandbox: Sandbox) -> None:
    names = set(await sandbox.value("import os\nsorted(os.environ)"))
    threads = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    own = {"PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "MALLOC_ARENA_MAX", "MPLBACKEND", *threads}
    assert names <= {"PATH", "LANG", "HOME", "TMPDIR", "LC_CTYPE"} | own


async def test_our_own_packages_are_not_the_program_s(sandbox: Sandbox) -> None:
    source = (
        "r = []\n"
        "for name in ('orjson', 'mcp', 'mypy'):\n"
        "    try: __import__(name); r.append(name)\n"
        "    except ImportError: pass\n"
        "r"
    )
    assert await sandbox.value(source) == []
