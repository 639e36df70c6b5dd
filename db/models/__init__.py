"""All tables; importing this package makes the metadata complete."""

from db.models.attachments import CasePhoto, CaseRecording, Photo, Recording
from db.models.board import BoardChange, BoardPost
from db.models.case_flow import (
    CaseAnswer,
    CaseRecusal,
    CaseReminder,
    CaseReward,
    CaseUnit,
    Unit,
)
from db.models.cases import Case, CaseAddition, CaseEvent, CaseSupporter, CaseTry, CaseView
from db.models.exports import CaseExport
from db.models.figures import CaseFact, FigureDay, FigureMark, FigureReport, FigureWord, TurnDay
from db.models.handovers import (
    Handover,
    HandoverDuty,
    HandoverEvent,
    HandoverTimer,
    HandoverWord,
)
from db.models.library import LibraryEdition, Revision
from db.models.likeness import CaseNight, CaseTheme, CaseVector
from db.models.notices import (
    Notice,
    NoticeEvent,
    NoticeMark,
    NoticeOccurrence,
    NoticePicture,
    NoticeReply,
    NoticeVersion,
    NoticeWish,
    OutboxRow,
)
from db.models.reminders import Deadline, DeadlineMoment, StopWait
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
from db.models.sentences import Sentence
from db.models.signups import Signup, SignupList
from db.models.sorting import AreaUnit, CaseExample, SortingImport, SortingModel
from db.models.staff import (
    RecoveryCode,
    SignInDoor,
    SignInLink,
    Staff,
    StaffEvent,
    StaffRole,
    StaffSession,
)
from db.models.turns import ChoiceRow, DialogueRow, TurnRow
from db.models.updates import UpdateRow
from db.models.workbench import (
    AnswerDraft,
    CaseBulk,
    CaseLabel,
    CasePresence,
    Label,
    SavedView,
)
from db.models.workers import Account, Consent, LinkCode, LinkTry, Worker, WorkerKey

__all__ = [
    "Account",
    "AnswerDraft",
    "AreaUnit",
    "BoardChange",
    "BoardPost",
    "Case",
    "CaseAddition",
    "CaseAnswer",
    "CaseBulk",
    "CaseEvent",
    "CaseExample",
    "CaseExport",
    "CaseFact",
    "CaseLabel",
    "CaseNight",
    "CasePhoto",
    "CasePresence",
    "CaseRecording",
    "CaseRecusal",
    "CaseReminder",
    "CaseReward",
    "CaseSupporter",
    "CaseTheme",
    "CaseTry",
    "CaseUnit",
    "CaseVector",
    "CaseView",
    "ChoiceRow",
    "Consent",
    "Deadline",
    "DeadlineMoment",
    "DialogueRow",
    "FigureDay",
    "FigureMark",
    "FigureReport",
    "FigureWord",
    "Handover",
    "HandoverDuty",
    "HandoverEvent",
    "HandoverTimer",
    "HandoverWord",
    "Label",
    "LibraryEdition",
    "LinkCode",
    "LinkTry",
    "Notice",
    "NoticeEvent",
    "NoticeMark",
    "NoticeOccurrence",
    "NoticePicture",
    "NoticeReply",
    "NoticeVersion",
    "NoticeWish",
    "OutboxRow",
    "Photo",
    "Recording",
    "RecoveryCode",
    "RestStopRow",
    "Revision",
    "SavedView",
    "Sentence",
    "SignInDoor",
    "SignInLink",
    "Signup",
    "SignupList",
    "SortingImport",
    "SortingModel",
    "Staff",
    "StaffEvent",
    "StaffRole",
    "StaffSession",
    "StopArea",
    "StopCheck",
    "StopImport",
    "StopProposal",
    "StopReport",
    "StopSketch",
    "StopVersion",
    "StopWait",
    "TurnDay",
    "TurnRow",
    "Unit",
    "UpdateRow",
    "Worker",
    "WorkerKey",
]
