"""What guards ask before they replace a function of a library: whether it is as they know it, and not guarded yet."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeGuard


class LibraryChanged(RuntimeError):
    """A function of a library is not as its guard knows it, and no service must run without that guard."""


def takes(found: object, number: int) -> TypeGuard[Callable]:
    """Return whether something can be called with so many arguments, ``self`` of a method included."""
    if not callable(found):
        return False
    try:
        inspect.signature(found).bind(*range(number))
    except (TypeError, ValueError):  # it can't, or nobody can tell its arguments
        return False
    return True


def guard_of(original: Callable) -> Callable[[Callable], Callable]:
    """Make a function look like the one that it guards, and be known by ``is_guard``."""

    def made(guard: Callable) -> Callable:
        marked: Any = functools.wraps(original)(guard)
        marked.is_guarded = True
        return marked

    return made


def is_guard(found: object) -> bool:
    """Return whether a function is a guard, or wraps one. What a library wrapped by itself has no guard yet."""
    return getattr(found, "is_guarded", False)
