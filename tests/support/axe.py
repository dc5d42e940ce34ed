"""axe on a page: the rules of WCAG 2 at the levels A and AA, from a copy that lies in the repository.

`vendor/axe.min.js` is axe-core 4.14.1 as npm has it, with its licence beside it (MPL-2.0).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.summaries import Summary, table

if TYPE_CHECKING:  # every run of the tests imports this file, for its summary
    from playwright.async_api import Page

SOURCE = Path(__file__).with_name("vendor") / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

_RUN = """async tags => {
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations", "passes"]});
  return {
    passed: found.passes.length,
    violations: found.violations.flatMap(rule => rule.nodes.map(node =>
      `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`)),
  };
}"""


LOOKED = "axe"
"""The property of a test's report that holds what axe said of a page, for the end of the run."""


class Looked(NamedTuple):
    """What axe said of one page in one dress."""

    page: str
    passed: int
    violations: list[str]


async def look(page: Page, name: str) -> Looked:
    """Axe's findings on the page as it stands."""
    # Evaluated by the browser itself, as an extension's code is: the content policy stays as it is.
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(SOURCE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(_RUN, list(RULES))
    return Looked(name, found["passed"], found["violations"])


def summary(looked: list[Looked]) -> Summary:
    """Each page once, with what was found on it in all its dresses."""
    pages: dict[str, list[Looked]] = {}
    for each in looked:
        pages.setdefault(each.page.partition(" ")[0], []).append(each)
    rows = [
        (
            name,
            str(len(found)),
            str(sum(each.passed for each in found)),
            str(sum(len(each.violations) for each in found)),
        )
        for name, found in pages.items()
    ]
    violations = [said for each in looked for said in each.violations]
    result = f"{len(pages)} pages, {len(looked)} looks: {len(violations)} violations"
    lines = [*table([("page", "looks", "rules passed", "violations"), *rows])]
    title = f"axe, {', '.join(RULES)}"
    return Summary("axe", title, result, [*lines, *(f"- {said}" for said in violations)])
