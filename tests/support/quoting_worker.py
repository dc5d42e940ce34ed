"""`worker.py` with activities that fail in the buyer's own words, which nothing that is kept may show.

The first look at each claim fails, and each second message: one is tried again, the other's fate is unknown.
"""

from __future__ import annotations

from activities import jobs
from activities.claims import Claims
from activities.messages import Messages
from atoz import wiring
from atoz.playbook.events import MessageTried, Opened

SECOND = "request-photos"
"""The step whose message fails."""


class QuotingClaims(Claims):
    """Quotes the claim that it was to open."""

    async def open_claim(self, job: jobs.OpenJob) -> Opened:
        """Fail once, then open it."""
        if job.workflow_id not in _failed:
            _failed.add(job.workflow_id)
            raise RuntimeError(f"cannot open {job.file.model_dump_json()}")
        return await super().open_claim(job)


class QuotingMessages(Messages):
    """Quotes the message that it was to send."""

    async def send_message(self, job: jobs.SendJob) -> MessageTried:
        """Fail where it is the second one."""
        if job.send.step == SECOND:
            raise ValueError(f"cannot write to {job.send.to}") from KeyError(job.send.to)
        return await super().send_message(job)


_failed = set[str]()

if __name__ == "__main__":
    import worker

    for kind, name in ((QuotingClaims, "open_claim"), (QuotingMessages, "send_message")):
        own, theirs = vars(kind)[name], getattr(kind.__mro__[1], name)
        vars(own).update(vars(theirs))  # registered under the activity's name
    vars(wiring).update(Claims=QuotingClaims, Messages=QuotingMessages)
    worker.main()
