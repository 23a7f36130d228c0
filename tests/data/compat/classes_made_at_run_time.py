"""Types made by hand, metaclasses, descriptors and slots."""
import abc
import types


class Registry(type):
    known: dict = {}

    def __new__(cls, name, bases, space, **options):
        made = super().__new__(cls, name, bases, space)
        cls.known[name] = options
        return made

    def __init__(cls, name, bases, space, **options):
        super().__init__(name, bases, space)


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive")
        setattr(instance, self.name, value)


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


class Square(Shape, metaclass=type("Both", (Registry, abc.ABCMeta), {}), kind="flat"):
    side = Positive()

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


print(Registry.known, Square(3).area(), types.SimpleNamespace(a=1, b=[2]), types.MappingProxyType({"k": 1})["k"])
for deed in (Shape, lambda: Square(-1)):
    try:
        deed()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, str(error).split(" with")[0])
Made = types.new_class("Made", (), {}, lambda space: space.update(hello=lambda self: "hi"))
print(Made().hello(), isinstance((n for n in ()), types.GeneratorType), type("T", (int,), {"x": 1})(4) + 1)
