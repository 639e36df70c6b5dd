"""All tables; importing this package makes the metadata complete."""

from db.models.cases import Case, CaseEvent, CaseView
from db.models.library import LibraryEdition, Revision
from db.models.notices import OutboxRow
from db.models.photos import CasePhoto, Photo
from db.models.rest_stops import (
    RestStopRow,
    StopArea,
    StopCheck,
    StopImport,
    StopProposal,
    StopReport,
    StopSketch,
    StopVersion,
)
from db.models.staff import SignInLink, Staff, StaffSession
from db.models.turns import ChoiceRow, DialogueRow, TurnRow
from db.models.updates import UpdateRow
from db.models.workers import Account, Consent, LinkCode, LinkTry, Worker

__all__ = [
    "Account",
    "Case",
    "CaseEvent",
    "CasePhoto",
    "CaseView",
    "ChoiceRow",
    "Consent",
    "DialogueRow",
    "LibraryEdition",
    "LinkCode",
    "LinkTry",
    "OutboxRow",
    "Photo",
    "RestStopRow",
    "Revision",
    "SignInLink",
    "Staff",
    "StaffSession",
    "StopArea",
    "StopCheck",
    "StopImport",
    "StopProposal",
    "StopReport",
    "StopSketch",
    "StopVersion",
    "TurnRow",
    "UpdateRow",
    "Worker",
]
