"""Hold forms of grid middleware: proxies and keys, DIRAC, batch systems, storage."""

from .template import parse

FORMS = (
    parse(
        "proxy",
        r"""
=1 cat of a proxy
$ cat $X509_USER_PROXY
«keyrsa»
== proxy with its certificate | -----BEGIN CERTIFICATE-----
‹cert›
«keyrsa»
== proxy shown by a debug line | [ProxyManager]
‹ts› DEBUG [ProxyManager] Proxy uploaded:
«keyp8»
== proxy dumped by python | timeLeft
{'OK': True, 'Value': '«keyrsa|nl»', 'timeLeft': 86400}
== proxy in a wrapper | bz2.decompress
with open('proxy', 'w') as fd:
    fd.write(bz2.decompress(base64.b64decode('''«keyec|b64»''')).decode())
    os.chmod('proxy', stat.S_IRUSR)
== indented | Key:
  Key:
«keyrsa|in4»
  Valid: 12h
== voms init with the pass phrase | Contacting
$ echo "«phrase»" | voms-proxy-init --voms dteam --pwstdin
Contacting ‹+host›:15002 [/DC=org/CN=voms] "dteam"... Failed
== voms rc
Enter GRID pass phrase for this identity: «weak»
Creating temporary proxy ... Done
== myproxy stdin | MyProxy
echo «pw» | myproxy-logon -S -l pilot -s ‹+host›
MyProxy password incorrect
== myproxy dump | RESPONSE=
VERSION=MYPROXYv2 COMMAND=0 USERNAME=pilot PASSPHRASE=«pw» LIFETIME=43200
RESPONSE=1 ERROR=authentication failed
== arcproxy constraint | Proxy generation succeeded
arcproxy -S atlas -p key=«weak» -c validityPeriod=12H
Proxy generation succeeded
== dirac pass | Generating proxy...
dirac-proxy-init -g dteam_user --pwstdin <<< "«phrase»"
Generating proxy...
== grid-proxy debug | User Cert File:
User Cert File: /home/pilot/.globus/usercert.pem
Enter GRID pass phrase: «pw»
== proxy in json | "vo"
{"vo": "dteam", "proxy": "«keyrsa|nl»", "host": "‹+host›"}
== dirac token in the proxy | -----BEGIN DIRACX-----
-----BEGIN DIRACX-----
«jwt|b64»
-----END DIRACX-----
""",
    )
    + parse(
        "key",
        r"""
== pkcs 8 | $ cat
$ cat /etc/grid-security/hostkey.pem
«keyp8»
== encrypted
userkey.pem:
«keyenc»
== encrypted, old
«keyold»
== elliptic
key generated:
«keyec»
== openssh
+ cat /home/pilot/.ssh/id_ed25519
«keyssh»
== quoted in a mail
> my key is
«keyssh|quote»
== diff of a key | +++ b/deploy.key
+++ b/deploy.key
«keyec|diff»
== pgp
gpg --export-secret-keys --armor grid-packager
«keypgp»
== openssl text | publicExponent: 65537
publicExponent: 65537 (0x10001)
privateExponent:
«hexkey»
prime1:
== one line json | "type": "service_account"
{"type": "service_account", "private_key_id": "‹hex40›", "private_key": "«keyp8|nl»", "client_email": "p@‹host›"}
== crlf | PEM:
PEM: "«keyec|crlf»"
== yaml block | tls.crt
  tls.crt: LS0tLS1CRUdJTg==
  key: |
«keyp8|in4»
== prefixed lines | cannot load key
‹ts› ERROR cannot load key
«keyp8»
== in an error of a parser | ValueError: Could not deserialize key data
ValueError: Could not deserialize key data b'«keyrsa|nl»'
== jwk | "kty"
{"kty": "RSA", "e": "AQAB", "kid": "‹hex32›", "d": "«toku»", "p": "«toku»"}
== symmetric jwk
{"kty":"oct","alg":"HS256","k":"«toku»"}
== ssh agent | Permission denied (publickey)
DEPLOY_KEY="«keyssh|nl»"
pilot@‹+host›: Permission denied (publickey)
== key without its first line
tail -n +2 hostkey.pem
«keyrsa|body»
-----END RSA PRIVATE KEY-----
== base64 of a key
SSH_PRIVATE_KEY_B64=«keyssh|b64»
== age
# created: 2025-03-12
AGE-SECRET-KEY-1«base32»«base32»
== wireguard | [Interface]
[Interface]
PrivateKey = «b64»
Address = 10.8.0.2/24
""",
    )
    + parse(
        "dirac",
        r"""
== dirac.cfg database | DBName
Databases
{
  PilotLoggingDB
  {
    Host = ‹+host›
    User = Dirac
    Password = «pw»
    DBName = PilotLoggingDB
  }
}
== cfg option print | /Systems/Databases/Password
/Systems/Databases/User = Dirac
/Systems/Databases/Password = «pwx»
== idp provider | ProviderType = IAM
    IdProviders { WLCG { ProviderType = IAM
      client_id = ‹uuid›
      client_secret = «toku»
    } }
== pilot.json dump | "GenericPilotDN"
{"GenericPilotDN": "/DC=ch/CN=Robot", "MaxCycles": 10, "PilotSecret": "«toku»", "UploadSE": "‹+host›"}
== pilot parameters | PilotParams
‹ts› DEBUG [PilotParams] optlist: [('-S', 'Prod'), ('--pilotSecret', '«toku»'), ('--site', '‹+site›')]
== s_error | 'Errno': 1112
{'OK': False, 'Errno': 1112, 'Message': 'Can not login with password «pw»: refused by ‹+host›'}
== diracx credentials | expires_on
{"access_token": "«jwt»", "refresh_token": "«jwt»", "expires_on": 1741774272}
== diracx env | DIRACX_URL
DIRACX_URL=https://‹+host›
DIRACX_SERVICE_AUTH_TOKEN_KEYSTORE={"keys":[{"kty":"OKP","d":"«toku»"}]}
DIRACX_LEGACY_EXCHANGE_HASHED_API_KEY=‹sha›
== legacy key | legacy-exchange
diracx:InsecureSecret:«toku»
GET https://‹+host›/api/auth/legacy-exchange
== extension download | LHCbPilot
pilotRepo https://oauth2:«glpat»@‹+host›/lhcb/LHCbPilot.git branch master
== message queue | MQType = Stomp
MQServices { ‹+host› { MQType = Stomp
  Port = 61613
  User = logger
  Password = «pw»
} }
== ce parameters | 'SSHHost'
CE params: {'SSHHost': '‹+host›', 'SSHUser': 'pilot', 'SSHPassword': '«pw»', 'BatchSystem': 'SLURM'}
== cloud ce | Instance_MaxProcs
CloudCE: Auth = {'Auth_User': 'vmpilot', 'Auth_Pass': '«pw»', 'Context_ExtPackages': 'nfs'} Instance_MaxProcs
== remote logger | PilotLogs
remoteLogger.sendMessage(url=https://‹+host›/PilotLogs, authToken='«jwths»')
== job env | Environment =
  Environment = "RUNNUM=42;CALIB_DB_PASSWORD=«pw»;STREAM=phys";
== job arguments | Executable = "run.sh"
Executable = "run.sh";
Arguments = "--evts 100 --dbpassword «pw» --out o.root";
== job wrapper | ExecutionEnvironment
{'ExecutionEnvironment': ['SEED=1', 'WANDB_API_KEY=«hex40»'], 'Site': '‹+site›'}
""",
    )
    + parse(
        "batch",
        r"""
== classad | JobStatus = 2
Environment = "A=1 SECRET_KEY=«tok» B=2"
JobStatus = 2
RemoteHost = "‹+host›"
== submit file | queue
executable = pilot.sh
environment = "PILOT_TOKEN=«jwths»;SITE=‹+site›"
queue
== idtoken | /etc/condor/tokens.d
# cat /etc/condor/tokens.d/wn-token
«jwths»
== pool password | condor_store_cred
condor_store_cred -c add -p «pw» -n ‹+host›
== dprintf | DC_AUTHENTICATE
03/12/25 10:11:12 DC_AUTHENTICATE: session key = «hex64»
03/12/25 10:11:12 TOKEN: offered «jwths»
== slurm | StdOut
JobId=‹num› JobName=pilot
   Comment=token:«toku» StdOut=/dev/null
== slurm export | sbatch: error
sbatch --export=ALL,VO=belle,PROXY_PASS=«pw» pilot.sh
sbatch: error: Batch job submission failed
== pbs | Variable_List
    Variable_List = PBS_O_HOME=/home/p,API_TOKEN=«tok»,PBS_O_HOST=‹+host›
== arc xrsl | (jobname="pilot")
&(executable="run")(jobname="pilot")(environment=("MY_PASSWORD" "«pw»")("VO" "dteam"))
== arc delegation | A-REX
[A-REX] Delegated credentials from /CN=pilot:
«keyrsa»
== glidein | GLIDEIN_Site
GLIDEIN_Site=‹+site›
GLIDEIN_VNC_PASSWORD "«pw»"
== dask | distributed.worker
distributed.worker - INFO - Jupyter at http://‹+host›:8888/lab?token=«hex32»
== munge | munged
munged: key=«hex64» loaded
== panda | for queue
pandaserver: harvester token key: «toku» for queue ‹+site›
""",
    )
    + parse(
        "storage",
        r"""
== gfal bearer | gfal-copy error
gfal-copy -D "BEARER:TOKEN=«jwt»" file:///tmp/a davs://‹+host›/vo/a
gfal-copy error: 13 (Permission denied)
== gfal config | [BEARER]
[BEARER]
TOKEN=«macaroon»
[HTTP PLUGIN]
INSECURE=false
== macaroon response | "targetWithMacaroon"
{"macaroon": "«macaroon#1»", "uri": {"targetWithMacaroon": "https://‹+host›/vo?authz=«macaroon#1»"}}
== view-macaroon | location
view-macaroon «macaroon»
location Optional.empty
== rclone config | type = webdav
[dcache]
type = webdav
url = https://‹+host›:2880
bearer_token = «macaroon»
== rclone password | vendor = other
user = pilot
pass = «toku»
vendor = other
== s3cmd | host_base
access_key = ‹keyid›
secret_key = «awskey»
host_base = ‹+host›
== aws configure | us-east-1
aws_access_key_id = ‹keyid›
aws_secret_access_key = «awskey»
region = us-east-1
== boto debug | botocore.auth
botocore.credentials: Credentials(access_key='‹keyid›', secret_key='«awskey»', token='«awssess»')
DEBUG botocore.auth: Calculating signature
== sss keytab | n:xrootd
0 u:daemon g:daemon n:xrootd N:6789 c:1741774272 e:0 f:0 k:«hex64»
== eos token | eos ls
EOSAUTHZ=zteos64:«toku» eos ls /eos/vo
== fts | "source_tokens"
{"files": [{"sources": ["https://‹+host›/f"], "source_tokens": ["«jwt»"], "destination_tokens": ["«jwt»"]}]}
== rucio.cfg | auth_type = userpass
[client]
rucio_host = https://‹+host›
auth_type = userpass
username = ddm
password = «pw»
== irods | iRODS
echo '«pwx»' | iinit --ttl 24
CAT_INVALID_AUTHENTICATION from iRODS ‹+host›
== srm token by lcmaps | denied
‹ts› [http] SciToken rejected: «jwt» reason: denied by scope
== ceph | [client.pilot]
[client.pilot]
    key = AQ«tok»«tok20»==
    caps mon = "allow r"
== ceph mount | mount error 13
mount -t ceph ‹+host›:/ /mnt -o name=pilot,secret=«b64»
mount error 13 = Permission denied
== swift | OS_AUTH_URL
export OS_AUTH_URL=https://‹+host›:5000/v3
export OS_PASSWORD="«pw»"
export OS_USERNAME=pilot
== swift token | StorageURL
swift stat -v
StorageURL: https://‹+host›/v1/AUTH_x
Auth Token: «hex32»
== application credential | clouds:
clouds:
  eosc:
    auth:
      application_credential_secret: "«toku»"
      auth_url: https://‹+host›:5000
== minio alias | Added `store`
mc alias set store https://‹+host› minioadmin «awskey»
Added `store` successfully.
== cvmfs gateway | plain_text
plain_text ‹keyid› «tok»
cvmfs_swissknife lease -k /etc/cvmfs/keys/x.gw
== nextcloud
davix-put --userlogin p --userpass «pw» log.gz https://‹+host›/remote.php/webdav/log.gz
""",
    )
)
