"""Lay out a paragraph."""
import textwrap

TEXT = """
    A program is hostile until shown otherwise. It reaches the world
    through tool calls only; the host carries them out.
"""
plain = textwrap.dedent(TEXT).strip()
print(textwrap.fill(plain, 30, initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(plain, 40, placeholder=" ..."))
print(textwrap.indent("a\n\nb", "> ", lambda line: True))
