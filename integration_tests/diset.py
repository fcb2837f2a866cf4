"""Many calls over DIRAC's own client from one process, each as whom it says, several at a time.

``python -m integration_tests.diset`` reads a JSON list of ``[service, method, arguments, proxy]`` from a file, where
proxy is a path, or None for the host of this process, and prints the answers in order as JSON. A call that does not
even get an answer has ``Errno`` -1.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_PROGRAM = "integration_tests.diset"
_THREADS = 8


def calls(stack, wanted, folder, host=None, seconds=300):
    """DIRAC's answers to the calls; ``host`` names another host than the stack's own."""
    path = folder / f"{host or 'calls'}.json"
    path.write_text(json.dumps(wanted))
    where = stack.pki.host_folder(host or "host")
    own = {"DIRAC_X509_HOST_CERT": f"{where}/hostcert.pem", "DIRAC_X509_HOST_KEY": f"{where}/hostkey.pem"}
    done = stack.run([sys.executable, "-m", _PROGRAM, path], timeout=seconds, **own)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def main(path):
    """Make the calls of a file."""
    import DIRAC

    DIRAC.initialize(require_auth=False)
    from DIRAC.Core.Base.Client import Client

    def call(service, method, arguments, proxy):
        credentials = {"proxyLocation": proxy} if proxy else {"useCertificates": True}
        try:
            answer = getattr(Client(url=service, **credentials), method)(*arguments)
        except Exception as error:  # the client's own: no answer
            return {"OK": False, "Errno": -1, "Message": repr(error)}
        return {key: answer[key] for key in ("OK", "Value", "Errno", "Message") if key in answer}

    with Path(path).open(encoding="utf-8") as file, ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(lambda wanted: call(*wanted), json.load(file)))
    print(json.dumps(answers, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
