"""Compare two versions of a text."""
import difflib

old, new = "one\ntwo\nthree\n".splitlines(True), "one\n2\nthree\nfour\n".splitlines(True)
print("".join(difflib.unified_diff(old, new, "old", "new")))
print("".join(difflib.ndiff(old, new)), difflib.get_close_matches("creat_issue", ["create_issue", "close_issue", "list"]))
print(round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), difflib.SequenceMatcher(None, "ab", "b").get_opcodes())
