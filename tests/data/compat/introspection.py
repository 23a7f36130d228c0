"""Signatures, sources, members and frames of the program itself."""
import inspect


def greet(name: str, /, greeting: str = "Hello", *rest: int, loud: bool = False, **more: object) -> str:
    """Greet someone.

    Politely.
    """
    return f"{greeting} {name}"


signature = inspect.signature(greet)
print(signature, [str(each.kind) for each in signature.parameters.values()], inspect.getdoc(greet))
print(signature.bind("a", loud=True).arguments, inspect.getsource(greet).splitlines()[0], greet.__code__.co_firstlineno)
print(inspect.isfunction(greet), inspect.currentframe().f_lineno, inspect.cleandoc("  a\n    b"), greet.__annotations__["loud"])
print([name for name, _ in inspect.getmembers(greet, inspect.isbuiltin)][:0], inspect.getmodule(greet).__name__)
