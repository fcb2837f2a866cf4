"""The job agent's cycles and the jobs that it runs, as DIRAC writes them.

Points: LaunchAgent.start, LaunchAgent.exec, agent.init, agent.cycle, agent.match, agent.received, agent.submit, job.init,
job.input, job.run (once for each look of the watchdog), job.ended, job.output, job.done, agent.checked, agent.stop,
agent.end.
"""

import contextlib

from .run import JobEnded

_OWNERS = (
    ("nadia", "/DC=org/DC=example/O=People/CN=Nadia Example"),
    ("okoye", "/DC=org/DC=example/O=People/CN=T. Okoye"),
    ("prod", "/DC=org/DC=example/O=Robots/CN=Robot: production 7"),
    ("li.w", "/DC=ch/DC=example/OU=Users/CN=liw/CN=Wei Li"),
)
_TYPES = ("User", "MCSimulation", "Merge", "DataReconstruction", "Test", "Analysis")
_OUTPUT = [
    "Begin processing the @n4@th record. Run 1, Event @n6@",
    "INFO  EventLoop: processed @n4@ events, mean time per event 0.@n3@ s",
    "TClass::Init:0: RuntimeWarning: no dictionary for class Particle_v@n1@ is available",
    "G4Track WARNING : kinetic energy below threshold, track killed @n3@",
    "geant step @n6@ error counter 0",
    "Saving histogram h_mass_@n3@ to out_@n5@.root",
    "[sim] 0 errors, @n2@ warnings so far",
    "[sim] opening root://@sehost@//data/file_@n6@.root OK",
    "WARNING: gnome-keyring:: could not connect to: /tmp/keyring: No such file or directory",
    "progress: @n2@% done, @n3@ MB used",
    "Sampling efficiency is 0.@n3@ (failed trials: @n4@)",
    "madgraph: cross-section 1.@n3@e-02 +- 3.@n2@e-05 pb",
    "ERROR in <fit>: Minimization did not converge in bin @n2@, retry with simplex",
    "fit converged after retry, chi2/ndf = 1.@n2@",
    "Info in <TCanvas::Print>: pdf file plots_@n2@.pdf has been created",
    "java.lang.OutOfMemoryGuard: heap check passed (@n3@ MB of 2048 MB)",
    "export STATUS=0",
    "\x1b[31mERROR\x1b[0m channel @n2@ is noisy, \x1b[1mmasked\x1b[0m",
    "100%|██████████| @n3@/@n3@ [00:@n2@<00:00, 9.@n1@it/s]",
    "Température du détecteur: @n2@ °C, seuil dépassé 0 fois",
    "nan=0 inf=0 timeouts=0 killed=0",
]


def launch(run):
    """Write the job agent, from its start to the pilot's end."""
    world = run.world
    run.pilot("User Name  = @user@")
    run.pilot("User Id    = @uid@")
    run.pilot("Starting JobAgent")
    inner = "Pool" if world.pool else "Singularity"
    cycles = (
        "-o MaxCycles=5000 -o PollingTime=20 -o StopOnApplicationFailure=False"
        if world.pool
        else "-o MaxCycles=100 -o PollingTime=20 -o StopOnApplicationFailure=True"
    )
    level = "DEBUG" if world.debug else "INFO"
    run.pilot(
        f"Executing command dirac-agent WorkloadManagement/JobAgent {cycles} -o StopAfterFailedMatches=10 -o LogLevel={level} "
        f"-s /Resources/Computing/CEDefaults -o WorkingDirectory={world.wd} -o /LocalSite/CPUTime={int(world.cputime * world.power)} "
        f"-o /LocalSite/InstancePath={world.wd}  -o /AgentJobRequirements/ExtraOptions=pilot.cfg --cfg pilot.cfg"
    )
    run.wait(2, 20)
    run.at("LaunchAgent.exec")
    _begin(run, inner)
    jobs = run.case.number("jobs", run.random.choice((0, 1, 1, 2)))
    if run.case.of_a_job:
        jobs = run.case.number("jobs", 0) + (2 if run.case.end == "nextjob" else 1)
    for _ in range(jobs):
        with contextlib.suppress(JobEnded):
            _cycle(run)
            _job(run)
        _summary(run, "")
    _last(run)


