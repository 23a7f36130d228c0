"""Cookies, status codes, types of files and JSON over HTTP, without a network."""
import mimetypes
from http import HTTPStatus
from http.cookies import SimpleCookie

cookie = SimpleCookie("a=1; b=two")
cookie["a"]["max-age"] = 60
print(cookie["b"].value, cookie["a"].OutputString(), HTTPStatus(404).phrase, HTTPStatus.OK.value)
types = mimetypes.MimeTypes()
print(types.guess_type("x.html"), types.guess_type("a.tar.gz"), types.guess_extension("image/png"))
