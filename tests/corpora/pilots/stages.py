"""A pilot's run up to its job agent, as the stock pilot and the programs that it calls write it.

Points (``run.at``): begin, wrapper, download, unpacked, launch, params, pilot; of each command its name with ``.start``,
``.exec`` and ``.end``; of InstallDIRAC ``.env``, ``.diracos``, ``.download``, ``.github``, ``.source``, ``.pip``; of
CheckWorkerNode ``.disk``; of ConfigureCPURequirements ``.queue``; extra.exec in a VO's own command.
"""

from . import agent
from .printed import BATCH, ENVIRONMENT, PACKAGES, PIP


def whole(run):
    """Write a run from its wrapper to its end."""
    world = run.world
    if world.remote:
        run.command = "Pilot"
        head = len(run.lines)
        wrapper(run)
        run.pilot("Remote logger activated")
        run.lines.insert(head, run.lines.pop())
        run.marks = {mark: line + 1 for mark, line in run.marks.items()}
    else:
        wrapper(run)
    parameters(run)
    run.command = "Pilot"
    run.pilot("Clearing PYTHONPATH for child processes.")
    run.at("pilot")
    run.debug(f"PARAMETER [{options(world)}]")
    if world.extension:
        run.pilot(f"Requested command extensions: ['{world.extension}']")
    run.pilot(f"Executing commands: {world.commands}")
    for name in world.commands:
        command(run, name)


def wrapper(run):
    """Write what the wrapper says: the environment, the files."""
    world, random = run.world, run.random
    run.at("begin")
    run.wrapper("===========================================================", "DEBUG")
    run.wrapper("Environment of execution host\n", "DEBUG")
    names = random.sample(ENVIRONMENT[9:], min(world.env_lines, len(ENVIRONMENT) - 9)) + ENVIRONMENT[:9]
    names += BATCH[world.cetype].split("\n")
    random.shuffle(names)
    for name in names:
        run.wrapper(name, "DEBUG")
    run.wrapper("===========================================================\n", "DEBUG")
    run.wrapper(f"{world.python} (main, Apr 15 2025, 00:00:00)", "DEBUG")
    run.raw("[GCC 11.5.0 20240719 (Red Hat 11.5.0-5)]")
    run.at("wrapper")
    run.wrapper("Launching dirac-pilot script from @wd@")
    if random.random() < 0.7:
        run.wrapper("But first unpacking pilot files")
    run.wrapper("Getting the pilot files from @pilothost@:443")
    run.raw("Trying https://@pilothost@:443")
    run.wait(0.3, 3)
    run.at("download")
    run.at("unpacked")
    for name in ("pilot.json", "pilot.tar", "dirac-pilot.py", "pilotCommands.py", "pilotTools.py", "proxyTools.py"):
        run.wrapper(f"Checking '{name}' for checksum")
        run.wrapper("Checksum matched", "DEBUG")
    arguments = str(["-N", world.ce, "-Q", world.queue, "-n", world.site, "-l", world.project, "--wnVO", world.vo])
    run.wrapper(f"dirac-pilot.py  will be called: with {arguments} ")
    run.wait(0.1, 2)
    run.at("launch")


def options(world):
    """Return the list of the pilot's options."""
    pairs = [("-N", world.ce), ("-Q", world.queue), ("-n", world.site), ("-l", world.project), ("--wnVO", world.vo)]
    return ", ".join(map(str, [*pairs, ("--pilotUUID", world.stamp)]))


def parameters(run):
    """Write what the pilot's parameters say at debug level: always, they come before the level is known."""
    world = run.world
    run.command = "PilotParams"
    run.debug(f"Options list: [{options(world)}]")
    run.debug("JSON file loaded: pilot.json")
    run.debug("CE name: @ce@")
    run.debug(f"GridCEType: {world.cetype}")
    run.debug(f"JSON: Remote logging: {world.remote}")
    run.debug("JSON: Remote logging URL: https://@cshost@:8444/WorkloadManagement/TornadoPilotLogging")
    run.debug(f"Commands[Defaults]: {world.commands}")
    run.debug(f"Version: ['{world.ver}'] -> {world.ver}")
    for name, folder in (("X509_CERT_DIR", "certificates"), ("X509_VOMS_DIR", "vomsdir"), ("X509_VOMSES", "vomses")):
        place = f"/cvmfs/grid.example.org/etc/grid-security/{folder}"
        run.debug(f"Candidate directory for {name} is {place}")
        run.debug(f"Setting {name}={place}")
    run.at("params")


def command(run, name):
    """Write one command, from its first line to its last."""
    world = run.world
    run.command = name
    run.debug(f"Initialized command {name}")
    run.debug(f"pilotParams option list: [{options(world)}]")
    own = world.extension and name.startswith(world.extension)
    run.pilot(f"Command {name} instantiated from {world.extension + 'Commands' if own else 'pilotCommands'}")
    if not world.remote:
        run.debug("Remote logger is not active, no log flushing performed")
    run.at(f"{name}.start")
    STEPS.get(name, extra)(run)
    run.at(f"{name}.end")


