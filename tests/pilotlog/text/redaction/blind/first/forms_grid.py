"""Hold forms of MyProxy, HTCondor, ARC and DIRAC."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


M, H, A, D = "myproxy", "htcondor", "arc", "dirac"
FORMS = [
    F(
        M,
        "logon-stdin",
        "echo '@{pw_punct}' | myproxy-logon -s +{host} -l ~{user} -S -t 12\nFailed to receive credentials.",
        "Failed to receive credentials.",
    ),
    F(
        M,
        "prompt",
        "Enter MyProxy pass phrase: @{pw}\nA credential has been received for user +{user} in /tmp/x509up_u1000.",
        "/tmp/x509up_u1000",
    ),
    F(
        M,
        "protocol",
        "VERSION=MYPROXYv2\nCOMMAND=0\nUSERNAME=+{user}\nPASSPHRASE=@{pw}\nLIFETIME=43200",
        "LIFETIME=43200",
        "VERSION=MYPROXYv2",
    ),
    F(M, "env", "MYPROXY_SERVER=+{host}\nMYPROXY_PASSPHRASE=@{pw}\nMYPROXY_SERVER_DN=~{dn}", "MYPROXY_SERVER_DN"),
    F(M, "python", "myproxy.logon('+{host}', '~{user}', passphrase='@{pw}', lifetime=43200)", "lifetime=43200"),
    F(H, "idtoken", "condor_token_fetch\n@{jwt_hs}\ncondor_status -schedd", "condor_status -schedd"),
    F(
        H,
        "idtoken-file",
        "$ cat tokens.d/pilot\n@{jwt_hs}\n$ condor_ping WRITE\nWRITE command using (AES, AES, and IDTOKENS) succeeded",
        "IDTOKENS",
    ),
    F(
        H,
        "environment-attr",
        'Environment = "SITE=+{site} JOB_TOKEN=@{alnum40} OMP=1"\nRequestCpus = 8',
        "RequestCpus = 8",
    ),
    F(H, "classad-env", 'Env = "PATH=/usr/bin;PANDA_AUTH_TOKEN=@{jwt};LANG=C"\nOwner = "+{user}"', "LANG=C"),
    F(H, "arguments", 'Args = "--site ~{site} --password @{pw} --queue +{site}"\nCmd = "pilot.sh"', 'Cmd = "pilot.sh"'),
    F(
        H,
        "submit-file",
        "executable = pilot.sh\nenvironment = \"WN_SECRET='@{pw}'\"\nqueue 10",
        "queue 10",
        "executable = pilot.sh",
    ),
    F(H, "store-cred", "condor_store_cred add -c -p @{pw}\nOperation succeeded.", "Operation succeeded."),
    F(
        H,
        "sec-debug",
        "03/12/26 10:11:12 SECMAN: negotiated session key @{hex64} with <192.0.2.4:9618>",
        "SECMAN",
        "<192.0.2.4:9618>",
    ),
    F(
        H,
        "claim-id",
        'ClaimId = "<192.0.2.4:9618>#1790000000#~{num}#[Encryption=\\"YES\\";]@{hex40}"\nSlotID = 1',
        "SlotID = 1",
    ),
    F(
        H,
        "config-dump",
        "SEC_PASSWORD_FILE = /etc/condor/passwords.d/POOL\nPOOL_PASSWORD = @{pw}\nUID_DOMAIN = example.org",
        "UID_DOMAIN = example.org",
    ),
    F(
        A,
        "arex-header",
        "[VERBOSE] [Arc.MCC.HTTP] > Authorization: Bearer @{jwt}\n[VERBOSE] [Arc.MCC.HTTP] < HTTP/1.1 401 Unauthorized",
        "401 Unauthorized",
    ),
    F(A, "arcctl-token", "arcctl test-jwt export\n@{jwt}\narcctl: use at your own risk", "use at your own risk"),
    F(
        A,
        "xrsl-env",
        '&(executable="pilot.sh")(environment=("SITE" "+{site}")("PILOT_SECRET" "@{pw}"))(count=8)',
        "(count=8)",
    ),
    F(
        A,
        "arcsub-env",
        "BEARER_TOKEN=@{jwt} arcsub -C +{host} job.xrsl\nERROR: Job submission failed",
        "Job submission failed",
    ),
    F(
        A,
        "arex-delegation",
        "delegation-~{hex16}: "
        + "-----BEGIN "
        + "RSA PRIV"
        + "ATE KEY-----\n@{short_body}\n-----END "
        + "RSA PRIV"
        + "ATE KEY-----\nstored",
        "stored",
    ),
    F(
        A,
        "python-session",
        "AREX session.headers={'Accept': 'application/json', 'Authorization': 'Bearer @{jwt}'} url=+{host}",
        "application/json",
    ),
    F(
        D,
        "pilot-secret-arg",
        "python dirac-pilot.py --setup LHCb-Production --pilotUUID ~{hex32} --pilotSecret @{url43} -N +{host}",
        "--setup LHCb-Production",
    ),
    F(
        D,
        "pilot-json",
        '{"Setups": {"Defaults": {"RemoteLogging": "True", "pilotSecret": "@{url43}", "Site": "+{site}"}}}',
        '"RemoteLogging": "True"',
    ),
    F(
        D,
        "dirac-cfg",
        "Databases\n{\n  JobDB\n  {\n    User = Dirac\n    Password = @{pw}\n    Host = +{host}\n  }\n}",
        "User = Dirac",
        "JobDB",
    ),
    F(
        D,
        "dirac-configure-option",
        "dirac-configure -o /Systems/Databases/Password=@{pw} -o /LocalSite/Site=+{site} -ddd",
        "-ddd",
    ),
    F(
        D,
        "cs-dump",
        "/Resources/StorageElements/X/AccessProtocol.1/SecretKey ="
        " @{alnum40}\n/Resources/StorageElements/X/AccessProtocol.1/Port = 443",
        "Port = 443",
    ),
    F(
        D,
        "registry-idp",
        "IdProviders\n{\n  IAM\n  {\n    client_id = ~{uuid}\n    client_secret = @{url86}\n    scope = openid\n  }\n}",
        "scope = openid",
    ),
    F(
        D,
        "diracx-token-response",
        "DiracX login: {'access_token': '@{jwt}', 'expires_in': 1500, 'token_type': 'Bearer', 'refresh_token':"
        " '@{jwt}'}",
        "'expires_in': 1500",
    ),
    F(
        D,
        "diracx-credentials-file",
        'cat .diracx/credentials.json\n{"access_token":"@{jwt}","refresh_token":"@{jwt}","expires_on":17900000}',
        '"expires_on":17900000',
    ),
    F(
        D,
        "diracx-env",
        "DIRACX_URL=https://+{host}\nDIRACX_SERVICE_AUTH_TOKEN_SIGNING_KEYSTORE=@{b64_64}\nDIRACX_CA_PATH=/etc/ca",
        "DIRACX_CA_PATH=/etc/ca",
    ),
    F(
        D,
        "remote-logger",
        "~{ts} DEBUG [RemoteLogger] POST https://+{host}:8443/WorkloadManagement/TornadoPilotLogging auth=@{jwt}"
        " status 403",
        "status 403",
    ),
    F(
        D,
        "s-ok",
        "{'OK': True, 'Value': {'Token': '@{url43}', 'VO': 'lhcb'}, 'rpcStub': (('WorkloadManagement/JobManager', {}),"
        " 'x', ())}",
        "'VO': 'lhcb'",
    ),
    F(
        D,
        "stomp-mq",
        "MQServices\n{\n  +{host}\n  {\n    MQType = Stomp\n    User = ~{user}\n    Password = @{pw}\n  }\n}",
        "MQType = Stomp",
    ),
    F(
        D,
        "cloud-ce",
        "CE parameters: {'Auth_URL': 'https://+{host}', 'User': '~{user}', 'Password': '@{pw}', 'Image': 'el9'}",
        "'Image': 'el9'",
    ),
    F(
        D,
        "ssh-ce",
        "SSHUser = ~{user}\nSSHPassword = @{pw}\nSSHHost = +{host}\nBatchSystem = SLURM",
        "BatchSystem = SLURM",
    ),
    F(D, "condition-db", "CondDB password for lhcb_read is @{pw_alnum}\nConnecting to +{host}", "Connecting to"),
    F(
        D,
        "authentication-xml",
        "COOL: authentication.xml -> user=~{user} pwd=@{pw}\nCORAL_AUTH_PATH=/tmp/auth",
        "CORAL_AUTH_PATH=/tmp/auth",
    ),
]
