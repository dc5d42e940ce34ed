"""What is wrong with a value, as pydantic and the models of a claim say it: known by its words.

Nobody but the board says it in another tongue, so it stands here; a test holds every sentence of the
models against it, and the ones of pydantic that forms can meet.
"""

from atoz.playbook.said import Sentences

VALUES = Sentences(
    "value",
    {
        "required": "Field required",
        "extra": "Extra inputs are not permitted",
        "text": "Input should be a valid string",
        "integer": "Input should be a valid integer, unable to parse string as an integer",
        "whole": "Input should be a valid integer",
        "decimal": "Input should be a valid decimal",
        "number": "Decimal input should be an integer, float, string or Decimal object",
        "places": "Decimal input should have no more than {count} decimal places",
        "digits": "Decimal input should have no more than {count} digits in total",
        "above": "Input should be greater than {bound}",
        "from": "Input should be greater than or equal to {bound}",
        "below": "Input should be less than {bound}",
        "to": "Input should be less than or equal to {bound}",
        "empty": "String should have at least 1 character",
        "short": "String should have at least {count} characters",
        "long": "String should have at most {count} characters",
        "form": "String should match pattern '{pattern}'",
        "yes_no": "Input should be a valid boolean, unable to interpret input",
        "instant": "Input should be a valid datetime, {why}",
        "instant_or_day": "Input should be a valid datetime or date, {why}",
        "day": "Input should be a valid date or datetime, {why}",
        "zone": "Input should have timezone info",
        "object": "Input should be a valid dictionary",
        "fields": "Input should be a valid dictionary or object to extract fields from",
        "model": "Input should be a valid dictionary or instance of {name}",
        "list": "Input should be a valid list",
        "tuple": "Input should be a valid tuple",
        "one_of": "Input should be {choices}",
        "years": "an instant lies between 1970 and 2200",
        "day_or_instant": "write a day like 2026-08-11, or an instant with its zone",
        "span": "write a span like 1d, 36h, 90m or 1d12h, not {word}",
        "span_most": "a span is at most {most}, not {word}",
        "amount": "an amount is zero or more",
        "currencies": "cannot add {one} to {other}",
        "decimals": "{currency} has {places} decimals, not {given}",
        "hours": "no sending hours within 400 days: open at least one weekday",
        "arrived": "arrived_at: nothing is told before it came",
        "order": "an order id has three, seven and seven digits: 111-0000102-0000102",
        "due": "response_due must be later than notified_at",
        "no_rules": "{word} has no rules here; known: {known}",
    },
)
