"""Take a log apart."""
import re
from collections import Counter

LOG = """\
2026-01-02 10:00:01 ERROR db: connection lost (attempt 3)
2026-01-02 10:00:02 INFO web: GET /index.html 200
2026-01-02 10:00:09 ERROR web: GET /missing 404
"""
LINE = re.compile(r"(?P<day>\S+) (?P<time>[\d:]+) (?P<level>[A-Z]+) (?P<part>\w+): (?P<text>.*)")
found = [match.groupdict() for match in LINE.finditer(LOG)]
print(Counter(each["level"] for each in found).most_common())
print([re.sub(r"\d+", lambda m: f"<{int(m[0]) * 2}>", each["text"]) for each in found])
print(re.split(r"\s*[,;]\s*", "a , b;c"), re.findall(r"(?i)\bget\b", LOG), re.fullmatch(r"\w+", "ünïcode") is not None)
