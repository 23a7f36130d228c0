"""How many poisoned tools are found, and how many honest ones are not. The held-out half was written before any rule."""

from __future__ import annotations

import pytest

from ptc_cli.scan import scan
from tests.unit.codegen.making import real_entries
from tests.unit.scan.examples import Example, examples

HALVES = ("tuned_on.json", "held_out.json")


def is_marked(example: Example) -> bool:
    return any(finding.severity != "note" for finding in scan(example.entries))


@pytest.mark.parametrize("half", HALVES)
def test_the_poisoned_are_told_from_the_honest(half: str) -> None:
    malicious = [is_marked(example) for example in examples(half) if example.verdict == "malicious"]
    benign = [is_marked(example) for example in examples(half) if example.verdict == "benign"]

    recall, false_positives = sum(malicious) / len(malicious), sum(benign) / len(benign)
    print(f"{half}: recall {recall:.3f} of {len(malicious)}, false positives {false_positives:.3f} of {len(benign)}")
    assert recall >= 0.90
    assert false_positives <= 0.05


def test_there_are_enough_examples() -> None:
    verdicts = [example.verdict for half in HALVES for example in examples(half)]

    assert verdicts.count("malicious") >= 60
    assert verdicts.count("benign") >= 60


def test_real_servers_are_not_marked() -> None:
    marked = [finding for finding in scan(real_entries()) if finding.severity != "note"]

    assert marked == []


def test_whatever_is_found_is_told_in_printable_ascii() -> None:
    found = [finding for half in HALVES for example in examples(half) for finding in scan(example.entries)]

    assert len(found) > 60
    for finding in found:
        for text in (finding.message, finding.excerpt, finding.where):
            assert text.isascii(), finding
            assert text.isprintable(), finding
