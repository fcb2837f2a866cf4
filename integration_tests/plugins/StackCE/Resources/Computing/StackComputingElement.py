"""A computing element whose pilots' output are files in a folder, option ``OutputFolder`` of the CE.

``<stamp>.out`` and ``<stamp>.err`` are the output, ``<stamp>.info`` the logging info, ``<stamp>.hang`` makes it
hang, ``<stamp>.asked`` gets a line for each question: the identity that asked.
"""

import os
import time
from pathlib import Path

from DIRAC import S_ERROR, S_OK
from DIRAC.Resources.Computing.ComputingElement import ComputingElement


class StackComputingElement(ComputingElement):
    """Gives output, and nothing else."""

    def getJobOutput(self, jobID):
        """Return S_OK((standard output, standard error)), as DIRAC's CEs do."""
        asked = self._asked(jobID)
        if not asked["OK"]:
            return asked
        job = asked["Value"]
        if not job.with_suffix(".out").exists():
            return S_ERROR(f"{jobID}: <b>no such job</b>")
        error = job.with_suffix(".err")
        return S_OK((job.with_suffix(".out").read_text(), error.read_text() if error.exists() else ""))

    def getJobLog(self, jobID):
        """Return S_OK(logging info), as DIRAC's CEs do."""
        asked = self._asked(jobID)
        if not asked["OK"]:
            return asked
        info = asked["Value"].with_suffix(".info")
        return S_OK(info.read_text()) if info.exists() else S_ERROR(f"{jobID}: <b>no such job</b>")

    def _asked(self, jobID):
        """Note who asks, hang where that is wanted; S_OK(where the job's files are)."""
        prepared = self._prepareProxy()
        if not prepared["OK"]:
            return prepared
        job = Path(self.ceParameters["OutputFolder"]) / jobID.split(":::")[1]
        with job.with_suffix(".asked").open("a", encoding="utf-8") as file:
            file.write(os.environ.get("X509_USER_PROXY", "no proxy") + "\n")
        if job.with_suffix(".hang").exists():
            time.sleep(600)
        return S_OK(job)
