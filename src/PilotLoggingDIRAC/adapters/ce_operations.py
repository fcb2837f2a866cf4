"""Operations on computing elements by DIRAC's own plugins, run in a worker's child for ``ComputingElementSource``.

CE plugins set ``X509_USER_PROXY`` for their whole process, leave files in the temporary directory, and can hang.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from DIRAC.WorkloadManagementSystem.Service.WMSUtilities import getPilotCE, getPilotRef, setPilotCredentials

from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.read.source_chain import whole_text

from .workers.operations import operation
from .workers.private_folder import private_files


@operation
def ce_output(reference: str, fields: dict[str, str], folder: str, max_bytes: int) -> list[str]:
    """Return [standard output, standard error] of a pilot from its CE, at most the last ``max_bytes`` of each.

    ``fields`` are the fields of the pilot's row that DIRAC needs; temporary files go below ``folder``. Raise
    LogNotFound with the reason where the CE does not give the output.
    """
    output = _asked("getJobOutput", reference, fields, folder)
    return [_end(text, max_bytes) for text in output]


@operation
def ce_logging(reference: str, fields: dict[str, str], folder: str, max_bytes: int) -> str:
    """Return the CE's log of a pilot's job, at most its last ``max_bytes``; arguments and errors as ``ce_output``."""
    return _end(_asked("getJobLog", reference, fields, folder), max_bytes)


def _asked(method: str, reference: str, fields: dict[str, str], folder: str) -> Any:
    with private_files(), _temporary_files_in(folder):
        ce = _value(getPilotCE(fields))
        if not hasattr(ce, method):
            raise LogNotFound(f"{fields['GridType']} CEs give none")
        _value(setPilotCredentials(ce, fields))
        return _value(getattr(ce, method)(_value(getPilotRef(reference, fields))))


@contextmanager
def _temporary_files_in(folder: str) -> Iterator[None]:
    """Put the CE's proxy and working directory into a folder that the parent removes if this process dies."""
    proxy = os.environ.get("X509_USER_PROXY")
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = None
        if proxy is None:
            os.environ.pop("X509_USER_PROXY", None)
        else:
            os.environ["X509_USER_PROXY"] = proxy


def _value(result: dict[str, Any]) -> Any:
    if not result["OK"]:
        raise LogNotFound(f"the CE gives no output: {result['Message']}")
    return result.get("Value")


def _end(text: str | bytes | None, max_bytes: int) -> str:
    raw = text if isinstance(text, bytes) else (text or "").encode("utf-8", "backslashreplace")
    return whole_text([raw], max_bytes)
