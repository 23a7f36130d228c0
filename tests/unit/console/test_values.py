import pytest

from ptc_cli.console.values import as_table, without_data
from ptc_cli.core.jsonvalue import JsonValue


def test_a_list_of_objects_is_a_table_of_all_their_keys() -> None:
    assert as_table([{"a": 1, "b": None}, {"a": "x\ny", "c": [1]}]) == (
        ["a", "b", "c"],
        [["1", "", ""], ["x y", "", "[1]"]],
    )


def test_a_long_cell_is_cut() -> None:
    found = as_table([{"a": "x" * 100}])

    assert found is not None
    assert len(found[1][0][0]) == 60


@pytest.mark.parametrize(
    "value", [None, 1, "x", {}, {"a": 1}, [], [1], [{}], [{"a": 1}, 2], [{str(n): n for n in range(20)}]]
)
def test_anything_else_is_none(value: JsonValue) -> None:
    assert as_table(value) is None


def test_data_of_pictures_and_resources_is_told_by_its_size() -> None:
    picture: JsonValue = {"type": "image", "data": "iVBORw==", "mimeType": "image/png"}
    blob: JsonValue = {"type": "resource", "resource": {"uri": "x://1", "blob": "aGk="}}

    assert without_data(picture) == {"type": "image", "data": "<4 bytes>", "mimeType": "image/png"}
    assert without_data(["a", blob, {"data": "aGk="}]) == [
        "a",
        {"type": "resource", "resource": {"uri": "x://1", "blob": "<2 bytes>"}},
        {"data": "aGk="},
    ]
