"""Format, translate and template."""
import string

print(f"{'mid':*^9}|{3.14159:8.2f}|{255:#x}|{1e6:,.0f}|{0.256:.1%}|{'é'!a}|{42=}|{-7 // 2}|{True:d}")
print(string.Template("$who owes ${amount}").safe_substitute(who="Ann"), string.capwords("a bc d"))
print("hello".translate(str.maketrans("el", "ip", "o")), "a,b,,c".split(","), "x=1=2".partition("="), "ß".upper())
print("%-5s|%05.1f|%x" % ("ab", 3.14159, 255), "{0[a]} {1.real}".format({"a": 1}, 2 + 3j), "abc".removeprefix("a"))
print(list(string.Formatter().parse("a{b!r:>5}")), "tab\tx".expandtabs(4), "\u0130".lower().encode(), "ab" "cd"[::-1])
