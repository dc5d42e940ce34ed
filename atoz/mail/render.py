"""Message templates: what a template file may say, and how it becomes a subject and a text.

It exists so that a seller can edit words without being able to break a message: a template holds
text, `{{ variable }}` and `{% if variable %}`, nothing else, and every fault is found when it is
read. Values are data: they are never read as templates and never bring a line of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import jinja2
from jinja2 import StrictUndefined, Undefined, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.mail.plain import one_line
from atoz.playbook.problems import Problem

VARIABLES = (
    *("order_id", "marketplace", "carrier", "tracking_number", "seller_name"),
    *("page_orders", "page_details", "page_problem", "page_withdraw"),
)
"""All that a template may name: facts of the order, the seller's name, the names of the marketplace's
pages. None of these is the buyer's words, and none is a secret."""

_HEADERS = ("subject", "purpose", "statuses")
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
)
_LONGEST_VALUE = 200

_ENGINE = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,  # plain text: an escaped & would reach the buyer as &amp;
    trim_blocks=True,
    lstrip_blocks=True,
)


class BadTemplate(BadInput):
    """A template cannot be used; the message says in which file and line, and what to write."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "BadTemplate":
        """One error with a line `file:line: …` for each problem."""
        return cls("\n".join(f"{p.file}:{p.line}: {p.message}" for p in problems), problems)

    def __reduce__(self) -> tuple[type["BadTemplate"], tuple[str, tuple[Problem, ...]]]:
        return type(self), (str(self), self.problems)


class Rendered(NamedTuple):
    """A message ready to be checked and sent, and the language that it is really in."""

    subject: str
    text: str
    language: str


@dataclass(frozen=True)
class Template:
    """One message in one language. It may be sent while the claim is in one of `statuses`."""

    file: str
    purpose: str
    statuses: tuple[Status, ...]
    source: str
    """The file's text."""

    subject: jinja2.Template
    body: jinja2.Template

    @classmethod
    def parse(cls, text: str, file: str) -> "Template":
        """Read a template file: `subject:`, `purpose:`, `statuses:`, a blank line, the body.

        Raises BadTemplate with `file:line` for the first fault.
        """
        lines = text.replace("\r\n", "\n").split("\n")
        end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
        headers = _headers(lines[:end], file)
        body = "\n".join(lines[end + 1 :]).strip("\n")
        if not body.strip():
            raise _fault(file, end + 1, "there is no text; write it after one blank line")
        subject, purpose, statuses = (headers[name] for name in _HEADERS)
        return cls(
            file=file,
            purpose=purpose.value,
            statuses=tuple(_statuses(statuses, file)),
            source="\n".join(lines),
            subject=_compiled(subject.value, file, subject.line),
            body=_compiled(body, file, _line_of(lines, end)),
        )

    def may_be_sent(self, status: Status) -> bool:
        """Whether the message makes sense while the claim has this status."""
        return status in self.statuses


class Templates(Mapping[tuple[str, str], Template]):
    """All templates by (language, name)."""

    def __init__(self, templates: Mapping[tuple[str, str], Template]) -> None:
        self._templates = MappingProxyType(dict(templates))

    def __getitem__(self, key: tuple[str, str]) -> Template:
        return self._templates[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._templates)

    def __len__(self) -> int:
        return len(self._templates)

    def find(
        self, name: str, language: str, *, allow_fallback: bool = False
    ) -> tuple[str, Template]:
        """The language found and the template; `de-AT` finds `de`, English stands in if allowed.

        Raises BadTemplate naming what is missing.
        """
        code = language.replace("_", "-").partition("-")[0].lower()
        for candidate in (code, "en") if allow_fallback else (code,):
            if template := self._templates.get((candidate, name)):
                return candidate, template
        if not any(known == name for _, known in self._templates):
            raise BadTemplate(f"there is no template {name}; known: {self._names()}")
        raise BadTemplate(f"template {name} has no text in {code!r}; add {code}/{name}.txt")

    def render(
        self,
        name: str,
        language: str,
        values: Mapping[str, object],
        *,
        allow_fallback: bool = False,
    ) -> Rendered:
        """Fill a template in. Names in `values` that no template knows are ignored.

        A value that is None or empty is unknown: false in a condition, refused where it is written.
        Raises BadTemplate where the template is missing or needs a value that is unknown.
        """
        found, template = self.find(name, language, allow_fallback=allow_fallback)
        known = {variable: _value(variable, values.get(variable)) for variable in VARIABLES}
        try:
            subject = template.subject.render(known).strip()
            return Rendered(subject, template.body.render(known).strip() + "\n", found)
        except UndefinedError as fault:
            raise BadTemplate(f"{template.file}: {fault}") from fault

    def _names(self) -> str:
        return ", ".join(sorted({name for _, name in self._templates})) or "none"


class _Header(NamedTuple):
    value: str
    line: int


class _Unknown(Undefined):
    """A variable without a value: false in a condition, refused where it would be written."""

    __slots__ = ()

    def __str__(self) -> str:
        raise UndefinedError(self._undefined_message)


def _value(variable: str, value: object) -> object:
    """The value as literal text on one line, of bounded length."""
    text = one_line("" if value is None else value, _LONGEST_VALUE)
    return text or _Unknown(f"{variable} is not known for this order", name=variable)


def _headers(lines: list[str], file: str) -> dict[str, _Header]:
    found: dict[str, _Header] = {}
    for number, line in enumerate(lines, 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if name not in _HEADERS or not colon or not value:
            wanted = ", ".join(f"{header}: …" for header in _HEADERS)
            raise _fault(file, number, f"write one of {wanted}, not {line.strip()[:60]!r}")
        if name in found:
            raise _fault(file, number, f"{name} stands here twice")
        found[name] = _Header(value, number)
    for name in _HEADERS:
        if name not in found:
            raise _fault(file, len(lines) or 1, f"{name} is missing; write `{name}: …`")
    return found


def _statuses(header: _Header, file: str) -> Iterator[Status]:
    for word in header.value.split(","):
        try:
            yield Status(word.strip())
        except ValueError:
            known = ", ".join(status.value for status in Status)
            message = f"{word.strip()!r} is no status; write some of {known}"
            raise _fault(file, header.line, message) from None


def _line_of(lines: list[str], blank: int) -> int:
    """The line of the first line of the body that is not empty."""
    return next(at for at in range(blank, len(lines)) if lines[at].strip()) + 1


def _compiled(source: str, file: str, line: int) -> jinja2.Template:
    """The source as a template, if it holds nothing but what is allowed. `line` is its first."""
    try:
        tree = _ENGINE.parse(source)
        for node in _descendants(tree):
            _refuse_unless_allowed(node, file, line)
        return _ENGINE.from_string(source)
    except jinja2.TemplateSyntaxError as fault:
        raise _fault(file, line + fault.lineno - 1, f"{fault.message}") from fault


def _descendants(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        yield child
        yield from _descendants(child)


def _refuse_unless_allowed(node: nodes.Node, file: str, line: int) -> None:
    at = line + node.lineno - 1
    if not isinstance(node, _ALLOWED):
        kind = type(node).__name__.lower()
        message = f"{kind} is not allowed; write text, {{{{ variable }}}} or {{% if variable %}}"
        raise _fault(file, at, message)
    if isinstance(node, nodes.Name) and node.name not in VARIABLES:
        raise _fault(file, at, f"unknown variable {node.name}; known: {', '.join(VARIABLES)}")


def _fault(file: str, line: int, message: str) -> BadTemplate:
    return BadTemplate.of([Problem(file, line, 1, message)])
