"""How a marketplace names the pages on which a buyer withdraws a claim, in each language of its site.

It exists because the way depends on where the buyer ordered, not on the language that he writes: a
German who ordered in the United Kingdom sees English pages. Data: `playbooks/pages/<marketplace>.yaml`.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from atoz.claims.base import Strict

Name = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^\S(.*\S)?$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class PageNames(Strict):
    """What stands on the pages, in the order in which the buyer meets it."""

    orders: Name
    details: Name
    problem: Name
    withdraw: Name


class Pages(Strict):
    """One marketplace's names of pages; `main` is the language in which its site opens.

    Raises ValueError where the main language has no names.
    """

    marketplace: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    main: Language
    source: str
    languages: dict[Language, PageNames]

    @model_validator(mode="after")
    def _has_main(self) -> Self:
        if self.main not in self.languages:
            raise ValueError(f"`{self.main}` has no names under `languages`: add them")
        return self

    def values(self, language: str) -> dict[str, str]:
        """The names as a template may say them: in the buyer's language where the site has it."""
        code = language.replace("_", "-").partition("-")[0].lower()
        names = self.languages.get(code, self.languages[self.main])
        return {f"page_{field}": name for field, name in names}
