"""Values that belong to a task."""
import asyncio
import contextvars

user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")


async def work(name: str) -> str:
    user.set(name)
    await asyncio.sleep(0)
    return user.get()


async def main() -> None:
    print(await asyncio.gather(*[work(name) for name in ("ann", "bob")]), user.get())


asyncio.run(main())
token = user.set("root")
print(contextvars.copy_context().run(user.get), user.get())
user.reset(token)
print(user.get())
