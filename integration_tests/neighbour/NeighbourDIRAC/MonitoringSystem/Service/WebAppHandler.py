"""A VO's own WebAppHandler, which knows nothing of ours."""

from concurrent.futures import ThreadPoolExecutor

from DIRAC.MonitoringSystem.Service.WebAppHandler import WebAppHandler as DIRACWebAppHandler


class WebAppHandler(DIRACWebAppHandler):
    """DIRAC's, with a method of its own."""

    types_getPilotOutputElsewhere = [str]

    @classmethod
    def export_getPilotOutputElsewhere(cls, pilotReference):
        """Return the same as getPilotOutput, found in a thread of its own."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(cls.export_getPilotOutput, pilotReference).result()
