"""What members of staff may do: the one table of roles and their permissions."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """Something that a role allows. Routes and services ask for these, never for a role."""

    SEE_CASES = "see_cases"
    DECIDE_CASES = "decide_cases"
    HANDLE_CASES = "handle_cases"
    ANSWER_CASES = "answer_cases"
    APPROVE_ANSWERS = "approve_answers"
    REVEAL_CONTACT = "reveal_contact"
    TALK_TO_WORKERS = "talk_to_workers"
    EDIT_STOPS = "edit_stops"
    EDIT_CONTENT = "edit_content"
    IMPORT_DATA = "import_data"
    EXPORT_DATA = "export_data"
    SEE_FIGURES = "see_figures"
    WRITE_NOTICES = "write_notices"
    APPROVE_NOTICES = "approve_notices"
    APPROVE_URGENT = "approve_urgent"
    MANAGE_STAFF = "manage_staff"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    """A job in the console. One member of staff may have several."""

    REVIEWER = "reviewer"
    HANDLER = "handler"
    NOTICE_AUTHOR = "notice_author"
    NOTICE_APPROVER = "notice_approver"
    URGENT_APPROVER = "urgent_approver"
    CONTENT_EDITOR = "content_editor"
    DATA_OFFICER = "data_officer"
    ADMIN = "admin"
    AUDITOR = "auditor"


_P = Permission

ROLES: Mapping[Role, frozenset[Permission]] = {
    # A reviewer also handles what no unit is there for.
    Role.REVIEWER: frozenset(
        {_P.SEE_CASES, _P.DECIDE_CASES, _P.HANDLE_CASES, _P.ANSWER_CASES, _P.APPROVE_ANSWERS}
        | {_P.REVEAL_CONTACT, _P.TALK_TO_WORKERS, _P.SEE_FIGURES}
    ),
    Role.HANDLER: frozenset({_P.SEE_CASES, _P.HANDLE_CASES, _P.ANSWER_CASES}),
    Role.NOTICE_AUTHOR: frozenset({_P.WRITE_NOTICES}),
    Role.NOTICE_APPROVER: frozenset({_P.APPROVE_NOTICES}),
    # What he lets pass comes at night too.
    Role.URGENT_APPROVER: frozenset({_P.APPROVE_NOTICES, _P.APPROVE_URGENT}),
    Role.CONTENT_EDITOR: frozenset({_P.EDIT_STOPS, _P.EDIT_CONTENT}),
    Role.DATA_OFFICER: frozenset({_P.EDIT_STOPS, _P.IMPORT_DATA, _P.EXPORT_DATA, _P.SEE_FIGURES}),
    # Who looks after accounts needs to read nobody's case.
    Role.ADMIN: frozenset({_P.MANAGE_STAFF, _P.READ_AUDIT}),
    Role.AUDITOR: frozenset({_P.SEE_CASES, _P.SEE_FIGURES, _P.READ_AUDIT}),
}

# These see all or nothing: half an admin could give himself the other half.
UNLIMITED = frozenset({Role.ADMIN, Role.AUDITOR})

# What the first admin can do until another one narrows it: everything. A handler needs a unit,
# and nothing that he may do is missing here.
FIRST_ROLES = tuple(role for role in Role if role is not Role.HANDLER)
