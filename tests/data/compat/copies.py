"""Copies, deep and not, of what refers to itself."""
import copy


class Node:
    def __init__(self, name: str) -> None:
        self.name, self.next = name, self

    def __deepcopy__(self, memo):
        memo[id(self)] = twin = Node(f"{self.name}'")
        twin.next = copy.deepcopy(self.next, memo)
        return twin


nested = {"a": [1, 2], "b": (3, [4])}
shallow, deep = copy.copy(nested), copy.deepcopy(nested)
nested["a"].append(9)
twin = copy.deepcopy(Node("n"))
print(shallow["a"], deep["a"], twin.name, twin.next is twin, copy.copy((1, 2)) == (1, 2))
