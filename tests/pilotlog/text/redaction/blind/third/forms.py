"""The forms: (kind, form, template).  See cases.fill for the little template language."""

FORMS = []


def F(kind, form, tmpl):
    assert form not in {f for _, f, _ in FORMS}, form
    FORMS.append((kind, form, tmpl))


# =============================================================== environment
E = "environment"
F(
    E,
    "env-plain",
    r"""
«hd:ConfigureBasics» Executing command env | sort
HOME=/home/«+user»
HOSTNAME=«+wn»
LANG=C.UTF-8
«?DB_PASSWORD|MYSQL_PWD|POSTGRES_PASSWORD|PGPASSWORD|REDIS_PASSWORD»=«!pw»
PATH=/usr/local/bin:/usr/bin:/bin
SHLVL=2
""",
)
F(
    E,
    "printenv-aws",
    r"""
$ printenv
AWS_ACCESS_KEY_ID=«akid»
AWS_DEFAULT_REGION=«=eu-west-3»
AWS_SECRET_ACCESS_KEY=«!awssec»
AWS_SESSION_TOKEN=«!awstok»
HOSTNAME=«+wn»
OMP_NUM_THREADS=1
""",
)
F(
    E,
    "export-p",
    r"""
+ export -p
export EDITOR='vi'
export HOME='/home/«+user»'
export «?BEARER_TOKEN|ACCESS_TOKEN|HTTP_TOKEN»='«!jwt»'
export X509_USER_PROXY='«=/tmp/x509up_u40012»'
""",
)
F(
    E,
    "declare-x",
    r"""
declare -x HOME="/home/«+user»"
declare -x OLDPWD
declare -x «?GITHUB_TOKEN|GH_TOKEN»="«!ghp»"
declare -x SSL_CERT_DIR="«=/etc/grid-security/certificates»"
declare -x TERM="dumb"
""",
)
F(
    E,
    "set-builtin",
    r"""
«hd» output of `set`:
BASH_VERSION='5.1.8(1)-release'
IFS=$' \t\n'
KEYSTORE_PASSWORD='«!pwx»'
MACHTYPE=x86_64-redhat-linux-gnu
OPTIND=1
PILOT_SITE=«=LCG.Example.org»
PPID=«pid»
""",
)
F(
    E,
    "csh-setenv",
    r"""
% source /cvmfs/sw.example.org/setup.csh
setenv HTTP_PROXY http://«+host»:3128
setenv «?MYPROXY_PASSWD|DIRAC_PASSWORD|ORACLE_PASSWORD» «!pw»
setenv X509_CERT_DIR «=/etc/grid-security/certificates»
""",
)
F(
    E,
    "docker-inspect-env",
    r"""
$ docker inspect pilot_«n3»
            "Hostname": "«+wn»",
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/bin",
                "«?RABBITMQ_DEFAULT_PASS|MINIO_ROOT_PASSWORD|GRAFANA_ADMIN_PASSWORD|MARIADB_ROOT_PASSWORD»=«!pw»",
                "LANG=C.UTF-8"
            ],
            "Image": "«=registry.example.org/pilot:v9r0»",
""",
)
F(
    E,
    "condor-classad-env",
    r"""
Arguments = "--site «=LCG.Example.org»"
Cmd = "/var/lib/condor/execute/dir_«pid»/pilot-wrapper.sh"
Environment = "HOME=/home/«+user» PANDA_AUTH_TOKEN=«!an40» LANG=C OMP_NUM_THREADS=8"
GlobalJobId = "«+host»#8812.0#1763712345"
JobStatus = 2
""",
)
F(
    E,
    "condor-env-v1",
    r"""
«tsc» (pid:«pid») Job environment: Env = "«=X509_USER_PROXY»=/tmp/x509up_u«n3»;S3_SECRET_KEY=«!awssec»;RSE=«=UKI-EXAMPLE-DISK»;CMTCONFIG=x86_64"
«tsc» (pid:«pid») About to exec /srv/condor/execute/dir_«pid»/run.sh
""",
)
F(
    E,
    "slurm-export",
    r"""
$ scontrol show job «job» -d
   JobId=«job» JobName=pilot
   UserId=«+user»(40012) GroupId=grid(4000)
   Command=sbatch --export=ALL,RUCIO_ACCOUNT=«=prod»,RUCIO_AUTH_TOKEN_VALUE=«!an64»,SITE=X pilot.sh
   Partition=«=grid-long» AllocNode:Sid=ce07:«pid»
""",
)
F(
    E,
    "slurm-comment-env",
    r"""
slurmstepd: debug: env: SLURM_JOB_USER=«+user»
slurmstepd: debug: env: SLURM_JOB_ID=«job»
slurmstepd: debug: env: SLURM_JWT=«!jwt»
slurmstepd: debug: env: SLURMD_NODENAME=«+wn»
""",
)
F(
    E,
    "pbs-variable-list",
    r"""
Job Id: «job».«+host»
    Job_Name = pilot
    Job_Owner = «+user»@ce07
    Variable_List = PBS_O_HOME=/home/x,PBS_O_LANG=en_US.UTF-8,VO_SECRET=«!an32»,
	PBS_O_QUEUE=«=gridq»,PBS_O_WORKDIR=/var/spool/pbs
    comment = Job run at Sat Nov 21
""",
)
F(
    E,
    "os-environ-repr",
    r"""
>>> print(os.environ)
environ({'HOSTNAME': '«+wn»', 'USER': '«+user»', '«?CELERY_BROKER_PASSWORD|MLFLOW_TRACKING_PASSWORD|FTS_PASSWORD»': '«!pwx»', 'LANG': 'C', 'PWD': '«=/srv/job»'})
""",
)
F(
    E,
    "environ-pprint",
    r"""
«tss» UTC dirac-jobexec DEBUG: job environment
{'HOME': '/home/«+user»',
 'JOBID': '«job»',
 'OPENAI_API_KEY': '«!openai»',
 'PYTHONPATH': '«=/cvmfs/dirac.example.org/lib»',
 'SHELL': '/bin/bash'}
""",
)
F(
    E,
    "proc-self-environ-nul",
    "«hd» cat /proc/«pid»/environ\nHOME=/home/«+user»\0LOGNAME=x\0HARBOR_PASSWORD=«!pw»\0PWD=«=/srv/work»\0LANG=C\0\n«hd» done",
)
F(
    E,
    "env0-caret",
    r"""
$ cat -v /proc/«pid»/environ
USER=«+user»^@LANG=C^@CI_JOB_TOKEN=«!glcb»^@HOSTNAME=«+wn»^@SHLVL=1^@
""",
)
F(
    E,
    "k8s-describe-env",
    r"""
Name:             pilot-«n3»-x7k2p
Node:             «+wn»/10.0.3.11
    Environment:
      VO:                 «=belle»
      DIRAC_HOST_PASSWORD:  «!pw»
      LOG_LEVEL:          INFO
    Mounts:
      /cvmfs from cvmfs (ro)
""",
)
F(
    E,
    "k8s-env-json",
    r"""
  "env": [
    {"name": "SITE", "value": "«=EGI.Example.fr»"},
    {"name": "«?TOKEN|API_TOKEN|IAM_CLIENT_SECRET|WEBHOOK_SECRET»", "value": "«!u43»"},
    {"name": "NODE", "value": "«+wn»"}
  ],
""",
)
F(
    E,
    "compose-config",
    r"""
services:
  db:
    environment:
      MYSQL_DATABASE: «=JobDB»
      MYSQL_ROOT_PASSWORD: «!pw»
      MYSQL_USER: «+user»
    hostname: «+host»
""",
)
F(
    E,
    "dotenv-cat",
    r"""
+ cat .env
# settings for the monitor
MONITOR_URL=https://«+host»/api
MONITOR_USER=«+user»
MONITOR_PASS="«!pwx»"
DJANGO_SECRET_KEY='«!u64»'
DEBUG=0
""",
)
F(
    E,
    "systemd-show-env",
    r"""
$ systemctl show dirac-pilot -p Environment -p User
Environment=LANG=C VAULT_TOKEN=«!hvs» DIRAC_SITE=«=LCG.Example.org»
User=«+user»
""",
)
F(
    E,
    "ps-eww",
    r"""
  PID TTY      STAT   TIME COMMAND
«pid» ?        Sl     0:11 python jobwrapper.py USER=«+user» HF_TOKEN=«!hf» PWD=«=/srv/job» LC_ALL=C
«pid» ?        S      0:00 sleep 60
""",
)
F(
    E,
    "apptainer-debug-env",
    r"""
DEBUG   [U=40012,P=«pid»]  SetContainerEnv()  Forwarding HOME environment variable
DEBUG   [U=40012,P=«pid»]  SetContainerEnv()  Not forwarding APPTAINERENV_USER=«+user»
DEBUG   [U=40012,P=«pid»]  SetContainerEnv()  Forwarding APPTAINERENV_WANDB_API_KEY=«!hex40» as WANDB_API_KEY environment variable
DEBUG   [U=40012,P=«pid»]  init()             «=Use starter binary» /usr/libexec/apptainer/bin/starter-suid
""",
)
F(
    E,
    "java-system-props",
    r"""
-- listing properties --
java.vendor=Red Hat, Inc.
user.name=«+user»
javax.net.ssl.keyStorePassword=«!pw»
javax.net.ssl.trustStore=«=/etc/pki/java/cacerts»
os.version=5.14.0-427.13.1.el9_4.x86_64
""",
)
F(
    E,
    "jdl-environment",
    r"""
[
    Executable = "run.sh";
    Owner = "«+user»";
    Environment = {"SITE=X","EOS_MGM_PASSWORD=«!pw»","NEVENTS=1000"};
    JobName = "«=mc2026_reco»";
]
""",
)
F(
    E,
    "xrsl-environment",
    r"""
&(executable="pilot.sh")
 (jobname="«=dirac-pilot»")
 (environment=("SITE" "X")("WEBDAV_PASSWORD" "«!pw»")("CE" "«+host»"))
 (queue="grid")
""",
)
F(
    E,
    "github-actions-env-group",
    r"""
##[group]Run pytest -x tests
env:
  pythonLocation: «=/opt/hostedtoolcache/Python/3.11.9/x64»
  CODECOV_TOKEN: «!uuid»
  TWINE_PASSWORD: «!pypi»
  TARGET_HOST: «+host»
##[endgroup]
""",
)

