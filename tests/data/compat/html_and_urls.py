"""Escape, parse and build HTML and addresses."""
import html
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if tag == "a" and name == "href"]


parser = Links()
parser.feed('<p>See <a href="/a?x=1&amp;y=2">A</a> and <A HREF="b.html">B</a>')
print([urljoin("https://example.org/docs/", link) for link in parser.found], html.escape('<b>"'), html.unescape("&eacute;"))
parts = urlsplit("https://user@example.org:8443/p/a th?q=ä&q=2#frag")
print(parts.hostname, parts.port, parse_qs(parts.query), quote("a b/ü"), unquote("%C3%BC"))
print(urlunsplit(parts._replace(query=urlencode({"k": ["v 1", "v2"]}, doseq=True), fragment="")))
