"""Names, forms and encodings of characters."""
import codecs
import unicodedata

word = "Cafe\u0301 ﬁne ①"
print(unicodedata.normalize("NFC", word), unicodedata.normalize("NFKD", word).encode("ascii", "ignore"), len(word))
print(unicodedata.name("€"), unicodedata.category("A"), unicodedata.numeric("½"), "\N{SNOWMAN}", "🙂".encode("utf-16-be").hex())
for name in ("latin-1", "cp1252", "shift_jis", "gb18030", "koi8-r", "utf-7", "idna", "cp437", "big5", "euc_kr"):
    text = {"koi8-r": "мир", "shift_jis": "日本", "gb18030": "中文", "big5": "中文", "euc_kr": "한국"}.get(name, "é")
    print(name, text.encode(name), text.encode(name).decode(name) == text)
print("aé€".encode("ascii", "xmlcharrefreplace"), b"a\xff".decode("utf-8", "backslashreplace"), codecs.encode("abc", "rot13"))
print(sorted(["Zebra", "apple", "Äpfel"], key=str.casefold), "ΑΣ".lower(), "I\u0307".casefold() == "i\u0307")
