"""All tables; importing this package makes the metadata complete."""

from db.models.cases import Case, CaseAddition, CaseEvent, CaseSupporter, CaseTry, CaseView
from db.models.library import LibraryEdition, Revision
from db.models.likeness import CaseTheme, CaseVector
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
from db.models.sorting import AreaUnit, CaseExample, SortingImport, SortingModel
from db.models.staff import SignInLink, Staff, StaffSession
from db.models.turns import ChoiceRow, DialogueRow, TurnRow
from db.models.updates import UpdateRow
from db.models.workers import Account, Consent, LinkCode, LinkTry, Worker, WorkerKey

__all__ = [
    "Account",
    "AreaUnit",
    "Case",
    "CaseAddition",
    "CaseEvent",
    "CaseExample",
    "CasePhoto",
    "CaseSupporter",
    "CaseTheme",
    "CaseTry",
    "CaseVector",
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
    "SortingImport",
    "SortingModel",
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
    "WorkerKey",
]