def executed(run, name, text, output, seconds=(1, 9)):
    """Write a program that a command runs and what it prints."""
    run.pilot(f"Executing command {text}")
    run.wait(*seconds)
    run.at(name)
    for line in output:
        run.raw(line)
    if not run.world.remote:
        run.raw()
    run.debug(f"Return code of {text}: 0")
    if output and run.world.remote and run.world.debug and run.random.random() < 0.02:
        run.lines[-2:] = ["".join(run.lines[-2:])]  # the program did not end its last line


def check_worker_node(run):
    """Write what the worker node is."""
    world = run.world
    run.pilot(f"Uname      = Linux {world.host} {world.kernel} #1 SMP PREEMPT_DYNAMIC x86_64")
    run.pilot("Host Name  = @host@")
    run.pilot("Host FQDN  = @fqdn@")
    run.pilot("WorkingDir = @wd@")
    for text in (world.pretty, world.osname, world.osversion):
        run.pilot(f"OS Release = {text}")
    run.pilot(f"CPU (model)    = {world.cores} x {world.cpu}")
    run.pilot(f"CPU (MHz)      = {world.cores} x {run.random.randint(1800, 3500)}.{run.random.randint(100, 999)}")
    run.pilot(f"Memory (kB)    = {world.memory}")
    run.pilot(f"FreeMem. (kB)  = {world.memory - run.random.randint(200_000, 2_000_000)}")
    run.at("CheckWorkerNode.disk")
    run.pilot(f"DiskSpace (MB) = {run.random.randint(9_000, 900_000)}")


def install(run):
    """Write the installation: from CVMFS, or of a whole DIRACOS with pip."""
    world = run.world
    run.debug("self.pp.preinstalledEnv = ")
    run.debug("self.pp.CVMFS_locations = ['/cvmfs/grid.example.org', '/cvmfs/sw.example.org']")
    if world.local:
        if not run.case.kind.endswith("cvmfs-fallback"):
            run.pilot("NOT sourcing: starting traditional DIRAC installation")
        install_locally(run)
        return
    run.debug(f"preinstalledEnvScript = {world.diracos}/diracosrc")
    run.pilot(f"Evaluating env script {world.diracos}/diracosrc")
    run.at("InstallDIRAC.env")
    executed(run, "InstallDIRAC.source", "bash -c 'source $DIRAC_RC_PATH && env'", environment(run))
    run.pilot(f"source DIRAC env DONE, for release {world.ver}")


def install_locally(run):
    """Write an installation on the spot."""
    world, random = run.world, run.random
    run.pilot("Installing DIRAC locally")
    run.pilot("Executing command bash /cvmfs/sw.example.org/installSource/DIRACOS-Linux-x86_64.sh 2>&1")
    run.wait(4, 30)
    run.at("InstallDIRAC.diracos")
    if random.random() < 0.2 or run.case.point in ("InstallDIRAC.github", "InstallDIRAC.download"):
        run.raw("bash: /cvmfs/sw.example.org/installSource/DIRACOS-Linux-x86_64.sh: No such file or directory")
        run.raw()
        run.pilot("Could not install DIRACOS from CVMFS [ERROR 127]", "WARN")
        run.wait(2, 20)
        run.at("InstallDIRAC.download")
        run.pilot("Executing command bash DIRACOS-Linux-x86_64.sh 2>&1")
        run.wait(10, 60)
        run.at("InstallDIRAC.github")
    unpacking(run)
    run.raw()
    executed(run, "InstallDIRAC.source", "bash -c 'source $DIRAC_RC_PATH && env'", environment(run))
    executed(
        run,
        "InstallDIRAC.pip",
        f"pip install  {world.project}DIRAC[pilot]=={world.ver}".replace("DIRACDIRAC", "DIRAC"),
        pip(run),
        (10, 90),
    )


def unpacking(run, share=1.0):
    """Write DIRACOS's installer, or the first part of what it says."""
    count = max(3, int(run.random.randint(8, len(PACKAGES)) * share))
    run.raw("PREFIX=@wd@/diracos")
    run.raw("Unpacking payload ...")
    for name in PACKAGES[:count]:
        run.raw(f"Extracting {name}.conda" if run.random.random() < 0.9 else f"Extracting {name}.tar.bz2")
    if share == 1.0:
        run.raw("Installing base environment...")
        run.raw()
        for name in PACKAGES[:count]:
            run.raw(f"Linking {name}")
        run.raw("Transaction finished")
        run.raw("installation finished.")


