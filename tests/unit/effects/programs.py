"""Programs made at random, of tricks by which a program gets hold of tools."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.unit.effects.world import SERVERS

HEAD = """\
import asyncio, contextlib, functools, operator, threading
from concurrent.futures import ThreadPoolExecutor
flag = True
def identity(x): return x
def apply(f, *args): return f(*args)
def decorated(f):
    f()
    return f
class Box:
    def __init__(self, inside): self.inside = inside
    def __eq__(self, other): self.inside = other; return True
    def go(self): return self.inside()
"""
"""What the tricks need; it calls nothing by itself."""

_DEPTH = 2
_PATHS = [(module, name) for module, names in SERVERS.items() for name in names]


class Writer:
    """Writes one program, drawing each choice."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._count = 0
        self._modules: list[tuple[str, str]] = []
        self._functions: list[str] = []

    def program(self, statements: int) -> str:
        """Return so many statements."""
        text = "\n".join("\n".join(self._statement(_DEPTH)) for _ in range(statements)) + "\n"
        # Not every trick may stand everywhere.
        assume(_compiles(text))
        return text

    def _pick(self, *choices: str) -> str:
        return self._draw(st.sampled_from(choices))

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _module(self, module: str) -> str:
        other = self._pick(*SERVERS)
        known = [name for name, held in self._modules if held == module]
        return self._pick(
            module,
            f"tools.{module}",
            f"getattr(tools, '{module}')",
            f"({module} if flag else {other})",
            f"({module} or {other})",
            f"({self._name()} := {module})",
            f"identity({module})",
            f"[{module}, {other}][0]",
            f"{{'k': {module}}}['k']",
            f"(lambda: {module})()",
            f"(lambda m={module}: m)()",
            f"identity(tools).{module}",
            f"Box({module}).inside",
            *known,
        )

    def _function(self) -> str:
        module, name = self._draw(st.sampled_from(_PATHS))
        held = self._module(module)
        return self._pick(
            f"{module}.{name}",
            f"{held}.{name}",
            f"{held}.{name}",
            f"getattr({held}, '{name}')",
            f"getattr({held}, '{name[0]}' + '{name[1:]}')",
            f"getattr({held}, f'{name[0]}{{\"{name[1:]}\"}}')",
            f"getattr({held}, str('{name}'))",
            f"vars({held})['{name}']",
            f"{held}.__dict__['{name}']",
            f"operator.attrgetter('{name}')({held})",
            f"mcp__{module}__{name}",
            f"[{held}.{name}][0]",
            f"functools.partial({held}.{name}, x=1)",
            f"(lambda *a, **k: {held}.{name}())",
            f"next(f for f in [{held}.{name}])",
            f"{held}.{name}.__call__",
            *self._functions,
        )

    def _call(self) -> str:
        module, name = self._draw(st.sampled_from(_PATHS))
        function = self._function()
        return self._pick(
            f"{function}()",
            f"{function}()",
            f"{function}(x=1)",
            # What comes of such lines is not known, so it must be called on them.
            f"eval('tools.{module}.{name}')()",
            f"__import__('tools.{module}').__dict__['{module}'].{name}()",
            f"[{function}() for _ in range(2)]",
            f"list({function}() for _ in (1, 2))",
            f"list(map({function}, [1, 2]))",
            f"sorted([2, 1], key=lambda v: len({function}()))",
            f"apply({function}, 1)",
            f"Box({function}).go()",
            f"(flag and {function}())",
            f"print({function}(), {self._function()}())",
            f"ThreadPoolExecutor().submit({function}).result()",
            f"asyncio.run(asyncio.to_thread({function}))",
            f"{{**{{}}, 'f': {function}}}['f']()",
            f"ptc.call('{module}', '{name}')",
            f"ptc.call(server='{module}', tool='{name[0]}' + '{name[1:]}')",
            f"ptc.call(*['{module}', '{name}'])",
            f"ptc.call(str('{module}'), '{name}')",
            f"identity(ptc).call('{module}', '{name}')",
        )

    def _statement(self, depth: int) -> list[str]:
        kinds = ["call", "call", "module", "function", "import", "from", "pair", "each", "attribute", "equal"]
        nested = ["def", "def", "twice", "class", "for", "while", "default", "recursive", "async", "decorator", "outer"]
        kind = self._pick(*kinds, *(nested if depth else []), *(["star"] if depth == _DEPTH else []))
        return getattr(self, f"_{kind}_statement")(depth)  # type: ignore[no-any-return]

    def _call_statement(self, _: int) -> list[str]:
        return [self._call()]

    def _module_statement(self, _: int) -> list[str]:
        module, name = self._pick(*SERVERS), self._name()
        line = f"{name} = {self._module(module)}"
        self._modules.append((name, module))
        return [line]

    def _function_statement(self, _: int) -> list[str]:
        name, function = self._name(), self._function()
        self._functions.append(name)
        return [f"{name} = {function}"]

    def _import_statement(self, _: int) -> list[str]:
        module, name = self._pick(*SERVERS), self._name()
        self._modules.append((name, module))
        return [self._pick(f"import tools.{module} as {name}", f"from tools import {module} as {name}")]

    def _from_statement(self, _: int) -> list[str]:
        module, function = self._draw(st.sampled_from(_PATHS))
        name = self._name()
        self._functions.append(name)
        return [f"from tools.{module} import {function} as {name}"]

    def _star_statement(self, _: int) -> list[str]:
        module, function = self._draw(st.sampled_from(_PATHS))
        return [self._pick("from tools import *", f"from tools.{module} import *; {function}()")]

    def _pair_statement(self, _: int) -> list[str]:
        one, two, first, second = self._name(), self._name(), self._pick(*SERVERS), self._pick(*SERVERS)
        line = f"{one}, {two} = {self._module(first)}, {self._module(second)}"
        self._modules += [(one, first), (two, second)]
        return [line]

    def _each_statement(self, _: int) -> list[str]:
        name = self._name()
        functions = ", ".join(self._function() for _ in range(2))
        module, function = self._draw(st.sampled_from(_PATHS))
        return [
            self._pick(
                f"for {name} in ({functions}): {name}()",
                f"for {name} in [{module}]: {name}.{function}()",
                f"for {name}, _ in [({module}, 1)]: {name}.{function}()",
                f"[{name}.{function}() for {name} in ({module},)]",
                f"with contextlib.nullcontext({module}) as {name}: {name}.{function}()",
            )
        ]

    def _attribute_statement(self, _: int) -> list[str]:
        box, function = self._name(), self._function()
        return [f"{box} = Box(None)", f"{box}.inside = {function}", f"{box}.go()"]

    def _equal_statement(self, _: int) -> list[str]:
        module, function = self._draw(st.sampled_from(_PATHS))
        box = self._name()
        return [f"{box} = Box(None)", f"{box} == {self._module(module)}", f"{box}.inside.{function}()"]

    def _body(self, depth: int) -> list[str]:
        modules, functions = list(self._modules), list(self._functions)
        lines = [line for _ in range(self._draw(st.integers(1, 2))) for line in self._statement(depth - 1)]
        # What is bound inside of a function is no name of the others.
        self._modules, self._functions = modules, functions
        return [f"    {line}" for line in lines]

    def _def_statement(self, depth: int) -> list[str]:
        name = self._name()
        return [f"def {name}():", *self._body(depth), self._pick(f"{name}()", f"apply({name})", f"v = {name}; v()")]

    def _twice_statement(self, depth: int) -> list[str]:
        name = self._name()
        return [f"def {name}():", *self._body(depth), f"{name}()", f"{name}()"]

    def _recursive_statement(self, depth: int) -> list[str]:
        name = self._name()
        return [f"def {name}(n=2):", *self._body(depth), f"    if n: {name}(n - 1)", f"{name}()"]

    def _async_statement(self, depth: int) -> list[str]:
        name = self._name()
        run = self._pick(f"asyncio.run({name}())", f"c = {name}(); asyncio.run(c)")
        return [f"async def {name}():", *self._body(depth), run]

    def _decorator_statement(self, depth: int) -> list[str]:
        name = self._name()
        return ["@decorated", f"def {name}():", *self._body(depth)]

    def _class_statement(self, depth: int) -> list[str]:
        name, held = self._name(), self._pick(*SERVERS)
        return [
            f"class {name}:",
            f"    held = {held}",
            *self._body(depth),
            f"{name}.held.{self._pick(*SERVERS[held])}()",
        ]

    def _for_statement(self, depth: int) -> list[str]:
        return [f"for _ in range({self._pick('1', '2')}):", *self._body(depth)]

    def _while_statement(self, depth: int) -> list[str]:
        name = self._name()
        return [f"{name} = 2", f"while {name}:", f"    {name} -= 1", *self._body(depth)]

    def _default_statement(self, _: int) -> list[str]:
        name, function = self._name(), self._function()
        return [f"def {name}(f={function}):", "    f()", f"{name}()"]

    def _outer_statement(self, depth: int) -> list[str]:
        name, held, function = self._name(), self._name(), self._function()
        word = self._pick("nonlocal", "global")
        start = [f"    {held} = None"] if word == "nonlocal" else []
        return [
            f"def {name}():",
            *start,
            "    def inner():",
            f"        {word} {held}",
            f"        {held} = {function}",
            "    inner()",
            f"    {held}()",
            f"{name}()",
        ]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Return one program."""
    return HEAD + Writer(draw).program(draw(st.integers(1, 5)))


@st.composite
def sessions(draw: st.DrawFn) -> list[str]:
    """Return some programs that share their names."""
    writer = Writer(draw)
    return [HEAD, *(writer.program(draw(st.integers(1, 3))) for _ in range(draw(st.integers(2, 3))))]


def _compiles(text: str) -> bool:
    try:
        compile(text, "<program>", "exec")
    except SyntaxError:
        return False
    return True
