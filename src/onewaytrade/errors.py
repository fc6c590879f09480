"""The errors that a user is meant to read: each is one clear sentence."""


class OneWayTradeError(Exception):
    """Base of all errors whose message is written for the user."""


class ProjectError(OneWayTradeError):
    """No project folder was found, or the one named is not a project."""


class DatasetError(OneWayTradeError):
    """A dataset, an edition or a file of `data/` is unknown, changed or malformed."""


class ClaimError(OneWayTradeError):
    """The register of claims is malformed, or an unknown claim was asked for."""


class ParameterError(OneWayTradeError):
    """A notebook's parameter has an unknown name or a value that is not allowed."""


class NoFigureError(OneWayTradeError):
    """The data at hand hold no figure for what was asked, so that a claim on it cannot be checked."""


class SourceError(OneWayTradeError):
    """A publisher's file does not have the layout that its reader knows."""


class FetchError(OneWayTradeError):
    """A publisher's file cannot be downloaded, or something else came in its place."""


class SiteError(OneWayTradeError):
    """The website cannot be made from what lies in the folder of executed notebooks."""


class TeachingError(OneWayTradeError):
    """A lesson, an exercise or a student's notebook is unknown, or not what it must be."""
