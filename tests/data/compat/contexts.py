"""Context managers of all kinds."""
import asyncio
import contextlib
import io


@contextlib.contextmanager
def tag(name: str):
    print(f"<{name}>")
    try:
        yield name.upper()
    except ZeroDivisionError:
        print("swallowed")
    finally:
        print(f"</{name}>")


with tag("a") as upper, contextlib.suppress(KeyError):
    print(upper)
    {}["x"]
with tag("b"):
    1 / 0
with contextlib.ExitStack() as stack:
    for name in "xy":
        stack.enter_context(tag(name))
    stack.callback(print, "called back")
out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("hidden")
print(repr(out.getvalue()), contextlib.nullcontext(3).__enter__())


@contextlib.asynccontextmanager
async def later():
    yield 5


async def main() -> None:
    async with later() as n, contextlib.aclosing(agen()) as items:
        print(n, [each async for each in items])


async def agen():
    yield "one"


asyncio.run(main())
