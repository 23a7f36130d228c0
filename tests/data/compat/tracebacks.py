"""Catch, chain, note and format exceptions."""
import sys
import traceback


class ShopError(Exception):
    def __init__(self, item: str) -> None:
        super().__init__(f"no {item}")
        self.add_note("Try the other shop.")


def buy(item: str) -> None:
    try:
        {}[item]
    except KeyError as error:
        raise ShopError(item) from error


try:
    buy("lamp")
except ShopError as error:
    print(traceback.format_exception_only(error), type(error.__cause__), error.__notes__)
    print([frame.name for frame in traceback.extract_tb(error.__traceback__)], sys.exc_info()[0])
    print([line.strip() for line in traceback.format_exception(error) if "raise" in line][0].split("\n")[-1].strip()[:30])
try:
    raise ExceptionGroup("both", [ValueError(1), ExceptionGroup("inner", [TypeError(2)])])
except ExceptionGroup as group:
    print(group.subgroup(TypeError), group.split(ValueError)[1])
try:
    try:
        1 / 0
    finally:
        print("finally")
except ZeroDivisionError as error:
    print(error, error.__traceback__.tb_lineno)
