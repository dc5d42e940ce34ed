"""How the verbs are grouped: the panels of the help, and groups of verbs such as `playbook …`."""

import typer

SYSTEM = "The whole system"
BOARD = "The board"
CLAIMS = "Claims"
OTHERS = "What others said"
TASKS = "Tasks"
OVERRIDES = "Overrides"
PLAYBOOKS = "Playbooks and rehearsals"
UPGRADES = "Upgrades"
TEXTS = "Appeals and messages"
KEYS = "Keys and erasure"
MAIL = "Incoming mail"

_GROUPS = {
    "users": (BOARD, "Who gets into the board with a password."),
    "tokens": (BOARD, "Tokens for programs that use the API."),
    "access": (BOARD, "Who did what to the installation, and who logged in."),
    "desk": (TASKS, "What belongs to no running claim: look at it, attach it, let it go."),
    "playbook": (PLAYBOOKS, "Write a playbook, check it, and try it on a case."),
    "migrate": (PLAYBOOKS, "Move running claims to a changed playbook, and back."),
    "deploy": (UPGRADES, "The builds that claims run on, side by side."),
    "message": (TEXTS, "Render and check messages to the buyer."),
    "appeal": (TEXTS, "Write and check appeals."),
    "keys": (KEYS, "The keys that everything is sealed with."),
    "mail": (MAIL, "Read incoming mail."),
}
"""Each group with its panel and its help."""


class Groups:
    """The command, and its groups, each of which is there once a verb of it is asked for by name."""

    def __init__(self) -> None:
        self.root = typer.Typer(
            name="atoz",
            help="Follows a documented playbook for every A-to-z claim.",
            no_args_is_help=True,
            add_completion=False,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
            callback=_nothing,
        )
        self._made: dict[str, typer.Typer] = {}

    def __getitem__(self, name: str) -> typer.Typer:
        if name not in self._made:
            panel, said = _GROUPS[name]
            self._made[name] = typer.Typer(help=said, no_args_is_help=True)
            self.root.add_typer(self._made[name], name=name, rich_help_panel=panel)
        return self._made[name]


def _nothing() -> None:
    # Without it a command that holds a single verb would take no name of a verb.
    pass
