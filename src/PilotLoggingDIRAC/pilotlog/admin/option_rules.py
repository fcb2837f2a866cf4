"""Rules for the values of options: what is wrong with one, in words; a bad value is not used and hurts nothing else."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Collection, Sequence
from typing import Any

from .. import validation
from ..errors import InvalidInput
from ..text import humanize

#: Numbers of things of which none at all means something.
_MAY_BE_ZERO = frozenset(
    {
        *("scrub_copies", "max_bytes_per_hour", "max_new_logs_per_hour", "niceness"),
        *("diagnose_logs", "unknown_groups", "bundle_cache_mb"),
    }
)
#: Times without which a component would do nothing, or nothing else.
_NEVER_ZERO = frozenset(
    {
        *("answer_seconds", "commit_seconds", "probe_seconds", "adopt_seconds", "lease_seconds", "transfer_seconds"),
        *("source_seconds", "chain_seconds", "tick_seconds", "beat_seconds", "watch_seconds", "stalled_seconds"),
        *("max_body_seconds", "max_idle_seconds", "send_seconds", "search_seconds", "search_fetch_seconds"),
        *("describe_again_seconds", "describe_whole_seconds", "describe_load_percent", "describe_lease_seconds"),
        *("keys_refresh_seconds", "keys_fetch_seconds", "keys_max_age_seconds"),
        *("notice_load_percent", "notice_lease_seconds", "notice_send_seconds", "notice_retry_seconds"),
        *("notice_forget_seconds", "cycle_load_percent"),
        *("forward_lease_seconds", "forward_retry_seconds", "forward_max_retry_seconds", "forward_seconds"),
        *("forward_replay_seconds", "forward_fetch_seconds"),
        *("notice_max_retry_seconds", "period_seconds", "silent_seconds", "window_seconds", "site_period_seconds"),
    }
)
_CENTURY_SECONDS = 3_200_000_000
_CENTURY_DAYS = 36_525
_MOST = 2**62
_FOLDER = re.compile(r"[\w.+=@%~-]+", re.ASCII)


class BadValue(ValueError):
    """The value of an option can't be used; the message says why."""


def number(value: Any, kind: type, field: str) -> Any:
    """Return the number of a value; ``field`` is the settings' name of the option. Raise BadValue."""
    try:
        found = kind(value)
    except (TypeError, ValueError):
        raise BadValue("it is not a number" if kind is float else "it is not a whole number") from None
    if isinstance(found, float) and not math.isfinite(found):
        raise BadValue("it is not a number")
    most = _most(field)
    if not 0 <= found <= most:
        raise BadValue(f"it is not between 0 and {most:,}")
    if found == 0 and (field in _NEVER_ZERO or (kind is int and field not in _MAY_BE_ZERO)):
        raise BadValue("it is 0")
    return found


def _most(field: str) -> int:
    if field.endswith("_seconds"):
        return _CENTURY_SECONDS
    return _CENTURY_DAYS if field.endswith("_days") else _MOST


def truth_problem(value: Any) -> str:
    """Return what is wrong with a yes or no; empty for nothing. DIRAC takes any other word for no."""
    try:
        validation.truth(value)
    except InvalidInput:
        return "it is neither yes nor no, and counts as no"
    return ""


def folder_problem(vo: str, path: str) -> str:
    """Return what is wrong with a VO's ``UploadPath``; empty for nothing."""
    first, *parts = path.rstrip("/").split("/")
    if "," in path:
        return f"UploadPath {path} is a list: it is one folder"
    if first or parts[:1] != [vo] or any(part in (".", "..") or not _FOLDER.fullmatch(part) for part in parts[1:]):
        return f"UploadPath {path} does not begin with /{vo}/, or is not a plain path"
    return ""


def element_problem(se: str, known: Collection[str]) -> str:
    """Return what is wrong with a VO's ``UploadSE``; empty for nothing."""
    if se in known:
        return ""
    return f"UploadSE {se} is no storage element of the configuration{humanize.meant(se, known)}"


def networks_problem(values: Sequence[str]) -> str:
    """Return what is wrong with addresses and networks; empty for nothing."""
    return "; ".join(f"{value} is neither an address nor a network" for value in values if not _is_network(value))


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def unknown_problem(name: str, known: Collection[str]) -> str:
    """Return that there is no such option, and which name may be meant."""
    return f"there is no such option{humanize.meant(name, known)}"
