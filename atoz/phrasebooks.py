"""The phrasebooks of the playbooks folder, held to what an appeal may say and to the marketplaces.

It exists beside the library because `playbook check` asks for it alone: a playbook that hands in an
appeal is no better than the words which the appeal is made of.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from atoz.appeal.phrasebook import Phrasebook
from atoz.appeal.wording import banned_words, shouts
from atoz.appeal.words import REFERENCE
from atoz.claims.policy import Policy
from atoz.playbook.load import read_yaml
from atoz.playbook.problems import Problem, instead
from atoz.words.bans import Bans, Kind
from atoz.yaml_folder import File, Loaded, read_folder

FOLDER = "appeal"
_BANNED: tuple[Kind, ...] = ("insults", "threats")


def read_phrasebooks(folder: Path) -> Loaded[Phrasebook]:
    """The files of `appeal/` in the playbooks folder, each sound by itself or with its problems."""
    return read_folder(folder / FOLDER, lambda text, file: read_yaml(text, file, Phrasebook))


def beside_others(
    folder: Path,
    books: Sequence[File[Phrasebook]],
    policies: Iterable[File[Policy]],
    bans: Bans,
) -> Iterator[Problem]:
    """What shows only beside other files: names, banned words, a marketplace without its words."""
    known = {file.value.language for file in books}
    if REFERENCE not in known:
        missing = folder / FOLDER / f"{REFERENCE}.yaml"
        yield Problem(str(missing), 1, 1, "no such file: appeals fall back to it, restore it")
    for file in books:
        yield from _named(file)
        yield from _banned(file, bans)
    for policy in policies:
        wanted = policy.value.appeal_language
        if wanted not in known:
            said = f"no appeal can be written in `{wanted}`: {instead(wanted, sorted(known))}"
            yield policy.problem(("appeal_language",), said)


def _named(file: File[Phrasebook]) -> Iterator[Problem]:
    language = file.value.language
    if file.path.stem != language:
        said = f"`{language}` stands in {file.path.name}: call the file {language}.yaml"
        yield file.problem(("language",), said)


def _banned(file: File[Phrasebook], bans: Bans) -> Iterator[Problem]:
    """A sentence that the check of appeals would block in every text."""
    for key, pattern in file.value.sentences:
        for form in filter(None, (pattern.one, pattern.other)):
            words = [*banned_words(form), *(w for kind in _BANNED for w in bans.find(kind, form))]
            if words or shouts(form):
                said = f"leave out {words[0]!r}" if words else "write without capitals and !!"
                yield file.problem(("sentences", key), f"no appeal may say this: {said}")
