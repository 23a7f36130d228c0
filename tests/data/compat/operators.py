"""Operators as functions, and classes that define them."""
import operator as op


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __add__(self, other):
        return Money(self.cents + other.cents) if isinstance(other, Money) else NotImplemented

    __radd__ = lambda self, other: self if other == 0 else NotImplemented

    def __matmul__(self, rate):
        return Money(round(self.cents * rate))

    def __format__(self, spec):
        return f"{self.cents / 100:{spec or '.2f'}} EUR"

    def __getitem__(self, key):
        return key

    def __bool__(self):
        return self.cents != 0


print(f"{sum([Money(150), Money(275)]):.1f}", f"{Money(1000) @ 0.19}", Money(1)[1:2, ...], bool(Money(0)))
print(op.itemgetter(1, 0)("ab"), op.attrgetter("real")(3j), op.methodcaller("split", ",")("a,b"), op.index(5), op.contains("abc", "b"))
try:
    Money(1) + 1
except TypeError as error:
    print(error)
