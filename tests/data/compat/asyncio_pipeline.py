"""Producers, a queue, workers, a semaphore, a timeout and a task group."""
import asyncio


async def produce(queue: asyncio.Queue, count: int) -> None:
    for number in range(count):
        await queue.put(number)
        await asyncio.sleep(0)


async def work(queue: asyncio.Queue, done: list, gate: asyncio.Semaphore) -> None:
    while True:
        number = await queue.get()
        async with gate:
            await asyncio.sleep(0.001)
            done.append(number * number)
        queue.task_done()


async def main() -> None:
    queue, done, gate = asyncio.Queue(maxsize=3), [], asyncio.Semaphore(2)
    workers = [asyncio.create_task(work(queue, done, gate)) for _ in range(4)]
    await produce(queue, 12)
    await queue.join()
    for worker in workers:
        worker.cancel()
    print(sorted(done), [type(each).__name__ for each in await asyncio.gather(*workers, return_exceptions=True)])
    try:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
    except TimeoutError:
        print("timed out")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0.001 * (3 - n), n)) for n in range(3)]
    print([task.result() for task in tasks])
    print(await asyncio.to_thread(sum, range(10)), await asyncio.wait_for(asyncio.sleep(0, "soon"), 1))


asyncio.run(main())
