"""Work in a pool, in order and as it gets done, with an error among it."""
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, as_completed, wait


def cube(n: int) -> int:
    if n == 5:
        raise ValueError("five is right out")
    return n**3


with ThreadPoolExecutor(max_workers=4, thread_name_prefix="pool") as pool:
    print(list(pool.map(cube, range(5))))
    futures = {pool.submit(cube, n): n for n in range(3, 7)}
    results = {futures[each]: each.exception() or each.result() for each in as_completed(futures, timeout=5)}
    print({n: str(results[n]) for n in sorted(results)})
    done, _ = wait([pool.submit(cube, 5)], timeout=5, return_when=FIRST_EXCEPTION)
    print([type(each.exception()).__name__ for each in done])
future: Future[str] = Future()
future.add_done_callback(lambda each: print("called back with", each.result()))
future.set_result("x")
