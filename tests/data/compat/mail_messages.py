"""Write and read a message with an attachment."""
import email
import email.policy
from email.message import EmailMessage
from email.utils import formatdate, getaddresses, parsedate_to_datetime

message = EmailMessage()
message["Subject"] = "Grüße"
message["From"] = "Ann <ann@example.org>"
message["To"] = "bob@example.org, Carl <carl@example.org>"
message.set_content("Hello\n")
message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="a.bin")
message.set_boundary("==boundary==")
print(message.as_string())
back = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
print(back["subject"], getaddresses([back["to"]]), [part.get_content_type() for part in back.walk()], formatdate(0))
print(parsedate_to_datetime("Mon, 20 Nov 1995 19:12:08 -0500").isoformat(), next(back.iter_attachments()).get_content())
