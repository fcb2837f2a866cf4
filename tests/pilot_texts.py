"""Ordinary pilot text, from a seed: nothing in it is a secret, and much of it talks of secrets."""

import base64
import hashlib
import json
import random
import uuid

PLAIN_LINES = """\
INFO [Pilot] Executing commands: ['CheckWorkerNode', 'InstallDIRAC', 'ConfigureBasics', 'ConfigureSite', 'MultiLaunchAgent']
DEBUG [Pilot] Command InstallDIRAC instantiated from pilotCommands
INFO [CheckWorkerNode] Uname      = Linux wn{n} 5.14.0-427.el9.x86_64 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux
INFO [CheckWorkerNode] Host Name  = wn{n}.example.org
INFO [CheckWorkerNode] Host FQDN  = wn{n}.example.org
INFO [CheckWorkerNode] WorkingDir = /scratch/pbs.{n}/DIRAC_{hex8}pilot
INFO [CheckWorkerNode] Memory     = {n} kB
INFO [CheckWorkerNode] CPU        = Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz
INFO [CheckWorkerNode] User Id    = uid={n}(pilot001) gid={n}(pilots) groups={n}(pilots)
INFO [CheckWorkerNode] Proxy      = /tmp/x509up_u{n}
INFO [ConfigureBasics] Executing command dirac-configure -UHddd -S Production -C dips://cs.example.org:9135/Configuration/Server --cfg pilot.cfg -o /DIRAC/Security/KeyFile=/tmp/x509up_u{n}
INFO [ConfigureBasics] -o /AgentJobRequirements/ExtraOptions=pilot.cfg -o /LocalSite/PilotReference={uuid} --name EXAMPLE.wn.org
INFO [ConfigureSite] PilotReference = https://ce0{d}.example.org:8443/ce/rest/{hex32}
INFO [LaunchAgent] subject : /DC=org/DC=example/O=VO/CN=Robot: Pilot {n}/CN={n}
INFO [LaunchAgent] issuer  : /DC=org/DC=example/O=VO/CN=Robot: Pilot {n}
INFO [LaunchAgent] type      : RFC compliant proxy, path /tmp/x509up_u{n}, timeleft  : 23:59:{d}{d}
WARN [LaunchAgent] No token found in $BEARER_TOKEN_FILE, going on with the proxy
INFO [LaunchAgent] Token expires in {n} s, tokens: {d}, valid tokens = {n}
INFO [LaunchAgent] BEARER_TOKEN_FILE=/run/user/{n}/bt_u{n} X509_USER_KEY=/etc/grid-security/hostkey.pem
INFO [LaunchAgent] token_type=Bearer expires_in={n} scope=storage.read:/ tokenLifetime: {n}, TOKEN_COUNT={d}
ERROR [LaunchAgent] Error reading token: No such file or directory
ERROR [LaunchAgent] Failed to get credentials: connection refused by ce0{d}.example.org
INFO [LaunchAgent] Using credentials: host certificate of the worker node
INFO [LaunchAgent] authorization: denied for /VO=x/Role=y, passwordless sudo: no, password required
INFO [JobWrapper] Uploading {hex8}_00001.root to EXAMPLE-disk, LFN:/vo.example.org/user/a/alice/{n}/{hex8}.root
INFO [JobWrapper] adler32 {hex8} md5 {hex32} sha256 {hex64} GUID {guid}
INFO [JobWrapper] root://se0{d}.example.org:1094//eos/vo/user/a/alice/{hex8}.root?svcClass=default&x={n}
INFO [JobWrapper] davs://dcache.example.org:2880/pnfs/vo/{hex32}/file, user@example.org told
INFO [JobWrapper] key=value Key: {n} keys={d} primary key: id, sort_key=name, keyboard: us, key error: 'x'
INFO [JobWrapper] job.{n} status=Running minor="Application" app='step {d}' cpu={d}.{d} wall={n}
INFO [JobWrapper] Application output: event {n} weight 0.{n} pass={n} fail={d} bypass: no compass=N
INFO [JobWrapper] {{"jobID": {n}, "status": "Done", "tokens": {n}, "secretary": "Ann", "passed": true, "password": null}}
INFO [JobWrapper] usage: tool [--token TOKEN] [--password PASSWORD] [--token-file FILE] use --token to authenticate
INFO [JobWrapper] tokenizing {n} tokens with tokenizer=bert max_tokens={n} Tokenizer: fast token_id={d}
Collecting tokenizers=={d}.{d}.{d}
  Downloading https://files.example.org/packages/{hex2}/{hex2}/{hex60}/secretstorage-3.{d}.{d}-py3-none-any.whl ({n} kB)
Requirement already satisfied: oauthlib>=3.{d} in ./lib/python3.11/site-packages (from requests-oauthlib) ({d}.{d})
Successfully installed PyJWT-2.{d}.0 authlib-1.{d}.1 cryptography-4{d}.0 keyring-2{d}.0 secretstorage-3.3.3
    - conda-forge/linux-64::libsecret=0.2{d}.{d}=h{hex8}_0
  + macaroons      0.13.0  py311h{hex8}_1  conda-forge/linux-64       {d}MB
Unpacking libmacaroons0:amd64 (0.3.0-{d}) ...
export X509_CERT_DIR=/cvmfs/grid.cern.ch/etc/grid-security/certificates; unset API_TOKEN; echo ${{API_TOKEN}}
curl -sS --capath $X509_CERT_DIR --cert $X509_USER_PROXY --key $X509_USER_PROXY https://dirac.example.org:8443/WMS
drwxr-xr-x 2 pilot001 pilots 4096 Nov 21 08:10 secrets
processor : {d} flags : fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat aes avx avx2
"""

