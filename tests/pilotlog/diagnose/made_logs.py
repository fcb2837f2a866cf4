"""Logs of pilots for tests, made of lines as wrapper, pilot, DIRAC and programs write them; none is from a site.

``MadeLog`` is a pilot that ran a job and ended well. ``fail`` lets it end in a command, with lines of one's own before.
"""

from datetime import datetime, timedelta

STAMP = "9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b"
REFERENCE = "htcondorce://ce.example.org/1234.0"
COMMANDS = (
    "CheckWorkerNode",
    "InstallDIRAC",
    "ConfigureBasics",
    "RegisterPilot",
    "CheckCECapabilities",
    "CheckWNCapabilities",
    "ConfigureSite",
    "ConfigureArchitecture",
    "ConfigureCPURequirements",
    "LaunchAgent",
)
WRAPPER, START = "wrapper", "start"

#: Lines that a pilot which ends well may have; none of them did any harm.
HARMLESS = (
    "@E [InstallDIRAC] Exception when trying to source the DIRAC environment: release not found",
    "bash: /cvmfs/dirac.egi.eu/installSource/DIRACOS-Linux-x86_64.sh: No such file or directory",
    "@W [InstallDIRAC] Could not install DIRACOS from CVMFS [ERROR 127]",
    "@E [RegisterPilot] Could not get execute dirac-admin-add-pilot [ERROR 1]",
    "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError: Connection refused'",
    "@U Framework WARN: Can't update from server Error while updating from dips://cs1.example.org:9135: "
    "Connection timed out",
    "@E [NagiosProbes] PUT of probe Nagios output fails with Connection reset by peer",
    "@E [InstallDIRAC] Failed to issue ps [ERROR 1]",
    "@U WorkloadManagement/JobAgent ERROR: Timeout while requesting job Call exceeded 120 seconds timeout",
    "warning  libmamba Download error (28) Timeout was reached, retrying",
    "/usr/bin/id: cannot find name for group ID 4711",
    "@U WorkloadManagement/JobAgent/[4711]JobWrapper WARN: Could not establish DiskSpace No space left on device",
    "@E [Pilot] Disk quota exceeded while writing a core file, going on",
)

