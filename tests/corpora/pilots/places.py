"""Made-up sites, systems and VOs. A pilot of the unseen part may run at sites of its own."""

#: (site, type of the CE, CE, queue, worker nodes, scratch)
_SITES = (
    ("LCG.Nordstadt.de", "HTCondorCE", "ce01.grid.nordstadt.example.org", "nordugrid", "wn#.grid.nordstadt.example.org", "/var/lib/condor/execute/dir_#"),
    ("LCG.Rivage.fr", "AREX", "arc3.rivage.example.org", "nordugrid-SLURM-grid", "node#.rivage.example.org", "/scratch/slurm.#"),
    ("LCG.Kestrel.uk", "HTCondorCE", "htc-ce2.kestrel.example.org", "condor", "lcg#.kestrel.example.org", "/pool/condor/dir_#/scratch"),
    ("EGI.Pianura.it", "AREX", "ce-arex.pianura.example.org", "cloud", "wn-#.pianura.example.org", "/home/%/home_cre_#"),
    ("DIRAC.Helios.gr", "SSH", "login.helios.example.org", "batch", "cn#", "/work/%/pilots/#"),
    ("LCG.Fjordby.no", "AREX", "arc.fjordby.example.org", "bigmem", "c#-fjordby", "/localscratch/#"),
    ("CLOUD.Nimbus.ch", "Cloud", "nimbus-east.example.org", "m1.large", "vm-#.nimbus.example.org", "/scratch/plt"),
    ("LCG.Castellano.es", "HTCondorCE", "ce14.castellano.example.org", "condor", "td#.castellano.example.org", "/home/execute/dir_#"),
    ("OSG.Prairie.us", "HTCondorCE", "osg-ce.prairie.example.edu", "default", "cmp-#.prairie.example.edu", "/local/condor/execute/dir_#/glide_x"),
    ("LCG.Wisla.pl", "AREX", "arc02.wisla.example.org", "plgrid", "p#", "/mnt/storage_1/scratch/grid/#"),
    ("LCG.Tulip.nl", "HTCondorCE", "creamy.tulip.example.org", "medium", "wn-lot-#.farm.tulip.example.org", "/tmp/condor/dir_#"),
    ("VAC.Moorland.uk", "Vac", "vac01.moorland.example.org", "vm", "vac-#.moorland.example.org", "/scratch"),
)  # fmt: skip
_MORE_SITES = (
    ("LCG.Sakura.jp", "AREX", "lcg-ce10.sakura.example.org", "grid_long", "w#.sakura.example.org", "/gpfs/scratch/%/#"),
    ("LCG.Andes.cl", "HTCondorCE", "gridce.andes.example.org", "gridlong", "nodo#.andes.example.org", "/condor/execute/dir_#"),
    ("HPC.Polaris.fi", "SSH", "polaris-login3.example.org", "small", "nid00#", "/flash/project_462000/%/#"),
    ("LCG.Danube.hu", "HTCondorCE", "ce2.danube.example.org", "condor", "wigner-#.danube.example.org", "/data/condor/execute/dir_#"),
    ("CLOUD.Stratus.pt", "Cloud", "stratus.example.org", "c4.xlarge", "inst-#", "/mnt/data/scratch"),
)  # fmt: skip
PLACES = {"seen": _SITES, "unseen": _SITES[::2] + _MORE_SITES}

#: (PRETTY_NAME, NAME, VERSION, kernel, glibc)
_SYSTEMS = (
    ("AlmaLinux 9.4 (Seafoam Ocelot)", "AlmaLinux", "9.4 (Seafoam Ocelot)", "5.14.0-427.13.1.el9_4.x86_64", "glibc-2.34"),
    ("AlmaLinux 9.6 (Sage Margay)", "AlmaLinux", "9.6 (Sage Margay)", "5.14.0-570.17.1.el9_6.x86_64", "glibc-2.34"),
    ("Rocky Linux 8.10 (Green Obsidian)", "Rocky Linux", "8.10 (Green Obsidian)", "4.18.0-553.el8_10.x86_64", "glibc-2.28"),
    ("Red Hat Enterprise Linux 9.5 (Plow)", "Red Hat Enterprise Linux", "9.5 (Plow)", "5.14.0-503.40.1.el9_5.x86_64", "glibc-2.34"),
    ("Ubuntu 22.04.5 LTS", "Ubuntu", "22.04.5 LTS (Jammy Jellyfish)", "5.15.0-139-generic", "glibc-2.35"),
    ("Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux", "12 (bookworm)", "6.1.0-35-amd64", "glibc-2.36"),
    ("CentOS Linux 7 (Core)", "CentOS Linux", "7 (Core)", "3.10.0-1160.119.1.el7.x86_64", "glibc-2.17"),
)  # fmt: skip
_MORE_SYSTEMS = (
    ("AlmaLinux 10.0 (Purple Lion)", "AlmaLinux", "10.0 (Purple Lion)", "6.12.0-55.9.1.el10_0.x86_64", "glibc-2.39"),
    ("SUSE Linux Enterprise Server 15 SP5", "SLES", "15-SP5", "5.14.21-150500.55.49_13.0.56-cray_shasta_c", "glibc-2.31"),
)  # fmt: skip
SYSTEMS = {"seen": _SYSTEMS, "unseen": _SYSTEMS[:5] + _MORE_SYSTEMS}

CPUS = (
    "AMD EPYC 7452 32-Core Processor",
    "AMD EPYC 9654 96-Core Processor",
    "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
    "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz",
    "Intel(R) Xeon(R) Platinum 8358 CPU @ 2.60GHz",
    "Intel Xeon Processor (Skylake, IBRS)",
    "AMD EPYC Processor (with IBPB)",
)

_CS = "dips://cs1.dirac.example.org:9135/Configuration/Server,dips://cs2.dirac.example.org:9135/Configuration/Server"
_VOS = (
    ("aurora", "DIRAC", "", _CS),
    ("vo.lighthouse.example.org", "DIRAC", "", _CS),
    ("muon", "Muon", "Muon", "https://muon-dirac.example.org:8443/Configuration/Server"),
    ("deepsea.example.eu", "DIRAC", "", "dips://dirac0.deepsea.example.org:9135/Configuration/Server"),
    ("gridpp_test", "DIRAC", "", _CS),
)
_MORE_VOS = (
    ("collider", "Collider", "Collider", "https://lb.collider.example.org:9135/Configuration/Server"),
    ("vo.icecore.example.org", "DIRAC", "", "dips://dcs03.icecore.example.org:9135/Configuration/Server"),
)
VOS = {"seen": _VOS, "unseen": _VOS[:3] + _MORE_VOS}
EXTRA_COMMANDS = {"Muon": ["MuonCheckCVMFS", "MuonConfigureBasics"], "Collider": ["ColliderCheckSoftware"]}
