"""What a template may hold, what it becomes, and that a value changes its own place only."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.claims.status import Status
from atoz.mail.render import VARIABLES, BadTemplate, Template, Templates
from atoz.mail.templates_folder import load_templates

HEAD = "subject: Your order {{ order_id }}\npurpose: a test\nstatuses: under_review\n\n"
VALUES = {
    "order_id": "111-0000101-0000101",
    "marketplace": "Amazon.com",
    "carrier": "UPS",
    "tracking_number": "1Z0000000300000101",
    "seller_name": "Fern Lane Goods",
}


def templates(body: str, language: str = "en", subject: str = "{{ order_id }}") -> Templates:
    """A folder's worth of one template."""
    head = HEAD.replace("Your order {{ order_id }}", subject)
    return Templates({(language, "note"): Template.parse(f"{head}{body}", "en/note.txt")})


def test_a_template_becomes_a_subject_and_a_text() -> None:
    """Variables are filled in, the text ends with one line end, the language is told."""
    found = templates("Hello,\n\n{{ order_id }} by {{ carrier }}.\n\n\n").render(
        "note", "en", VALUES
    )
    assert found == (
        "111-0000101-0000101",
        "Hello,\n\n111-0000101-0000101 by UPS.\n",
        "en",
    )


def test_a_condition_sees_an_unknown_value_as_false() -> None:
    """What is not known of an order can be left out."""
    body = "A{% if carrier %} by {{ carrier }}{% endif %} from {{ seller_name or 'us' }}."
    unknown = {**VALUES, "carrier": None, "seller_name": ""}
    assert templates(body).render("note", "en", VALUES).text == "A by UPS from Fern Lane Goods.\n"
    assert templates(body).render("note", "en", unknown).text == "A from us.\n"


@pytest.mark.parametrize("missing", [{"carrier": None}, {"carrier": ""}, {"carrier": " \n"}])
def test_writing_an_unknown_value_is_refused(missing: dict[str, object]) -> None:
    """No message says None, and none has a hole."""
    with pytest.raises(BadTemplate, match=r"en/note\.txt: carrier is not known for this order"):
        templates("By {{ carrier }}.").render("note", "en", {**VALUES, **missing})
    with pytest.raises(BadTemplate, match="order_id is not known"):
        templates("By {{ carrier }}.").render("note", "en", {"carrier": "UPS"})