_WRAPPER = """\
~D [pilotLogger] ===========================================================
~D [pilotLogger] HOME=/home/pilot001
~D [pilotLogger] LAST_ERROR=No space left on device
~D [pilotLogger] DIRAC_PILOT_STAMP={stamp}
~D [pilotLogger] HTCONDOR_JOBID=1234.0
~D [pilotLogger] 3.9.18 (main, Sep  1 2025, 00:00:00)\x20
[GCC 11.4.1 20231218 (Red Hat 11.4.1-3)]
~I [pilotLogger] Launching dirac-pilot script from /scratch/DIRAC_x1pilot
~I [pilotLogger] Getting the pilot files from pilot.example.org
~E [pilotLogger] https://pilot2.example.org unreacheable (this is normal!)
~I [pilotLogger] dirac-pilot.py  will be called: with ['-S', 'Production', '--pilotUUID', '{stamp}']\x20
"""
_START = """\
@D [PilotParams] Options list: [('-S', 'Production'), ('-N', 'ce.example.org'), ('-Q', 'grid'), \
('-n', 'LCG.Example.org'), ('--wnVO', 'dteam'), ('--pilotUUID', '{stamp}')]
@D [PilotParams] CE name: ce.example.org
@D [PilotParams] Version: ['9.1.22'] -> (release) 9.1.22
@D [PilotParams] Candidate directory for X509_CERT_DIR is /cvmfs/grid.cern.ch/etc/grid-security/certificates
@I [Pilot] Remote logger activated
@I [Pilot] Executing commands: ['CheckWorkerNode', 'InstallDIRAC', 'LaunchAgent']
"""
_BODIES = {
    "CheckWorkerNode": """\
@I [CheckWorkerNode] Uname      = Linux wn17 5.14.0-427.el9.x86_64 #1 SMP PREEMPT_DYNAMIC x86_64
@I [CheckWorkerNode] Host Name  = wn17
@I [CheckWorkerNode] Host FQDN  = wn17.example.org
@I [CheckWorkerNode] OS Release = AlmaLinux
@I [CheckWorkerNode] OS Release = 9.4 (Seafoam Ocelot)
@I [CheckWorkerNode] OS Release = AlmaLinux 9.4 (Seafoam Ocelot)
@I [CheckWorkerNode] CPU (model)    = 8 x Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz
@I [CheckWorkerNode] Memory (kB)    = 32657592
@I [CheckWorkerNode] FreeMem. (kB)  = 24683656
@I [CheckWorkerNode] DiskSpace (MB) = 88123
""",
    "InstallDIRAC": """\
@I [InstallDIRAC] Evaluating env script /cvmfs/dirac.egi.eu/dirac/v9.1.22/Linux-x86_64/diracosrc
@I [InstallDIRAC] source DIRAC env DONE, for release 9.1.22
""",
    "ConfigureBasics": """\
@I [ConfigureBasics] Executing command dirac-configure -S "Production" -o /LocalSite/ReleaseVersion=9.1.22 -O pilot.cfg
@U Framework NOTICE: Executing: dirac-configure
""",
    "RegisterPilot": """\
@I [RegisterPilot] Executing command dirac-admin-add-pilot {reference} dteam HTCondorCE {stamp} --status=Running
""",
    "CheckCECapabilities": """\
@I [CheckCECapabilities] Executing command dirac-resource-get-parameters -S LCG.Example.org -N ce.example.org -Q grid
""",
    "CheckWNCapabilities": "@I [CheckWNCapabilities] pilotProcessors = 8\n",
    "ConfigureSite": """\
@I [ConfigureSite] Executing command dirac-configure -o /LocalSite/GridMiddleware=HTCondorCE \
-n "LCG.Example.org" -N "ce.example.org" -o /LocalSite/GridCE=ce.example.org -o /LocalSite/CEQueue=grid \
-o /LocalSite/PilotReference={reference}
""",
    "ConfigureArchitecture": "@I [ConfigureArchitecture] Architecture determined: x86_64-el9\n",
    "ConfigureCPURequirements": """\
@I [ConfigureCPURequirements] Current normalized CPU as determined by 'dirac-wms-cpu-normalization' is 17.300000
@I [ConfigureCPURequirements] CPUTime left (in seconds) is 172800
""",
    "LaunchAgent": """\
@I [LaunchAgent] User Name  = pilot001
@I [LaunchAgent] Starting JobAgent
@U WorkloadManagement/JobAgent NOTICE:  DIRAC version: v9.1.22
""",
}
CYCLE = """\
@U WorkloadManagement/JobAgent NOTICE: Starting cycle for module WorkloadManagement/JobAgent
"""
CYCLE_END = "@U WorkloadManagement/JobAgent NOTICE:  Cycle was successful\n"
JOB = """\
@U WorkloadManagement/JobAgent INFO: Received JobID=4711, JobType=User, Owner=alice, JobGroup=dteam_user
@U WorkloadManagement/JobAgent INFO: Submitting JobWrapper Job4711 to InProcessCE
"""
JOB_OUTPUT = """\
@U WorkloadManagement/JobAgent/[4711]JobWrapper INFO: \x20
Last 3 lines of application output from JobWrapper on 2026-11-26 08:10:11 :
ERROR my histogram: No space left on device
Killed
Segmentation fault (core dumped)
"""
JOB_DONE = """\
@U WorkloadManagement/JobAgent/[4711]JobWrapper INFO: Job finished successfully with no pending requests
@U WorkloadManagement/JobAgent/[4711]JobWrapper INFO: Final job status Done ; Execution Complete
"""
JOB_FAILED = """\
@U WorkloadManagement/JobAgent/[4711]JobWrapper INFO: Job finished with errors with no pending requests
@U WorkloadManagement/JobAgent/[4711]JobWrapper INFO: Final job status Failed ; Application Finished With Errors
"""
JOB_NOT_RUN = (
    '@U WorkloadManagement/JobAgent INFO: JobAgent will stop with message "Error during the submission process", '
    "execution complete.\n"
)
AGENT_END = """\
@U WorkloadManagement/JobAgent INFO: JobAgent will stop with message "{reason}", execution complete.
@U Framework INFO: No more agent modules to execute. Exiting
@I [LaunchAgent] DiskSpace (MB) = 87000
"""
_EXIT = "@I [{command}] Flushing the remote logger buffer for pilot on sys.exit(): {reference} (exit code:{code})\n"
_BAIL_OUT = """\
@I [{command}] Content of pilot.cfg
@I [{command}] List of child processes of current PID:
"""
_LEVELS = {"D": "DEBUG", "I": "INFO", "W": "WARNING", "E": "ERROR"}


