"""Split and quote words as a shell does, and match names."""
import fnmatch
import shlex

print(shlex.split("cp 'a b' \"c d\" e\\ f # no", comments=True), shlex.quote("it's"), shlex.join(["ls", "-l", "x y"]))
print(fnmatch.filter(["a.py", "b.PY", "c.txt"], "*.py"), fnmatch.fnmatchcase("x1", "[a-z][!2]"), fnmatch.translate("*.c")[:4])
print(list(shlex.shlex("a=b;c", punctuation_chars=True)))
