"""Hold forms of the grid."""

from .maker import F, sinful
from .words import B64, B64U


@F("grid", "MyProxy protocol dump")
def myproxy_protocol_dump(g):
    return f"VERSION=MYPROXYv2\nCOMMAND=0\nUSERNAME={g.k(g.user())}\n{g.k('PASSPHRASE')}={g.s(g.pw(False))}\nLIFETIME=43200\nRESPONSE={g.n(0, 1)}\n{g.k('ERROR=invalid pass phrase')}\n"


@F("grid", "HTCondor ClaimId in ad")
def htcondor_claimid_in_ad(g):
    return f'MyType = "Machine"\n{g.k("ClaimId")} = "{sinful(g)}#{g.epoch()}#{g.n(1, 999)}#{g.s(g.hex(40))}"\n{g.k("State")} = "Claimed"\nActivity = "Busy"\n'


@F("grid", "HTCondor claim id with session info in StartLog")
def htcondor_claim_id_with_session_info_in_startlog(g):
    return f'03/04/24 10:11:12 slot1_2[{g.n(1, 999)}.0]: {g.k("Received match")} {sinful(g)}#{g.epoch()}#{g.n(1, 99)}#[Encryption="YES";Integrity="YES";CryptoMethods="AES";ValidCommands="60000,443";]{g.s(g.hex(48))}\n03/04/24 10:11:13 slot1_2: {g.k("State change: match notification protocol successful")}\n'


@F("grid", "HTCondor Capability / ClaimIdList")
def htcondor_capability_claimidlist(g):
    return f'{g.k("Capability")} = "{sinful(g)}#{g.epoch()}#{g.n(1, 99)}#{g.s(g.hex(40))}"\nClaimIdList = "{sinful(g)}#{g.epoch()}#{g.n(1, 99)}#{g.s(g.hex(40))}"\n{g.k("RemoteOwner")} = "cms@x"\n'


@F("grid", "HTCondor TransferKey / TransferSocket")
def htcondor_transferkey_transfersocket(g):
    return f'{g.k("TransferKey")} = "{g.n(1, 9)}#{g.s(g.hex(22))}{""}"\nTransferSocket = "{sinful(g)}"\n{g.k("TransferFiles")} = "ONEXIT"\n'


@F("grid", "HTCondor StarterSessionKey / SessionKey")
def htcondor_startersessionkey_sessionkey(g):
    return f'03/04/24 10:11:12 (D_SECURITY) SECMAN: {g.k("SessionKey")} = "{g.s(g.hex(64))}"\n03/04/24 10:11:12 SECMAN: {g.k("added session")} {g.host("ce01")}:{g.n(1000, 99999)}:{g.epoch()}:{g.n(1, 99)} to cache for 86400 seconds.\n'


@F("grid", "xrootd sss keytab")
def xrootd_sss_keytab(g):
    return g.wrap(
        f"+ cat {g.k('/etc/xrootd/sss.keytab')}\n0 u:{g.k('daemon')} g:daemon n:eos-{g.n(1, 9)} N:{g.n(10**18, 7 * 10**18)} c:{g.epoch()} e:0 f:0 k:{g.s(g.hex(64))}",
        "shell",
    )


@F("grid", "xrdsssadmin list with keys")
def xrdsssadmin_list_with_keys(g):
    return f"  Number Len Date/Time Created Expires  Keyname User & Group\n  ------ --- --------- ------- -------- -------\n       1  32 03/04/24 10:11:12 --------  {g.k('eosnobody')} nobody nogroup {g.s(g.hex(64))}\n"


@F("grid", "EOS authz zteos64 / cap.sym")
def eos_authz_zteos64_cap_sym(g):
    return g.wrap(
        f"[{g.iso()} +0100][Debug ][File] [0x7f21@root://{g.k(g.host('eoslhcb'))}:1094//eos/lhcb/f.dst?{g.k('cap.msg')}={g.s(g.st(B64, 300) + '=')}&cap.sym={g.s(g.st(B64, 62) + '==')}&mgm.logid={g.uuid()}] Sending an open command",
        "misc",
    )


@F("grid", "EOS token zteos64 in url")
def eos_token_zteos64_in_url(g):
    return g.wrap(
        f"xrdcp root://{g.k(g.host('eoslhcb'))}//eos/user/f.root?{g.k('authz')}={g.s('zteos64:' + g.st(B64U, 160))} .",
        "misc",
    )


@F("grid", "AliEn sealed envelope")
def alien_sealed_envelope(g):
    L = [g.st(B64U, 64) for _ in range(5)]
    g.S.extend(L)
    return g.wrap(
        "authz=-----BEGIN SEALED CIPHER-----\n"
        + "\n".join(L)
        + f"\n-----END SEALED CIPHER-----\n-----BEGIN SEALED ENVELOPE-----\n{g.s(g.st(B64U, 64))}\n-----END SEALED ENVELOPE-----\n{g.k('open failed: permission denied')}",
        "misc",
    )


