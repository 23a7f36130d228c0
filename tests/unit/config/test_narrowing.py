"""What narrows holds whichever file says it; what widens only from your own."""

from __future__ import annotations

import pytest

from ptc_cli.core.labels import LABELS
from tests.unit.config.world import World, server

SERVER = '[servers.mail]\ncommand = "x"\n'


def test_budgets_add_up_over_all_files_and_know_where_they_stand(world: World) -> None:
    world.write(world.user_file, '[policy.budgets]\n"mail.*" = 5\n')
    trusted = world.write_trusted("ptc.toml", '[policy.budgets]\n"mail.*" = 9\n"*.send" = 2\n')

    budgets = world.load().policy.budgets

    assert [(each.glob, each.calls, each.origin.path, each.origin.line) for each in budgets] == [
        ("mail.*", 9, str(trusted), 2),
        ("*.send", 2, str(trusted), 3),
        ("mail.*", 5, str(world.user_file), 2),
    ]


def test_budgets_hold_from_a_file_that_nobody_trusts_and_beside_a_named_one(world: World) -> None:
    world.write("ptc.toml", '[policy.budgets]\n"mail.*" = 3\n')
    world.write(world.user_file, '[policy.budgets]\n"mail.*" = 5\n')

    assert [each.calls for each in world.load().policy.budgets] == [3, 5]
    assert [each.calls for each in world.load_text(SERVER).policy.budgets] == [5]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('[policy.budgets]\n"*.x" = 0', "2: policy.budgets.'*.x': expected a whole number from 1 to 1000000, found 0"),
        (
            '[policy.budgets]\n"*.x" = "2"',
            "2: policy.budgets.'*.x': expected a whole number from 1 to 1000000, found a text",
        ),
        ("[policy.budgets]\nmail = 2", "2: policy.budgets.mail: expected a glob over SERVER.TOOL"),
        ('[policy]\ntaint = "of"', "2: policy.taint: expected one of 'off', 'on', 'strict'"),
    ],
)
def test_a_wrong_budget_or_word_is_a_mistake(world: World, text: str, mistake: str) -> None:
    (told,) = world.mistakes(text)

    assert told.startswith(mistake)


@pytest.mark.parametrize(
    ("own", "project", "holds"),
    [
        ("", "", "on"),
        ("off", "", "off"),
        ("strict", "", "strict"),
        ("", "off", "on"),
        ("", "strict", "strict"),
        ("off", "on", "on"),
        ("off", "strict", "strict"),
        ("strict", "on", "strict"),
        ("strict", "off", "strict"),
    ],
)
def test_only_your_own_file_turns_taint_down(world: World, own: str, project: str, holds: str) -> None:
    world.write(world.user_file, f'[policy]\ntaint = "{own}"\n' if own else "")
    path = world.write_trusted("ptc.toml", f'[policy]\ntaint = "{project}"\n' if project else "")

    settings = world.load()

    assert settings.policy.taint == holds
    ignored = f"{path}: policy.taint = 'off' is ignored: only your own configuration can turn it off"
    assert settings.warnings == ((ignored,) if project == "off" else ())


def test_labels_add_up_over_all_files_so_that_no_project_takes_one_away(world: World) -> None:
    world.write(world.user_file, SERVER + 'labels = { "read_*" = ["private"] }\ntools.send.labels = ["sends"]\n')
    world.write_trusted("ptc.toml", SERVER + 'labels = { "read_*" = ["untrusted"], "*" = [] }\n')

    mail = server(world.load(), "mail")

    assert mail.origin.is_project
    assert dict(mail.labels) == {"read_*": ("untrusted", "private"), "*": (), "send": ("sends",)}


def test_a_label_that_is_none_is_a_mistake(world: World) -> None:
    (told,) = world.mistakes(SERVER + 'labels = { "*" = ["publik"] }')

    assert "expected one of 'private', 'untrusted', 'sends'" in told
    assert LABELS == ("private", "untrusted", "sends")
