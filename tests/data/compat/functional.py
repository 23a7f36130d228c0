"""Caches, partials, dispatch and orders."""
import functools


@functools.lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@functools.singledispatch
def show(value) -> str:
    return f"something: {value}"


@show.register
def _(value: int) -> str:
    return f"number: {value}"


@show.register(list)
def _(value) -> str:
    return "list of " + ", ".join(map(show, value))


@functools.total_ordering
class Version:
    def __init__(self, text: str) -> None:
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts

    @functools.cached_property
    def major(self) -> int:
        print("computed")
        return self.parts[0]


print(fibonacci(90), fibonacci.cache_info(), show([1, "a"]), functools.reduce(lambda a, b: a * b, range(1, 8)))
version = Version("1.10")
print(version > Version("1.9"), version >= Version("1.10"), version.major, version.major)
print(functools.partial(int, base=2)("1011"), sorted("bca", key=functools.cmp_to_key(lambda a, b: ord(b) - ord(a))))
