"""The filling of a new stack through DIRAC itself; each run as `python -m integration_tests.stack.filling WHAT`.

In processes of their own, with the stack's environment: the tests' process doesn't load DIRAC.
"""

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import DIRAC
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise

STATUS_TYPES = ("ReadAccess", "WriteAccess", "CheckAccess", "RemoveAccess")
FOR_EVER = datetime(2100, 1, 1)
PROXY_SECONDS = 30 * 86400


def create_databases(*names):
    """Create databases by the code of dirac-install-db, with its grants and no more."""
    from DIRAC.FrameworkSystem.Client.ComponentInstaller import gComponentInstaller

    gComponentInstaller.exitOnError = False
    for name in names:
        returnValueOrRaise(gComponentInstaller.installDatabase(name))


def upload_proxies(pki, *users):
    """Put users' proxies into the ProxyDB, as dirac-proxy-init does."""
    DIRAC.initialize(require_auth=False)
    for user in users:
        upload_proxy(Path(pki), user)


def upload_proxy(pki, user):
    """Upload a proxy without a group, connecting as its owner."""
    from DIRAC.Core.Security.X509Chain import X509Chain
    from DIRAC.FrameworkSystem.Client.ProxyManagerClient import gProxyManager

    chain = X509Chain()
    returnValueOrRaise(chain.loadChainFromFile(str(pki / f"{user}.pem")))
    returnValueOrRaise(chain.loadKeyFromFile(str(pki / f"{user}.key")))
    with tempfile.TemporaryDirectory() as folder:
        location = os.environ["X509_USER_PROXY"] = f"{folder}/proxy"
        returnValueOrRaise(chain.generateProxyToFile(location, PROXY_SECONDS, None))
        returnValueOrRaise(gProxyManager.uploadProxy(location))


def activate(*storage_elements):
    """Declare storage elements Active in the resource status; DIRAC refuses those it doesn't know."""
    DIRAC.initialize(require_auth=False)
    from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient

    client, now = ResourceStatusClient(), datetime.utcnow()
    for name in storage_elements:
        for status_type in STATUS_TYPES:
            answer = client.addOrModifyStatusElement(
                "Resource", "Status", name=name, statusType=status_type, status="Active",
                elementType="StorageElement", reason="stack", dateEffective=now, lastCheckTime=now,
                tokenOwner="stack", tokenExpiration=FOR_EVER,
            )  # fmt: skip
            returnValueOrRaise(answer)


TASKS = {"databases": create_databases, "proxies": upload_proxies, "active": activate}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
