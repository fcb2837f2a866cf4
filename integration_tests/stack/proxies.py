"""Makes RFC proxies with a DIRAC group by DIRAC's own code, as `dirac-proxy-init --no-upload` does.

Run as `python -m integration_tests.stack.proxies PKI FOLDER SPEC ...`, each spec the JSON of [name, user, group or
null, limited, hours], in a process of its own, as the tests' process doesn't load DIRAC.
"""

import json
import os
import sys
from pathlib import Path

from DIRAC.Core.Security.X509Chain import X509Chain
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise


def make_proxy(pki: Path, target: Path, user, group, limited, hours):
    """Write one proxy; it appears under its name only when it is whole."""
    chain = X509Chain()
    returnValueOrRaise(chain.loadChainFromFile(str(pki / f"{user}.pem")))
    returnValueOrRaise(chain.loadKeyFromFile(str(pki / f"{user}.key")))
    part = target.with_suffix(f".{os.getpid()}")
    returnValueOrRaise(chain.generateProxyToFile(str(part), int(hours * 3600), group, limited=limited, strength=2048))
    part.replace(target)


def main(pki, folder, *specs):
    """Make every proxy that is asked for."""
    for spec in specs:
        name, *facts = json.loads(spec)
        make_proxy(Path(pki), Path(folder) / f"{name}.proxy", *facts)


if __name__ == "__main__":
    main(*sys.argv[1:])
