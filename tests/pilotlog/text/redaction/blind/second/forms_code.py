"""Hold forms of programs' output, repositories, containers and clouds."""

from .template import parse

FORMS = (
    parse(
        "traceback",
        r"""
== source line | NameError
  File "upload.py", line 41, in <module>
    client = Client("‹+host›", token="«tok»")
NameError: name 'Client' is not defined
== locals | url = 
    Locals:
      url = 'https://‹+host›'
      password = '«pw»'
      n = 3
== rich locals | │ retries =
│ retries = 3                          │
│  secret = '«toku»' │
== pytest | E   AssertionError
>       login("pilot", "pw")
password   = '«pwx»'
user       = 'pilot'
E   AssertionError
== key error | MissingSchema
requests.exceptions.MissingSchema: Invalid URL '‹host›?api_key=«tok»': No scheme supplied
== bad header | Invalid header value
ValueError: Invalid header value b'Bearer «jwt»\n'
== decode error | jwt.exceptions.DecodeError
jwt.exceptions.DecodeError: Not enough segments in token '«toku»'
== type error | got an unexpected keyword
TypeError: login() got an unexpected keyword argument: login(user='p', passwd='«pw»')
== namespace | verbose=True
Namespace(verbose=True, password='«pw»', host='‹+host›')
== dataclass | retries=2
Settings(url='https://‹+host›', client_secret='«toku»', retries=2)
== pydantic | validation error
1 validation error for Settings
api_token
  extra fields not permitted [type=extra, input_value='«tok»', input_type=str]
== call of a logger | calling
‹ts› DEBUG calling authenticate('‹+host›', username='pilot', password='«pw»')
== java map | {host=
java.lang.IllegalStateException: {host=‹+host›, password=«pw», port=443}
== java object | Credentials[
Credentials[user=pilot, password=«pw», realm=grid]
== go struct | Timeout:30
config: {Host:‹+host› Token:«toku» Timeout:30}
== go quoted | &main.Conf
&main.Conf{Host:"‹+host›", ApiKey:"«tok»"}
== perl dumper | $VAR1
$VAR1 = { 'user' => 'p',
          'password' => '«pw»' };
== ruby hash | :host=>
{:host=>"‹+host›", :secret_token=>"«tok»"}
== rust debug | Config {
Config { host: "‹+host›", api_key: Some("«tok»"), port: 1 }
== c++ log | TJAlienConnect
Info in <TJAlienConnect::Connect>: token=«toku» host=‹+host›
== gdb | #1
#1  0x00007f1 in login (user=0x5 "pilot", passwd=0x5 "«pw»") at auth.c:88
== strace read | read(5
read(5, "«jwths»\n", 4096) = 190
== lua table | host =
{ host = "‹+host›", psk = "«hex32»" }
== bytes repr | b'user'
{b'user': b'pilot', b'password': b'«pw»'}
== set of a variable | (Pdb)
(Pdb) p token
'«jwths»'
""",
    )
    + parse(
        "git and ci",
        r"""
== credential store
$ cat ~/.git-credentials
https://pilot:«ghp»@github.com
== credential fill | protocol=https
protocol=https
host=‹+host›
username=pilot
password=«glpat»
== fatal | fatal: Authentication failed for
fatal: Authentication failed for 'https://oauth2:«glpat»@‹+host›/vo/cfg.git/'
== curl trace | => Send header
10:11:12.12 http.c:788  => Send header: Authorization: Basic «basic»
== netrc | machine
machine ‹+host›
  login pilot
  password «pw»
== netrc, one line | default login
machine ‹+host› login pilot password «pwx»
default login anonymous
== submodule | Cloning into
Cloning into 'x'... git submodule: url https://x-access-token:«ghs»@github.com/vo/x
== gitlab variables | CI_JOB_STAGE
export CI_JOB_STAGE='test'
export CI_JOB_TOKEN='«gljob»'
== runner registration | Verifying runner
gitlab-runner register --url https://‹+host› --registration-token GR1348941«tok20»
Verifying runner... is valid
== github env | GITHUB_ACTIONS=true
GITHUB_ACTIONS=true
GITHUB_TOKEN=«ghs»
ACTIONS_RUNTIME_TOKEN=«jwt»
== npm | registry=
registry=https://‹+host›/npm/
//‹host›/npm/:_authToken=«uuid»
== twine | Uploading
twine upload -u __token__ -p «pypi» dist/*
Uploading pilot-1.0.tar.gz
== jenkins | Started by user
curl -u admin:«hex32» https://‹+host›/job/x/build
Started by user admin
== sonar
sonar-scanner -Dsonar.host.url=https://‹+host› -Dsonar.login=«hex40»
== codecov
codecov -t «uuid» -f coverage.xml
== pip.conf | [global]
[global]
index-url = https://reader:«pw»@‹+host›/simple
""",
    )
    + parse(
        "container and cloud",
        r"""
== docker run | --rm
docker run --rm -e DB_PASS=«pw» -e VO=x registry.‹host›/pilot:1
== docker inspect | "PATH=/usr/bin"
"Env": ["PATH=/usr/bin", "LOG_TOKEN=«tok»", "SITE=‹+site›"]
== docker login | WARNING! Using --password
docker login -u pilot -p «pw» ‹+host›
WARNING! Using --password via the CLI is insecure.
== apptainer | FATAL:
export APPTAINER_DOCKER_USERNAME=p APPTAINER_DOCKER_PASSWORD=«ghp»
FATAL: while pulling from ‹+host›
== apptainer env | --cleanenv
apptainer exec --cleanenv --env API_KEY=«tok»,VO=dteam image.sif run
== kube secret | kind: Secret
kind: Secret
data:
  password: «pw|b64»
metadata: {name: pilot-db}
== kube config | current-context
users:
- name: p
  user:
    token: «jwt»
current-context: p
== kube key | client-certificate-data
    client-certificate-data: ‹tok›
    client-key-data: «keyrsa|b64»
== kubectl describe | Type:
Type:  kubernetes.io/service-account-token
token:      «jwt»
ca.crt:     1099 bytes
== kubectl create | created
kubectl create secret generic db --from-literal=password=«pw»
secret/db created
== kubeadm | kubeadm join
kubeadm join ‹+host›:6443 --token abcdef.«boot» --discovery-token-ca-cert-hash sha256:‹sha›
== azure | AccountName
DefaultEndpointsProtocol=https;AccountName=logs;AccountKey=«b64»;EndpointSuffix=‹+host›
== metadata | "Expiration"
{"Code": "Success", "AccessKeyId": "‹keyid›", "SecretAccessKey": "«awskey»", "Token": "«awssess»", "Expiration": "x"}
== assume role | <AccessKeyId>
<AccessKeyId>‹keyid›</AccessKeyId><SecretAccessKey>«awskey»</SecretAccessKey>
== gcloud | $ gcloud
$ gcloud auth print-access-token
ya29.«toku»«toku»
== hugging face | Repository
huggingface-cli login --token hf_«tok»
Repository not found
== wandb | wandb:
wandb: Appending key for ‹+host› to your netrc file: «hex40»
== slack bot | not_in_channel
SLACK_BOT_TOKEN: «xoxb» error: not_in_channel
== grafana | Unauthorized
Grafana("https://‹+host›", api_key="glsa_«tok»") Unauthorized
== openai
OPENAI_API_KEY=sk-proj-«toku»«tok»
""",
    )
)