@F("grid", "macaroon request reply")
def macaroon_request_reply(g):
    m = "MDA" + g.b64u(340)
    h = g.host("dcdoor17")
    return f'{{\n    "{g.k("macaroon")}": "{g.s(m)}",\n    "uri": {{\n        "targetWithMacaroon": "https://{g.k(h)}:2880/pnfs/f?authz={m}",\n        "target": "https://{h}:2880/{g.k("pnfs/f")}"\n    }}\n}}\n'


@F("grid", "gfal2 SE token cached")
def gfal2_se_token_cached(g):
    return g.wrap(
        f"DEBUG {g.k('Retrieved token')} for davs://{g.k(g.host('se03'))}:443/{g.vo()}/: {g.s('MDA' + g.b64u(280))}",
        "misc",
    )


@F("grid", "gfal2 davix set bearer parameter")
def gfal2_davix_set_bearer_parameter(g):
    return g.wrap(
        f"(gfal_cred_set) type={g.k('BEARER')} prefix=https://{g.k(g.host('se03'))} value={g.s(g.jwt('ES256'))}", "misc"
    )


@F("grid", "rucio auth token in debug")
def rucio_auth_token_in_debug(g):
    u = g.user()
    return g.wrap(
        f"2024-03-04 10:11:12,{g.n(100, 999)}\tbaseclient.py\tDEBUG\t{g.k('got new token')}: {u}-{g.k('/CN=' + u)}-unknown-{g.s1(g.hex(32))}",
        "misc",
    )


@F("grid", "rucio client repr session")
def rucio_client_repr_session(g):
    return g.wrap(
        f"rucio.client.baseclient DEBUG  HTTP header: {{'{g.k('X-Rucio-Account')}': 'root', 'X-Rucio-Username': 'ddmlab', '{g.k('X-Rucio-Password')}': '{g.s(g.pw())}'}}",
        "misc",
    )


@F("grid", "MUNGE credential")
def munge_credential(g):
    return g.wrap(f"$ munge -n\n{g.k('MUNGE:')}{g.s('AwQFAAD' + g.st(B64, 120))}:", "misc")


@F("grid", "munge key hexdump/base64")
def munge_key_hexdump_base64(g):
    return g.wrap(f"+ base64 -w0 {g.k('/etc/munge/munge.key')}\n{g.s(g.b64(128))}", "shell")


@F("grid", "DIRAC getOptionsDict repr")
def dirac_getoptionsdict_repr(g):
    return g.wrap(
        g.dlog(
            f"gConfig.getOptionsDict -> {{'OK': True, 'Value': {{'Host': '{g.k(g.host('db12'))}', 'User': 'Dirac', '{g.k('Password')}': '{g.s(g.pw())}', 'Port': '3306'}}}}"
        ),
        "dirac",
    )


@F("grid", "DIRAC MySQL connection debug")
def dirac_mysql_connection_debug(g):
    return g.wrap(
        g.dlog(
            f"MySQL: connecting to {g.k(g.host('db12'))}:3306 user Dirac, password {g.s(g.pw())}, db {g.k('PilotAgentsDB')}"
        ),
        "dirac",
    )


@F("grid", "dirac-install-db echo")
def dirac_install_db_echo(g):
    return g.wrap(
        f"dirac-install-db --LocalInstallation/Database/{g.k('RootPwd')}={g.s(g.pw())} --LocalInstallation/Database/{g.k('Password')}={g.s(g.pw())} {g.k('JobDB')}",
        "shell",
    )


@F("grid", "DIRAC install.cfg")
def dirac_install_cfg(g):
    return f"""  Database
  {{
    User = Dirac
    {g.k("Password")} = {g.s(g.pw(False))}
    {g.k("RootPwd")} = {g.s(g.pw(False))}
    Host = {g.k("localhost")}
    MySQLLargeMem = no
  }}
"""


@F("grid", "DIRAC client registration secrets")
def dirac_client_registration_secrets(g):
    return g.wrap(
        g.dlog(
            f"ComponentInstaller: set /DIRAC/Security/Authorization/{g.k('client_secret')} = {g.s(g.b64u(64))}", "INFO"
        ),
        "dirac",
    )


@F("grid", "ARC xRSL environment")
def arc_xrsl_environment(g):
    return f'&(executable="{g.k("pilot.sh")}")\n(environment=("DIRAC_SITE" "{g.site()}") ("{g.k("BEARER_TOKEN")}" "{g.s(g.jwt("ES256"))}"))\n(queue="{g.k("grid")}")\n'


@F("grid", "arcsub -d DEBUG token")
def arcsub_d_debug_token(g):
    return g.wrap(
        f"[{g.iso()}] [Arc.MCC.HTTP] [DEBUG] [{g.n(1000, 9999)}] >> {g.k('Authorization')}: Bearer {g.s(g.jwt())}\n[{g.iso()}] [Arc] [INFO] {g.k('Submission to')} https://{g.host('arc-ce02')}/arex/rest/1.0/jobs",
        "misc",
    )


@F("grid", "scontrol token")
def scontrol_token(g):
    return g.wrap(
        f"+ scontrol token username={g.k(g.user())} lifespan=3600\nSLURM_JWT={g.s(g.jwt('HS256', {'exp': g.epoch(), 'iat': g.epoch() - 3600, 'sun': 'slurm'}))}",
        "shell",
    )


