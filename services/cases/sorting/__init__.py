"""Sorting: which category a case belongs to and which unit looks after it, with the reason."""

from services.cases.sorting.learning import confirm
from services.cases.sorting.model import Ranked
from services.cases.sorting.proposing import Proposal, propose
from services.cases.sorting.units import Responsible, Where, located, responsible

__all__ = [
    "Proposal",
    "Ranked",
    "Responsible",
    "Where",
    "confirm",
    "located",
    "propose",
    "responsible",
]