def environment(run):
    """Return the environment after a sourcing."""
    names = [
        f"DIRAC={run.world.install}",
        f"DIRACOS={run.world.install}",
        "X509_CERT_DIR=/cvmfs/grid.example.org/etc/grid-security/certificates",
        f"PATH={run.world.install}/bin:/usr/bin:/bin",
        "XRD_RUNFORKHANDLER=1",
        "GFAL_CONFIG_DIR=@install@/etc/gfal2.d",
        "GFAL_PLUGIN_DIR=@install@/lib/gfal2-plugins",
        "OPENSSL_CONF=/tmp",
        "TERMINFO=/usr/share/terminfo",
        "_=/usr/bin/env",
    ]
    return run.random.sample(names, run.random.randint(5, len(names)))


def pip(run):
    """Return what pip says."""
    names = run.random.sample(PIP, run.random.randint(6, len(PIP)))
    lines = []
    for name in names:
        package, version = name.rsplit("-", 1)
        lines.append(f"Collecting {package}")
        lines.append(f"  Downloading {name}-py3-none-any.whl ({run.random.randint(9, 990)} kB)")
        if run.random.random() < 0.1:  # a progress bar, decoded as ASCII by the pilot
            lines.append("     " + "\ufffd" * 120 + f" {run.random.randint(9, 99)}.4/99.4 kB 9.8 MB/s eta 0:00:00")
        if run.random.random() < 0.15:
            lines.append(
                f"Requirement already satisfied: {package}>={version} in ./diracos/lib/python3.11/site-packages"
            )
    lines.append("Installing collected packages: " + ", ".join(name.rsplit("-", 1)[0] for name in names))
    lines.append("Successfully installed DIRAC-@ver@ " + " ".join(names))
    return lines


def configured(run, name, text, seconds=(1, 12)):
    """Write a call of dirac-configure."""
    world = run.world
    tail = " -ddd" if world.debug else ""
    output = []
    if world.debug:
        output = [
            "Parsing command line",
            "Loading file from DIRACSYSCONFIG @wd@/pilot.cfg",
            "Updating configuration internals",
            "Trying to load DIRAC.Resources.LogBackends.StdoutBackend",
            f"Executing: {world.install}/bin/dirac-configure {text} ",
            f'Checking DIRAC installation at "{world.install}"',
            "/DIRAC/Configuration/Servers = " + world.cs,
            "Configuration file dumped '@wd@/pilot.cfg'",
        ]
    else:
        output = [
            f"Executing: {world.install}/bin/dirac-configure {text} ",
            f'Checking DIRAC installation at "{world.install}"',
        ]
        output += ["Will update the output file pilot.cfg"] if "-FDMH" in text else []
    executed(run, name, f"dirac-configure {text}{tail}", output, seconds)


def basics(run):
    """Write the first configuration."""
    world = run.world
    text = f'-S "Prod" -C "{world.cs}" -e "{world.project}" -o /LocalSite/ReleaseProject={world.project} -o /LocalSite/ReleaseVersion={world.ver}'
    security = " --UseServerCertificate" if world.cetype in ("Cloud", "Vac") else ""
    configured(run, "ConfigureBasics.exec", f"{text}{security} -DMH -O pilot.cfg")


def register(run):
    """Write the registration of the pilot."""
    text = f"dirac-admin-add-pilot {run.world.ref} {run.world.vo} {run.world.cetype} {run.world.stamp} --status=Running --cfg pilot.cfg -d"
    executed(run, "RegisterPilot.exec", text, [])


def ce_capabilities(run):
    """Write the CE's parameters."""
    text = (
        f"dirac-resource-get-parameters -S {run.world.site} -N {run.world.ce} -Q {run.world.queue} --cfg pilot.cfg -d"
    )
    answer = (
        f'{{"maxCPUTime": "{run.random.choice((2880, 4320, 5760))}", "SI00": "3100", "MaxRAM": "{run.random.choice((2000, 4096, 16000))}", '
        f'"CEType": "{run.world.cetype}", "LocalCEType": "{"Pool/Singularity" if run.world.pool else "Singularity"}", '
        f'"NumberOfProcessors": "{run.world.cores}", "Tag": ["MultiProcessor"], "VO": "{run.world.vo}"}}'
    )
    executed(run, "CheckCECapabilities.exec", text, [answer])
    configured(run, "CheckCECapabilities.configure", "--cfg pilot.cfg -o /LocalSite/MaxRAM=4096 -O pilot.cfg -FDMH")


