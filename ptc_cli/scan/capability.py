"""What a tool is called, says it does, and asks for: do they fit?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ptc_cli.core.server import ToolSpec
from ptc_cli.scan.sign import Sign, excerpt
from ptc_cli.scan.words import word_set, words

_DESTROYS = word_set("delete remove drop purge destroy wipe erase truncate uninstall terminate kill revoke")
_WRITES = word_set("write create update send post insert overwrite upload publish execute transfer pay")

_SMALL = word_set(
    """add sum multiply subtract divide square sqrt root power convert count length random dice roll uuid checksum time
    clock date weather forecast joke fact quote trim upper lower sort colour color bmi calculate number numbers haiku
    greet hello temperature round average prime reverse palindrome celsius fahrenheit spell"""
)
"""Words of tools that need nothing but their operands."""

_PRIVATE = re.compile(
    r"conversation|chat_?(?:history|log|context)|transcript|system_?prompt|side_?note|previous_(?:\w+_)?(?:outputs?|results?"
    r"|messages?)|message_?history|private_?key|ssh_?key|seed_?phrase|mnemonic|environ|env_vars|shell_?command|all_messages",
    re.IGNORECASE,
)
_ODD = word_set(
    """context notes note remark remarks command cmd shell script exec callback webhook credentials password token
    secret env history messages memory prompt key keys metadata debug trace"""
)
_TALKS = word_set(
    """chat message messages conversation agent llm prompt model ask completion completions thread assistant summary
    summarize memory remember session transcript sampling call meeting key ssh env secret"""
)
KIN = word_set(
    """password passwords secret secrets vault key keys ssh token tokens auth oauth login signin sign credential
    credentials env dotenv aws kube k8s kubernetes session cookie cookies account accounts keychain wallet pass
    onepassword bitwarden netrc jwt cert pem leak leaks leaked scan scanner audit user users"""
)
"""Words of names of tools and servers that secrets are the business of."""


def is_kin(spec: ToolSpec) -> bool:
    """Say whether a tool's own name makes it no wonder that it speaks of secrets."""
    return not KIN.isdisjoint((*words(spec.name), *words(spec.server)))


def signs(spec: ToolSpec, parameters: tuple[str, ...]) -> Iterator[tuple[str, Sign]]:
    """Give what does not fit, and where it stands."""
    yield from _claims(spec)
    subject = {*words(spec.name)}
    is_small = not subject.isdisjoint(_SMALL) and len(parameters) < 8
    for name in parameters:
        where = f"inputSchema.properties.{name}"
        if _PRIVATE.search(name) and subject.isdisjoint(_TALKS) and _TALKS.isdisjoint(words(spec.server)):
            # Each of them counts: one may have an innocent reason, several hardly.
            yield where, _odd(name, 1.1 if is_small else 0.6, f"has a parameter '{excerpt(name)}'")
        elif is_small and not _ODD.isdisjoint(words(name)):
            yield where, _odd(name, 0.5, "has a parameter")


def _odd(name: str, weight: float, what: str) -> Sign:
    says = f"{what} that what it does has no use for"
    return Sign(rule="capability", weight=weight, says=says, excerpt=excerpt(name))


def _claims(spec: ToolSpec) -> Iterator[tuple[str, Sign]]:
    name = words(spec.name)
    ends = {name[0], name[-1]} if name else set()
    claims = spec.annotations
    if claims.read_only and not ends.isdisjoint(_DESTROYS):
        says, weight = "claims to be read-only, and is named for destroying something", 1.3
    elif claims.read_only and not ends.isdisjoint(_WRITES):
        says, weight = "claims to be read-only, and is named for changing something", 0.6
    elif claims.destructive is False and not claims.read_only and not ends.isdisjoint(_DESTROYS):
        says, weight = "claims to destroy nothing, and is named for it", 0.5
    else:
        return
    yield "annotations", Sign(rule="capability", weight=weight, says=says, excerpt=excerpt(spec.name))
