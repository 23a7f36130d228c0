"""Match commands by their shape."""
from dataclasses import dataclass


@dataclass
class Move:
    x: int
    y: int = 0


def read(command: object) -> str:
    match command:
        case {"type": "text", "text": str(text), **rest}:
            return f"text {text} {sorted(rest)}"
        case Move(x=0, y=0) | None:
            return "nothing"
        case Move(x, y=int(y)) if x == y:
            return f"diagonal {x}"
        case Move():
            return "move"
        case [first, *_, last] if first != last:
            return f"from {first} to {last}"
        case (int() | float()) as number:
            return f"number {number}"
        case _:
            return f"unknown {type(command).__name__}"


for each in ({"type": "text", "text": "x", "n": 1}, Move(0), Move(2, 2), Move(1, 2), [1, 2, 3], [1, 1], 2.5, None, "s"):
    print(read(each))
