"""Objects kept as bytes, within one program."""
import pickle
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: list

    def __reduce__(self):
        return Point, (self.x + 1, self.y)


shared = [1]
data = pickle.loads(pickle.dumps({"p": Point(1, shared), "s": {3}, "again": shared}))
print(data, data["p"].y is data["again"], pickle.loads(pickle.dumps(range(3), protocol=0)))
try:
    pickle.dumps(lambda: 1)
except (pickle.PicklingError, AttributeError) as error:
    print(type(error).__name__ in ("PicklingError", "AttributeError"))
