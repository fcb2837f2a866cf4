"""Ranged reads of files on storage elements, which DIRAC's own StorageElement doesn't have: one for each plugin.

A file on a disk is read with ``pread``, one behind gfal2's protocols (xrootd, WebDAV, SRM) with gfal2's, and one on S3
by a GET with a range. With other plugins, and where a plugin can't open the file, callers fetch the whole file.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from DIRAC.Core.Utilities.ReturnValues import returnSingleResult

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

_GATEWAY_SECONDS = 30

Read = Callable[[Any, str, int, int], bytes]
"""Take (plugin, URL, offset, size) and return the bytes there, fewer at the file's end. May raise any exception."""


def read_range(storage: Any, lfn: str, offset: int, size: int) -> bytes:
    """Return ``size`` bytes of a file from ``offset`` on, by the first of the element's plugins that reads them.

    Raise ArchiveError if none does; a file that ends before is no better.
    """
    allowed = storage.isValid("getFile")
    if not allowed["OK"]:
        raise ArchiveError(f"{storage.name}: {allowed['Message']}")
    reasons = []
    for plugin in storage.storages.values():
        read = _reader(plugin)
        if read is None:
            continue
        try:
            content = read(plugin, _url(plugin, lfn), offset, size)
        except Exception as error:  # of whatever library the plugin is made of
            reasons.append(f"{plugin.pluginName}: {type(error).__name__}: {error}")
            continue
        if len(content) == size:
            return content
        reasons.append(f"{plugin.pluginName}: {len(content)} of {size} bytes")
    raise ArchiveError(f"{storage.name} gives no part of the file: {'; '.join(reasons) or 'its protocols do not'}")


def _reader(plugin: Any) -> Read | None:
    if plugin.pluginName == "File":
        return _from_disk
    if plugin.pluginName == "S3":
        return _from_s3
    return _from_gfal2 if hasattr(plugin, "ctx") else None


def _url(plugin: Any, lfn: str) -> str:
    url = plugin.constructURLFromLFN(lfn, withWSUrl=True)
    if not url["OK"]:
        raise ArchiveError(url["Message"])
    return str(url["Value"])


def _from_disk(plugin: Any, url: str, offset: int, size: int) -> bytes:
    with Path(url).open("rb") as file:
        return os.pread(file.fileno(), size, offset)


def _from_gfal2(plugin: Any, url: str, offset: int, size: int) -> bytes:
    file, parts, found = plugin.ctx.open(url, "r"), [], 0
    while found < size and (part := file.pread_bytes(offset + found, size - found)):
        parts.append(part)
        found += len(part)
    return b"".join(parts)


def _from_s3(plugin: Any, url: str, offset: int, size: int) -> bytes:
    span = f"bytes={offset}-{offset + size - 1}"
    if not plugin.directAccess:
        return _through_gateway(plugin, url, span)
    key = urlsplit(url).path.lstrip("/").removeprefix(f"{plugin.bucketName}/")
    content: bytes = plugin.s3_client.get_object(Bucket=plugin.bucketName, Key=key, Range=span)["Body"].read()
    return content


def _through_gateway(plugin: Any, url: str, span: str) -> bytes:
    """Read with a URL that DIRAC's S3Gateway signs."""
    signed = returnSingleResult(plugin.S3GatewayClient.createPresignedUrl(plugin.name, "get_object", [url]))
    if not signed["OK"]:
        raise ArchiveError(signed["Message"])
    request = urllib.request.Request(signed["Value"], headers={"Range": span})
    with urllib.request.urlopen(request, timeout=_GATEWAY_SECONDS) as answer:
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            raise ArchiveError("the server knows no ranges")
        content: bytes = answer.read()
    return content
