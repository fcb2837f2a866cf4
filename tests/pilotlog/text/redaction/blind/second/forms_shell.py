"""Hold forms of environments, shells and command lines."""

from .template import parse

FORMS = (
    parse(
        "environment",
        r"""
== printenv of a worker | GRIDPROD_DB_PASSWORD | LS_COLORS | TMPDIR=
SHELL=/bin/bash
HOSTNAME=‹+host›
GRIDPROD_DB_PASSWORD=«pw»
LS_COLORS=rs=0:di=01;34:ln=01;36
TMPDIR=‹dir›
_CONDOR_SLOT=slot1_4
== two among many | X509_CERT_DIR=/etc/grid-security/certificates | OIDC_CLIENT_SECRET
X509_CERT_DIR=/etc/grid-security/certificates
OIDC_CLIENT_ID=‹uuid›
OIDC_CLIENT_SECRET=«toku»
BEARER_TOKEN=«jwt»
BEARER_TOKEN_FILE=/tmp/bt_u1042
== export -p | declare -x | BELLE2_CONDB_PASS
declare -x BELLE2_CONDB_PASS="«pwx»"
declare -x BELLE2_CONDB_URL="https://‹+host›/rest/v2"
declare -x PATH="/usr/local/bin:/usr/bin"
== set of a posix shell | RUCIO_PASSWORD= | RUCIO_ACCOUNT='ddmadmin'
RUCIO_ACCOUNT='ddmadmin'
RUCIO_AUTH_TYPE='userpass'
RUCIO_PASSWORD='«pwx»'
_=env
== python dict of the environment | 'PWD'
‹ts› DEBUG [Pilot] os.environ: {'LANG': 'C.UTF-8', 'PILOT_SECRET': '«toku»', 'PWD': '/tmp', 'HOST': '‹+host›'}
== pprint of the environment | 'S3_SECRET_KEY'
environ({'HOME': '/home/pilot',
         'S3_ACCESS_KEY': '‹keyid›',
         'S3_SECRET_KEY': '«awskey»',
         'USER': 'pilot'})
== environment as json | "JENKINS_API_TOKEN"
{"HOME": "/pilot", "JENKINS_API_TOKEN": "«hex32»", "JENKINS_URL": "https://‹+host›/jenkins/"}
== lower case | dirac_token
dirac_setup=Production
dirac_token=«tok»
dirac_vo=biomed
== proxy with an account | https_proxy=
http_proxy=http://squid.example:3128
https_proxy=http://‹user›:«pw»@‹+host›:3128
no_proxy=localhost,.example
== os.environ by a loop | CONDB_KEY | LANG
  LANG                 = en_GB.UTF-8
  CONDB_KEY            = «hex40»
  CONDB_HOST           = ‹+host›
== exported with a space in it | MYPROXY_PASSPHRASE
export MYPROXY_SERVER=‹+host›
export MYPROXY_PASSPHRASE="«phrase»"
== csh | setenv ELASTIC_PASSWORD
setenv ELASTIC_PASSWORD «pw»
setenv ELASTIC_HOST ‹+host›
== systemd | Environment=
Environment=GRAYLOG_TOKEN=«tok» LANG=C HOST=‹+host›
== numbered lines of env | SSHPASS
    31  SSH_TTY=/dev/pts/4
    32  SSHPASS=«pw»
    33  TERM=dumb
== key in a variable | PILOT_KEY
PILOT_KEY=«keyec»
PILOT_STAMP=‹hex32›
== proxy in a variable, one line | HOST_KEY_PEM
HOST_KEY_PEM='«keyp8|nl»'
== diff of environments | AWS_SESSION_TOKEN | SLURM_JOB_ID
> AWS_SECRET_ACCESS_KEY=«awskey»
> AWS_SESSION_TOKEN=«awssess»
< SLURM_JOB_ID=‹num›
== time stamped dump | CI_DEPLOY_PASSWORD
‹ts› UTC DEBUG [EnvDump] CI_DEPLOY_USER: deployer
‹ts› UTC DEBUG [EnvDump] CI_DEPLOY_PASSWORD: «pw»
‹ts› UTC DEBUG [EnvDump] CI_SERVER_HOST: ‹+host›
== proc environ with nul shown | VO_SECRET | LC_ALL
LC_ALL=C^@VO_SECRET=«tok»^@HOME=/home/pilot^@
== java properties of the env | env.ARTIFACTORY_API_KEY
[INFO] env.ARTIFACTORY_API_KEY=«toku»
[INFO] env.JAVA_HOME=/usr/lib/jvm/jre-17
""",
    )
    + parse(
        "shell trace",
        r"""
== export | + export
+ export DIRAC_SYSTEM_PASSWORD=«pw#2»
+ DIRAC_SYSTEM_PASSWORD=«pw#2»
+ cd ‹dir›
== quoted by bash | ++ date
++ date +%s
+ PGPASSWORD='«pwx»'
+ psql -h ‹+host› -U pilot jobs
== curl in a function | ++(stageout.sh:88): upload
++(stageout.sh:88): upload
++(stageout.sh:91): curl -sS -H 'Authorization: Bearer «jwt»' -T out.root https://‹+host›:2880/vo/out.root
== token by cat | + TOKEN=
++ cat /tmp/bt_u2001
+ TOKEN=«jwt»
+ '[' -z ... ']'
== echo to a login
+ echo «pw»
+ voms-proxy-init --pwstdin --voms cms
Contacting voms server
== test of a variable | + [[ -n | == '' ]]
+ [[ -n «jwths#1» ]]
+ [[ «jwths#1» == '' ]]
== function's argument | + install_extension
+ install_extension https://‹+host›/group/LHCbPilot.git «glpat#1»
+ local repo=https://‹host›/group/LHCbPilot.git
+ local token=«glpat#1»
== here string
+ oidc-token-decode
+ base64 -d <<< «b64»
== printf netrc | + chmod 600
+ printf 'machine %s login %s password %s\n' ‹+host› reader «pw»
+ chmod 600 /home/pilot/.netrc
== ksh with line numbers | ./wrapper.sh[41]
./wrapper.sh[41]: export CVMFS_GW_SECRET=«tok»
== eval of an agent | + eval
+ eval 'export' 'IAM_PASSWORD="«pw»";' 'export' 'IAM_HOST="‹+host›"'
""",
    )
    + parse(
        "command line",
        r"""
== running command of a pilot | dirac-configure | exit code 1
‹ts› INFO [ConfigureDIRAC] Running command: dirac-configure -C dips://‹+host›:9135/Configuration --SecretKey=«tok» -ddd
‹ts› ERROR [ConfigureDIRAC] exit code 1
== popen list | '--vo', 'dteam'
Executing ['myproxy-logon', '--vo', 'dteam', '--passphrase', '«pw»', '-s', '‹+host›']
== ps output | rsync
pilot    ‹num›  0.0  0.1  12345  4567 ?  S  10:11  0:00 sshpass -p «pw» ssh -o StrictHostKeyChecking=no pilot@‹+host›
pilot    ‹num›  1.0  0.1  12345  4567 ?  R  10:11  0:03 rsync -a in/ out/
== ps wide of a container | --job-id
 ‹num› python3 agent.py --job-id ‹num› --api-token «tok» --log-level DEBUG
== sudo log | TTY=unknown
sudo:   pilot : TTY=unknown ; PWD=/tmp ; USER=root ; COMMAND=/bin/mount -t cifs //‹+host›/x /mnt -o user=p,password=«pw»
== subprocess error | returned non-zero exit status 7
CalledProcessError: Command '['mc', 'alias', 'set', '‹+host›', '‹keyid›', '«awskey»']' returned non-zero exit status 7.
== shell error | No such file or directory
bash: line 12: --password=«pw»: No such file or directory
== rucio | rucio -v -a user.x upload
rucio -v -a user.x upload --rse ‹site›_DATA
$ rucio --user ddmadmin --password «pw» --host https://‹+host› whoami
== ldapsearch | ldap_bind: Invalid credentials (49)
+ ldapsearch -x -H ldaps://‹+host› -D cn=reader,dc=grid -w «pw» -b dc=grid
ldap_bind: Invalid credentials (49)
== openssl with pass
openssl pkcs12 -in usercert.p12 -nocerts -out key.pem -passin pass:«weak» -passout pass:«pw»
Mac verify error: invalid password?
== openssl enc
$ openssl enc -d -aes-256-cbc -in secrets.tar.enc -K «hex64» -iv 0123456789abcdef -out secrets.tar
== htpasswd | Adding password for user pilotlog
htpasswd -bc /etc/httpd/log.htpasswd pilotlog «pw»
Adding password for user pilotlog
== keytool | Keystore was tampered with
keytool -list -keystore /etc/grid-security/host.jks -storepass «weak» -alias host
keytool error: java.io.IOException: Keystore was tampered with, or password was incorrect
== smbclient | NT_STATUS_LOGON_FAILURE
smbclient //‹+host›/data -U "GRID/svc%«pw»" -c 'ls'
session setup failed: NT_STATUS_LOGON_FAILURE
== expect script | spawn ssh pilot@
spawn ssh pilot@‹+host›
send "«pw»\r"
== history | 1014
 1013  export CONDB_USER=reader
 1014  condb login --user reader --pass «pw» && condb get gt-2024
== traceback of argparse | error: unrecognized arguments: --token
usage: upload_log [-h] --url URL
upload_log: error: unrecognized arguments: --token «toku»
== audit | type=EXECVE
type=EXECVE msg=audit(17‹num›.123:45): argc=5 a0="davix-put" a1="--pass" a2="«pw»" a3="x" a4="https://‹+host›/f"
== process list of strace | execve
execve("/usr/bin/curl", ["curl", "-u", "pilot:«pw»", "https://‹+host›/logs"], 0x7ffd /* 31 vars */) = 0
== env in front | ./run_pilot
$ LOGSTASH_PASS=«pw» ./run_pilot --site ‹+site›
== kinit | kinit: Preauthentication failed
$ echo '«pwx»' | kinit gridprod@EXAMPLE.ORG
kinit: Preauthentication failed while getting initial credentials
== cmd with a short option
mysqldump -h ‹+host› -u dirac -p«pw» JobDB > /tmp/JobDB.sql
== ansible extra | PLAY [wn]
ansible-playbook -i hosts wn.yml -e "vault_password=«pw» site=‹+site›"
PLAY [wn] *******
== nohup python | --loglevel
nohup python pilot.py --loglevel=DEBUG --pilotUUID ‹uuid› --diracx-secret «toku» --url https://‹+host› &
""",
    )
)
