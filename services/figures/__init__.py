"""Figures: what came in, what became of it, and reports of it that nobody has to fill in."""

from services.figures.counting import COUNTED
from services.figures.folding import fold, fold_some, mend, take_up_themes
from services.figures.funnel import keep_days
from services.figures.reading import RATES, REST, UNKNOWN, before, figures
from services.figures.sheets import warm
from services.figures.values import (
    FEW,
    FEWEST,
    Asked,
    Cell,
    Figures,
    Funnel,
    Line,
    Period,
    Rate,
    Sketch,
    Theme,
    Took,
    read,
)

__all__ = [
    "COUNTED",
    "FEW",
    "FEWEST",
    "RATES",
    "REST",
    "UNKNOWN",
    "Asked",
    "Cell",
    "Figures",
    "Funnel",
    "Line",
    "Period",
    "Rate",
    "Sketch",
    "Theme",
    "Took",
    "before",
    "figures",
    "fold",
    "fold_some",
    "keep_days",
    "mend",
    "read",
    "take_up_themes",
    "warm",
]