# =============================================================== command lines
C = "command line"
F(
    C,
    "curl-u",
    r"""
+ curl -sSf -u «+user»:«!pw» -o out.json https://«+host»/api/v1/«?jobs|files|sites»
curl: (22) The requested URL returned error: «=403»
""",
)
F(
    C,
    "curl-user-long-quoted",
    r"""
«hd» Executing: curl --silent --user "«+user»:«!pwx»" --upload-file result.tgz "https://«+host»/repo/raw/«word»/result.tgz"
«hd» curl exited 7: «+err»
""",
)
F(
    C,
    "curl-bearer",
    r"""
+ curl -s -H 'Authorization: Bearer «!jwt»' https://«+host»:8443/«+vo»/
HTTP status «=401»
""",
)
F(
    C,
    "curl-proxy-user",
    r"""
$ curl --proxy-user «+user»:«!pw» -x http://«+host»:3128 https://repo.example.org/Packages.gz
curl: (56) «=Received HTTP code 407 from proxy after CONNECT»
""",
)
F(
    C,
    "curl-json-data",
    r"""
+ curl -X POST https://«+host»/login -H 'Content-Type: application/json' -d '{"username":"«+user»","password":"«!pw»"}'
{"detail":"«=Invalid credentials»"}
""",
)
F(
    C,
    "curl-private-token",
    r"""
+ curl --header "PRIVATE-TOKEN: «!glpat»" "https://«+host»/api/v4/projects/«n3»/pipelines?ref=«=main»"
[]
""",
)
F(
    C,
    "wget-password",
    r"""
$ wget --user=«+user» --password=«!pw» https://«+host»/data/«word».tar.gz
--2026-11-21 08:11:07--  https://data.example.org/x.tar.gz
HTTP request sent, awaiting response... «=404 Not Found»
""",
)
F(
    C,
    "wget-header",
    r"""
+ wget -q --header="X-Auth-Token: «!hex64»" -O pilot.json https://«+host»/pilot.json
wget: «+err»
""",
)
F(
    C,
    "mysql-p-attached",
    r"""
+ mysql -h «+host» -u «+user» -p«!pw» «=JobLoggingDB» -e 'select count(*) from LoggingInfo'
ERROR 1045 (28000): Access denied for user
""",
)
F(
    C,
    "mysqldump-password-eq",
    r"""
«hd» subprocess: mysqldump --host=«+host» --user=«+user» --password=«!pwx» --single-transaction «=FileCatalogDB»
mysqldump: Got error: 2002: Can't connect to MySQL server
""",
)
F(
    C,
    "psql-pgpassword",
    r"""
+ PGPASSWORD=«!pw» psql -h «+host» -U «+user» -d «=conditions» -c 'select 1'
psql: error: FATAL:  password authentication failed for user
""",
)
F(
    C,
    "psql-conninfo",
    r"""
$ psql "host=«+host» port=5432 dbname=«=rucio» user=«+user» password=«!pw» sslmode=require"
psql: error: connection to server failed: «+err»
""",
)
F(
    C,
    "sshpass",
    r"""
+ sshpass -p '«!pwx»' scp -o StrictHostKeyChecking=no out.tgz «+user»@«+host»:/data/
Warning: Permanently added the host to the list of known hosts.
lost connection
""",
)
F(
    C,
    "openssl-passin",
    r"""
+ openssl «?rsa -in userkey.pem|pkcs12 -in usercred.p12 -nodes|pkey -in hostkey.pem» -passin pass:«!pw» -out «=plain.pem»
«?unable to load Private Key|Mac verify error: invalid password?»
""",
)
F(
    C,
    "openssl-enc-k",
    r"""
+ openssl enc -aes-256-cbc -d -in «=secrets.tar.enc» -out secrets.tar -k «!pww»
bad decrypt
140193:error:06065064:digital envelope routines:EVP_DecryptFinal_ex:«=bad decrypt»:evp_enc.c:610:
""",
)
F(
    C,
    "openssl-enc-hexkey",
    r"""
$ openssl enc -aes-256-cbc -d -K «!hex64» -iv «hex32» -in «=deploy_key.enc» -out deploy_key
""",
)
F(
    C,
    "gfal-copy-token-env",
    r"""
+ BEARER_TOKEN=«!jwt» gfal-copy -f file:///srv/out.root davs://«+host»:443/«vo»/out.root
gfal-copy error: «=13 (Permission denied)» - [gfalt_copy_file][perform_copy] HTTP 403
""",
)
F(
    C,
    "gfal-definition-bearer",
    r"""
«hd» gfal-ls -D "BEARER:TOKEN=«!jwt»" -l https://«+host»:1094//store/user
gfal-ls error: «=5 (Input/output error)»
""",
)
F(
    C,
    "xrdcp-authz-opaque",
    r"""
+ xrdcp -f out.root "root://«+host»//eos/user/x/out.root?authz=«?Bearer%20|»«!jwt»&oss.asize=«=4096»"
[ERROR] Server responded with an error: [3010] «+err» (source)
""",
)
F(
    C,
    "xrdfs-authz",
    r"""
$ xrdfs root://«+host» stat "/«vo»/mc/file.root?xrd.wantprot=ztn&authz=«!mac»"
[ERROR] «=Operation expired»
""",
)
F(
    C,
    "rucio-pwd",
    r"""
+ rucio -u «+user» -pwd «!pw» -a root whoami
ERROR «=Cannot authenticate to account root with given credentials»
""",
)
F(
    C,
    "dirac-configure-pw",
    r"""
+ dirac-install-db --rootpwd=«!pw» -o /LocalInstallation/Host=«+host» «=JobDB»
ERROR: «+err»
""",
)
F(
    C,
    "dirac-option-password",
    r"""
«hd:ConfigureBasics» dirac-configure -S Prod -C dips://«+host»:9135/Configuration/Server -o /Systems/Databases/Password=«!pw» -o /LocalSite/Site=«=LCG.Example.org» -ddd
""",
)
F(
    C,
    "pilot-wrapper-secret",
    r"""
«hd:PilotWrapper» python dirac-pilot.py --setup=Prod --CEName «+host» --pilotUUID «uuid» --pilotSecret «!u43» --Queue «=grid-long»
""",
)
F(
    C,
    "condor-store-cred",
    r"""
$ condor_store_cred add -u «+user»@«+site» -p «!pw»
Account: operation «=failed».
""",
)
F(
    C,
    "docker-login-p",
    r"""
+ docker login -u «+user» -p «!dckr» «+host»
WARNING! Using --password via the CLI is insecure. Use --password-stdin.
«=Login Succeeded»
""",
)
F(
    C,
    "echo-pipe-docker-login",
    r"""
+ echo «!pw»
+ docker login --username «+user» --password-stdin «+host»
Error response from daemon: Get "https://registry/v2/": «=unauthorized»
""",
)
F(
    C,
    "podman-creds",
    r"""
$ podman pull --creds «+user»:«!pw» docker://«+host»/«=pilot/wn:el9»
Error: initializing source: reading manifest: «+err»
""",
)
F(
    C,
    "skopeo-creds",
    r"""
$ skopeo copy --src-creds=«+user»:«!an24» docker://«+host»/x/y:1 dir:/srv/img
time="2026-11-21T08:10:11Z" level=fatal msg="«=reading manifest 1 in registry»"
""",
)
F(
    C,
    "git-clone-userinfo",
    r"""
Cloning into 'analysis'...
$ git clone https://«?oauth2|gitlab-ci-token|x-access-token»:«!glpat»@«+host»/«+user»/analysis.git
fatal: repository not found
""",
)
F(
    C,
    "git-extraheader",
    r"""
+ git -c http.extraheader="AUTHORIZATION: basic «!basic»" fetch --depth=1 origin «=refs/heads/main»
fatal: could not read from «+host»
""",
)
F(
    C,
    "aws-configure-set",
    r"""
+ aws configure set aws_access_key_id «akid»
+ aws configure set aws_secret_access_key «!awssec»
+ aws configure set region «=eu-central-1»
+ aws s3 ls s3://«+bucket» --endpoint-url https://«+host»
""",
)
F(
    C,
    "gcloud-print-token",
    r"""
$ gcloud auth print-access-token --account=«=pilot@proj.iam.gserviceaccount.example»
«!ya29»
$ gcloud config get-value project
«=grid-wn-prod»
""",
)
F(
    C,
    "az-login-sp",
    r"""
+ az login --service-principal -u «uuid» -p «!azsec» --tenant «uuid»
ERROR: «=AADSTS7000215: Invalid client secret provided.»
""",
)
F(
    C,
    "az-storage-key",
    r"""
+ az storage blob upload --account-name «=gridlogs» --account-key «!b88» -c out -f res.tgz -n res.tgz
ERROR: «+err»
""",
)
F(
    C,
    "mc-alias-set",
    r"""
$ mc alias set «=store» https://«+host» «+user» «!an40»
mc: <ERROR> Unable to initialize new alias from the provided credentials. «+err»
""",
)
F(
    C,
    "rclone-flags",
    r"""
+ rclone copy out/ :s3:«+bucket»/out --s3-endpoint https://«+host» --s3-access-key-id «akid» --s3-secret-access-key «!awssec» -v
«tsg» ERROR : «=Attempt 1/3 failed»
""",
)
F(
    C,
    "s3cmd-flags",
    r"""
$ s3cmd --host=«+host» --access_key=«akid» --secret_key=«!awssec» ls s3://«+bucket»
ERROR: S3 error: 403 (SignatureDoesNotMatch)
""",
)
F(
    C,
    "kubectl-token",
    r"""
+ kubectl --server=https://«+host»:6443 --token=«!jwt» -n «=pilots» get pods
error: You must be logged in to the server (Unauthorized)
""",
)
F(
    C,
    "kubectl-create-secret",
    r"""
+ kubectl create secret docker-registry regcred --docker-server=«+host» --docker-username=«+user» --docker-password=«!pw»
Error from server (AlreadyExists): secrets "regcred" «=already exists»
""",
)
F(
    C,
    "kubectl-from-literal",
    r"""
$ kubectl -n «=dirac» create secret generic db --from-literal=user=«+user» --from-literal=password='«!pwx»'
secret/db created
""",
)
F(
    C,
    "helm-set",
    r"""
+ helm upgrade --install rucio rucio/rucio-server --set config.database.host=«+host» --set config.database.password=«!pw» --set replicaCount=«=2»
Error: UPGRADE FAILED: timed out waiting for the condition
""",
)
F(
    C,
    "ansible-e",
    r"""
+ ansible-playbook -i hosts -u «+user» site.yml -e ansible_become_password=«!pw» -e target=«+wn»
fatal: [wn]: UNREACHABLE! => {"msg": "«=Failed to connect to the host via ssh»"}
""",
)
F(
    C,
    "ansible-invocation",
    r"""
changed: [«+wn»] => {"changed": true, "invocation": {"module_args": {"name": "«+user»", "login_host": "localhost", "login_password": "«!pwx»", "state": "«=present»"}}}
""",
)
F(
    C,
    "terraform-var",
    r"""
+ terraform apply -auto-approve -var 'os_password=«!pw»' -var 'flavor=«=m1.xlarge»' -var 'auth_url=https://«+host»:5000/v3'
Error: «+err»
""",
)
F(
    C,
    "terraform-plan-output",
    r"""
  # openstack_compute_instance_v2.wn[3] will be created
  + resource "openstack_compute_instance_v2" "wn" {
      + admin_pass        = "«!pw»"
      + flavor_name       = "«=m1.xlarge»"
      + name              = "«+wn»"
    }
Plan: 1 to add, 0 to change, 0 to destroy.
""",
)
F(
    C,
    "ldapsearch-w",
    r"""
+ ldapsearch -x -H ldap://«+host»:2170 -D "cn=«+user»,dc=example,dc=org" -w «!pw» -b o=grid
ldap_bind: «=Invalid credentials (49)»
""",
)
F(
    C,
    "redis-cli-a",
    r"""
$ redis-cli -h «+host» -p 6379 -a «!an32» ping
Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.
«=Could not connect to Redis»
""",
)
F(
    C,
    "mongosh-p",
    r"""
+ mongosh --host «+host» --username «+user» --password «!pw» --authenticationDatabase «=admin»
MongoServerError: Authentication failed.
""",
)
F(
    C,
    "smbclient-percent",
    r"""
+ smbclient //«+host»/«=detector» -U «+user»%«!pw» -c 'get calib.dat'
session setup failed: NT_STATUS_LOGON_FAILURE
""",
)
F(
    C,
    "mount-cifs",
    r"""
+ mount -t cifs //«+host»/calib /mnt/calib -o username=«+user»,password=«!pw»,vers=«=3.0»
mount error(13): «=Permission denied»
""",
)
F(
    C,
    "lftp-u",
    r"""
$ lftp -u «+user»,«!pw» sftp://«+host» -e "mirror -R out «=/incoming»; quit"
mirror: Login failed: Login incorrect
""",
)
F(
    C,
    "keytool-storepass",
    r"""
+ keytool -importkeystore -srckeystore «=host.p12» -srcstoretype PKCS12 -srcstorepass «!pw» -destkeystore host.jks -deststorepass «!pw»
keytool error: java.io.IOException: keystore password was incorrect
""",
)
F(
    C,
    "zip-7z-p",
    r"""
+ «?7z x -p|unzip -P »«!pww» «=calib_private.zip»
ERROR: Wrong password?
""",
)
F(
    C,
    "gpg-passphrase",
    r"""
+ gpg --batch --yes --passphrase «!pww» --pinentry-mode loopback -d «=conditions.tar.gpg»
gpg: decryption failed: Bad session key
""",
)
F(
    C,
    "twine-u-p",
    r"""
+ twine upload -u __token__ -p «!pypi» --repository-url https://«+host»/legacy/ dist/*
HTTPError: «=400 Bad Request»
""",
)
F(
    C,
    "pip-index-url",
    r"""
+ pip install --extra-index-url https://«+user»:«!an40»@«+host»/pypi/simple gridtools==«=2.4.1»
ERROR: No matching distribution found for gridtools
""",
)
F(
    C,
    "vault-login",
    r"""
$ vault login -address=https://«+host»:8200 «!hvs»
Error authenticating: error looking up token: «=permission denied»
""",
)
F(
    C,
    "swift-K",
    r"""
$ swift -V 3 -A https://«+host»:5000/v3 -U «+user» -K «!pw» list «=pilot-logs»
Unauthorized. Check username/id, password, tenant name/id
""",
)
F(
    C,
    "ipmitool-P",
    r"""
+ ipmitool -I lanplus -H «+host» -U «+user» -P «!pw» chassis power status
Error: Unable to establish IPMI v2 / RMCP+ session
""",
)
F(
    C,
    "sqlplus-slash",
    r"""
$ sqlplus -S «+user»/«!an20»@«+host»:1521/«=LFCDB»
ORA-01017: invalid username/password; logon denied
""",
)
F(
    C,
    "subprocess-list",
    r"""
«hd» Running ['ssh-keygen', '-p', '-P', '«!pwx»', '-N', '', '-f', '«=/srv/id_rsa»']
«hd» Return code 1: «+err»
""",
)
F(
    C,
    "snmpwalk-A",
    r"""
$ snmpwalk -v3 -l authPriv -u «+user» -a SHA -A «!pw» -x AES -X «!pw» «+host» «=sysUpTime»
snmpwalk: Timeout
""",
)
F(
    C,
    "ps-aux-cmd",
    r"""
USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
«+user»    «pid»  0.1  0.0 113284  1512 ?        S    08:10   0:00 /usr/bin/python3 uploader.py --host «+host» --api-key «!an40» --retries 3
root        «pid»  0.0  0.0      0     0 ?        I<   08:00   0:00 [«=kworker/0:1H»]
""",
)

