"""Requests that servers send, between the SDK's types and our host."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import mcp_types as types
from mcp.client.session import ClientRequestContext, ElicitationFnT, ListRootsFnT, SamplingFnT
from pydantic import BaseModel, ValidationError

from ptc_cli.core.inquiry import InquiryKind
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.upstream.failures import RefusedError
from ptc_cli.upstream.host import Host

T = TypeVar("T", bound=BaseModel)

_REFUSED = -1
"""What the protocol says for a user's no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCallbacks:
    """What the SDK calls for a server's requests. It declares to the server what is not None."""

    elicitation: ElicitationFnT | None
    sampling: SamplingFnT | None
    roots: ListRootsFnT | None


def request_callbacks(host: Host) -> RequestCallbacks:
    """Return the callbacks for what a host answers."""

    async def elicit(
        context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        return await _answered(host, "elicitation/create", params, types.ElicitResult)

    async def sample(
        context: ClientRequestContext, params: types.CreateMessageRequestParams
    ) -> types.CreateMessageResult | types.ErrorData:
        return await _answered(host, "sampling/createMessage", params, types.CreateMessageResult)

    async def list_roots(context: ClientRequestContext) -> types.ListRootsResult | types.ErrorData:
        return await _answered(host, "roots/list", None, types.ListRootsResult)

    return RequestCallbacks(
        elicitation=elicit if host.answers & {"form", "url"} else None,
        sampling=sample if "sampling" in host.answers else None,
        roots=list_roots if "roots" in host.answers else None,
    )


def capabilities(answers: Collection[InquiryKind]) -> JsonObject:
    """Return what a request of the new protocol declares of its client."""
    modes: JsonObject = {mode: {} for mode in ("form", "url") if mode in answers}
    others: JsonObject = {kind: {} for kind in ("sampling", "roots") if kind in answers}
    return {**({"elicitation": modes} if modes else {}), **others}


async def _answered(host: Host, method: str, params: BaseModel | None, kind: type[T]) -> T | types.ErrorData:
    sent: JsonObject = {} if params is None else params.model_dump(by_alias=True, mode="json", exclude_none=True)
    try:
        return kind.model_validate(await host.answer(method, sent))
    except RefusedError as error:
        return types.ErrorData(code=_REFUSED, message=str(error))
    except ValidationError:
        return types.ErrorData(code=types.INTERNAL_ERROR, message="the answer that came is none")
