"""Editions of the engine's rules: a claim that runs keeps the ones that it was opened under.

A rule that refuses what was allowed, or acts where nothing was done, would make running claims part
from their histories. Such a rule holds for claims that are opened from its edition on.

1. The first.
2. An approver of a text that a check blocks says why; operators are told when the time to approve has
   ended; a packet that something overtook while it was written is replaced.
3. A warning that did not reach the operators on every channel is given again until it does.
4. A step that asks a person to answer the claim asks in time, whatever holds the step that it waits for.
5. Where a person leaves out the step that answers the claim, somebody has to answer it all the same.
6. A list shows at once which clock ends first, and when a step acts next: none that will be skipped.
7. A list shows at once which tasks are open.
8. A decision that replaces another says which, and somebody looks where it does not follow from it; the
   task of a missed deadline ends with its clock; a word that something speaks for the buyer lets the
   text be checked again; old bounces and decisions leave for the store like old replies; a message that
   waits for its turn goes once the answer to the claim could no longer wait for it, whatever moved that.
9. The text with the facts alone, which goes when nobody approved one, goes without the buyer's files.
10. A list shows that a claim is paused, and that one whose clock ends within a day needs somebody; of a
   decided claim nothing is paused, left out or given another clock, since no step of it acts; what counts
   from the coming of something counts from when it came, also where it is told later; past twenty
   open information requests a further one goes under one that ends no later; every fact that nothing looks
   at again leaves for the store, of whatever kind.
"""

FIRST = 1
SHOWN_AT_ONCE = 6
TASKS_SHOWN = 7
JUDGED = 8
OWN_FILES = 9
PAUSE_SHOWN = 10
ARRIVED = 10
BOUNDED = 10
CURRENT = 10
