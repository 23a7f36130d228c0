"""Read, search, change and write XML."""
import xml.etree.ElementTree as ET
from xml.dom import minidom
from xml.sax.saxutils import escape

feed = ET.fromstring('<feed xmlns:m="urn:m"><entry id="1"><m:t>One</m:t></entry><entry id="2"/></feed>')
print([entry.get("id") for entry in feed.findall("entry")], feed.find(".//{urn:m}t").text)
ET.SubElement(feed, "entry", id="3").text = "<&>"
ET.indent(feed)
print(ET.tostring(feed, encoding="unicode"))
print(minidom.parseString("<a><b/></a>").toprettyxml(indent=" "), escape("a<b"))
try:
    ET.fromstring("<open>")
except ET.ParseError as error:
    print(error)