# =============================================================== HTTP traces
H = "http trace"
F(
    H,
    "curl-v-bearer",
    r"""
*   Trying 10.1.2.3:443...
* Connected to «+host» (10.1.2.3) port 443 (#0)
> PUT /«vo»/out.root HTTP/1.1
> Host: x
> User-Agent: «=curl/7.76.1»
> Authorization: Bearer «!jwt»
> Accept: */*
>
< HTTP/1.1 «=403 Forbidden»
""",
)
F(
    H,
    "curl-v-basic",
    r"""
* Server auth using Basic with user '«+user»'
> GET /nexus/repository/raw/calib.db HTTP/1.1
> Host: «+host»
> Authorization: Basic «!basic»
> Accept: */*
< HTTP/1.1 «=401 Unauthorized»
""",
)
F(
    H,
    "set-cookie",
    r"""
< HTTP/2 302
< server: «=nginx/1.20.1»
< location: https://«+host»/dashboard
< set-cookie: «?JSESSIONID|sessionid|INDIGO_IAM_SESSION»=«!an32»; Path=/; Secure; HttpOnly
< content-length: 0
""",
)
F(
    H,
    "cookie-request",
    r"""
>> GET /api/jobs HTTP/1.1
>> Host: «+host»
>> Cookie: lang=en; _gitlab_session=«!hex32»; theme=«=dark»
""",
)
F(
    H,
    "urllib3-http-client-debug",
    r"""
send: b'GET /auth/userpass HTTP/1.1\r\nHost: «+host»\r\nX-Rucio-Account: «=root»\r\nX-Rucio-Username: «+user»\r\nX-Rucio-Password: «!pw»\r\nAccept: */*\r\n\r\n'
reply: 'HTTP/1.1 401 Unauthorized\r\n'
header: Server: Apache
""",
)
F(
    H,
    "requests-headers-dict",
    r"""
DEBUG:diracx.client:request headers: {'User-Agent': 'python-requests/2.31.0', 'Accept': '*/*', 'Authorization': 'Bearer «!jwt»', 'Host': '«+host»'}
DEBUG:urllib3.connectionpool:https://x:443 "GET /api/auth/userinfo HTTP/1.1" «=401» 29
""",
)
F(
    H,
    "davix-trace-header",
    r"""
DEBUG    Davix: > COPY /«vo»/data/file HTTP/1.1
> Host: «+host»
> TransferHeaderAuthorization: Bearer «!mac»
> Authorization: BEARER «!jwt»
> Destination: «=davs://se.example.net/data/file»
DEBUG    Davix: < HTTP/1.1 412 Precondition Failed
""",
)
F(
    H,
    "xrootd-http-hdr",
    r"""
261121 08:14:56 5379 http_Protocol:  rc:24 got hdr line: Authorization: Bearer «!jwt»
261121 08:14:56 5379 unknown.1:31@«+wn» http_Req: Appended header fields to opaque info: 'authz=Bearer%20«!jwt»&pelican.timeout=«=3s»'
""",
)
F(
    H,
    "pelican-dumping-request",
    r"""
Dumping request: PUT /first/ns/test HTTP/1.1\r\nHost: «+host»:61632\r\nUser-Agent: «=pelican-client/7.10»\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer «!jwt»\r\nAccept-Encoding: gzip\r\n\r\n
""",
)
F(
    H,
    "aws-sigv4-debug",
    r"""
«tsl» - MainThread - botocore.endpoint - DEBUG - Sending http request: <AWSPreparedRequest stream_output=False, method=GET, url=https://«+host»/«+bucket»?list-type=2, headers={'X-Amz-Date': b'«amzdate»', 'X-Amz-Security-Token': b'«!awstok»', 'Authorization': b'AWS4-HMAC-SHA256 Credential=«akid»/«date8»/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=«!hex64»'}>
«tsl» - MainThread - botocore.parsers - DEBUG - «=Response Body»
""",
)
F(
    H,
    "aws-sig-v2-header",
    r"""
DEBUG: Sending request method_string='GET', uri='http://«+host»/«+bucket»', headers={'x-amz-date': 'Sat, 21 Nov 2026 08:11:10 +0000', 'Authorization': 'AWS «akid»:«!b24»'}
DEBUG: Response: {'status': 403, 'reason': '«=Forbidden»'}
""",
)
F(
    H,
    "x-api-key",
    r"""
> POST /v2/metrics HTTP/1.1
> Host: «+host»
> «?X-Api-Key|x-api-key|apikey|X-API-KEY»: «!an40»
> Content-Type: «=application/json»
""",
)
F(
    H,
    "x-auth-token-keystone",
    r"""
REQ: curl -g -i -X GET https://«+host»:8774/v2.1/servers/detail -H "Accept: application/json" -H "User-Agent: «=python-novaclient»" -H "X-Auth-Token: gAAAAAB«!u86»"
RESP: [401] Content-Length: 114
""",
)
F(
    H,
    "x-subject-token",
    r"""
RESP: [201] Connection: Keep-Alive Content-Type: application/json Server: Apache/2.4 X-Subject-Token: «!hex32» x-openstack-request-id: «=req-5d1c»
REQ: catalog fetched from https://«+host»:5000/v3
""",
)
F(
    H,
    "proxy-authorization",
    r"""
CONNECT repo.example.org:443 HTTP/1.1
Host: repo.example.org:443
Proxy-Authorization: «?Basic|basic» «!basic»
HTTP/1.1 «=407 Proxy Authentication Required»
Via: 1.1 «+host» (squid/5.5)
""",
)
F(
    H,
    "digest-response",
    r"""
> GET /admin/pools HTTP/1.1
> Host: «+host»
> Authorization: Digest username="«+user»", realm="«=dcache»", nonce="«hex32»", uri="/admin/pools", response="«!hex32»"
""",
)
F(
    H,
    "java-wire-log",
    r"""
«tss» DEBUG wire:73 - http-outgoing-0 >> "GET /srm/info HTTP/1.1[\r][\n]"
«tss» DEBUG wire:73 - http-outgoing-0 >> "Host: «+host»[\r][\n]"
«tss» DEBUG wire:73 - http-outgoing-0 >> "Authorization: Bearer «!jwt»[\r][\n]"
«tss» DEBUG wire:73 - http-outgoing-0 << "«=HTTP/1.1 401 »[\r][\n]"
""",
)
F(
    H,
    "go-http-dump",
    r"""
time="2026-11-21T08:10:11Z" level=debug msg="http request" host=«+host» method=GET path=«=/v1/repos» header="map[Authorization:[token «!ghp»] Accept:[*/*]]"
""",
)
F(
    H,
    "access-log-query-token",
    r"""
«ip» - «+user» [21/Nov/2026:08:12:33 +0000] "GET /pilot/logs?access_token=«!u43»&job=«job» HTTP/1.1" «=403» 199 "-" "python-requests/2.31"
""",
)
F(
    H,
    "httpx-post-body",
    r"""
DEBUG:httpx:HTTP Request: POST https://«+host»/token "HTTP/1.1 400 Bad Request"
DEBUG:oidc:body=grant_type=password&username=«+user»&password=«!q»&client_id=«=pilot-cli»&scope=openid
""",
)
F(
    H,
    "h2-pseudo-headers",
    r"""
* [HTTP/2] [1] [:authority: «+host»]
* [HTTP/2] [1] [:path: /v1/secret/data/«=pilot»]
* [HTTP/2] [1] [x-vault-token: «!hvs»]
""",
)
F(
    H,
    "tcpdump-ascii",
    r"""
08:10:11.123456 IP wn.4211 > «+host».8080: Flags [P.], seq 1:312, ack 1, length 311: HTTP: POST /submit HTTP/1.1
	POST /submit HTTP/1.1
	X-Auth-Key: «!hex40»
	Content-Length: «=512»
""",
)
F(
    H,
    "ntlm-negotiate",
    r"""
> GET /tfs/DefaultCollection HTTP/1.1
> Host: «+host»
> Authorization: «?Negotiate YIIG|NTLM TlRMTVNTUAADAAAA»«!b88»
< HTTP/1.1 401 «=Access Denied»
""",
)
F(
    H,
    "grpc-metadata",
    r"""
I1121 08:10:11.123456 «pid» client.go:88] dial «+host»:443 md=map[authorization:[Bearer «!u86»] «=user-agent:[grpc-go/1.58]»]
""",
)

# =============================================================== presigned URLs
P = "presigned url"
F(
    P,
    "s3-v4-presigned",
    r"""
«hd» Uploading with https://«+host»/«+bucket»/job_«job».tgz?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=«akid»%2F«date8»%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=«amzdate»&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=«!hex64»
«hd» Upload failed: «+err»
""",
)
F(
    P,
    "s3-v4-sts",
    r"""
ERROR: Failed to copy: Put "https://«+bucket».s3.amazonaws.com/f.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=«amzdate»&X-Amz-Expires=900&X-Amz-Security-Token=«!awstokq»&X-Amz-SignedHeaders=host&X-Amz-Signature=«!hex64»": dial tcp: lookup: «=no such host»
""",
)
F(
    P,
    "s3-v2-presigned",
    r"""
$ wget "https://«+host»/«+bucket»/in.root?AWSAccessKeyId=«akid»&Expires=1763800000&Signature=«!sassig»"
ERROR «=403: Forbidden».
""",
)
F(
    P,
    "gcs-v4-signed",
    r"""
GET https://storage.googleapis.com/«+bucket»/calib.root?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=pilot%40proj.iam.gserviceaccount.com%2F«date8»%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=«amzdate»&X-Goog-Expires=900&X-Goog-SignedHeaders=host&X-Goog-Signature=«!hex128» -> «=SignatureDoesNotMatch»
""",
)
F(
    P,
    "gcs-v2-signed",
    r"""
requests.exceptions.HTTPError: 400 Client Error: «=Bad Request» for url: https://storage.googleapis.com/«+bucket»/x.tgz?GoogleAccessId=pilot@proj.iam.gserviceaccount.com&Expires=1763800000&Signature=«!sassig»
""",
)
F(
    P,
    "azure-sas",
    r"""
+ azcopy copy out.tgz "https://gridlogs.blob.core.windows.net/«+bucket»/out.tgz?sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2026-12-01T00:00:00Z&st=2026-11-21T08:00:00Z&spr=https&sig=«!sassig»"
failed to perform copy command due to error: «=AuthenticationFailed»
""",
)
F(
    P,
    "azure-sas-wget-log",
    r"""
--2026-11-21 08:10:11--  https://gridlogs.blob.core.windows.net/«+bucket»/in.h5?sp=r&sv=2022-11-02&sr=b&sig=«!sassig»
HTTP request sent, awaiting response... «=403 Server failed to authenticate the request».
""",
)
F(
    P,
    "cloudfront-signed",
    r"""
* Downloading https://d111abc.cloudfront.net/«word».tar?Expires=1763800000&Signature=«!u86»__&Key-Pair-Id=K2JCJMDEHXQW5F
* «+err»
""",
)
F(
    P,
    "swift-tempurl",
    r"""
«hd» curl -T out.root "https://«+host»/v1/AUTH_grid/«+bucket»/out.root?temp_url_sig=«!hex64»&temp_url_expires=1763800000"
""",
)
F(
    P,
    "oss-signed",
    r"""
oss2.exceptions.ServerError: {'status': 403, 'x-oss-request-id': '«hex24»', 'details': {'Code': '«=AccessDenied»'}} url: https://«+bucket».oss-cn-beijing.aliyuncs.com/x.root?OSSAccessKeyId=LTAI«an20»&Expires=1763800000&Signature=«!sassig»
""",
)
F(
    P,
    "cos-signed",
    r"""
PUT https://«+bucket»-125.cos.ap-beijing.myqcloud.com/a.root?q-sign-algorithm=sha1&q-ak=AKID«an20»&q-sign-time=1763712345;1763715945&q-header-list=host&q-url-param-list=&q-signature=«!hex40»  «=403»
""",
)
F(
    P,
    "oci-par",
    r"""
upload to https://objectstorage.eu-frankfurt-1.oraclecloud.com/p/«!u64»/n/grid/b/«+bucket»/o/out.tgz
HTTP «=200»
""",
)
F(
    P,
    "ibm-cos-jobsandbox",
    r"""
{'OK': True, 'Value': 'https://«+host»/«+bucket»/SB/user.group/abc.tar.bz2?AWSAccessKeyId=«akid»&Signature=«!sassig»&Expires=1763800000', 'rpcStub': '«=getSandbox»'}
""",
)
F(
    P,
    "dcache-macaroon-url",
    r"""
{"macaroon":"«!mac»","uri":{"targetWithMacaroon":"https://«+host»/«vo»/data?authz=«!mac:2»","baseWithMacaroon":"https://«host»/?authz=«!mac:2»"}}
«hd» «=macaroon caveats: activity:UPLOAD»
""",
)
F(
    P,
    "onedata-share-token",
    r"""
davix-get: fetching https://«+host»/lfs/objects/x?token=«!u86»&user=«+user»
(Davix::HttpRequest) Error: «+err»
""",
)
F(
    P,
    "github-archive-token",
    r"""
Location: https://raw.githubusercontent.com/«+user»/analysis/main/data.csv?token=«!an32»
HTTP/2 «=404»
""",
)