@pytest.mark.parametrize(
    ("hostile", "literal"),
    [
        ("{{ order_id }}", "{{ order_id }}"),
        ("{% for x in y %}", "{% for x in y %}"),
        ("{{ ''.__class__.__mro__ }}", "{{ ''.__class__.__mro__ }}"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("UPS\r\nBcc: all@evil.example", "UPS Bcc: all@evil.example"),
        ("UPS\u2028new\x00line\x1b[2J", "UPS new line [2J"),
        ("\u202eSPU", "SPU"),
        ("\ud800UPS", "UPS"),
        ("%s %(x)s {0}", "%s %(x)s {0}"),
    ],
)
def test_a_hostile_value_stays_literal_and_on_its_line(hostile: str, literal: str) -> None:
    """A value is never a template, a header or a second line."""
    values = {**VALUES, "carrier": hostile}
    found = templates("By {{ carrier }}.", subject="{{ carrier }}").render("note", "en", values)
    assert found.text == f"By {literal}.\n"
    assert found.subject == literal
    assert found.text.isprintable() or found.text.count("\n") == 1


def test_a_value_is_bounded() -> None:
    """A carrier of a megabyte makes no message of a megabyte."""
    found = templates("{{ carrier }}").render("note", "en", {**VALUES, "carrier": "x" * 1_000_000})
    assert len(found.text) == 201


def test_a_language_is_found_by_its_code() -> None:
    """`de-AT` and `DE_de` are German."""
    german = templates("Hallo {{ order_id }}", "de")
    assert german.render("note", "de-AT", VALUES).language == "de"
    assert german.render("note", "DE_de", VALUES).language == "de"


def test_english_stands_in_only_where_that_is_allowed() -> None:
    """The wrong language is never sent by accident."""
    english = templates("Hello {{ order_id }}")
    with pytest.raises(BadTemplate, match=r"note has no text in 'fr'; add fr/note\.txt"):
        english.render("note", "fr", VALUES)
    assert english.render("note", "fr", VALUES, allow_fallback=True).language == "en"


def test_an_unknown_template_is_named_with_the_known_ones() -> None:
    """The error says what there is."""
    with pytest.raises(BadTemplate, match="no template nose; known: note"):
        templates("Hello").render("nose", "en", VALUES)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"f\.txt:1: subject is missing"),
        ("subject: x\npurpose: y\n\nz", r"f\.txt:2: statuses is missing"),
        ("subject: x\nsubject: y\n\nz", r"f\.txt:2: subject stands here twice"),
        ("subject: x\nfrom: y\n\nz", r"f\.txt:2: write one of subject: …"),
        ("subject:\n\nz", r"f\.txt:1: write one of subject: …"),
        ("subject: x\npurpose: y\nstatuses: open\n\nz", r"f\.txt:3: 'open' is no status; write"),
        ("subject: x\npurpose: y\nstatuses: denied\n\n \n", r"f\.txt:4: there is no text"),
        ("subject: x\npurpose: y\nstatuses: denied", r"f\.txt:4: there is no text"),
        (
            HEAD + "a\n\n{{ buyer_comment }}",
            r"f\.txt:7: unknown variable buyer_comment; known: ord",
        ),
        (HEAD + "\n\n{{ order_id", r"f\.txt:7: unexpected end"),
        (HEAD + "{% if carrier %}\na\n", r"f\.txt:6: Unexpected end of template"),
        (HEAD.replace("order_id", "order") + "x", r"f\.txt:1: unknown variable order;"),
        (HEAD + "a\n{{ order_id.__class__ }}", r"f\.txt:6: getattr is not allowed"),
        (HEAD + "{{ order_id['x'] }}", r"f\.txt:5: getitem is not allowed"),
        (HEAD + "{{ range(9) }}", r"f\.txt:5: call is not allowed"),
        (HEAD + "{{ order_id * 1000000 }}", r"f\.txt:5: mul is not allowed"),
        (HEAD + "{{ order_id | upper }}", r"f\.txt:5: filter is not allowed"),
        (HEAD + "{% for x in order_id %}{% endfor %}", r"f\.txt:5: for is not allowed"),
        (HEAD + "{% include 'x' %}", r"f\.txt:5: include is not allowed"),
        (HEAD + "{% set order_id = 'x' %}", r"f\.txt:5: assign is not allowed"),
    ],
)
def test_a_bad_template_is_refused_with_file_and_line(text: str, fault: str) -> None:
    """Every fault is found when the file is read, not when a buyer waits."""
    with pytest.raises(BadTemplate, match=f"^{fault}"):
        Template.parse(text, "f.txt")


def test_a_template_says_when_it_may_be_sent() -> None:
    """A message for an open claim is none for a decided one."""
    template = Template.parse(f"{HEAD}Hello", "f.txt")
    assert template.may_be_sent(Status.UNDER_REVIEW)
    assert not template.may_be_sent(Status.DENIED)
    assert template.purpose == "a test"


def test_windows_line_ends_and_a_byte_order_mark_are_harmless(tmp_path: Path) -> None:
    """Sellers edit with whatever they have."""
    (tmp_path / "en").mkdir()
    text = f"\ufeff{HEAD}Hello,\n\n{{{{ order_id }}}}\n".replace("\n", "\r\n")
    (tmp_path / "en" / "note.txt").write_bytes(text.encode())
    found = load_templates(tmp_path).render("note", "en", VALUES)
    assert found.text == "Hello,\n\n111-0000101-0000101\n"


def test_the_folder_tells_all_faulty_files_at_once(tmp_path: Path) -> None:
    """One look is enough to mend them all; what is hidden or beside is left alone."""
    files = {
        "en/good.txt": f"{HEAD}Hello".encode(),
        "en/bad.txt": f"{HEAD}{{{{ nobody }}}}".encode(),
        "en/latin.txt": HEAD.encode() + b"a\n\xe4",
        "en/notes.md": b"x",
        "en/Big.txt": b"x",
        "german/good.txt": b"x",
        "en/.swap": b"x",
        "README.md": b"x",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadTemplate) as fault:
        load_templates(tmp_path)
    folder = tmp_path.name
    assert str(fault.value).splitlines() == [
        f"{folder}/en/Big.txt:1: name a template like ask_again.txt",
        f"{folder}/en/bad.txt:5: unknown variable nobody; known: {', '.join(VARIABLES)}",
        f"{folder}/en/latin.txt:6: not UTF-8; save the file as UTF-8",
        f"{folder}/en/notes.md:1: name a template like ask_again.txt",
        f"{folder}/german/good.txt:1: name the folder by a language code like de",
    ]


def test_no_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    """A wrong path does not silently mean no templates."""
    with pytest.raises(BadTemplate, match="is no folder"):
        load_templates(tmp_path / "nowhere")
