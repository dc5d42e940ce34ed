"""A playbook that changes under running claims, over the real server: looked at, moved, taken back."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TypedDict

import pytest

from atoz.errors import BadInput, NoSuchClaim
from atoz.playbook.model import Playbook
from atoz.service import feasible, looking, migrating, open_claims
from atoz.service.base import Service
from tests.support.cases import library, variant
from tests.support.server import Bench, a_case
from tests.support.service import NOBODY, begun, eventually, kinds, service_of
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

SOONER = variant("documented", {"request-photos": {"at": "2d"}}, version=2)
LATE = variant("documented", {"request-photos": {"at": "5d"}}, version=3)


class Act(TypedDict):
    """Who moves claims, and why."""

    by: str
    why: str


ACT: Act = {"by": "approver-1", "why": "buyers answer sooner"}


async def listed(service: Service, *orders: str) -> None:
    """Wait until these claims stand in the list, which is a moment behind."""

    async def there() -> bool:
        found = [state async for state in open_claims.open_claims(service, "documented")]
        return set(orders) <= {names.order_of(state.workflow_id) for state in found}

    await eventually(there)


async def test_what_is_safe_is_moved_and_taken_back(bench: Bench) -> None:
    """Looked at first; moved with who, why and both digests; back by the playbook that the claim kept."""
    service = service_of(bench)
    order = await begun(service)
    old = (await looking.status(service, order))["playbook_digest"]
    seen = await migrating.preview(service, SOONER, order)
    (row,) = seen["claims"]
    assert (row["safe"], row["proved"], row["old"]["digest"]) == (True, True, old)
    assert row["old"]["next_step"] == row["new"]["next_step"] == "deescalate"
    plans = {side: [step["step"] for step in row[side]["plan"]] for side in ("old", "new")}
    assert plans["old"] == plans["new"] == ["deescalate", "request-photos", "appeal"]
    sooner, then = row["old"]["plan"][1], row["new"]["plan"][1]
    assert (sooner["differs"], then["at"] < sooner["at"]) == (True, True)
    assert not row["new"]["plan"][0]["differs"]
    # The appeal tells when the photos were asked for; the mails are the same.
    assert [text["step"] for text in row["texts"]] == ["appeal"]
    (changed,) = seen["changes"]
    assert changed["old"]["digest"] == old
    said = [change["sentence"] for change in changed["changes"]]
    assert said == [
        "The version: 1 before, 2 now.",
        "Step `request-photos` acts at 2d instead of at 3d.",
    ]

    done = await migrating.apply(service, SOONER, order, key="k1", **ACT)
    assert [row["order_id"] for row in done["moved"]] == [order]
    assert (await looking.status(service, order))["playbook_digest"] == SOONER.digest
    entries = (await looking.timeline(service, order))["timeline"]
    (fact,) = [entry for entry in entries if entry["kind"] == "overridden"]
    assert fact["source"] == "operator:approver-1"
    assert (fact["data"]["old_digest"], fact["data"]["digest"]) == (old, SOONER.digest)
    assert (await migrating.preview(service, SOONER, order))["following"] == 1

    back = await migrating.revert(service, "documented", order, key="k2", **ACT)
    assert [row["new"]["digest"] for row in back["moved"]] == [old]
    assert (await looking.status(service, order))["playbook_digest"] == old


async def test_many_claims_are_looked_at_page_by_page(bench: Bench) -> None:
    """Each page goes on where the one before ended and counts from the first one; moving does, too."""
    service = service_of(bench)
    orders = {await begun(service) for _ in range(5)}
    await listed(service, *orders)
    seen, looked_at = set[str](), list[int]()
    token: str | None = ""
    while token is not None:
        # What comes late by its plan alone needs no walk.
        stretch = migrating.Stretch(token, claims=1)
        page = await migrating.preview(service, LATE, stretch=stretch)
        assert page["looked_at"] == page["safe"] + page["unsafe"] + page["following"]
        seen |= {row["order_id"] for row in page["claims"]}
        looked_at.append(page["looked_at"])
        token = page["next_page_token"]
    assert orders <= seen
    assert looked_at == sorted(looked_at)  # the last page may be an empty one
    assert looked_at[-1] >= len(orders) > looked_at[0]
    in_no_time = migrating.Stretch(time=timedelta(0))
    stayed = await migrating.apply(service, LATE, stretch=in_no_time, key="k1", **ACT)
    assert stayed["looked_at"] == looked_at[0]
    assert stayed["next_page_token"]
    with pytest.raises(BadInput, match="no page token"):
        await migrating.preview(service, LATE, stretch=migrating.Stretch("x"))


async def test_a_claim_that_acted_stays_where_the_new_playbook_forgets_it(bench: Bench) -> None:
    """It is told why, nothing is recorded, and the others move all the same."""
    service = service_of(bench)
    claim = await bench.begin(a_case())
    await claim.reach("1d", 60)
    acted, fresh = names.order_of(claim.handle.id), await begun(service)
    await listed(service, acted, fresh)
    whole = library().playbook("documented").model_dump(mode="json", exclude_defaults=True)
    steps = [
        {**step, "id": "calm-down"} if step["id"] == "deescalate" else step
        for step in whole["steps"]
    ]
    renamed = Playbook.model_validate({**whole, "steps": steps})
    done = await migrating.apply(service, renamed, key="k1", **ACT)
    stayed = {row["order_id"]: row["reasons"] for row in done["stayed"]}
    assert fresh in {row["order_id"] for row in done["moved"]}
    # That claim reads another clock than the service, so there is more that it would miss.
    assert stayed[acted][:2] == [
        "`deescalate` has acted, and the new playbook has no step of this id",
        "`calm-down` would send deescalate a second time: `deescalate` did",
    ]
    assert "overridden" not in await kinds(service, acted)


async def test_a_claim_judges_its_own_move(bench: Bench) -> None:
    """Also where the list is passed over: not proved for its limit, no such claim, another playbook."""
    service = service_of(bench)
    order = await begun(service)
    (row,) = (await migrating.apply(service, LATE, order, key="k1", **ACT))["stayed"]
    assert "not proved for this claim's limit" in row["reasons"][0]
    with pytest.raises(NoSuchClaim):
        await migrating.preview(service, SOONER, NOBODY)
    with pytest.raises(BadInput, match="follows documented, not refund-first"):
        await migrating.preview(service, library().playbook("refund-first"), order)


async def test_a_longer_lead_lists_the_claims_that_it_makes_late(bench: Bench) -> None:
    """The claim keeps its rules; whoever changes the file is told whom it hits."""
    service = service_of(bench)
    order = await begun(service)
    await listed(service, order)
    fine = await feasible.infeasible(service, library().playbook("documented"))
    assert order not in {row["order_id"] for row in fine["infeasible"]}
    slower = variant("documented", operator_lead="60h")
    rows = {
        row["order_id"]: row for row in (await feasible.infeasible(service, slower))["infeasible"]
    }
    assert rows[order]["became"] is True
    assert "must be at" in rows[order]["why"]


async def test_a_shorter_limit_of_the_marketplace_lists_them_too(bench: Bench) -> None:
    """The policy as the files say it today, beside the one that is pinned."""
    service = service_of(bench)
    order = await begun(service)
    await listed(service, order)
    us = service.library.policies["US"]
    limits = tuple(
        limit.model_copy(update={"limit": limit.limit / 2}) if limit.clock == "response" else limit
        for limit in us.limits
    )
    shorter = us.model_copy(update={"limits": limits})
    changed = dataclasses.replace(
        service.library, policies={**service.library.policies, "US": shorter}
    )
    vars(service)["library"] = changed
    found = await feasible.infeasible(service, library().playbook("documented"))
    assert order in {row["order_id"] for row in found["infeasible"] if row["became"]}