# =============================================================== config files
CF = "config file"
F(
    CF,
    "ini-password",
    r"""
+ cat /etc/«?rucio.cfg|monit.ini|panda.cfg»
[database]
host = «+host»
user = «+user»
«?password|passwd|db_pass» = «!pwx»
pool_size = «=20»
""",
)
F(
    CF,
    "dirac-cfg",
    r"""
Systems
{
  Databases
  {
    User = «+user»
    Password = «!pw»
    Host = «+host»
    Port = «=3306»
  }
}
""",
)
F(
    CF,
    "dirac-cfg-idprovider",
    r"""
IdProviders
{
  CheckIn
  {
    issuer = https://«+host»/auth/realms/egi
    client_id = «=dirac-pilot»
    client_secret = «!u43»
  }
}
""",
)
F(
    CF,
    "yaml-nested",
    r"""
broker:
  host: «+host»
  login:
    username: «+user»
    password: "«!pwx»"
  queue: «=/queue/pilots»
""",
)
F(
    CF,
    "yaml-block-scalar",
    r"""
apiVersion: v1
stringData:
  user: «+user»
  token: |-
    «!u86»
  endpoint: «+host»
""",
)
F(
    CF,
    "toml",
    r"""
[storage.s3]
endpoint = "https://«+host»"
access_key = "«akid»"
secret_key = "«!awssec»"
bucket = "«+bucket»"
""",
)
F(
    CF,
    "json-config",
    r"""
{
  "endpoint": "https://«+host»/api",
  "user": "«+user»",
  "«?apiKey|api_key|authToken|clientSecret»": "«!an40»",
  "timeout": «=30»
}
""",
)
F(
    CF,
    "xml-elements",
    r"""
<connection>
  <host>«+host»</host>
  <username>«+user»</username>
  <password>«!pw»</password>
  <timeout>«=300»</timeout>
</connection>
""",
)
F(
    CF,
    "xml-attr",
    r"""
<Resource name="jdbc/«=rucio»" type="javax.sql.DataSource" username="«+user»" password="«!pw»" url="jdbc:oracle:thin:@«+host»:1521:X"/>
""",
)
F(
    CF,
    "xml-hadoop",
    r"""
<property>
  <name>fs.s3a.secret.key</name>
  <value>«!awssec»</value>
</property>
<property>
  <name>fs.s3a.endpoint</name>
  <value>«+host»</value>
</property>
""",
)
F(
    CF,
    "maven-settings",
    r"""
    <server>
      <id>«=nexus-releases»</id>
      <username>«+user»</username>
      <password>{«!b44»}</password>
    </server>
""",
)
F(
    CF,
    "properties",
    r"""
spring.datasource.url=jdbc:mysql://«+host»:3306/iam
spring.datasource.username=«+user»
spring.datasource.password=«!pwx»
server.port=«=8080»
""",
)
F(
    CF,
    "netrc",
    r"""
+ cat ~/.netrc
machine «+host»
login «+user»
password «!pw»
""",
)
F(
    CF,
    "netrc-oneline",
    r"""
$ cat $HOME/.netrc
machine «+host» login «+user» password «!ghp»
machine «=ftp.example.org» login anonymous
""",
)
F(
    CF,
    "npmrc",
    r"""
+ cat .npmrc
registry=https://«+host»/npm/
//«host»/npm/:_authToken=«!npm»
always-auth=«=true»
""",
)
F(
    CF,
    "npmrc-auth",
    r"""
email=«+user»@example.org
//«+host»/:_password=«!b24»
strict-ssl=«=false»
""",
)
F(
    CF,
    "pypirc",
    r"""
[distutils]
index-servers = «=internal»
[internal]
repository: https://«+host»/simple
username: «+user»
password: «!pw»
""",
)
F(
    CF,
    "pgpass",
    r"""
$ cat ~/.pgpass
«+host»:5432:«=rucio»:«+user»:«!pw»
""",
)
F(
    CF,
    "my-cnf",
    r"""
[client]
host=«+host»
user=«+user»
password="«!pwx»"
ssl-ca=«=/etc/pki/tls/ca.pem»
""",
)
F(
    CF,
    "kubeconfig-token",
    r"""
    server: https://«+host»:6443
  name: «=grid-cluster»
users:
- name: «+user»
  user:
    token: «!jwt»
""",
)
F(
    CF,
    "kubeconfig-keydata",
    r"""
- name: «+user»
  user:
    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUMv
    client-key-data: «!b64pem»
contexts: «=[]»
""",
)
F(
    CF,
    "rclone-conf",
    r"""
+ rclone config show
[«=eos»]
type = webdav
url = https://«+host»/dav
user = «+user»
pass = «!u43»
""",
)
F(
    CF,
    "rclone-conf-token",
    r"""
[«=gdrive»]
type = drive
scope = drive
token = {"access_token":"«!ya29»","token_type":"Bearer","refresh_token":"1//0«!u64»","expiry":"2026-11-21T09:10:11Z"}
""",
)
F(
    CF,
    "docker-auth",
    r"""
+ cat ~/.docker/config.json
{
	"auths": {
		"«+host»": {
			"auth": "«!basic»"
		}
	},
	"credsStore": "«=»none"
}
""".replace("«=»none", "«=none»"),
)
F(
    CF,
    "aws-credentials",
    r"""
$ cat ~/.aws/credentials
[default]
aws_access_key_id = «akid»
aws_secret_access_key = «!awssec»
region = «=eu-south-2»
""",
)
F(
    CF,
    "s3cfg",
    r"""
host_base = «+host»
access_key = «akid»
secret_key = «!awssec»
signature_v2 = «=False»
""",
)
F(
    CF,
    "gcp-service-account-json",
    r"""
{
  "type": "service_account",
  "project_id": "«=grid-prod»",
  "private_key_id": "«hex40»",
  "private_key": "«!pk8esc»\n",
  "client_email": "«+user»@grid-prod.iam.gserviceaccount.com"
}
""",
)
F(
    CF,
    "openrc-sh",
    r"""
export OS_AUTH_URL=https://«+host»:5000/v3
export OS_USERNAME="«+user»"
export OS_PASSWORD="«!pw»"
export OS_REGION_NAME="«=RegionOne»"
""",
)
F(
    CF,
    "clouds-yaml-appcred",
    r"""
clouds:
  egi:
    auth_type: «=v3applicationcredential»
    auth:
      auth_url: https://«+host»:5000/v3
      application_credential_id: «hex32»
      application_credential_secret: «!u86»
""",
)
F(
    CF,
    "htpasswd-shadow",
    r"""
$ getent shadow «+user»
«user»:«!argon»:19700:0:99999:7:::
$ cat /etc/httpd/htpasswd
«user»:«!apr1»
# «=end of file»
""",
)
F(
    CF,
    "wpa-radius",
    r"""
client «=wn-switch» {
    ipaddr = «+ip»
    secret = «!an20»
    require_message_authenticator = yes
}
""",
)
F(
    CF,
    "wireguard",
    r"""
[Interface]
PrivateKey = «!b44»
Address = «+ip»/24
[Peer]
PublicKey = «b44»
Endpoint = «+host»:51820
""",
)
F(
    CF,
    "nested-sexp-logstash",
    r"""
output {
  elasticsearch {
    hosts => ["https://«+host»:9200"]
    user => "«+user»"
    password => "«!pw»"
    index => "«=pilot-%{+YYYY.MM}»"
  }
}
""",
)
F(
    CF,
    "hcl-provider",
    r"""
provider "openstack" {
  user_name   = "«+user»"
  tenant_name = "«=grid»"
  password    = "«!pw»"
  auth_url    = "https://«+host»:5000/v3"
}
""",
)
F(
    CF,
    "lua-php-perl-assign",
    r"""
«?$dbpass = |my $password = |local password = |$config['db_password'] = »'«!pw»';
$dbhost = '«+host»';
$dbuser = '«+user»';
""",
)
F(
    CF,
    "odbc-dsn",
    r"""
[«=gridacct»]
Driver=PostgreSQL
Servername=«+host»
UID=«+user»
PWD=«!pw»
""",
)
F(
    CF,
    "conf-space-separated",
    r"""
# /etc/redis.conf
bind «+ip»
«?requirepass|masterauth» «!an40»
maxmemory «=2gb»
""",
)
F(
    CF,
    "smtp-conf",
    r"""
[smtp]
smtp_host = «+host»
smtp_user = «+user»
smtp_password = «!pw»
smtp_port = «=587»
""",
)
F(
    CF,
    "gitconfig-url",
    r"""
$ git config --list --show-origin
file:.git/config	remote.origin.url=https://«+user»:«!ghp»@«+host»/grid/jobs.git
file:.git/config	branch.main.merge=«=refs/heads/main»
""",
)

# =============================================================== tracebacks and reprs
T = "traceback or repr"
F(
    T,
    "python-traceback-src",
    r"""
Traceback (most recent call last):
  File "/srv/job/upload.py", line 41, in <module>
    conn = pymysql.connect(host="«+host»", user="«+user»", password="«!pwx»", database="«=results»")
  File "/usr/lib/python3.9/site-packages/pymysql/connections.py", line 353, in __init__
pymysql.err.OperationalError: (1045, "Access denied")
""",
)
F(
    T,
    "python-kwargs-debug",
    r"""
«tsl» DEBUG connect(*(), **{'host': '«+host»', 'port': 5432, 'user': '«+user»', 'password': '«!pwx»', 'dbname': '«=acct»'})
""",
)
F(
    T,
    "python-dataclass-repr",
    r"""
INFO:uploader:settings=Settings(endpoint='https://«+host»', username='«+user»', «?password|secret|api_key»='«!pwx»', retries=«?3|5», verify=«=True»)
""",
)
F(
    T,
    "python-bytes-repr",
    r"""
DEBUG creds: {b'login': b'«+user»', b'password': b'«!pw»', b'host': b'«+host»'}
""",
)
F(
    T,
    "python-tuple-auth",
    r"""
«hd» requests.get('https://«+host»/status', auth=('«+user»', '«!pwx»'), timeout=«=60»)
""",
)
F(
    T,
    "httpbasicauth-locals",
    r"""
│ /srv/job/client.py:88 in call                                                │
│ ╭──────────────── locals ─────────────────╮
│ │ password = '«!pw»'
│ │ url      = 'https://«+host»/api'
│ │ user     = '«+user»'
│ ╰─────────────────────────────────────────╯
ConnectionError: «+err»
""",
)
F(
    T,
    "pytest-locals",
    r"""
self = <gridtools.client.Client object at 0x7f3a5c1d2e80>
token = '«!u43»'
host  = '«+host»'
>       raise AuthError(host)
E       gridtools.errors.AuthError: «+err»
""",
)
F(
    T,
    "pydantic-validation",
    r"""
pydantic_core._pydantic_core.ValidationError: 1 validation error for PilotConfig
port
  Input should be a valid integer [type=int_parsing, input_value={'port': 'x', 'client_secret': '«!u43»', 'host': '«+host»'}, input_type=dict]
    For further information visit «=https://errors.pydantic.dev/2.5/v/int_parsing»
""",
)
F(
    T,
    "sqlalchemy-engine",
    r"""
sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from string '«=postgressql»+psycopg2//«+user»:«!pw»@«+host»/rucio'
""",
)
F(
    T,
    "called-process-error",
    r"""
subprocess.CalledProcessError: Command '['curl', '-u', '«+user»:«!pwx»', 'https://«+host»/data']' returned non-zero exit status «=22».
""",
)
F(
    T,
    "python-unexpected-kwarg",
    r"""
TypeError: login() got an unexpected keyword argument 'vo'
call was: login(user='«+user»', passwd='«!pw»', vo='«+vo»')
""",
)
F(
    T,
    "java-tostring",
    r"""
ERROR [main] o.h.e.j.e.i.JdbcEnvironment: HikariConfig{jdbcUrl=jdbc:postgresql://«+host»/rucio, username=«+user», password=«!pw», maximumPoolSize=«=10»}
	at com.zaxxer.hikari.HikariDataSource.<init>(HikariDataSource.java:81)
""",
)
F(
    T,
    "java-map-tostring",
    r"""
java.lang.IllegalStateException: bad options {login=«+user», secret=«!an32», server=«+host»}
	at org.dcache.srm.Client.start(Client.java:«n3»)
""",
)
F(
    T,
    "go-struct-plus-v",
    r"""
panic: cannot start: &{Host:«+host» User:«+user» Password:«!pw» Port:5432 SSLMode:«=disable»}

goroutine 1 [running]:
main.main()
""",
)
F(
    T,
    "go-struct-sharp-v",
    r"""
2026/11/21 08:10:11 cfg: main.Config{Endpoint:"«+host»", AccessKey:"«akid»", SecretKey:"«!awssec»", Secure:«=true»}
""",
)
F(
    T,
    "cpp-config-dump",
    r"""
terminate called after throwing an instance of 'std::runtime_error'
  what():  «+err»: connect("«+host»", user="«+user»", pass="«!pw»")
Aborted (core dumped)
""",
)
F(
    T,
    "gdb-backtrace-args",
    r"""
#1  0x00007f8b1c2 in mysql_real_connect (mysql=0x1f2, host=0x7ffd "«+host»", user=0x7ffe "«+user»", passwd=0x7fff "«!pw»", db=0x0) at client.c:«n3»
#2  0x0000000000401b in main () at «=loader.cpp»:88
""",
)
F(
    T,
    "rust-debug",
    r"""
thread 'main' panicked at src/main.rs:«n3»: called `Result::unwrap()` on an `Err` value: Auth { user: "«+user»", token: "«!u43»", host: "«+host»" }
note: run with `RUST_BACKTRACE=1`
""",
)
F(
    T,
    "node-error-config",
    r"""
AxiosError: Request failed with status code «=401»
  config: {
    headers: { Accept: 'application/json', Authorization: 'Bearer «!u86»' },
    baseURL: 'https://«+host»',
    auth: { username: '«+user»', password: '«!pw»' }
  }
""",
)
F(
    T,
    "perl-dumper",
    r"""
$VAR1 = {
          'host' => '«+host»',
          'pass' => '«!pw»',
          'user' => '«+user»'
        };
""",
)
F(
    T,
    "php-vardump",
    r"""
PDOException: «+err» in /srv/www/db.php:12
Stack trace:
#0 /srv/www/db.php(12): PDO->__construct('mysql:host=«+host»', '«+user»', '«!pw»')
#1 {main}
""",
)
F(
    T,
    "strace-write",
    r"""
connect(5, {sa_family=AF_INET, sin_port=htons(6379), sin_addr=inet_addr("«+ip»")}, 16) = 0
sendto(5, "*2\r\n$4\r\nAUTH\r\n$32\r\n«!hex32»\r\n", 60, MSG_NOSIGNAL, NULL, 0) = 60
recvfrom(5, "«=-WRONGPASS» invalid", 4096, 0, NULL, NULL) = 22
""",
)
F(
    T,
    "strace-execve",
    r"""
«pid» execve("/usr/bin/curl", ["curl", "-u", "«+user»:«!pw»", "https://«+host»/x"], 0x7ffc /* 41 vars */) = 0
«pid» exit_group(«=22») = ?
""",
)
F(
    T,
    "argparse-namespace",
    r"""
Namespace(host='«+host»', user='«+user»', password='«!pwx»', verbose=«=2»)
""",
)
F(
    T,
    "namedtuple-credentials",
    r"""
DEBUG botocore: ReadOnlyCredentials(access_key='«akid»', secret_key='«!awssec»', token=None) region=«=eu-north-1»
""",
)
F(
    T,
    "dirac-s-error-dict",
    r"""
«hd» {'OK': False, 'Errno': 1123, 'Message': '«+err»', 'CallStack': ['...'], 'Value': {'accessToken': '«!u86»', 'owner': '«+user»'}}
""",
)
F(
    T,
    "ruby-inspect",
    r"""
#<Net::SSH::Config host="«+host»", user="«+user»", password="«!pw»">: «+err» (Net::SSH::AuthenticationFailed)
""",
)

