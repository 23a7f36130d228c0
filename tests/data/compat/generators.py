"""Generators that send, throw, delegate and stop."""
from collections.abc import Generator, Iterator


def average() -> Generator[float, float, str]:
    total = count = 0
    try:
        while True:
            total += yield total / count if count else 0
            count += 1
    except ValueError:
        return f"{count} numbers"


def outer() -> Iterator[object]:
    told = yield from average()
    yield told


running = outer()
next(running)
print(running.send(10), running.send(20), running.throw(ValueError()), next(running, "over"))
print(sum(n for n in range(10) if n % 2), {n: n**2 for n in range(3)}, [*range(3), *"ab"], (a := 5) + a)
first, *middle, last = range(5)
print(first, middle, last, {**{"a": 1}, "b": 2} | {"a": 3}, list(map(lambda x, y: x + y, "ab", "cd")), list(zip("ab", "cd", strict=True)))
