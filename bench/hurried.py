"""The documented playbook in a hurry: the same steps, with waits of seconds instead of days.

An engine that reads whole seconds cannot wait for less; so many claims run at once that nobody's
wait is what limits them.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from atoz.claims.policy import Policy
from atoz.playbook.model import Playbook
from atoz.rules import Rules

_AROUND_THE_CLOCK = {"from": "00:00", "to": "00:00", "country": "US"}
FIRST_WAIT = "2s"
"""Longer than a busy server takes to open a claim: no step is late, so every wait is a timer."""

_WHEN: Mapping[str, Any] = {
    "deescalate": {"at": FIRST_WAIT},
    # After the first message instead of at an instant of its own, so that it never overtakes it.
    "request-photos": {"at": None, "after": "deescalate", "wait": "1s"},
    # Ended by the buyer's photos.
    "appeal": {"wait": "1h"},
}


def hurried(rules: Rules, when: Mapping[str, Any] = _WHEN, **changes: Any) -> Rules:
    """The rules with the hurried playbook alone, and buyers written to at any hour.

    `when` are changes of its steps, `changes` those of the playbook itself.
    """
    library = rules.library
    return rules._replace(
        library=dataclasses.replace(
            library,
            playbooks=(_playbook(library.playbook("documented"), when, changes),),
            policies={name: _policy(policy) for name, policy in library.policies.items()},
        )
    )


def _playbook(
    documented: Playbook, when: Mapping[str, Any], changes: Mapping[str, Any]
) -> Playbook:
    book = documented.model_dump(mode="json", exclude_defaults=True)
    steps: list[dict[str, Any]] = [{**step, **when.get(step["id"], {})} for step in book["steps"]]
    return Playbook.model_validate({**book, "steps": steps, "aftercare": "1s", **changes})


def _policy(policy: Policy) -> Policy:
    known = policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Policy.model_validate({**known, "sending": _AROUND_THE_CLOCK})
