"""Studies of the prices behind the forecast in view."""

from stockcast_lib.dashboard.model.studies.catalogue import FIRST_STUDY, STUDIES, Study
from stockcast_lib.dashboard.model.studies.settings import SETTINGS, Setting
from stockcast_lib.dashboard.model.studies.studies import Outcome, StudiesModel, StudyView
from stockcast_lib.dashboard.model.studies.telling import Findings, Table

__all__ = [
    "FIRST_STUDY",
    "SETTINGS",
    "STUDIES",
    "Findings",
    "Outcome",
    "Setting",
    "StudiesModel",
    "Study",
    "StudyView",
    "Table",
]
