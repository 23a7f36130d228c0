"""The locale of everyone, and messages that are not translated."""
import gettext
import locale

print(locale.setlocale(locale.LC_NUMERIC, "C"), locale.format_string("%.2f", 1234.5, grouping=True), locale.localeconv()["decimal_point"])
print(gettext.gettext("hello"), gettext.ngettext("one", "many", 2), gettext.NullTranslations().gettext("x"))
try:
    locale.setlocale(locale.LC_ALL, "xx_XX")
except locale.Error as error:
    print(error)
