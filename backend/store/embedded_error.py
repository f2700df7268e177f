"""Why the embedded database cannot be had, in one line for the person who started it."""

from enum import StrEnum


class EmbeddedDatabaseCode(StrEnum):
    """Stable codes, one for each thing that a person can put right."""

    FOLDER_NOT_USABLE = "FOLDER_NOT_USABLE"
    FOLDER_IN_USE = "FOLDER_IN_USE"
    PORT_TAKEN = "PORT_TAKEN"
    PROGRAM_MISSING = "PROGRAM_MISSING"
    DID_NOT_START = "DID_NOT_START"


class EmbeddedDatabaseError(Exception):
    """One line: what is wrong, where, and what helps."""

    def __init__(self, code: EmbeddedDatabaseCode, message: str) -> None:
        super().__init__(message)
        self.code = code
