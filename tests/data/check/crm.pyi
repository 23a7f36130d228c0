"""Contacts of a small company."""

from typing import Any, Literal, NotRequired, TypedDict

class Address(TypedDict):
    street: str
    city: str
    zip: NotRequired[str]

class Contact(TypedDict):
    id: int
    name: str
    email: str | None
    address: Address
    tags: list[str]
    status: Literal["lead", "active", "closed"]

class ListContactsResult(TypedDict):
    items: list[Contact]
    next_cursor: str | None

class CreateContactContact(TypedDict):
    name: str
    address: NotRequired[Address]
    tags: NotRequired[list[str]]

def get_contact(id: int) -> Contact:
    """One contact by id."""

def list_contacts(
    *, status: Literal["lead", "active", "closed"] = ..., limit: int = 50, cursor: str = ...
) -> ListContactsResult:
    """Contacts, a page at a time."""

def create_contact(contact: CreateContactContact, *, notify: bool = False) -> Contact:
    """Create a contact."""

def bulk_tag(ids: list[int], tags: list[str]) -> int:
    """Add tags to contacts; returns how many changed."""

def find(where: CreateContactContact | str) -> Contact | None:
    """The first match, or null."""

def move(point: tuple[float, float] | list[float]) -> None:
    """Move the pointer."""

def meta(labels: dict[str, int]) -> dict[str, Any]:
    """Set labels; returns all metadata."""