ENVIRONMENT = """\
HOME=/home/pilot001
PWD=/scratch/pbs.{n}
OLDPWD=/scratch
USER=pilot001
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/cvmfs/dirac.egi.eu/dirac/v9.1.22/Linux-x86_64/bin
LD_LIBRARY_PATH=/usr/lib64:/cvmfs/sft.cern.ch/lcg/releases/gcc/11.3.0/x86_64-el9/lib64
X509_USER_PROXY=/tmp/x509up_u{n}
X509_USER_KEY=/etc/grid-security/hostkey.pem
X509_USER_CERT=/etc/grid-security/hostcert.pem
X509_CERT_DIR=/etc/grid-security/certificates
X509_VOMS_DIR=/etc/grid-security/vomsdir
BEARER_TOKEN_FILE=/run/user/{n}/bt_u{n}
_CONDOR_CREDS=/var/lib/condor/execute/dir_{n}/.condor_creds
_CONDOR_JOB_PIDS=
_CONDOR_SCRATCH_DIR=/var/lib/condor/execute/dir_{n}
CONDOR_PARENT_ID=wn{n}:{n}:{n}
SSH_AUTH_SOCK=/tmp/ssh-{hex8}/agent.{n}
KRB5CCNAME=FILE:/tmp/krb5cc_{n}_{hex8}
XDG_SESSION_ID={d}
DIRAC_PILOT_STAMP={hex32}
HTTPG_ENDPOINT=https://ce0{d}.example.org:8443
TOKENIZERS_PARALLELISM=false
npm_config_cache=/tmp/npm
GLOBUS_TCP_PORT_RANGE=20000,25000
LS_COLORS=rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:do=01;35:bd=40;33;01:cd=40;33;01:or=40;31;01
BASH_FUNC_which%%=() {{  ( alias; eval ${{which_declare}} ) | /usr/bin/which --tty-only $@ }}
SLURM_JOB_ID={n}
SLURM_CONF=/etc/slurm/slurm.conf
"""


class Texts:
    """Endless ordinary text."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self._lines = PLAIN_LINES.splitlines(keepends=True)

    def line(self):
        """One line: of the pilot with its header, of a program without."""
        line = self.random.choice(self._lines)
        head = f"2026-11-21T08:10:{self.random.randrange(60):02d}.{self.random.randrange(10**6):06d}Z "
        return (head if line[:4].isupper() else "") + self._filled(line)

    def environment(self):
        """The environment of a worker node, as the wrapper logs it."""
        head = "2026-11-21T08:10:11,123456Z DEBUG    [pilotLogger] "
        return "".join(head + self._filled(line) for line in ENVIRONMENT.splitlines(keepends=True))

    def message(self, lines):
        """A message of so many lines."""
        return "".join(self.line() for _ in range(lines))

    def certificate(self):
        """A certificate, alone and in base64, and base64 of what is no secret."""
        body = base64.encodebytes(self.random.randbytes(900)).decode()
        pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
        plain = json.dumps({"tokens": 5, "tokenLifetime": 3600, "user": "alice", "data": list(range(20))})
        return pem + base64.b64encode(plain.encode()).decode() + "\n"

    def _filled(self, line):
        digest = hashlib.sha256(self.random.randbytes(8)).hexdigest()
        guid = str(uuid.UUID(digest[:32])).upper()
        values = {f"hex{size}": digest[:size] for size in (2, 8, 32, 60, 64)}
        number, digit = self.random.randrange(1000, 100_000), self.random.randrange(10)
        return line.format(n=number, d=digit, uuid=uuid.UUID(digest[:32]), guid=guid, **values)
