"""HTML is trimmed before it is laid out: the same lines are read, hidden ones are not, no page is endless."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inscriptis import get_text

from atoz.mail.bodies import from_html
from atoz.mail.charsets import scrubbed
from atoz.mail.markup import MAX_ELEMENTS, MAX_HTML, laid_out
from tests.support.incoming import Incoming, said

SAID = "We received an A-to-z Guarantee claim of $58.00 on the order 111-0000102-0000102."
STYLES = (
    'style="color:#0f1111;font-size:14px;padding:10px 25px"',
    'style="display:none"',
    'style="Display: Block; margin-top:2em"',
    'style="vertical-align:bottom"',
    'align="center" valign="top" class="a"',
    "",
)
words = st.sampled_from(["claim", "of $58.00", " within 3 days. ", "\n", " ", "&nbsp;", "a\n b  c"])
styles = st.sampled_from(STYLES)


def element(tag: str, style: str, inside: list[str]) -> str:
    """An element; a table as one that browsers know."""
    if tag == "table":
        cells = "".join(f"<td {style}>{each}</td>" for each in inside)
        return f"<table><tbody><tr>{cells}</tr></tbody></table>"
    return f"<{tag} {style}>{''.join(inside)}</{tag}>"


def nested(inside: st.SearchStrategy[str], *tags: str) -> st.SearchStrategy[str]:
    """An element of one of these tags around a few of what is inside."""
    return st.builds(
        element, st.sampled_from(tags), styles, st.lists(inside, min_size=1, max_size=4)
    )


phrases = st.recursive(
    words | st.sampled_from(["<br>", '<img alt="x" src="y">', "<style>p{}</style>"]),
    lambda inside: nested(inside, "a", "b", "font", "u"),
    max_leaves=6,
)
pages = st.recursive(
    phrases,
    lambda inside: nested(inside, "div", "p", "table", "ul", "li", "h1"),
    max_leaves=12,
)


def lines(text: str) -> list[str]:
    """What is read of a text: its lines, however they are indented and spaced."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@settings(max_examples=300, deadline=None)
@given(page=pages)
def test_what_is_left_out_changes_no_line(page: str) -> None:
    """Colours, sizes and links are dropped before the layout; the lines are those of the whole page.

    Where words stand in words and blocks in blocks: else the layout alone joins or parts words.
    """
    html = f"<html><head><title>x</title></head><body>{page}</body></html>"
    assert lines(laid_out(html).text) == lines(get_text(html))


def test_a_word_is_whole_though_part_of_it_is_bold() -> None:
    """As a page shows it: the layout alone would put spaces where such a part ends."""
    page = "<span>on the order <b>111</b>-0000102-<i>0000102</i>.</span>"
    assert lines(from_html(page)) == ["on the order 111-0000102-0000102."]


@pytest.mark.parametrize("tag", ["a", "b", "font", "span", "td", "div"])
def test_hidden_words_stay_hidden(tag: str) -> None:
    """Also where a comment stands before them."""
    hidden = f'<{tag} style="color:red; DISPLAY:none"><!-- x -->The claim was denied.</{tag}>'
    assert lines(from_html(f"<table><tr>{hidden}<td>{SAID}</td></tr></table>")) == [SAID]


@pytest.mark.parametrize(
    "filler", ["<style>" + ".a{color:red}" * 20_000 + "</style>", "<!--" + "x " * 120_000 + "-->"]
)
def test_a_head_of_any_length_hides_no_notice(filler: str) -> None:
    """A quarter of a megabyte of style before the words."""
    found = said(
        Incoming(
            f"<html><head>{filler}</head><body><p>{SAID}</p></body></html>",
            "Claim received",
            kind="claim_opened",
            html=True,
        )
    )
    assert str(found.amount) == "58.00"
    assert not found.notes


@pytest.mark.parametrize(
    "endless",
    ["<br>" * MAX_ELEMENTS, "<div>" * 200 + "<td>a</td>" * MAX_ELEMENTS, "<b>x </b>" * MAX_HTML],
)
def test_an_endless_page_is_read_to_a_bound_and_says_so(endless: str) -> None:
    """What stands first is read; that there is more stands in the notes."""
    page = laid_out(f"<p>{SAID}</p>{endless}<p>The end.</p>")
    assert not page.whole
    assert lines(page.text)[0] == SAID
    assert "The end." not in page.text


@pytest.mark.parametrize("odd", ["", "   ", "<!-- only -->", "<?xml version='1.0'?>", "<", "</p>"])
def test_a_page_that_says_nothing_is_empty(odd: str) -> None:
    """And raises nothing."""
    assert from_html(odd).strip("<") == ""


def test_unseen_ascii_signs_are_scrubbed() -> None:
    """Every control sign goes, tabs stay, and every way to end a line is a line feed."""
    seen = string.printable.translate(str.maketrans("", "", "\r\v\f"))
    assert scrubbed("".join(map(chr, range(32, 127)))) == "".join(map(chr, range(32, 127)))
    assert scrubbed(seen) == seen
    assert scrubbed("a\r\nb\rc\vd\fe\x00\x1b\x7ff") == "a\nb\nc\nd\nef"
    assert scrubbed("a\r\nb\rc\vd\fe\x00\x1b\x7f\u200bf\u2028g") == "a\nb\nc\nd\nef\ng"
