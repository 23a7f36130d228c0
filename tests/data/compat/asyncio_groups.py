"""Exceptions of several tasks at once, and what is left of them."""
import asyncio


async def fail(kind: type[Exception], text: str) -> None:
    await asyncio.sleep(0)
    raise kind(text)


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(ValueError, "a"))
            group.create_task(fail(KeyError, "b"))
    except* ValueError as caught:
        print("values", [str(each) for each in caught.exceptions])
    except* KeyError as caught:
        print("keys", [each.args for each in caught.exceptions])
    lock, order = asyncio.Lock(), []

    async def step(name: str) -> None:
        async with lock:
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(*[step(name) for name in "xy"])
    print(order)

    async def countdown(n: int):
        while n:
            yield n
            n -= 1

    print([n async for n in countdown(3)])


asyncio.run(main())
