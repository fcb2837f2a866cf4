"""The service that is asked for pilots' output, whichever version of DIRAC is installed."""

import inspect

from DIRAC.Interfaces.API.DiracAdmin import DiracAdmin

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE


def test_it_is_the_one_that_dirac_s_own_command_asks():
    _, service = OUTPUT_SERVICE.split("/")
    assert f"{service}Client()" in inspect.getsource(DiracAdmin.getPilotOutput)