# =============================================================== OAuth/OIDC, JWT, macaroons
O = "oauth and tokens"
F(
    O,
    "oauth-token-response",
    r"""
{"access_token":"«!jwt»","token_type":"Bearer","refresh_token":"«!refresh»","expires_in":«=3599»,"scope":"openid offline_access","issuer":"«+host»"}
""",
)
F(
    O,
    "oauth-token-pretty",
    r"""
{
  "access_token": "«!u86»",
  "expires_in": «=3600»,
  "id_token": "«!jwt»",
  "scope": "«=compute.create»"
}
""",
)
F(
    O,
    "oauth-code-exchange",
    r"""
DEBUG POST https://«+host»/token grant_type=authorization_code&code=«!u43»&redirect_uri=https%3A%2F%2Fdirac.example.org%2Fredirect&client_id=«=dirac-web»&client_secret=«!u86»
""",
)
F(
    O,
    "oauth-redirect",
    r"""
302 Found: Location: https://«+host»/oauth/callback?code=«!u43»&state=«an24»&session_state=«uuid»
«hd» «=authorization flow finished»
""",
)
F(
    O,
    "implicit-fragment",
    r"""
«hd» redirect to https://«+host»/#access_token=«!jwt»&token_type=Bearer&expires_in=«=3600»
""",
)
F(
    O,
    "device-code-response",
    r"""
{"device_code":"«!u64»","user_code":"ABCD-EFGH","verification_uri":"https://«+host»/device","expires_in":600,"interval":«=5»}
""",
)
F(
    O,
    "client-credentials-basic",
    r"""
> POST /token HTTP/1.1
> Host: «+host»
> authorization: basic «!basic»
> grant_type=client_credentials&scope=«=storage.read:/»
""",
)
F(
    O,
    "refresh-grant-form",
    r"""
DEBUG:requests_oauthlib: Prepared refresh token request body grant_type=refresh_token&scope=openid&refresh_token=«!u86»&client_id=«=pilot»
DEBUG:requests_oauthlib: Requesting url https://«+host»/token using method POST.
""",
)
F(
    O,
    "requests-oauthlib-fetched",
    r"""
DEBUG requests_oauthlib.oauth2_session:Obtained token {'access_token': '«!jwt»', 'expires_in': 3599, 'token_type': 'Bearer', 'refresh_token': '«!u64»'}.
DEBUG for client «=dirac-cs» at «+host»
""",
)
F(
    O,
    "dirac-oauth2-secret-log",
    r"""
«tss» UTC WorkloadManagement/SiteDirector/OAuth2 [7f21] DEBUG: Init with client_id: «=dirac-prod», client_secret: «!u86», issuer https://«+host»/realms/egi
""",
)
F(
    O,
    "oidc-token-cli",
    r"""
+ oidc-token «=wlcg»
«!jwt»
+ gfal-ls https://«+host»/x
""",
)
F(
    O,
    "oidc-gen-output",
    r"""
Generated account config:
 name: «=egi»
 issuer: https://«+host»/
 client_secret: «!u86»
 refresh_token: «!u64»
""",
)
F(
    O,
    "token-file-cat",
    r"""
$ echo $BEARER_TOKEN_FILE; cat $BEARER_TOKEN_FILE
«=/tmp/bt_u40012»
«!jwt»
""",
)
F(
    O,
    "scitoken-verify-fail",
    r"""
«tsc» (pid:«pid») SCITOKENS: token deserialisation failed for '«!jwt»': «=token expired»
«tsc» (pid:«pid») PERMISSION DENIED to «+user»
""",
)
F(
    O,
    "jwt-with-label",
    r"""
«hd» «?Using token|WLCG token|Presenting IAM token|Got id_token»: «!jwt» (expires in «=3412» s, issuer «+host»)
""",
)
F(
    O,
    "jwt-bare-in-sentence",
    r"""
ERROR: server «+host» rejected eyJ-token «!jwt» with «=insufficient_scope»
""",
)
F(
    O,
    "jwe",
    r"""
«hd» decrypted assertion from «+host»: id_token=«!jwe» «=alg=RSA-OAEP»
""",
)
F(
    O,
    "htgettoken-vault",
    r"""
Attempting to get token from https://«+host»:8200 ... succeeded
Storing vault token in «=/tmp/vt_u40012»
  vaulttoken: «!hvs1»
Writing bearer token
""",
)
F(
    O,
    "mytoken",
    r"""
$ mytoken store --config
{"mytoken":"«!jwt»","mytoken_type":"token","transfer_code":"«!an24»","mytoken_server":"«+host»"}
""",
)
F(
    O,
    "macaroon-json",
    r"""
+ curl -X POST -H 'Content-Type: application/macaroon-request' https://«+host»/«vo»/
{"macaroon":"«!mac»","expires_in":«=3600»}
""",
)
F(
    O,
    "macaroon-log",
    r"""
DEBUG    gfal2: Retrieved «?SE-issued token|macaroon» for davs://«+host»: «!mac»
WARNING  «=Macaroon request failed on destination»
""",
)
F(
    O,
    "diracx-credentials-json",
    r"""
+ cat ~/.cache/diracx/credentials.json
{"access_token": "«!jwt»", "expires_on": 1763715945, "refresh_token": "«!jwt»", "url": "«+host»"}
""",
)
F(
    O,
    "pilot-secret-exchange",
    r"""
«hd:PilotLogger» POST https://«+host»/api/pilots/secret-exchange {"pilot_stamp": "«hex32»", "pilot_secret": "«!u64»"}
«hd:PilotLogger» HTTP 401 «=Secret expired»
""",
)
F(
    O,
    "saml-assertion",
    r"""
«hd» SAMLResponse=PHNhbWxwOlJlc3BvbnNl«!an64»&RelayState=«=pilot»
«hd» posted to https://«+host»/saml/acs
""",
)
F(
    O,
    "oauth1-header",
    r"""
> Authorization: OAuth oauth_consumer_key="«an20»", oauth_token="«an24»", oauth_signature_method="HMAC-SHA1", oauth_signature="«!sassig»", oauth_nonce="«an20»"
> Host: «+host»
""",
)
F(
    O,
    "totp-secret",
    r"""
otpauth://totp/IAM:«+user»?secret=«!mfa»&issuer=«+host»
""",
)
F(
    O,
    "jwks-private",
    r"""
{"keys":[{"kty":"RSA","kid":"«=rsa1»","e":"AQAB","n":"«u86»","d":"«!u86»","p":"«!u43»","q":"«!u43»"}]}
""",
)
F(
    O,
    "jwk-ec-oct",
    r"""
signing key: {"kty": "EC", "crv": "P-256", "kid": "«=pilot-2026»", "x": "«u43»", "y": "«u43»", "d": "«!u43»"}
shared key: {"kty": "oct", "alg": "HS256", "k": "«!u43»"}
""",
)

# =============================================================== keys
K = "private keys"
F(
    K,
    "pem-rsa",
    r"""
$ cat «=/tmp/userkey.pem»
«!rsakey»
""",
)
F(
    K,
    "pem-pkcs8-proxy",
    r"""
$ cat $X509_USER_PROXY
«cert»
«!pk8»
subject : «+dn»
""",
)
F(
    K,
    "pem-ec",
    r"""
-- host key of «+wn» --
«!eckey»
«=read 1 key»
""",
)
F(
    K,
    "pem-encrypted",
    r"""
«!enckey»
unable to load key for «+user»: «=bad decrypt»
""",
)
F(
    K,
    "ssh-key",
    r"""
+ cat ~/.ssh/id_ed25519
«!sshkey»
+ ssh -i ~/.ssh/id_ed25519 «+user»@«+host» hostname
""",
)
F(
    K,
    "ssh-key-yaml-indented",
    r"""
  ssh_private_key: |
«!sshkeyi»
  ssh_user: «+user»
  bastion: «+host»
""",
)
F(
    K,
    "pgp-block",
    r"""
$ gpg --export-secret-keys --armor «+user»
«!pgp»
$ echo «=exported»
""",
)
F(
    K,
    "pem-escaped-json",
    r"""
{"cn": "«+wn»", "key": "«!pk8esc»\n", "ca": "«=GEANT»"}
""",
)
F(
    K,
    "pem-double-escaped",
    r"""
«hd» body="{\"host\":\"«+host»\",\"private_key\":\"«!pk8esc2»\"}" status=«=500»
""",
)
F(
    K,
    "pem-syslog-prefixed",
    r"""
«tsy» «+wn» pilot[«pid»]: dumping proxy
«!rsasys»
«tsy» wn-12 pilot[«pid»]: «=proxy dumped»
""",
)
F(
    K,
    "pem-in-diff",
    r"""
diff --git a/certs/robot.pem b/certs/robot.pem
new file mode 100600
--- /dev/null
+++ b/certs/robot.pem
@@ -0,0 +1,12 @@
«!pk8diff»
diff --git a/README b/README «=index 1f2e3d»
""",
)
F(
    K,
    "pem-base64-oneline",
    r"""
X509_PROXY_B64=«!b64pem»
X509_PROXY_HOST=«+host»
""",
)
F(
    K,
    "diracx-pem-block",
    r"""
$ tail /tmp/x509up_u40012
«!dxblock»
$ dirac-proxy-info
username     : «+user»
""",
)
F(
    K,
    "openssl-text-modulus-priv",
    r"""
$ openssl rsa -in key.pem -text -noout
RSA Private-Key: (1024 bit, 2 primes)
publicExponent: 65537 (0x10001)
privateExponent:
«!asn1hex»
«=writing RSA key»
""",
)
F(
    K,
    "age-key",
    r"""
# created: 2026-11-21T08:10:11Z
# public key: age1«hex32»
«!age»
«=sops: decrypting values.yaml»
""",
)
F(
    K,
    "putty-ppk",
    r"""
PuTTY-User-Key-File-3: ssh-ed25519
Comment: «+user»
Private-Lines: 1
«!b44»
Private-MAC: «hex64»
""",
)
F(
    K,
    "csr-keygen-log",
    r"""
«hd» hex private key for «+user»: private_key=0x«!hex64» public=«hex64» curve=«=secp256k1»
""",
)
F(
    K,
    "hmac-signing-key",
    r"""
«hd» «?Loaded HMAC key|Signing key|Fernet key|Encryption key»: «!b44» from «=/etc/dirac/keys» on «+host»
""",
)
F(
    K,
    "luks-pass",
    r"""
+ echo -n '«!pww»' | cryptsetup luksOpen «=/dev/vdb» scratch -
No key available with this passphrase.
""",
)

