"""Protocols, generics, literals and what can be asked of them at run time."""
from typing import Annotated, Generic, Literal, NamedTuple, NewType, Protocol, TypedDict, TypeVar, get_args, get_type_hints
from typing import overload, runtime_checkable

T = TypeVar("T")
UserId = NewType("UserId", int)


@runtime_checkable
class Closable(Protocol):
    def close(self) -> None: ...


class Box(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item


class Movie(TypedDict, total=False):
    title: Annotated[str, "shown"]
    year: int


class Pair(NamedTuple):
    left: int
    right: str = "r"


@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
def double(x):
    return x * 2


class File:
    def close(self) -> None: ...


print(isinstance(File(), Closable), Box[int](3).item, get_type_hints(Movie), Movie.__total__, UserId(4) + 1)
print(Pair(1), get_args(Literal["a", "b"]), double(2), double("x"), get_type_hints(Movie, include_extras=True))
