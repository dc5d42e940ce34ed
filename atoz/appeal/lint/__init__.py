"""What must not be in an appeal: one small rule per function, each finding with its advice.

Source: the lint table of the domain notes. `block` findings need a person; `warn` findings too
when the playbook approves on findings.
"""

from atoz.appeal.lint.check import lint, lint_letter

__all__ = ["lint", "lint_letter"]
