"""The playbooks folder with everything that is written by it: what a worker and a simulation go by."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from atoz.library import Library, load_library
from atoz.mail.render import Templates
from atoz.mail.template_checks import check_seller_name, check_templates
from atoz.mail.templates_folder import load_templates
from atoz.mail.writing import Writing
from atoz.settings import Settings
from atoz.yaml_folder import fingerprint


class Rules(NamedTuple):
    """What a seller edits, read and checked: playbooks, policies, phrases, templates and their words."""

    library: Library
    templates: Templates
    writing: Writing


def load_rules(settings: Settings) -> Rules:
    """Read the playbooks folder. Raises one error that names every problem in it."""
    rules = _rules(settings.playbooks, fingerprint(settings.playbooks))
    check_seller_name(settings.seller_name, rules.library.bans)
    return rules


@lru_cache(maxsize=2)
def _rules(folder: Path, _fingerprint: str) -> Rules:
    library = load_library(folder)
    templates = load_templates(folder / "templates")
    writing = library.writing(templates)
    check_templates(writing, [policy.language for policy in library.policies.values()])
    return Rules(library, templates, writing)