def _begin(run, inner):
    run.dirac(f"Defining Inner CE from local configuration = {inner}")
    run.at("agent.init")
    if run.random.random() < 0.5:
        run.dirac("CGroup2 support unavailable: Failed to create cgroup: [Errno 30] Read-only file system")
    run.dirac("=" * 40, "NOTICE")
    for text in ("Loaded agent module WorkloadManagement/JobAgent", " Site: @site@", " DIRAC version: @ver@", " Polling time: 20.0 seconds",
                 " Control dir: @wd@/control/WorkloadManagement/JobAgent", " Cycles: 100", " Watchdog interval: disabled "):  # fmt: skip
        run.dirac(text, "NOTICE")
    run.dirac("=" * 40, "NOTICE")


def _cycle(run):
    run.dirac("-" * 40, "NOTICE")
    run.dirac("Starting cycle for module WorkloadManagement/JobAgent", "NOTICE")
    run.passed["cycles"] = run.passed.get("cycles", 0) + 1
    run.dirac(f"Remaining {101 - run.passed['cycles']} of 100 cycles", "NOTICE")
    run.dirac("-" * 40, "NOTICE")
    if run.passed.get("job.done"):
        run.dirac("Attempting to check CPU time left for filling mode")
        run.dirac(f"normalized CPU units remaining in slot {run.random.uniform(60_000, 900_000):.2f}")
    run.dirac(f"Requirements: {{'Setup': 'Prod', 'ExtraOptions': 'pilot.cfg', 'CPUTime': {run.world.cputime}}}")
    run.at("agent.cycle")
    run.wait(0.2, 4)
    run.at("agent.match")


def _summary(run, error):
    run.dirac("-" * 40, "NOTICE")
    run.dirac("Agent module WorkloadManagement/JobAgent run summary", "NOTICE")
    run.dirac(f" Executed {run.passed.get('cycles', 1)} times previously", "NOTICE")
    run.dirac(f" Cycle took {run.random.uniform(1, 400):.2f} seconds", "NOTICE")
    run.dirac(" Polling time: 20.0 seconds", "NOTICE")
    if error:
        run.dirac(f" Cycle had an error: {error}", "WARN")
    else:
        run.dirac(" Cycle was successful", "NOTICE")
    run.dirac("-" * 40, "NOTICE")
    run.wait(5, 20)


def _job(run):
    world, random = run.world, run.random
    world.job_id += random.randint(1, 900)
    owner, dn = random.choice(_OWNERS)
    run.dirac(
        f"Received JobID={world.job_id}, JobType={random.choice(_TYPES)}, Owner={owner}, JobGroup={world.vo.split('.')[0]}_user"
    )
    run.dirac(f"Requesting proxy', 'for {dn}@{world.vo.split('.')[0]}_user")
    run.wait(0.4, 3)
    run.at("agent.received")
    run.dirac(f"Applying default LogLevel JDL parameter with value {'DEBUG' if world.debug else 'INFO'}")
    run.dirac(f"Submitting JobWrapper Job{world.job_id} to {'Pool' if world.pool else 'Singularity'}CE")
    if not world.pool:
        run.dirac("Creating singularity container", "INFO", "WorkloadManagement/JobAgent/SingularityCE")
    run.at("agent.submit")
    run.wait(3, 25)
    _inside(run)
    run.dirac(f"Job being submitted (DIRAC JobID: {world.job_id}; Task ID: 0)")
    if code := run.passed.pop("payload failed", 0):
        run.dirac(f"Payload execution failed with error code {code}")
    run.at("agent.checked")


