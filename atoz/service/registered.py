"""Whether a server knows every search attribute that claims show: asked before a worker takes any up.

A claim that shows what its namespace does not know fails its task, again and again, and stands still
while its clocks run. So a worker says it once, with the line that mends it, and does not start.
"""

from collections.abc import Mapping
from typing import NamedTuple

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from atoz.errors import BadInput
from atoz.service.calls import SERVER_PATIENCE, server_errors
from workflows.names import SEARCH_ATTRIBUTE_TYPES

_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}
WANTED = {name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTE_TYPES.items()}
"""What a namespace must know, as the server writes it."""


class Lacking(NamedTuple):
    """What a namespace lacks, by name, and what it has under our names with another type."""

    missing: Mapping[str, "IndexedValueType.ValueType"]
    foreign: tuple[str, ...]


async def lacking(client: Client) -> Lacking:
    """Ask the server. Raises RPCError."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await client.operator_service.list_search_attributes(request, timeout=SERVER_PATIENCE)
    known = listed.custom_attributes
    return Lacking(
        {name: kind for name, kind in WANTED.items() if name not in known},
        tuple(name for name, kind in WANTED.items() if known.get(name, kind) != kind),
    )


async def demand_registered(client: Client) -> None:
    """Raise BadInput with what to register, in one line; NoServer."""
    with server_errors():
        try:
            found = await lacking(client)
        except RPCError as fault:
            if fault.status not in (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED):
                raise
            # Who may not list them may still ask for claims by them, which finds names if not types.
            found = Lacking({n: k for n, k in WANTED.items() if not await _asked(client, n)}, ())
    if found.foreign:
        wanted = ", ".join(f"{name} ({SEARCH_ATTRIBUTE_TYPES[name]})" for name in found.foreign)
        raise BadInput(
            f"the namespace {client.namespace} has search attributes of another type than claims "
            f"show: {wanted}; remove them there and register them anew"
        )
    if found.missing:
        raise BadInput(_mend(client.namespace, found.missing))


async def _asked(client: Client, name: str) -> bool:
    """Whether the server understands a question about this attribute."""
    try:
        await client.count_workflows(
            f"{name} IS NOT NULL AND WorkflowId = 'none'", rpc_timeout=SERVER_PATIENCE
        )
    except RPCError as fault:
        if fault.status is not RPCStatusCode.INVALID_ARGUMENT:
            raise
        return False
    return True


def _mend(namespace: str, missing: Mapping[str, "IndexedValueType.ValueType"]) -> str:
    kinds = [(name, SEARCH_ATTRIBUTE_TYPES[name]) for name in missing]
    own = " ".join(f"--name {name} --type {kind}" for name, kind in kinds)
    cloud = " ".join(f"--sa {name}={kind}" for name, kind in kinds)
    return (
        f"the namespace {namespace} does not know the search attributes "
        f"{', '.join(missing)}, so that claims would stand still; register them: "
        f"`temporal operator search-attribute create --namespace {namespace} {own}` "
        f"(Temporal Cloud: `tcld namespace search-attributes add --namespace {namespace} {cloud}`)"
    )