def wn_capabilities(run):
    """Write the worker node's parameters."""
    world = run.world
    text = f"dirac-wms-get-wn-parameters -S {world.site} -N {world.ce} -Q {world.queue} --cfg pilot.cfg -d"
    output = [
        "Getting number of processors",
        "Getting numberOfProcessors from /Resources/Computing/CEDefaults/NumberOfProcessors",
        f"Looking in /Resources/Sites/{world.site.split('.')[0]}/{world.site}/CEs/{world.ce}/Queues/{world.queue}/NumberOfProcessors",
        "NumberOfGPUs could not be found in CS",
        "Getting maximum RAM",
        f"{world.cores} {world.memory // 1024} 0",
    ]
    executed(run, "CheckWNCapabilities.exec", text, output)
    run.pilot(f"pilotProcessors = {world.cores}")
    configured(run, "CheckWNCapabilities.configure", "--cfg pilot.cfg -O pilot.cfg -FDMH")


def site(run):
    """Write the configuration of the site."""
    text = f'-o /LocalSite/GridMiddleware={run.world.cetype} -n "{run.world.site}" -N "{run.world.ce}" -o /LocalSite/CEQueue={run.world.queue}'
    configured(
        run,
        "ConfigureSite.exec",
        f"{text} -o /LocalSite/PilotReference={run.world.ref} -FDMH -O pilot.cfg --cfg pilot.cfg",
    )


def architecture(run):
    """Write the platform."""
    output = [f"Linux_x86_64_{run.world.glibc}"]
    executed(run, "ConfigureArchitecture.exec", "dirac-platform --cfg pilot.cfg -ddd", output)
    run.pilot(f"Architecture determined: Linux_x86_64_{run.world.glibc}")
    configured(
        run, "ConfigureArchitecture.configure", "-FDMH -O pilot.cfg --cfg pilot.cfg -o /LocalSite/Platform=x86_64"
    )


def cpu(run):
    """Write the benchmark and the queue's length."""
    world = run.world
    output = [
        f"Computing benchmark measurements on {world.cores} processor(s)...",
        "Applying a correction on the CPU power: 1.0",
        f"Estimated CPU power is {world.power} HS06",
    ]
    executed(
        run,
        "ConfigureCPURequirements.exec",
        "dirac-wms-cpu-normalization -U  -R pilot.cfg --cfg pilot.cfg -d",
        output,
        (20, 120),
    )
    run.pilot(f"Current normalized CPU as determined by 'dirac-wms-cpu-normalization' is {world.power:f}")
    text = f"dirac-wms-get-queue-cpu-time --CPUNormalizationFactor={world.power:f}  --cfg pilot.cfg -d"
    executed(run, "ConfigureCPURequirements.queue", text, [f"CPU time left determined as {world.cputime}"])
    run.pilot(f"CPUTime left (in seconds) is {world.cputime}")
    run.pilot(f"Queue length (which is also set as CPUTimeLeft) is {world.cputime * world.power:f}")
    configured(
        run,
        "ConfigureCPURequirements.configure",
        f"-FDMH -O pilot.cfg --cfg pilot.cfg -o /LocalSite/CPUTimeLeft={int(world.cputime * world.power)}",
    )


def extra(run):
    """Write a command of a VO's extension."""
    run.pilot(
        "Checking /cvmfs/@project@.example.org: repository revision @n5@, catalogs fresh".replace(
            "@project@", run.world.project.lower()
        )
    )
    run.at("extra.exec")
    run.pilot("All VO checks passed")


STEPS = {
    "CheckWorkerNode": check_worker_node,
    "InstallDIRAC": install,
    "ConfigureBasics": basics,
    "RegisterPilot": register,
    "CheckCECapabilities": ce_capabilities,
    "CheckWNCapabilities": wn_capabilities,
    "ConfigureSite": site,
    "ConfigureArchitecture": architecture,
    "ConfigureCPURequirements": cpu,
    "LaunchAgent": agent.launch,
}


def give_up(run):
    """Write how a command ends a pilot that it cannot go on with."""
    run.pilot("Content of pilot.cfg")
    if run.passed.get("ConfigureBasics.end") and not run.world.remote:  # print() is not sent
        run.raw("DIRAC\n{\n  Configuration\n  {\n    Servers = @cs@\n  }\n}".replace("\n", "\n"))
    run.pilot("List of child processes of current PID:")
    run.pilot("Executing command ps --forest -o pid,%cpu,%mem,tty,stat,time,cmd -g @pid@")
    run.raw("  PID %CPU %MEM TT       STAT     TIME CMD")
    if run.random.random() < 0.5:
        run.raw("@pid@  0.3  0.0 ?        Sl   00:00:01 python3 dirac-pilot.py -N @ce@ -Q @queue@ -n @site@")
        run.raw("@n6@  0.0  0.0 ?        R    00:00:00  \\_ ps --forest -o pid,%cpu,%mem,tty,stat,time,cmd -g @pid@")
    else:
        run.raw()
        run.pilot("Failed to issue ps [ERROR 1] ", "ERROR")
    if run.world.remote:
        run.pilot("Flushing the remote logger buffer for pilot on sys.exit(): @ref@ (exit code:1)")