def _inside(run):
    world, random = run.world, run.random
    run.job(f"Starting Job Wrapper Initialization for Job {world.job_id}")
    run.at("job.init")
    if random.random() < 0.6:
        run.job(
            f"Downloading InputSandbox for job {world.job_id}: SB:ProductionSandboxSE|/SandBox/p/prod/{random.getrandbits(24):06x}.tar.bz2"
        )
        run.job(
            "Sandbox unpacked, total size 0.04 MiB (41210 bytes)"
            if random.random() < 0.3
            else "Total size of extracted sandbox: 0.12 MiB (129402 bytes)"
        )
    run.at("job.input")
    run.job(f"Job Wrapper is starting the pre processing phase for job {world.job_id}")
    run.job(f"Job Wrapper is starting the processing phase for job {world.job_id}")
    run.job("Application thread is started in Job Wrapper")
    run.passed["looks before"] = run.passed.get("job.run", 0)
    for look in range(1, run.case.number("looks", random.randint(1, 5)) + 1):
        _look(run, look)
    run.job("Process to monitor has completed, Watchdog will exit.")
    run.at("job.ended")
    run.job(f"Job Wrapper is starting the post processing phase for job {world.job_id}")
    run.job(f"Total CPU Consumed is: {random.uniform(100, 90_000):.2f}")
    run.job("Checking directory contents after execution:")
    run.raw(
        f"total 5240\n-rw-r--r-- 1 {world.user} {world.user}  {random.randint(400, 9_000_000)} std.out\n-rw-r--r-- 1 {world.user} {world.user} 0 std.err"
    )
    run.job("Attempting to upload Sandbox with limit: 10485760")
    run.at("job.output")
    run.job("Sandbox uploaded successfully")
    run.job("Running JobWrapper finalization")
    code = run.passed.pop("payload code", 0)
    run.job(f"Job finished {'with errors' if code else 'successfully'} with no pending requests")
    run.job(f"Final job status {'Failed ; Application Finished With Errors' if code else 'Done ; Execution Complete'}")
    run.at("job.done")
    inner = "WorkloadManagement/JobAgent/InProcessCE"
    if code:
        run.dirac("Fail in payload execution", "WARN", inner)
    run.dirac(f"Exit status: {code}", "INFO", inner)
    run.passed["payload failed"] = code


def _look(run, number):
    random = run.random
    run.wait(60, 1800)
    cpu = run.passed["cpu"] = run.passed.get("cpu", 0) * (number > 1) + random.randint(60, 1500)
    run.job(
        f"LoadAvg: {random.randint(1, 60)} MemUsed: {random.uniform(200, 1900):.1f} MB Job Vsize: {random.uniform(900, 5000):.1f} MB "
        f"DiskSpace: {random.uniform(9000, 90000):.1f} MB CPU: {cpu // 3600:02}:{cpu // 60 % 60:02}:{cpu % 60:02} (h:m:s) WallClock: {cpu * 1.1:.2f} s "
    )
    run.job("Checking CPU Consumed")
    run.job(f"CPU/Wallclock ratio is {random.uniform(60, 99):.2f}%")
    if run.world.chatty:
        for line in random.choices(_OUTPUT, k=random.randint(2, 30)):
            run.raw(line)
    run.at("job.run")


def _last(run):
    """Write the last cycles: a normal end, of one kind or another."""
    choice = run.case.options.get("ending") or run.random.choice(("nothing", "nothing", "time", "cycles"))
    if choice == "time" and run.passed.get("job.done"):
        _cycle(run)
        run.dirac('JobAgent will stop with message "No more time left", execution complete.')
        _summary(run, "No more time left")
    elif choice == "cycles" and run.passed.get("job.done"):
        run.dirac("Reached the maximum number of cycles", "NOTICE")
    else:
        _nothing(run, run.case.number("tries", run.random.choice((1, 2, 3, 10))))
    run.at("agent.stop")
    the_end(run)


def _nothing(run, tries):
    for _ in range(tries):
        _cycle(run)
        run.dirac("Job request OK, but no match found No match found ( 1510 : )", "NOTICE")
        run.wait(40, 200)
        _summary(run, "")
    _cycle(run)
    run.dirac("Job request OK, but no match found No match found ( 1510 : )", "NOTICE")
    run.dirac('JobAgent will stop with message "Nothing to do for more than 10 cycles", execution complete.')
    _summary(run, "Nothing to do for more than 10 cycles")


def stopped(run):
    """Write what the agent says after it was told to stop, and the end."""
    stops = [line for line in run.lines[-12:] if "JobAgent will stop with message" in line]
    if stops:
        _summary(run, stops[-1].split('"')[1])
    the_end(run)


def the_end(run):
    """Write the last lines of a pilot that ends as it should."""
    run.at("agent.end")
    if not run.world.remote:
        run.raw()
    run.debug("Return code of dirac-agent WorkloadManagement/JobAgent: 0")
    run.pilot(f"DiskSpace (MB) = {run.random.randint(5_000, 800_000)}")
    if run.world.remote:
        run.pilot("Flushing the remote logger buffer for pilot on sys.exit(): @ref@ (exit code:0)")
