"""Every path of a claim under a playbook, walked through the engine itself: `apply` and `decide`.

From an open claim all that can happen is tried, one thing after the other, until the claim is answered
or its limit has passed. Two paths that come to states from which the same follows are one from there
on. On each path the promises are held: the answer is in, or with a person, before limit less margin;
nothing cuts the playbook's own waits short; no answer goes twice; nothing goes after a decision or
after the buyer wants no more; every task is told; every step acts on some path.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import le

from atoz.playbook import acts, walk_moves
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Wait
from atoz.playbook.agenda import asked_since, next_planned
from atoz.playbook.apply import apply
from atoz.playbook.decide import decide
from atoz.playbook.model import Intent, Playbook
from atoz.playbook.reactions import ANSWERS
from atoz.playbook.said import word
from atoz.playbook.schedule import due_at, natural, playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.tasks import answers
from atoz.playbook.walk_moves import SECOND, Move
from atoz.playbook.walk_nodes import Broken, Node, Times, Walked, what_counts
from atoz.playbook.walk_words import BROKEN

MOST_REPLIES = 1
"""So many replies once the appeal is written: each lets it be written anew, and so would the next.
Before that the buyer writes as often as may be."""

MOST_MOVES = 400_000
"""What is not walked to its end is not proved. The shipped playbooks take a twentieth of it."""


def walk(claims: Iterable[CaseState], found: Walked, *, replies: bool = True) -> Walked:
    """Walk every path of these open claims; what they show is added to `found`.

    Without `replies` the buyer never writes. Ends at the first broken promise.
    """
    for claim in claims:
        Paths(claim, found, replies=replies).run(Node(claim, claim.started_at))
        if found.broken:
            break
    return found


class Paths:
    """The paths of one claim; its appeal goes by one of these channels."""

    def __init__(
        self,
        claim: CaseState,
        found: Walked,
        *,
        replies: bool = True,
        channels: tuple[str, ...] = ("operator", "email"),
        most: int | None = None,
    ) -> None:
        self.found = found
        self.most = MOST_MOVES if most is None else most
        self.channels = channels
        self.book: Playbook = playbook_of(claim)
        self.due = due_at(claim)
        self.must = self.due - self.book.margin
        self.arrived = claim.file.claim.notified_at
        self.replies = walk_moves.replies(self.book) if replies else frozenset()
        self.seen: dict[object, list[Times]] = {}
        self.decided: set[object] = set()

    def run(self, start: Node) -> None:
        """Walk them all from there on, or to the first broken promise."""
        stack = [start]
        while stack and not self.found.broken:
            node = stack.pop()
            if self.found.moves > self.most:
                self.breaks(node, None, BROKEN("many"))
            stack += reversed(list(self.following(node)))

    def following(self, node: Node) -> Iterator[Node]:
        """All nodes that come next, the slowest first."""
        decision = decide(node.state, node.now)
        if isinstance(decision, Act):
            yield from self.acting(node, decision)
        elif isinstance(decision, Wait):
            yield from self.waiting(node, decision)

    # The engine acts ----------------------------------------------------------------------

    def acting(self, node: Node, act: Act) -> Iterator[Node]:
        """All that can come of an act."""
        for move, state in self.answers(node, act):
            self.found.moves += 1
            after = node._replace(state=state).then(move)
            if node.answered_at is None and after.answered_at is not None:
                self.answered(after, after.now)
            self.check(node, act, after)
            if not self.in_hands(after, act):
                yield after

    def answers(self, node: Node, act: Act) -> Iterator[tuple[Move, CaseState]]:
        """What can come of an act, and the state that it is done in: the channel is drawn late."""
        state, now, do = node.state, node.now, act.do
        if isinstance(do, acts.Note):
            key = _WORDS.get(type(do.event))
            yield Move(now, do.event, (key, act.step or "") if key else ()), state
        elif isinstance(do, acts.Notify):
            yield Move(now, ev.Noticed(at=now, tasks=do.tasks, warnings=do.warnings)), state
        elif isinstance(do, acts.Send):
            self.found.acted.add(do.step)
            yield from ((move, state) for move in walk_moves.sent(state, do, now))
        elif isinstance(do, acts.Draft):
            step = self.book.step(do.step)
            assert step is not None, "the playbook's own step is drafted"
            for channel in self.channels if state.appeal is None else (state.channel,):
                mine = state.model_copy(update={"channel": channel})
                yield from ((move, mine) for move in walk_moves.drafted(mine, step, do, now))
        elif isinstance(do, acts.Submit):
            self.found.acted.add(do.step)
            yield from ((move, state) for move in walk_moves.handed_in(state, do, now))

    def in_hands(self, node: Node, act: Act) -> bool:
        """Whether nobody knows if the appeal went: from there on a person has the claim."""
        if not isinstance(act.do, acts.Submit) or node.state.run(act.do.step).state != "unknown":
            return False
        self.answered(node, node.now + self.book.operator_lead)
        return True

    # Time passes --------------------------------------------------------------------------

    def waiting(self, node: Node, wait: Wait) -> Iterator[Node]:
        """Time passes until the engine or a person acts, or something comes before that."""
        people = [m for m in walk_moves.by_people(node.state, node.now) if m.once not in node.had]
        if self.known(node, people):
            return
        self.found.states += 1
        self.told_and_minded(node, wait)
        must = min((m for m in people if m.of_a_person), key=lambda m: m.at, default=None)
        ends = min(wait.until, must.at) if must is not None else wait.until
        self.idle_after_a_decision(node, max(node.now, ends - SECOND))
        if self.over(node, ends):
            return
        if must is not None and must.at <= wait.until:
            yield self.took(node, must)
        else:
            yield node._replace(now=wait.until, quiet=wait.step is None)
        if node.answered_at is None:
            free = (m for m in people if not m.of_a_person and m.at < ends)
            # A warning is no moment of its own: the buyer writes before what comes after it.
            late = (
                [] if wait.step is None and ends == wait.until else [max(node.now, ends - SECOND)]
            )
            early = [] if node.quiet or node.state.appeal is not None else [node.now]
            yield from (self.took(node, m) for m in (*free, *self.written(node, [*early, *late])))

    def over(self, node: Node, ends: datetime) -> bool:
        """Whether nothing more can come of this path."""
        if node.answered_at is not None:
            every = all(node.state.run(step.id).over for step in self.book.steps)
            return every or ends > self.due
        if self.with_a_person(node):
            return True
        if ends <= self.due + self.book.operator_lead:
            return False
        self.breaks(node, None, BROKEN("unanswered"))
        return True

    def with_a_person(self, node: Node) -> bool:
        """Whether a text waits for its approval without an end: the author wants a person's word.

        So does a person's own text for which approval was asked after the time for it ended.
        """
        appeal = node.state.appeal
        step = self.book.step(appeal.step) if appeal is not None else None
        if appeal is None or step is None or appeal.unapproved_at is None:
            return False
        if appeal.handed_in or not (step.if_unapproved == "hold" or asked_since(appeal)):
            return False
        self.answered(node, appeal.unapproved_at + self.book.operator_lead)
        return True

    def known(self, node: Node, people: list[Move]) -> bool:
        """Whether the walk was here before, no earlier."""
        so, times = what_counts(node, self.book, people)
        before = self.seen.setdefault(so, [])
        if any(all(map(le, times, known)) for known in before):
            return True
        before.append(times)
        return False

    def took(self, node: Node, move: Move) -> Node:
        """After something that happens."""
        self.found.moves += 1
        after = node.then(move)
        if node.answered_at is None and after.answered_at is not None:
            self.answered(after, after.now)
        return after

    def written(self, node: Node, times: list[datetime]) -> Iterator[Move]:
        """The buyer writes at the beginning of a wait, or just before its end."""
        if node.overtaken >= MOST_REPLIES or any(
            run.attempts > 1 and run.retry_at for run in node.state.runs.values()
        ):
            return
        for intent in self.kinds(node.state):
            for at in dict.fromkeys(times):
                moves = walk_moves.reply(node.state, intent, at)
                yield from (move for move in moves if move.once not in node.had)

    def kinds(self, state: CaseState) -> Iterable[Intent]:
        """One reply of each kind that the steps still to come tell apart."""
        left = [step for step in self.book.steps if not state.run(step.id).over]
        looked = {name for step in left for name in (*step.skip_if, *step.only_if, step.or_when)}
        writes = any(step.send for step in left)
        apart: dict[object, Intent] = {}
        for intent in sorted(self.replies):
            bending = tuple(
                (e.hold, e.send, bool(e.stop_messages and writes))
                for e in self.book.on_reply[intent]
                if e.hold or e.send or (e.stop_messages and writes)
            )
            photos = intent == "photos" and "photos_on_file" in looked
            stopped = "messages_stopped" in looked and any(
                e.stop_messages for e in self.book.on_reply[intent]
            )
            apart.setdefault((photos, stopped, intent in ANSWERS, bending), intent)
        return apart.values()

    # Promises -----------------------------------------------------------------------------

    def answered(self, node: Node, at: datetime) -> None:
        """The claim is answered, or a person's time for it has ended."""
        took = at - self.arrived
        path = node.trail.whole() if node.trail else ()
        if self.found.latest is None or took > self.found.latest:
            self.found.latest, self.found.latest_path = took, path
        if at > self.must:
            self.breaks(node, None, BROKEN("late"))

    def check(self, node: Node, act: Act, after: Node) -> None:
        """What no act may do."""
        do, state = act.do, node.state
        asks = isinstance(do, acts.Note) and isinstance(do.event, ev.StepAsked)
        if asks:
            self.found.acted.add(act.step or "")
        if isinstance(do, acts.Send) and state.messages_stopped:
            self.breaks(node, do.step, BROKEN("stopped"))
        step = self.book.step(act.step or "")
        begins = (isinstance(do, acts.Draft) and state.appeal is None) or asks
        if begins and step is not None and answers(step) and not node.bent:
            planned = natural(state, step)
            if planned is None or planned > node.now:
                self.breaks(node, act.step, BROKEN("early"))
        if node.answered_at is not None:
            fresh = {task.id for task in after.state.tasks} - {task.id for task in state.tasks}
            kinds = {task.kind for task in after.state.tasks if task.id in fresh}
            if kinds & _ANSWERING or isinstance(do, acts.Submit):
                self.breaks(after, act.step, BROKEN("answered"))

    def told_and_minded(self, node: Node, wait: Wait) -> None:
        """While the claim waits everybody is told, and its clock has somebody who minds it."""
        state = node.state
        tasks = [task for task in state.tasks if task.open]
        untold = [task.id for task in tasks if not task.told]
        if untold and state.tell_again_at is None:
            self.breaks(node, None, BROKEN("untold", task=word("task", untold[0])))
        idle = node.answered_at is None and not tasks and wait.step is None
        if idle and next_planned(state, node.now) is None:
            self.breaks(node, None, BROKEN("unplanned"))

    def idle_after_a_decision(self, node: Node, at: datetime) -> None:
        """Whatever was planned, nothing of it is done once the marketplace has decided."""
        state = node.state
        runs = tuple(run.state for run in state.runs.values())
        kind = (runs, state.appeal is None, bool(state.queue))
        if kind in self.decided:
            return
        self.decided.add(kind)
        after, now = apply(state, walk_moves.decision(at)), at + self.book.limit
        while isinstance(act := decide(after, now), Act) and not isinstance(act.do, acts.Archive):
            asked = isinstance(act.do, acts.Note) and isinstance(act.do.event, ev.StepAsked)
            if asked or isinstance(act.do, acts.Send | acts.Draft | acts.Submit):
                self.breaks(node, act.step, BROKEN("decided"))
                return
            for move, _ in self.answers(Node(after, now), act):
                after = apply(after, move.event)

    def breaks(self, node: Node, step: str | None, message: str) -> None:
        """Note a broken promise: the walk ends with the first."""
        path = node.trail.whole() if node.trail else ()
        self.found.broken = self.found.broken or Broken(step, message, path)


_ANSWERING = frozenset({"handle-claim", "submit-appeal", "refund-buyer"})
_WORDS: dict[type[ev.Event], str] = {
    ev.StepSkipped: "skipped",
    ev.StepAsked: "asked",
    ev.ApprovalAsked: "approval",
    ev.Unapproved: "unapproved",
}