# =============================================================== grid middleware
GR = "grid middleware"
F(
    GR,
    "myproxy-stdin",
    r"""
+ echo «!pw» | myproxy-logon -s «+host» -l «+user» -S -o «=/tmp/x509up_u1»
invalid password
""",
)
F(
    GR,
    "myproxy-herestring",
    r"""
+ myproxy-get-delegation -s «+host» -l «+user» --stdin_pass <<< "«!pwx»"
ERROR from myproxy-server: «=invalid pass phrase»
""",
)
F(
    GR,
    "myproxy-protocol",
    r"""
myproxy: sending VERSION=MYPROXYv2
COMMAND=0
USERNAME=«+user»
PASSPHRASE=«!pw»
LIFETIME=«=43200»
""",
)
F(
    GR,
    "voms-proxy-init-pwstdin",
    r"""
+ echo '«!pwx»'
+ voms-proxy-init -voms «+vo» -pwstdin -cert «=usercert.pem»
Credentials couldn't be loaded: Error decrypting private key
""",
)
F(
    GR,
    "grid-proxy-prompt-echo",
    r"""
Your identity: «+dn»
Enter GRID pass phrase for this identity: «!pww»
Creating proxy ..... «=Done»
""",
)
F(
    GR,
    "voms-gridftp-pass",
    r"""
«hd» arcproxy --passwordsource=key=quoted:"«!pw»" -S «+vo» --cert «=/home/x/usercert.pem»
""",
)
F(
    GR,
    "condor-claimid",
    r"""
«tsc» (D_ALWAYS) Claim request ClaimId=<«ip»:9618?addrs=10.1.2.3-9618>#1763712345#1234#[Integrity="YES";Encryption="YES";CryptoMethods="AES";]«!hex64»
«tsc» (D_ALWAYS) «=Negotiation» with slot1@«+wn»
""",
)
F(
    GR,
    "condor-claimid-classad",
    r"""
Machine = "«+wn»"
ClaimId = "<«ip»:9618>#1763712345#77#«!hex40»"
State = "«=Claimed»"
""",
)
F(
    GR,
    "condor-token-create",
    r"""
$ condor_token_create -identity «+user»@«+site»
«!jwt»
$ condor_token_list
""",
)
F(
    GR,
    "condor-pool-password",
    r"""
+ condor_store_cred -c add -p «!pw»
SEC_PASSWORD_FILE = «=/etc/condor/passwords.d/POOL»
COLLECTOR_HOST = «+host»
""",
)
F(
    GR,
    "condor-transferkey",
    r"""
TransferSocket = "<«ip»:9618?sock=shadow_1_2>"
TransferKey = "1#«!hex40»"
Owner = "«+user»"
JobPrio = 0
""",
)
F(
    GR,
    "condor-startd-capability",
    r"""
GlideinClient = "«+host»"
GlideinEncParamSecurityName = "«!hex32»"
_condor_SESSION_KEY = "«!hex64»"
GLIDEIN_Site = "«=Example»"
""",
)
F(
    GR,
    "xrootd-sss-keytab",
    r"""
$ cat /etc/xrootd/sss.keytab
0 u:«+user» g:grid n:«=eos_key» N:6839492029 c:1612345678 e:0 f:0 k:«!hex64»
""",
)
F(
    GR,
    "xrootd-zterror-ztn",
    r"""
261121 08:10:12 «pid» sec_PM: Using ztn protocol, args='0:4096:«=TLS»'
261121 08:10:12 «pid» secztn: token «!jwt» rejected by «+host»; «+err»
""",
)
F(
    GR,
    "munge-cred",
    r"""
$ munge -n
«!munge»
$ squeue -u «+user»
slurm_load_jobs error: «=Unable to contact slurm controller»
""",
)
F(
    GR,
    "kerberos-kinit-echo",
    r"""
+ echo '«!pwx»' | kinit «+user»@«=EXAMPLE.CH»
kinit: Preauthentication failed while getting initial credentials
""",
)
F(
    GR,
    "kerberos-klist-K",
    r"""
Keytab name: FILE:/etc/krb5.keytab
KVNO Principal
---- ----------------------------------------------
   2 «+user»@«=EXAMPLE.CH» (aes256-cts-hmac-sha1-96)  (0x«!hex64»)
""",
)
F(
    GR,
    "kerberos-prompt",
    r"""
$ kinit «+user»@«=EXAMPLE.CH»
Password for «user»@EXAMPLE.CH: «!pww»
kinit: Password incorrect while getting initial credentials
""",
)
F(
    GR,
    "kerberos-ktutil",
    r"""
ktutil:  addent -key -p «+user»@«=EXAMPLE.ORG» -k 1 -e aes256-cts
Key for x (hex): «!hex64»
ktutil:  wkt x.keytab
""",
)
F(
    GR,
    "rucio-auth-token-header",
    r"""
DEBUG got token: X-Rucio-Auth-Token: «+user»-/DC=org/DC=example/CN=x-unknown-«!hex32»
DEBUG «=X-Rucio-Auth-Token-Expires: Sat, 21 Nov 2026 09:10:11 UTC»
""",
)
F(
    GR,
    "rucio-client-debug",
    r"""
«tsl» DEBUG got new token
«tsl» DEBUG token from file: '«!u64»'
«tsl» ERROR «=CannotAuthenticate»: Cannot authenticate to account root at «+host»
""",
)
F(
    GR,
    "rucio-cfg-dump",
    r"""
{'client': {'rucio_host': 'https://«+host»', 'auth_type': 'userpass', 'username': '«+user»', 'password': '«!pw»', 'account': '«=root»'}}
""",
)
F(
    GR,
    "cvmfs-gateway-key",
    r"""
+ cat /etc/cvmfs/keys/«=sw.example.org».gw
plain_text «word»key «!an40»
""",
)
F(
    GR,
    "cvmfs-s3-conf",
    r"""
CVMFS_S3_HOST=«+host»
CVMFS_S3_ACCESS_KEY=«akid»
CVMFS_S3_SECRET_KEY=«!awssec»
CVMFS_S3_BUCKET=«+bucket»
""",
)
F(
    GR,
    "fts-job-json",
    r"""
{"files": [{"sources": ["davs://«+host»/x"], "destinations": ["davs://se.example.org/x"], "source_tokens": ["«!jwt»"], "destination_tokens": ["«!jwt»"]}], "params": {"retry": «=3»}}
""",
)
F(
    GR,
    "fts-s3-config",
    r"""
FTS cloud storage: S3:«+host» user_dn=«+dn» access_token=«akid» access_token_secret=«!awssec»
""",
)
F(
    GR,
    "gfal2-s3-conf",
    r"""
[S3:«+host»]
ACCESS_KEY=«akid»
SECRET_KEY=«!awssec»
REGION=«=us-east-1»
""",
)
F(
    GR,
    "arc-delegation",
    r"""
VERBOSE: A-REX at «+host» received: Authorization: Bearer «!jwt»
INFO: «=Delegation 8f2d created»
""",
)
F(
    GR,
    "arc-conf-join-token",
    r"""
[arex/ws/jobs]
#allowaccess = «+vo»
«?join_token|registration_token|sitesecret» = «!an32»
hostname = «+host»
""",
)
F(
    GR,
    "panda-harvester-queue",
    r"""
{"«=UKI-EXAMPLE»": {"submitter": {"tokenDir": "/cephfs"}, "pandaToken": "«!u86»", "ceEndpoint": "«+host»"}}
""",
)
F(
    GR,
    "panda-secrets",
    r"""
INFO | secrets for user «+user»: PANDA_JSPRC_SECRETS={"MY_SECRET": "«!an32»"} site=«=UKI-EXAMPLE»
""",
)
F(
    GR,
    "alien-jtoken",
    r"""
export JALIEN_TOKEN_CERT="-----BEGIN CERTIFICATE-----"
export ALIEN_JOB_TOKEN=«!an40»
export ALIEN_SITE=«=EXAMPLE»
export ALIEN_JOBID=«job»
""",
)
F(
    GR,
    "eos-sec",
    r"""
$ env XrdSecSSSKT=/etc/eos.keytab eos -r 0 0 whoami
EOSAUTHZ key is eosauthz=«!u86» for «+user»
uid=«=40012» [sss]
""",
)
F(
    GR,
    "dcache-admin-pass",
    r"""
[«+host»] (gPlazma@gplazma) «+user» > passwd -u x «!pw»
[dcache] «=password changed»
""",
)
F(
    GR,
    "storm-macaroon-key",
    r"""
xrootd.cfg: macaroons.secretkey «=/etc/xrootd/macaroon-secret»
/etc/xrootd/macaroon-secret: «!b88»
http.secretkey «!an32»
""",
)
F(
    GR,
    "unicore-user-attr",
    r"""
authentication-method=«=USERNAME»
username=«+user»
password=«!pw»
registry=https://«+host»:8080/REGISTRY
""",
)

# =============================================================== database and broker URLs
U = "database and broker url"
for _n, _scheme, _port, _gen in (
    ("mysql", "mysql+pymysql", "3306", "pw"),
    ("postgres", "postgresql", "5432", "pw"),
    ("mongo", "mongodb+srv", "27017", "an20"),
    ("amqp", "amqps", "5671", "pw"),
    ("oracle", "oracle+cx_oracle", "1521", "an20"),
):
    F(
        U,
        "url-" + _n,
        r"""
«hd» «?connecting to|SQLALCHEMY_DATABASE_URI=|Using broker|dsn:» SCHEME://«+user»:«!GEN»@«+host»:PORT/«=prod»
«hd» connect failed: «+err»
""".replace("SCHEME", _scheme)
        .replace("PORT", _port)
        .replace("GEN", _gen),
    )
F(
    U,
    "url-redis-nouser",
    r"""
celery: ERROR/MainProcess] consumer: Cannot connect to redis://:«!an32»@«+host»:6379/0: «+err».
Trying again in «=2.00 seconds»...
""",
)
F(
    U,
    "url-percent-pw",
    r"""
psycopg2.OperationalError: connection to postgresql://«+user»:«!q»@«+host»/conditions failed: «+err»
""",
)
F(
    U,
    "url-stomp-kombu",
    r"""
DEBUG:stomp:Connecting failover:(stomp://«+user»:«!pw»@«+host»:61613,stomp://«user»:«!pw»@broker2.example.org:61613)
DEBUG:stomp:«=heartbeats 10000,10000»
""",
)
F(
    U,
    "stomp-connect-frame",
    r"""
DEBUG:stomp.py:Sending frame: ['CONNECT', 'host:«+host»', 'login:«+user»', 'passcode:«!pw»', 'accept-version:«=1.2»']
""",
)
F(
    U,
    "jdbc-query-pw",
    r"""
java.sql.SQLException: «+err» for url jdbc:mysql://«+host»:3306/iam?user=«+user»&password=«!pw»&useSSL=«=true»
""",
)
F(
    U,
    "jdbc-oracle-thin",
    r"""
INFO: opening jdbc:oracle:thin:«+user»/«!an20»@//«+host»:1521/«=CONDDB»
""",
)
F(
    U,
    "ado-connstring",
    r"""
System.Data.SqlClient.SqlException: cannot open «=AcctDB» (Server=«+host»;Database=AcctDB;User Id=«+user»;Password=«!pw»;Encrypt=True)
""",
)
F(
    U,
    "azure-connstring",
    r"""
AZURE_STORAGE_CONNECTION_STRING=DefaultEndpointsProtocol=https;AccountName=«=gridlogs»;AccountKey=«!b88»;EndpointSuffix=core.windows.net
host «+host»
""",
)
F(
    U,
    "servicebus-connstring",
    r"""
«hd» Endpoint=sb://«=gridbus».servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«!b44»
""",
)
F(
    U,
    "kafka-jaas",
    r"""
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="«+user»" password="«!pw»";
bootstrap.servers=«+host»:9093
sasl.mechanism=«=PLAIN»
""",
)
F(
    U,
    "cassandra-tostring",
    r"""
connection = CassandraConnection [connectionProperties={serverName=«+host», password=«!pw», user=«+user», portNumber=«=9042»}]
""",
)
F(
    U,
    "ftp-sftp-url",
    r"""
lftp: «?ftp|sftp|ftps»://«+user»:«!pw»@«+host»/incoming/ «=Login incorrect»
""",
)
F(
    U,
    "http-proxy-userinfo",
    r"""
Using proxy http://«+user»:«!pw»@«+host»:3128 for https://repo.example.org
curl: (5) «=Could not resolve proxy»
""",
)
F(
    U,
    "elastic-url-json",
    r"""
elasticsearch.exceptions.ConnectionError: ConnectionError(«+err») caused by: NewConnectionError hosts=[{'host': '«+host»', 'port': 9200, 'http_auth': '«+user»:«!pw»'}]
""",
)
F(
    U,
    "influx-write-url",
    r"""
POST http://«+host»:8086/write?db=«=pilots»&u=«+user»&p=«!pw» -> 401
""",
)
F(
    U,
    "sql-create-user",
    r"""
mysql> CREATE USER '«+user»'@'%' IDENTIFIED BY '«!pw»';
ERROR 1227 (42000): «=Access denied; you need the CREATE USER privilege»
""",
)
F(
    U,
    "sql-alter-role",
    r"""
LOG:  statement: ALTER ROLE «+user» WITH LOGIN PASSWORD '«!pw»';
LOG:  duration: «=3.112 ms»
""",
)
F(
    U,
    "ldap-bind-log",
    r"""
DEBUG ldap: simple_bind_s(('cn=«+user»,dc=example,dc=org', '«!pw»'), {}) on ldaps://«+host»
DEBUG ldap: «=INVALID_CREDENTIALS»
""",
)
F(
    U,
    "mqtt-url",
    r"""
paho: connecting mqtts://«+user»:«!an24»@«+host»:8883 keepalive=«=60»
""",
)

# =============================================================== webhooks
W = "webhook"
F(
    W,
    "slack-webhook",
    r"""
+ curl -X POST -d '{"text":"job «+err»"}' https://hooks.slack.com/services/«!slackhook»
«=invalid_payload»
""",
)
F(
    W,
    "discord-webhook",
    r"""
POST https://discord.com/api/webhooks/1180«job»«job»/«!discord» -> «=429 Too Many Requests» (pilot of «+vo»)
""",
)
F(
    W,
    "teams-webhook",
    r"""
«hd» notify https://«=example».webhook.office.com/webhookb2/«uuid»@«uuid»/IncomingWebhook/«!hex32»/«uuid» failed: «+err»
""",
)
F(
    W,
    "mattermost-webhook",
    r"""
«hd» Mattermost hook https://«+host»/hooks/«!kubehook» answered «=400»
""".replace("«!kubehook»", "«!an24»"),
)
F(
    W,
    "telegram-bot",
    r"""
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='«=api.telegram.org»', port=443): Max retries exceeded with url: /bot«!tg»/sendMessage (Caused by NewConnectionError: «+err»)
""",
)
F(
    W,
    "google-chat",
    r"""
POST https://chat.googleapis.com/v1/spaces/AAAA«an20»/messages?key=«!aiza»&token=«!u43» «=403»
""",
)
F(
    W,
    "power-automate",
    r"""
webhook: https://prod-12.westeurope.logic.azure.com:443/workflows/«hex32»/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=«!u43» «=202 Accepted»
""",
)
F(
    W,
    "github-webhook-secret",
    r"""
{"name": "web", "active": true, "config": {"url": "https://«+host»/hook", "content_type": "«=json»", "secret": "«!an32»"}}
""",
)
F(
    W,
    "gitlab-trigger",
    r"""
+ curl -X POST "https://«+host»/api/v4/projects/«n3»/trigger/pipeline?token=glptt-«!hex40»&ref=«=main»"
""",
)
F(
    W,
    "healthchecks-pagerduty",
    r"""
{"routing_key": "«!hex32»", "event_action": "trigger", "payload": {"summary": "«+err»", "source": "«+wn»"}}
""",
)

