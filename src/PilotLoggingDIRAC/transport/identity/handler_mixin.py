"""The base of mixins that stand before DIRAC's handler in a list of bases, with its attributes for the type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from DIRAC.Core.Tornado.Server.private.BaseRequestHandler import BaseRequestHandler as HandlerMixin
else:

    class HandlerMixin:
        """An empty class at run time: DIRAC's handler comes after the mixins."""
