"""States, flags and their names."""
from enum import Enum, Flag, IntEnum, StrEnum, auto, unique


@unique
class State(StrEnum):
    OPEN = auto()
    CLOSED = auto()


class Right(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE


class Level(IntEnum):
    LOW = 1
    HIGH = 10

    @classmethod
    def _missing_(cls, value):
        return cls.LOW


class Planet(Enum):
    EARTH = (5.976e24, 6.37814e6)

    @property
    def gravity(self):
        return round(6.67430e-11 * self.value[0] / self.value[1] ** 2, 3)


print(State("open"), f"{State.CLOSED}", list(State), State.OPEN == "open")
print(Right.ALL, Right.READ in Right.ALL, ~Right.READ, Level(7) is Level.LOW, sorted([Level.HIGH, Level.LOW]))
print(Planet.EARTH.gravity, State.__members__.keys())