# =============================================================== vendor tokens
V = "vendor token"
for _form, _tmpl in (
    (
        "github-gh-status",
        "$ gh auth status --show-token\n  ✓ Logged in to «=github.com» account «+user»\n  - Token: «!ghp»\n",
    ),
    ("github-finegrained", "«hd» Using PAT «!ghpat» for «+user»/«word»\nremote: «=Invalid username or password.»\n"),
    (
        "gitlab-runner-register",
        "Registering runner... url=https://«+host» token=«!glrt»\nERROR: Registering runner... «=failed»\n",
    ),
    ("gitlab-deploy-token", "+ export DEPLOY_USER=«+user» DEPLOY_TOKEN=«!gldt»\n+ git pull origin «=main»\n"),
    (
        "pypi-upload",
        "Uploading distributions to https://«+host»/legacy/\nEnter your API token: «!pypi»\nWARNING  Error during upload: «=403»\n",
    ),
    ("npm-publish", "npm verb cli --//«+host»/:_authToken=«!npm»\nnpm ERR! code «=E401»\n"),
    ("hf-hub", "huggingface_hub.login(token=«!hf»)\nOSError: «+err» for model «=grid/llama-tok»\n"),
    (
        "wandb-login",
        "wandb: Appending key for api.wandb.ai to your netrc file: /home/«+user»/.netrc\nwandb login «!hex40»\nwandb: «=Network error»\n",
    ),
    (
        "openai-error",
        "openai.AuthenticationError: Error code: «=401» - {'error': {'message': 'Incorrect API key provided: «!openai»'}}\nhost «+wn»\n",
    ),
    ("anthropic-header", "> x-api-key: «!anth»\n> anthropic-version: «=2023-06-01»\n"),
    (
        "vault-token-lookup",
        'Key                  Value\n---                  -----\naccessor             «an24»\ntoken                «!hvs»\ntoken_policies       «=["default"]»\n',
    ),
    (
        "vault-approle",
        "+ vault write auth/approle/login role_id=«uuid» secret_id=«!uuid»\nError writing data to auth/approle/login: «+err» at «+host»\n",
    ),
    (
        "vault-unseal",
        "Unseal Key 1: «!b44»\nUnseal Key 2: «!b44»\nInitial Root Token: «!hvs1»\nVault initialized with «=5 key shares»\n",
    ),
    ("datadog", "dd-agent: DD_API_KEY=«!hex32» DD_APP_KEY=«!hex40» DD_SITE=«=datadoghq.eu»\n"),
    ("sentry-dsn", "sentry_sdk.init(dsn='https://«!hex32»@o«n3».ingest.sentry.io/«job»', environment='«=pilot»')\n"),
    ("sentry-auth", "+ SENTRY_AUTH_TOKEN=sntrys_«!an64» sentry-cli releases new «=v9r0p3»\n"),
    ("slack-bot", "slack_sdk.errors.SlackApiError: «=invalid_auth» token=«!xoxb» channel=#pilots\n"),
    ("sendgrid", "smtp login apikey «!sg» at «=smtp.sendgrid.net»\n"),
    ("stripe", "stripe.api_key = '«!stripe»'  # «=billing export»\n"),
    ("digitalocean", "+ doctl auth init -t «!dop»\nValidating token... «=invalid token»\n"),
    ("google-maps-key", "GET https://maps.googleapis.com/maps/api/geocode/json?address=«=Geneva»&key=«!aiza»\n"),
    (
        "google-client-secret",
        "client_id=12345-abc.apps.googleusercontent.com client_secret=«!gocspx» redirect=https://«+host»/cb\n",
    ),
    (
        "artifactory",
        "[Info] jf rt u out.tgz generic-local/ --url=https://«+host» --apikey=«!akc»\n[Error] server response: «=401 Unauthorized»\n",
    ),
    (
        "sonar",
        "INFO: sonar-scanner -Dsonar.host.url=https://«+host» -Dsonar.login=«!sqp» -Dsonar.projectKey=«=pilot»\n",
    ),
    ("terraform-cloud", 'credentials "«+host»" {\n  token = "«!atlas»"\n}\n# «=written by terraform login»\n'),
    ("pulumi", "PULUMI_ACCESS_TOKEN=«!pul» pulumi up --stack «=prod»\nerror: «+err»\n"),
    ("databricks", "[DEFAULT]\nhost = https://«+host»\ntoken = «!dapi»\njobs-api-version = «=2.1»\n"),
    ("grafana", '$ curl -H "Authorization: Bearer «!glsa»" https://«+host»/api/dashboards/uid/«=pilots»\n'),
    ("newrelic", "newrelic-infra: license_key: «!hex40» host «+wn»\nuser key «!nrak» rejected: «=403»\n"),
    ("atlassian", "JIRA basic_auth=('«+user»@example.org', '«!atatt»') server=«=https://example.atlassian.net»\n"),
    ("replicate", "REPLICATE_API_TOKEN=«!r8» model=«=meta/llama»\n"),
    (
        "docker-swarm",
        "To add a worker to this swarm, run the following command:\n    docker swarm join --token «!swm» «+ip»:2377\n",
    ),
    (
        "kubeadm-join",
        "+ kubeadm join «+host»:6443 --token «!kubeadm» --discovery-token-ca-cert-hash sha256:«hex64»\nerror execution phase preflight: «+err»\n",
    ),
    (
        "kubeadm-certkey",
        'kubeadm init phase upload-certs --certificate-key «!hex64»\n[upload-certs] Storing the certificates in Secret "«=kubeadm-certs»"\n',
    ),
    (
        "influx-token",
        "influx write --host https://«+host» --org grid --bucket «=pilots» --token «!influx» @m.lp\nError: «+err»\n",
    ),
    ("zenodo", "PUT https://«=zenodo.org»/api/files/x/out.root?access_token=«!an60»\n"),
    ("linear-notion", "LINEAR_API_KEY: «!lin»\nNOTION_TOKEN: «!ntn»\nTEAM: «=computing»\n"),
    ("consul-nomad", "CONSUL_HTTP_TOKEN=«!uuid» consul kv get pilots/«=conf»\nError! «+err»\n"),
    (
        "cloudflare-fastly",
        "X-Auth-Email: «+user»@example.org\nX-Auth-Key: «!hex40»\nFastly-Key: «!an32»\nCF-Ray: «=8a1b2c-CDG»\n",
    ),
    ("kaggle-json", '{"username":"«+user»","key":"«!hex32»"}\n«=kaggle.json written»\n'),
    ("comet-neptune", 'comet_ml.Experiment(api_key="«!an24»", project_name="«=calo-nn»")\nNEPTUNE_API_TOKEN=«!b88»\n'),
    ("mailgun-twilio", "mailgun: auth=api:key-«!hex32» domain=«+site»\ntwilio auth_token=«!hex32» status=«=queued»\n"),
    ("shopify-heroku", "HEROKU_API_KEY=«!uuid» git push heroku «=main»\nX-Shopify-Access-Token: «!shpat»\n"),
):
    F(V, _form, _tmpl)

# =============================================================== prompts and human text
Q = "prompt and human text"
F(
    Q,
    "password-prompt-echo",
    r"""
«+user»@«+host»'s password: «!pww»
«=Permission denied, please try again.»
""",
)
F(
    Q,
    "expect-script",
    r"""
spawn ssh «+user»@«+host»
send "«!pwx»\r"
expect: does "password:" match? «=yes»
""",
)
F(
    Q,
    "read-prompt-two-lines",
    r"""
Enter PEM pass phrase:
«!pww»
unable to load key for «+user»: «=bad password read»
""",
)
F(
    Q,
    "username-for-git",
    r"""
Username for 'https://«+host»': «+user»
Password for 'https://«user»@git.example.org': «!ghp»
fatal: «=Authentication failed»
""",
)
F(
    Q,
    "generated-root-pass",
    r"""
[Note] A temporary password is generated for root@localhost: «!pwx»
[Note] «=ready for connections». Version: '8.0.36' host «+host»
""",
)
F(
    Q,
    "email-credentials",
    r"""
Dear «+user»,
your account on «+host» was created.
  Login:     «user»
  Password:  «!pww»
Please change it at first login. «=Grid support»
""",
)
F(
    Q,
    "password-is-sentence",
    r"""
«hd» NOTE from operator: the password «?for the DB is|is now|was changed to» «!pw» on «+host»
""",
)
F(
    Q,
    "german-french",
    r"""
«hd» «?Passwort|Kennwort|Mot de passe|contraseña»: «!pw» («+user» auf «+host»)
""",
)
F(
    Q,
    "jenkins-initial",
    r"""
Jenkins initial setup is required. An admin user has been created and a password generated.
Please use the following password to proceed to installation:

«!hex32»

This may also be found at: «=/var/lib/jenkins/secrets/initialAdminPassword»
""",
)
F(
    Q,
    "jupyter-url",
    r"""
[I 08:10:11.123 ServerApp] Jupyter Server is running at:
[I 08:10:11.124 ServerApp] http://«+wn»:8888/lab?token=«!hex40»
[I 08:10:11.124 ServerApp] «=Use Control-C to stop this server»
""",
)
F(
    Q,
    "vnc-passwd",
    r"""
New 'x' desktop is «+wn»:1
VNC password: «!an20»
Log file is «=/home/x/.vnc/wn:1.log»
""",
)
F(
    Q,
    "useradd-chpasswd",
    r"""
+ echo '«+user»:«!pwx»' | chpasswd
chpasswd: «=Authentication token manipulation error»
""",
)
F(
    Q,
    "wrong-password-echo",
    r"""
ERROR: login of «+user» failed: wrong password '«!pw»' («+err»)
""",
)
F(
    Q,
    "new-api-token-created",
    r"""
Your new API token has been created. Copy it now, it won't be shown again:
    «!u43»
Token name: «=pilot-upload», owner «+user»
""",
)

