"""Descriptions of logs: the columns that say what DIRAC knows of a pilot, and the host that its log tells."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, func, update

from ...model import PilotInfo, State
from .tables import logs

DESCRIBED = ("PilotReference", "Site", "CE", "PilotStatus", "Host")
#: Changes a log, unless it was deleted on request; see ``parameters``.
DESCRIBING = (
    update(logs)
    .where(logs.c.LogID == bindparam("log"), logs.c.State != State.DELETED.value)
    .values({name: func.coalesce(func.nullif(bindparam(f"new_{name}"), ""), logs.c[name]) for name in DESCRIBED})
)


def description(info: PilotInfo) -> dict[str, str]:
    """Return what DIRAC knows of a pilot as columns of its log."""
    names = {"PilotReference": info.reference[:255], "Site": info.site[:128], "CE": info.ce[:128]}
    return names | {"PilotStatus": info.status[:32]}


def parameters(log_id: int, values: Mapping[str, str]) -> dict[str, object]:
    """Return the parameters of ``DESCRIBING`` for some of the columns; an empty value takes nothing away."""
    return {"log": log_id} | {f"new_{name}": values.get(name, "") for name in DESCRIBED}
