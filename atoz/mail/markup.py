"""HTML as text: trimmed to what can be read and bounded, then laid out by inscriptis.

It exists because a shop's mail is mostly layout: a page of 30 KB says five sentences. The layout takes
its time for every element and attribute, and a stranger's page may have any number of both.
"""

import re
from typing import Any, NamedTuple, TypeAlias

from inscriptis.html_engine import Inscriptis
from lxml import etree
from lxml.html import document_fromstring

from atoz.mail.mime import attempt

MAX_HTML = 400_000
MAX_ELEMENTS = 4_000
_DECLARATION = re.compile(r"\A<\?xml [^>]{0,200}\?>")
_UNSEEN = ("head", "link", "meta", "script", "style", "title")
_NEUTRAL = (
    "a", "abbr", "b", "big", "center", "col", "colgroup", "em", "font", "i", "small", "strong", "tbody",
    "tfoot", "thead", "tt", "u",
)  # fmt: skip
"""What the layout takes for nothing: their words stand where they stood without them."""

_MOVES_LINES = re.compile(r"display|white-space|vertical-align|margin", re.IGNORECASE)
"""In a style. All else about it is colour, size and indentation."""

_Element: TypeAlias = Any  # lxml has no types


class Page(NamedTuple):
    """A page's text, and whether it is all of it."""

    text: str
    whole: bool


def laid_out(html: str) -> Page:
    """The text of a page, its hidden parts left out; at most 4,000 elements of it. Raises nothing."""
    html = _DECLARATION.sub("", html.strip())
    if not html:
        return Page("", whole=True)
    kept = html[:MAX_HTML]
    page = attempt(lambda: _read(kept), None) or Page(re.sub(r"<[^<>]{0,2000}>", " ", kept), True)
    return page._replace(whole=page.whole and len(kept) == len(html))


def _read(html: str) -> Page:
    tree = attempt(lambda: document_fromstring(html), None)
    if tree is None:  # such as a comment alone
        tree = document_fromstring(f"<pre>{html}</pre>")
    whole = _trim(tree)
    return Page(str(Inscriptis(tree).get_text()), whole)


def _trim(tree: _Element) -> bool:
    """Leave only what is laid out. Whether that was few enough to be left whole."""
    etree.strip_elements(tree, etree.Comment, etree.PI, *_UNSEEN, with_tail=False)
    whole = True
    for number, element in enumerate(tree.iter()):
        if number == MAX_ELEMENTS:
            _cut_behind(element)
            whole = False
            break
        style = element.get("style")
        if style is not None:
            _trim_style(element, style)
    etree.strip_tags(tree, *_NEUTRAL)
    return whole


def _trim_style(element: _Element, style: str) -> None:
    if not _MOVES_LINES.search(style):
        del element.attrib["style"]
    elif element.tag in _NEUTRAL:
        element.tag = "ins"  # as neutral, and not unwrapped


def _cut_behind(element: _Element) -> None:
    """Drop everything behind an element."""
    while (parent := element.getparent()) is not None:
        del parent[parent.index(element) + 1 :]
        element.tail = None
        element = parent
