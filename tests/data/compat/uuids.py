"""Identifiers that follow from names, and the parts of others."""
import uuid

print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.uuid3(uuid.NAMESPACE_URL, "https://example.org/"))
known = uuid.UUID("12345678-1234-5678-1234-567812345678")
print(known.hex, known.int, known.version, known.variant, known.urn, known.fields)
fresh = uuid.uuid4()
print(fresh.version, fresh != uuid.uuid4(), uuid.UUID(bytes=known.bytes) == known)
