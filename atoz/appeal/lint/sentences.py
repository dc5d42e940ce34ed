"""What the checks of a text say, in English: a message is kept as text and read back by its words."""

from atoz.playbook.said import Sentences

LACKS = Sentences(
    "lacks",
    {
        "message": "a message that reached the buyer (none did)",
        "quiet": "no reply since (one came on {day}: quote it instead)",
        "span": "the time that passed, in hours or days",
        "as_of": '"as of" with the instant up to which it is known',
        "and": "{first}, {second}",
    },
)
"""What a statement of silence is without."""

CAME = Sentences("came", {"mail": "the buyer's mail", "file": "the file {name}"})
"""What came in after a decision."""

FOUND = Sentences(
    "finding",
    {
        "more": "and more of the same further on",
        # The moment.
        "refunded": "the order is refunded already: no appeal is needed",
        "decided": "the claim is decided already ({status}): no appeal is needed",
        "nothing_new": "an appeal after the decision needs a fact that is new since and helps",
        "no_decision": "{said}: no decision is recorded, answer the claim",
        "late": "the deadline of {at} UTC has passed",
        # What came from the buyer.
        "photos_unseen": (
            "nobody has said that these pictures of the buyer's were looked at: {files}; look at them, they "
            "go with the text (then mark review-photos done: `helps` or `harms`)"
        ),
        "photos_against": (
            "these pictures speak for the buyer, as a person has said, and go with the text: {files}"
        ),
        "files_and_more": "{files} and {count} more",
        "harms": (
            "{fact}, {came} of {day}, speaks for the buyer, as a person has said: the draft is silent "
            "about it"
        ),
        "mail_unknown": (
            "{fact}, the buyer's mail of {day}, came after the decision, and nobody has said that it "
            "helps: the draft is silent about it; where it does, give its task the receipt `helps {fact}`"
        ),
        "unknown": (
            "{fact}, {came} of {day}, came after the decision, and nobody has said that it helps: the "
            "draft is silent about it"
        ),
        # The text as a whole.
        "too_short": (
            "{length} characters, {full} full sentences: say what happened, dated, in at least "
            "{shortest} characters and {fewest} sentences"
        ),
        "too_long": "{length} characters: keep to {longest}, or it is not read",
        "order": "name the order {order}",
        "other_order": "{other} is another order: this one is {order}",
        "carrier_unknown": "an item not received needs the carrier: add it",
        "carrier": "an item not received needs the carrier, {value}",
        "tracking_unknown": "an item not received needs the tracking number: add it",
        "tracking": "an item not received needs the tracking number, {value}",
        "delivered": "an item not received needs the date of its delivery",
        "placeholder": "fill in {hole}",
        "request": "say what you ask for: a decision on these facts, in one sentence",
        "chronology": "say what happened when: at least two events with their dates",
        # Its tone.
        "insult": "leave out {word}: facts, no judgement",
        "threat": "leave out {word}: no threat and no talk of the law",
        "shouting": "no words in capitals, no doubled exclamation marks",
        "invisible": "an invisible sign U+{code}: take it out",
        "lookalike": "{word} mixes letters of two alphabets: write it anew",
        "opinion": "{word} judges the buyer: say what happened",
        "long_sentence": "{words} words: make two sentences of it",
        # Its truth.
        "unknown_value": "no recorded fact holds the value {value}: correct it, or add the fact",
        "unknown_span": "no recorded fact holds the elapsed time {value}: correct it, or add the fact",
        "unknown_name": "no recorded fact names {name}: leave it out, or add the fact",
        "unsupported": "no recorded fact carries {text}: name its date or number, or leave it out",
        "silence": "{said} needs {lacks}",
        "no_photo": "{said}: {photos} photo(s) are on file, say what they show",
        "undelivered": "our message did not reach the buyer: nothing may say that it did",
        "undelivered_of": "our message of {day} did not reach the buyer: nothing may say that it did",
        "two_dates_recorded": "the record says {day} for what this dates {other}: one fact, one date",
        "two_dates_written": (
            "the text above says {day} for what this dates {other}: one fact, one date"
        ),
        # What it leans on.
        "quote": "{quote} stands in no message like this: quote word for word",
        "link": "{link} is not the carrier's tracking page: leave it out",
        "no_such_file": "{file} is not among the files: add it",
        "no_file": "no file is with the claim: add it, or do not name it",
        "story": "the buyer also claims '{reason}': answer that, too",
        "protected": (
            "{said}: bought through Buy Shipping, the order is Claims Protected; propose no refund"
        ),
        # Its English.
        "spelling": "{word} is misspelled, or wrong here",
        "spelling_instead": "{word} is misspelled, or wrong here: perhaps {instead}",
    },
    within={"lacks": LACKS, "came": CAME},
)