class MadeLog:
    """A log in sections; change them, then take ``text``. ``step`` is the time between two lines with a time."""

    def __init__(self, step=timedelta(seconds=1)):
        self.step = step
        self.sections = {WRAPPER: _WRAPPER, START: _START}
        for command in COMMANDS:
            begun = f"@I [{command}] Command {command} instantiated from pilotCommands\n"
            self.sections[command] = begun + _BODIES[command]
        self.sections["LaunchAgent"] += CYCLE + JOB + JOB_OUTPUT + JOB_DONE + CYCLE_END
        self.sections["LaunchAgent"] += AGENT_END.replace("{reason}", "No more time left")
        self.end = _EXIT.replace("{command}", "LaunchAgent").replace("{code}", "0")

    def add(self, section, *lines):
        """Add lines after the first lines of a section."""
        head, _, rest = self.sections[section].partition("\n")
        self.sections[section] = "\n".join([head, *lines, rest])
        return self

    def cut(self, section, *lines):
        """End the log after a section's first lines and these lines, without a word."""
        names = list(self.sections)
        for name in names[names.index(section) + 1 :]:
            del self.sections[name]
        body = self.sections[section]
        if section == "LaunchAgent":
            body = body[: body.index(CYCLE)]
        self.sections[section] = body + "".join(f"{line}\n" for line in lines)
        self.end = ""
        return self

    def fail(self, section, *lines, code=1):
        """End the log after a section's first lines and these lines, as a pilot ends for an error."""
        self.cut(section, *lines)
        if section == WRAPPER:
            return self
        self.end = (_BAIL_OUT + _EXIT).replace("{command}", section).replace("{code}", str(code))
        return self

    def job(self, *lines, end=JOB_FAILED):
        """Let the pilot end well, and its job as these lines say."""
        return self._agent(JOB + "".join(f"{line}\n" for line in lines) + end, "Error during the submission process")

    def no_job(self, *lines):
        """Let the pilot end well without a job, after these lines."""
        return self._agent("".join(f"{line}\n" for line in lines), "Nothing to do for more than 10 cycles")

    def _agent(self, text, reason):
        body = self.sections["LaunchAgent"]
        self.sections["LaunchAgent"] = body[: body.index(CYCLE)] + CYCLE + text + CYCLE_END
        self.sections["LaunchAgent"] += AGENT_END.replace("{reason}", reason)
        return self

    @property
    def text(self):
        """The log. ``@I`` and the like are headers of the pilot, ``~I`` of the wrapper, ``@U`` of DIRAC's programs."""
        lines = "".join([*self.sections.values(), self.end]).replace("{stamp}", STAMP).replace("{reference}", REFERENCE)
        now, made = datetime(2026, 11, 26, 8, 10, 11, 123456), []
        for line in lines.splitlines():
            if line[:1] in ("@", "~"):
                now += self.step
                line = _headed(line, now)
            made.append(line)
        return ("\n".join(made) + "\n").encode()


def _headed(line, now):
    kind, level, rest = line[0], line[1], line[2:].lstrip(" ") if line[1] == "U" else line[3:]
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S")
    if level == "U":
        return f"{stamp},{now.microsecond:06d}Z {rest}"
    if kind == "~":
        return f"{stamp},{now.microsecond:06d}Z {_LEVELS[level]:<8} {rest}"
    return f"{stamp}.{now.microsecond:06d}Z {_LEVELS[level]} {rest}"
