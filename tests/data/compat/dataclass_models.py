"""Orders as dataclasses: defaults, order, frozen, replace, asdict."""
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, replace


@dataclass(order=True, frozen=True, slots=True)
class Line:
    sku: str
    quantity: int = 1
    tags: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self):
        if self.quantity < 1:
            raise ValueError(f"{self.sku}: {self.quantity}")


@dataclass(kw_only=True)
class Order:
    number: int
    lines: list[Line] = field(default_factory=list)
    total: int = field(init=False, default=0)


order = Order(number=4, lines=[Line("b", 2), Line("a", 3, ("new",))])
print(sorted(order.lines), asdict(order), astuple(order.lines[0]))
print(replace(order.lines[0], quantity=9), [each.name for each in fields(Order)], hash(Line("x")) == hash(Line("x")))
for deed in (lambda: Line("c", 0), lambda: setattr(order.lines[0], "sku", "z")):
    try:
        deed()
    except (ValueError, FrozenInstanceError) as error:
        print(type(error).__name__, error)
