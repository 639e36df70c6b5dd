"""All tables; importing this package makes the metadata complete."""

from db.models.cases import Case, CaseEvent, CaseView
from db.models.library import LibraryEdition, Revision
from db.models.notices import OutboxRow
from db.models.rest_stops import RestStopRow
from db.models.staff import SignInLink, Staff, StaffSession
from db.models.turns import ChoiceRow, DialogueRow, TurnRow
from db.models.workers import Consent, Worker

__all__ = [
    "Case",
    "CaseEvent",
    "CaseView",
    "ChoiceRow",
    "Consent",
    "DialogueRow",
    "LibraryEdition",
    "OutboxRow",
    "RestStopRow",
    "Revision",
    "SignInLink",
    "Staff",
    "StaffSession",
    "TurnRow",
    "Worker",
]