@F("grid", "slurmdbd StoragePass")
def slurmdbd_storagepass(g):
    return f"DbdHost={g.k(g.host('slurm'))}\nStorageType=accounting_storage/mysql\nStorageUser=slurm\n{g.k('StoragePass')}={g.s(g.pw())}\nLogFile=/var/log/slurm/slurmdbd.log\n"


@F("grid", "klist -K keytab keys")
def klist_k_keytab_keys(g):
    return f"Keytab name: FILE:{g.k('/etc/krb5.keytab')}\nKVNO Timestamp           Principal\n---- ------------------- ------------------------\n   3 03/04/24 10:11:12 host/{g.k(g.host())}@CERN.CH (aes256-cts-hmac-sha1-96)  (0x{g.s(g.hex(64))})\n"


@F("grid", "ktutil add_entry")
def ktutil_add_entry(g):
    return g.wrap(
        f"ktutil:  addent -password -p {g.k(g.user() + '@CERN.CH')} -k 1 -e aes256-cts\nPassword for {g.user()}@CERN.CH: {g.s(g.pw(False))}\nktutil:  wkt {g.k('pilot.keytab')}",
        "misc",
    )


@F("grid", "COOL oracle connection string")
def cool_oracle_connection_string(g):
    return g.wrap(
        f"COOL_ERR {g.k('oracle://ATLAS_COOLPROD')};schema=ATLAS_COOLOFL_DCS;user=ATLAS_COOL_WRITER;{g.k('password')}={g.s(g.pw())};dbname=CONDBR2",
        "misc",
    )


@F("grid", "Frontier/Oracle sqlplus style connection in log")
def frontier_oracle_sqlplus_style_connection_in_log(g):
    return g.wrap(
        f"Opening {g.k('jdbc:oracle:thin')}:LHCB_DIRACBOOKKEEPING/{g.s(g.pw())}@{g.k('(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)')}(HOST={g.host('db12')})(PORT=10121)))",
        "dirac",
    )


@F("grid", "voms-proxy-init debug password on tty")
def voms_proxy_init_debug_password_on_tty(g):
    return f'Contacting {g.k("voms2.cern.ch")}:15001 [/DC=ch/DC=cern/OU=computers/CN=voms2.cern.ch] "{g.vo()}"...\nEnter GRID pass phrase for this identity:{g.s(g.pw(False))}\nRemote VOMS server contacted succesfully.\n{g.k("Created proxy in /tmp/x509up_u1000.")}\n'


@F("grid", "CREAM/BLAH/HTCondor ssh password file")
def cream_blah_htcondor_ssh_password_file(g):
    return g.wrap(f"{g.k('GAHP[123] (stdin)')} -> 'SSH_SUBMIT 2 {g.k(g.host('login'))} password={g.s(g.pw())}'", "misc")


@F("grid", "crabserver / wmagent secrets file")
def crabserver_wmagent_secrets_file(g):
    return f"MYSQL_USER=wmagent\n{g.k('MYSQL_PASS')}={g.s(g.pw())}\nCOUCH_USER=admin\n{g.k('COUCH_PASS')}={g.s(g.pw())}\nCOUCH_HOST={g.k('127.0.0.1')}\n"


@F("grid", "couchdb url")
def couchdb_url(g):
    return g.wrap(
        f"CouchConnectionError: {g.k('Socket Error')} - reason: timed out, url http://wmagent:{g.s(g.pw())}@{g.k('localhost:5984')}/wmagent_jobdump",
        "misc",
    )


@F("grid", "JAliEn / alien token auth print")
def jalien_alien_token_auth_print(g):
    return g.wrap(
        f"JobAgent: {g.k('jobToken')}={g.s(g.an(32))} jobNumber={g.n(10**8, 10**9)} {g.k('queueId ok')}", "misc"
    )


@F("grid", "gLite delegated credential password / voms admin db")
def glite_delegated_credential_password_voms_admin_db(g):
    return f"{g.k('voms.db.username')}=voms\nvoms.db.{g.k('password')}={g.s(g.pw())}\n-dbname={g.k('voms_' + g.vo())}\n"


@F("grid", "BOINC authenticator")
def boinc_authenticator(g):
    return f"<account>\n    <master_url>{g.k('https://lhcathome.cern.ch/lhcathome/')}</master_url>\n    <{g.k('authenticator')}>{g.s(g.hex(32))}</authenticator>\n</account>\n"


@F("grid", "ganga / lb-api token gitlab CI url upload")
def ganga_lb_api_token_gitlab_ci_url_upload(g):
    return g.wrap(
        f"Uploading to https://{g.k('lhcb-api.web.cern.ch')}/gitlab/CI token={g.s(g.jwt())} {g.k('status_code=403')}",
        "misc",
    )


@F("grid", "CVMFS gateway HMAC authorization")
def cvmfs_gateway_hmac_authorization(g):
    return g.wrap(f"(gateway) {g.k('key_id')}={g.vo()}_key secret={g.s(g.an(24))} lease acquired {g.k('/sw')}", "misc")
