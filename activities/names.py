"""The names under which activities are known to the server. Renaming one breaks running claims."""

OPEN_CLAIM = "open_claim"
SEND_MESSAGE = "send_message"
DRAFT_APPEAL = "draft_appeal"
HAND_IN_APPEAL = "hand_in_appeal"
NOTIFY_OPERATORS = "notify_operators"
ARCHIVE_FACTS = "archive_facts"
ARCHIVE_CLAIM = "archive_claim"
