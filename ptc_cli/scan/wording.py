"""What a text says to the model, judged by patterns over letters of meaning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from ptc_cli.core.finding import Rule
from ptc_cli.scan.letters import Sentence, sentences
from ptc_cli.scan.sign import Sign, excerpt

_ANY = "[^;]"
_NOT_DENIED = "(?<![Nb])(?<!N[.YtM])"
"""What is said not to happen, or only told of in the passive, asks for nothing."""

_PATTERNS: tuple[tuple[Rule, float, str, str], ...] = (
    ("override", 1.3, "tells the model to ignore its instructions", rf"I{_ANY}{{0,4}}[PYE]{_ANY}{{0,3}}[RS]"),
    ("override", 1.3, "tells the model to ignore its instructions", rf"[PY]{_ANY}{{0,3}}R{_ANY}{{0,3}}I"),
    ("override", 1.3, "tells the model to ignore its instructions", rf"I{_ANY}{{0,3}}RP"),
    ("override", 0.7, "would set aside what the user wants", rf"{_NOT_DENIED}I[.,Y]{{0,3}}U"),
    ("override", 0.5, "would set aside what the user wants", rf"e{_ANY}{{0,3}}U"),
    ("override", 0.7, "would set rules aside", "I[.,E]{0,2}[RS]|R[.,b]{0,2}I"),
    ("override", 0.9, "wants the system prompt", rf"{_NOT_DENIED}[TFAX]{_ANY}{{0,6}}S"),
    ("override", 0.9, "would be read as a system message", rf"{_ANY}m"),
    ("role", 0.7, "gives the model another role", "p"),
    ("role", 0.6, "speaks to the model", rf"M{_ANY}{{0,2}}O|O{_ANY}{{0,1}}M"),
    ("role", 0.5, "speaks to the model", "^[^;]{0,5}M[Ft.]{0,3};|;[^;]{0,3}M[Ft.]{0,3};"),
    ("role", 0.5, "decides what is answered", rf"E{_ANY}?r{_ANY}{{0,4}}[ADM]"),
    ("concealment", 0.8, "keeps something from the user", "N[^;,]{0,3}T[^;]{0,4}U|U[^;]{0,4}N[^;,]{0,3}T|UTN|NTU"),
    ("concealment", 0.7, "keeps something from the user", rf"C{_ANY}{{0,4}}U|U{_ANY}{{0,5}}C"),
    ("concealment", 0.6, "is to be done in secret", rf"C[.,]{{0,3}}[FAXGJ]|[FAXGJ]{_ANY}{{0,3}}C|;?C$"),
    ("concealment", 0.4, "is not to be spoken of", "N[^;,]{0,2}T[^;U]{0,2}t|N[^;,]{0,2}T$"),
    ("authorisation", 0.8, "says that calls are approved already", rf"a[^;]{{0,3}}E|E{_ANY}{{0,4}}a|c{_ANY}{{0,1}}EL"),
    ("concealment", 0.7, "keeps something out of the answer", rf"C{_ANY}{{0,4}}r"),
    ("authorisation", 0.6, "says what the user agreed to", "U[.,E]{0,2}a"),
    ("authorisation", 0.4, "speaks of all confirmations", "Ec"),
    ("authorisation", 0.7, "would have nobody asked", rf"N{_ANY}{{0,4}}c|c[b.]{{0,2}}I|Ic"),
    ("precedence", 0.7, "wants to come before other tools", rf"B{_ANY}{{0,3}}E{_ANY}{{0,2}}L"),
    ("precedence", 0.5, "makes itself a step of the answer", rf"B{_ANY}{{0,4}}tL{_ANY}{{0,6}}[FX]|Br[.,]{{0,3}}[FXCN]"),
    ("precedence", 0.5, "puts itself above others", rf"d{_ANY}{{0,3}}E{_ANY}{{0,2}}L"),
    ("precedence", 0.6, "speaks ill of all other tools", rf"E{_ANY}{{0,2}}L[b.]{{0,2}}d"),
    ("secrets", 1.0, "asks for key files", rf"{_NOT_DENIED}[FAXGO]{_ANY}{{0,8}}K"),
    ("secrets", 0.6, "asks for secrets", rf"{_NOT_DENIED}[FAX]{_ANY}{{0,6}}W|W{_ANY}{{0,3}}X"),
    ("secrets", 0.5, "asks for the user's secrets",
     rf"{_NOT_DENIED}[FAXO]{_ANY}{{0,4}}U{_ANY}{{0,3}}[WK]|W[^;]{{0,3}}U"),
    ("secrets", 0.6, "demands the user's secrets", rf"{_NOT_DENIED}O{_ANY}{{0,5}}W{_ANY}{{0,3}}U"),
    ("secrets", 0.5, "asks for whatever secrets there are", rf"{_NOT_DENIED}[FAX]{_ANY}{{0,3}}E{_ANY}{{0,2}}W|EW"),
    ("secrets", 0.6, "would have the value of a secret handed over", rf"{_NOT_DENIED}A{_ANY}{{0,6}}F{_ANY}{{0,3}}W"),
    ("secrets", 0.6, "asks for the conversation", rf"{_NOT_DENIED}[FAXG]{_ANY}{{0,8}}H"),
    ("secrets", 0.6, "asks for the whole conversation", rf"E{_ANY}{{0,5}}H"),
    ("exfiltration", 1.2, "sends to an address that only collects", rf"[XAG]{_ANY}{{0,14}}V|V{_ANY}{{0,5}}[GF]"),
    ("exfiltration", 0.5, "names an address that only collects", "V"),
    ("exfiltration", 1.0, "sends private things to an address", rf"X{_ANY}{{0,12}}[HWKS]{_ANY}{{0,8}}D"),
    ("exfiltration", 0.6, "has everything of some kind sent to an address", rf"XE{_ANY}{{0,10}}D"),
    ("exfiltration", 0.4, "has sent to an address what the model has", rf"X{_ANY}{{0,4}}Y{_ANY}{{0,6}}D"),
    ("exfiltration", 0.4, "has something sent to an address of its own", rf"[XJA]{_ANY}{{0,4}}D"),
    ("shadowing", 1.1, "speaks of a tool of another server, to change how it is used",
     "Z.{0,40}[NJIBdOw]|[NJIBdOw].{0,40}Z"),
    ("shadowing", 0.3, "speaks of a tool of another server", "Z"),
    ("shadowing", 0.5, "would change how another tool is used",
     rf"[wB]{_ANY}{{0,3}}Q{_ANY}{{0,6}}[JOXA]|J{_ANY}{{0,3}}Q"),
    ("shadowing", 0.5, "speaks ill of another tool", rf"Q{_ANY}{{0,4}}[dN]|[Nd]{_ANY}{{0,3}}Q"),
)  # fmt: skip
_COMPILED = tuple((rule, weight, says, re.compile(pattern)) for rule, weight, says, pattern in _PATTERNS)

_TELLING = re.compile("[IPSTpCNaBEFAXKWHVDZQmMrcJe]")

_GIVES_ORDERS = frozenset({"override", "role", "concealment", "precedence"})
_IN_A_VALUE = 1.5
"""How much more an order weighs where no reader is expected: in a default, or in one of a closed set."""

_DETECTS = re.compile(r"\b(?:detect|injection|moderat|classif|filter|block|flag|phrases|jailbreak)", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]{0,200}\"|“[^”]{0,200}”|`[^`]{0,200}`|'[^']{8,200}'")
_COMMAND = re.compile(
    r"\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|;]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
    r"|\brm\s+-[rf]{1,3}\s+(?:--\S+\s+)*+[~/*]|\bnc\s+-\w*e\b|base64\s+(?:-d|--decode)[^\n]{0,80}\|\s*(?:ba)?sh"
    r"|\bpip3?\s+install\b[^\n;]{0,120}(?:-i|--(?:extra-)?index-url|git\+)[\s=]*https?:"
    r"|\bnpm\s+i(?:nstall)?\b[^\n;]{0,120}--registry\b"
    r"|\bpowershell\b[^\n]{0,80}-e(?:nc|ncodedcommand)?\b|/dev/tcp/|\bchmod\s+777\b|:\(\)\s*\{",
    re.IGNORECASE,
)
_HARMFUL = ("|", "rm -", "RM -", "/dev/tcp", "chmod", "owershell", "nc -", ":()", "install ")


def signs(text: str, *, foreign: Collection[str], own: Collection[str], is_kin: bool, is_value: bool) -> Iterator[Sign]:
    """Give what speaks against a text.

    Args:
        text: The text, as a model reads it: see `clear`.
        foreign: Names of other servers' tools.
        own: Names that the server may rightly mention.
        is_kin: Whether secrets are what the tool is about, so that naming them is no wonder.
        is_value: Whether it is a default or one of a closed set, which is passed on as it is.
    """
    for sentence in sentences(text, foreign=foreign, own=own):
        yield from _of_sentence(sentence, is_kin=is_kin, is_value=is_value)
    for found in _COMMAND.finditer(text) if any(mark in text for mark in _HARMFUL) else ():
        around = text[max(0, found.start() - 60) : found.start()]
        yield Sign(
            rule="command",
            weight=1.3 if is_value or _orders(around) else 0.7,
            says="has a harmful command run" if is_value or _orders(around) else "quotes a command that could harm",
            excerpt=excerpt(text, found.start()),
        )


def _orders(before: str) -> bool:
    return bool(re.search(r"\b(?:run|execute|invoke|decoding|must|then)\s*[:`'\"]*\s*$", before, re.IGNORECASE))


def _of_sentence(sentence: Sentence, *, is_kin: bool, is_value: bool) -> Iterator[Sign]:
    matches = _matches(sentence.letters)
    if not matches:
        return
    is_about = _DETECTS.search(sentence.text) is not None and _QUOTED.search(sentence.text) is not None
    shown = excerpt(sentence.text)
    for number in matches:
        rule, weight, says, _ = _COMPILED[number]
        share = 0.4 if (is_kin and rule == "secrets") or is_about else 1.0
        if is_value and rule in _GIVES_ORDERS:
            share *= _IN_A_VALUE
        yield Sign(rule=rule, weight=weight * share, says=says, excerpt=shown)


@lru_cache(maxsize=16_384)
def _matches(letters: str) -> tuple[int, ...]:
    """Return the patterns that sentences of these letters fit: most sentences are alike."""
    if not _TELLING.search(letters):
        return ()
    return tuple(number for number, (_, _, _, pattern) in enumerate(_COMPILED) if pattern.search(letters))