# =============================================================== odd shapes
S = "odd shape"
F(
    S,
    "escaped-json-in-json",
    r"""
{"level":"info","msg":"payload: {\"user\":\"«+user»\",\"password\":\"«!pw»\",\"host\":\"«+host»\"}","ts":1763712345}
""",
)
F(
    S,
    "double-escaped-json",
    r"""
"body": "{\\\"login\\\": \\\"«+user»\\\", \\\"token\\\": \\\"«!u43»\\\", \\\"host\\\": \\\"«+host»\\\"}",
"«=status»": 500
""",
)
F(
    S,
    "json-escaped-quote-in-pw",
    r"""
{"user": "«+user»", "password": "«!jsonq»", "host": "«+host»"}
""",
)
F(
    S,
    "percent-encoded-json",
    r"""
GET /submit?payload=%7B%22user%22%3A%22«+user»%22%2C%22password%22%3A%22«!an20»%22%7D HTTP/1.1 «=400»
""",
)
F(
    S,
    "nested-shell-quotes",
    r"""
+ ssh «+user»@«+host» 'bash -c "export TOKEN='"'"'«!an40»'"'"'; ./run.sh «=--site X»"'
""",
)
F(
    S,
    "sh-c-env",
    r"""
+ sh -c 'S3_KEY="«!awssec»" python3 up.py --bucket «+bucket»'
Traceback: «+err»
""",
)
F(
    S,
    "set-x-assignment",
    r"""
++ «?get_password|vault kv get -field=pw kv/pilot|cat /run/secrets/db»
+ DB_PASS=«!pw»
+ ./load.sh -h «+host» -U «+user»
""",
)
F(
    S,
    "set-x-nested-plus",
    r"""
+++ jq -r .access_token
++ local token=«!jwt»
++ echo «=renewed token of» «+user»
""",
)
F(
    S,
    "set-x-bash-ps4",
    r"""
+(run.sh:«n3»): main(): export 'API_SECRET=«!pwx»'
+(run.sh:«n3»): main(): ping -c1 «+host»
""",
)
F(
    S,
    "set-x-ansi-c-quote",
    r"""
+ PASSWORD=$'«!an20»\''
+ mysqladmin -h «+host» -u «+user» status
""",
)
F(
    S,
    "ansi-colour-kv",
    "\x1b[32mINFO\x1b[0m connecting \x1b[36mhost\x1b[0m=«+host» \x1b[36mpassword\x1b[0m=\x1b[33m«!pw»\x1b[0m \x1b[36muser\x1b[0m=«+user»",
)
F(
    S,
    "ansi-colour-yaml",
    "\x1b[94mpassword\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m«!pw»\n\x1b[94mhost\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m«+host»",
)
F(
    S,
    "two-column-table",
    r"""
+---------------+----------------------------------------------+
| Field         | Value                                        |
+---------------+----------------------------------------------+
| host          | «+host» |
| user          | «+user» |
| «?password|adminPass|secret|auth_token» | «!an32» |
+---------------+----------------------------------------------+
""",
)
F(
    S,
    "openstack-ec2-table",
    r"""
+------------+----------------------------------+
| access     | «hex32» |
| project_id | «=grid» |
| secret     | «!hex32» |
| user_id    | «+user» |
+------------+----------------------------------+
""",
)
F(
    S,
    "aligned-columns",
    r"""
Parameter            Value
---------            -----
endpoint             «+host»
username             «+user»
api_token            «!an40»
""",
)
F(
    S,
    "table-header-column",
    r"""
HOST                          USER        PASSWORD              STATUS
«+host»   «+user»   «!an20»   «=locked»
""",
)
F(
    S,
    "csv-header",
    r"""
host,user,password,port
«+host»,«+user»,«!pw»,«=5432»
""",
)
F(
    S,
    "csv-semicolon-quoted",
    r"""
"site";"login";"secret_key";"state"
"«+host»";"«+user»";"«!an32»";"«=ok»"
""",
)
F(S, "tsv-kv", "name\tvalue\nhost\t«+host»\npasswd\t«!pw»\nuser\t«+user»")
F(
    S,
    "logfmt",
    r"""
level=info ts=2026-11-21T08:10:11Z caller=main.go:88 msg="dialing" host=«+host» user=«+user» password=«!pw» tls=«=true»
""",
)
F(
    S,
    "logfmt-quoted",
    r"""
time="2026-11-21T08:10:11Z" level=error msg="«+err»" host="«+host»" auth_token="«!pwx»"
""",
)
F(
    S,
    "syslog-prefix-kv",
    r"""
<134>1 2026-11-21T08:10:11Z «+wn» uploader «pid» - - login user=«+user» passwd=«!pw» result=«=denied»
""",
)
F(
    S,
    "journald-sudo",
    r"""
«tsy» «+wn» sudo[«pid»]:     «+user» : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/mysql -u root --password=«!pw» -e «=status»
""",
)
F(
    S,
    "wrapped-continuation",
    r"""
+ curl -sS \
    --user «+user» \
    --oauth2-bearer \
      «!jwt» \
    https://«+host»/data/«=file.root»
""",
)
F(
    S,
    "jwt-wrapped-76",
    r"""
Authorization: Bearer
«!jwtw»
«=403 Forbidden» from «+host»
""",
)
F(
    S,
    "value-on-next-line",
    r"""
«hd» Client secret:
  «!u43»
«hd» Client id:
  «=dirac-pilot» at «+host»
""",
)
F(
    S,
    "yaml-key-fold",
    r"""
credentials:
  password: >-
    «!pwx»
  host: «+host»
""",
)
F(
    S,
    "camel-and-kebab",
    r"""
«hd» opts: {dbHost: «+host», dbUser: «+user», «?dbPassword|db-password|DbPasswd|userPassword»: «!pw», poolSize: «=5»}
""",
)
F(
    S,
    "prefixed-key",
    r"""
«hd» «?PROD_DB_ROOT_PASSWORD_2|X_VO_PORTAL_APIKEY|myPrivateAccessToken|OLD_PASSWD»=«!pw» retained for «+host»
""",
)
F(
    S,
    "xml-entity-value",
    r"""
<param name="password" value="«!xmlq»"/><param name="host" value="«+host»"/>
""",
)
F(
    S,
    "html-hidden-input",
    r"""
<form action="https://«+host»/login"><input type="hidden" name="csrf_token" value="«!u43»"><input name="user" value="«+user»"></form>
""",
)
F(
    S,
    "unicode-password",
    r"""
«hd» ldap bind of «+user»: password=«!uni» server=«+host»
""",
)
F(
    S,
    "base64-k8s-secret",
    r"""
apiVersion: v1
kind: Secret
data:
  password: «!b64env»
metadata:
  name: «=db-cred»
""",
)
F(
    S,
    "diff-config",
    r"""
@@ -4,7 +4,7 @@ [database]
 host = «+host»
-password = «!pw»
+password = «!pw»
 user = «+user»
""",
)
F(
    S,
    "grep-output",
    r"""
$ grep -rn pass /etc/grid
/etc/grid/«=db.conf»:12:db_password=«!pw»
/etc/grid/db.conf:13:db_host=«+host»
""",
)
F(
    S,
    "numbered-listing",
    r"""
     1	[client]
     2	user = «+user»
     3	password = «!pw»
     4	host = «+host»
""",
)
F(
    S,
    "docker-logs-json",
    r"""
{"log":"password for «+user» is «!pw»\n","stream":"stdout","time":"2026-11-21T08:10:11.1Z"}
{"log":"listening on «=0.0.0.0:8443»\n","stream":"stdout","time":"2026-11-21T08:10:12.1Z"}
""",
)
F(
    S,
    "k8s-cri-prefix",
    r"""
2026-11-21T08:10:11.123456789Z stderr F config: host=«+host»
2026-11-21T08:10:11.123456790Z stderr F config: secret_key=«!awssec»
2026-11-21T08:10:11.123456791Z stderr F config: bucket=«+bucket»
""",
)
F(
    S,
    "colon-pair-no-key",
    r"""
«hd» basic auth credentials «+user»:«!pw» were refused by «+host»
""",
)
F(
    S,
    "arrow-assign",
    r"""
«hd» password -> «!pw», host -> «+host»
""",
)
F(
    S,
    "bracketed-dsc",
    r"""
«hd» login [user=«+user»] [password=«!pw»] [host=«+host»] «=failed»
""",
)
F(
    S,
    "pwd-with-blanks-quoted",
    r"""
«hd» passphrase="«!phrase»" key=«=/srv/userkey.pem» host=«+host»
""",
)
F(
    S,
    "spaced-equals-long",
    r"""
   MaxRetries          =   «=7»
   BrokerPassword      =   «!pwx»
   BrokerHost          =   «+host»
""",
)
F(
    S,
    "backtick-markdown",
    r"""
| setting | value |
|---------|-------|
| host | `«+host»` |
| `admin_password` | `«!pw»` |
""",
)
F(
    S,
    "uri-in-json-array",
    r"""
"nodes": ["https://«+user»:«!pw»@«+host»:9200", "https://es2.example.org:9200"], "sniff": «=false»
""",
)
F(
    S,
    "progress-cr",
    "  % Total    % Received\r  0     0\r100   512\r\n> Authorization: Token «!hex40»\r\n> Host: «+host»\r\n< HTTP/1.1 «=401 Unauthorized»\r",
)
F(
    S,
    "colon-space-multi",
    r"""
«hd» Credentials are: login: «+user», password: «!pw», endpoint: https://«+host»/
""",
)

# =============================================================== batch, CI, cloud metadata
B = "batch ci cloud"
F(
    B,
    "imds-credentials",
    r"""
+ curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/«=pilot-role»
{
  "Code" : "Success",
  "AccessKeyId" : "«akid»",
  "SecretAccessKey" : "«!awssec»",
  "Token" : "«!awstok»",
  "Expiration" : "2026-11-21T14:10:11Z"
}
""",
)
F(
    B,
    "sts-assume-role",
    r"""
{'Credentials': {'AccessKeyId': '«akid»', 'SecretAccessKey': '«!awssec»', 'SessionToken': '«!awstok»'}, 'AssumedRoleUser': {'Arn': '«=arn:aws:sts::123456789012:assumed-role/pilot»'}}
""",
)
F(
    B,
    "sts-xml",
    r"""
<Credentials><AccessKeyId>«akid»</AccessKeyId><SecretAccessKey>«!awssec»</SecretAccessKey><SessionToken>«!jwt»</SessionToken></Credentials>
<RequestId>«=minio-1»</RequestId>
""",
)
F(
    B,
    "gcp-metadata-token",
    r"""
$ curl -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token
{"access_token":"«!ya29»","expires_in":«=3599»,"token_type":"Bearer"}
""",
)
F(
    B,
    "azure-msi",
    r"""
$ curl 'http://169.254.169.254/metadata/identity/oauth2/token?resource=https://«=storage.azure.com»/' -H Metadata:true
{"access_token":"«!jwt»","client_id":"«uuid»","expires_in":"86400"}
""",
)
F(
    B,
    "openstack-userdata",
    r"""
#cloud-config
hostname: «+wn»
chpasswd:
  list: |
    «+user»:«!pw»
ssh_pwauth: «=true»
""",
)
F(
    B,
    "cloud-init-write-files",
    r"""
ci-info: cc_write_files: writing /etc/condor/passwords.d
  - path: /etc/condor/pool.conf
    content: "SEC_PASSWORD = «!pw»\nCONDOR_HOST = «+host»"
  - «=owner: root:root»
""",
)
F(
    B,
    "cloud-init-set-passwords",
    r"""
Cloud-init v. 23.4 running 'modules:config'
Set the following 'random' passwords
«+user»:«!an20»
Cloud-init v. 23.4 «=finished»
""",
)
F(
    B,
    "gitlab-ci-export",
    r"""
Running on runner-«n3» via «+host»...
$ export
declare -x CI_JOB_JWT="«!jwt»"
declare -x CI_REGISTRY_PASSWORD="«!glcb»"
declare -x CI_COMMIT_REF_NAME="«=main»"
""",
)
F(
    B,
    "github-add-mask",
    r"""
::add-mask::«!an40»
::set-output name=token::«!ghp»
##[error]«+err»
""",
)
F(
    B,
    "jenkins-withcredentials",
    r"""
[Pipeline] withCredentials
[Pipeline] sh
+ curl -u «+user»:11«!hex32» https://«+host»/job/pilot/build?delay=«=0sec»
""",
)
F(
    B,
    "travis-secure-fail",
    r"""
$ travis encrypt-file --key «!hex64» --iv «hex32» «=deploy.enc»
$ export DEPLOY_PASSWORD=«!pw»
""",
)
F(
    B,
    "slurm-sbatch-wrap",
    r"""
sbatch: submitting --job-name=«=pilot» --wrap "AUTH_TOKEN=«!an40» ./pilot.sh -H «+host»"
Submitted batch job «job»
""",
)
F(
    B,
    "slurm-conf-storagepass",
    r"""
$ scontrol show config / cat slurmdbd.conf
AuthType                = auth/munge
StorageHost=«+host»
StorageUser=«+user»
StoragePass=«!pw»
SlurmdbdPort=«=6819»
""",
)
F(
    B,
    "condor-q-long",
    r"""
Owner = "«+user»"
OAuthServicesNeeded = "«=vault»"
SubmitToken = "«!jwt»"
RequestCpus = 8
Arguments = "-t «!an32» --token-renew"
""".replace('Arguments = "-t «!an32» --token-renew"', 'Arguments = "--proxy-password «!an32» --cpus 8"'),
)
F(
    B,
    "sge-qstat-j",
    r"""
job_number:                 «job»
owner:                      «+user»
env_list:                   SITE=X,DAV_PASSWORD=«!pw»,LANG=C
sge_o_host:                 «+host»
""",
)
F(
    B,
    "lsf-bjobs-l",
    r"""
Job <«job»>, User <«+user»>, Project <grid>, Status <RUN>, Queue <«=long»>, Command <./run.sh --db-password «!pw» --n 10>
 Sat Nov 21: Started on <«+wn»>
""",
)
F(
    B,
    "pipeline-variables-json",
    r"""
[{"key":"DEPLOY_HOST","value":"«+host»","masked":false},{"key":"DEPLOY_PASSWORD","value":"«!pw»","masked":true}]
""",
)
F(
    B,
    "tfstate",
    r"""
          "attributes": {
            "endpoint": "«+host»",
            "master_password": "«!pw»",
            "username": "«+user»"
          },
""",
)
F(
    B,
    "helm-get-values",
    r"""
USER-SUPPLIED VALUES:
auth:
  existingSecret: ""
  postgresPassword: «!pw»
  username: «+user»
image:
  registry: «+host»
""",
)
F(
    B,
    "ansible-debug-msg",
    r"""
TASK [dirac : debug] ***
ok: [«+wn»] => {
    "vault_mysql_root_password": "«!pwx»"
}
PLAY RECAP: «=ok=3 changed=0»
""",
)
F(
    B,
    "puppet-diff",
    r"""
Notice: /Stage[main]/Condor/File[/etc/condor/condor_config.local]/content:
-SEC_PASSWORD_VALUE = «!pw»
+SEC_PASSWORD_VALUE = «!pw»
Notice: Applied catalog in «=12.4 seconds» on «+wn»
""",
)
F(
    B,
    "docker-build-arg",
    r"""
Step 4/9 : RUN git config --global url."https://«!ghp»@«=github.com»/".insteadOf "https://github.com/"
 ---> Running in 4f2a1b
Step 5/9 : ARG PIP_PASSWORD=«!pw»
""",
)
F(
    B,
    "docker-history",
    r"""
IMAGE          CREATED BY                                      SIZE
<missing>      /bin/sh -c #(nop)  ENV MYSQL_PASSWORD=«!pw»     0B
<missing>      /bin/sh -c #(nop)  ENV MYSQL_HOST=«+host»    0B
""",
)
F(
    B,
    "boinc-authenticator",
    r"""
<account>
    <master_url>https://«+host»/lhcathome/</master_url>
    <authenticator>«!hex32»</authenticator>
    <resource_share>«=100»</resource_share>
</account>
""",
)

# Forms of which a fair person may say "no secret here, or not for long": count them apart if in doubt.
BORDERLINE = frozenset(
    (
        "digest-response",
        "htpasswd-shadow",
        "table-header-column",
        "csv-header",
        "csv-semicolon-quoted",
        "html-hidden-input",
        "sentry-dsn",
        "oauth1-header",
        "teams-webhook",
        "google-maps-key",
        "device-code-response",
        "tcpdump-ascii",
        "datadog",
        "arrow-assign",
        "colon-pair-no-key",
    )
)
assert BORDERLINE <= {f for _, f, _ in FORMS}
