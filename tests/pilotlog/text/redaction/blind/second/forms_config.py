"""Hold forms of configuration files, databases and brokers."""

from .template import parse

FORMS = (
    parse(
        "ini",
        r"""
== section | [logging]
[logging]
server = ‹+host›
user = pilotlog
password = «pw»
level = DEBUG
== no spaces | retries=3
apikey=«tok»
retries=3
== quotes and a comment | ; rotate
secret = "«pw»"   ; rotate in May
== configparser dump | ('timeout', '30')
[('host', '‹+host›'), ('passwd', '«pw»'), ('timeout', '30')]
== pypirc | repository:
[pypi]
repository: https://‹+host›/simple
username: __token__
password: «pypi»
== airflow | sql_alchemy_conn
fernet_key = «b64»
sql_alchemy_conn = mysql://airflow:«pw»@‹+host›/airflow
== commented option | db_host =
# db_password = «pw»
db_host = ‹+host›
== percent escapes | interpolation
admin_password: «pwx»
interpolation: off
== sssd | ldap_uri
ldap_uri = ldaps://‹+host›
ldap_default_authtok = «pw»
== squid | cachemgr
cachemgr_passwd «weak» all
http_port 3128
== snmp | sysLocation
rocommunity «tok20» 10.0.0.0/8
sysLocation "‹+site›"
== ganglia | udp_send_channel
auth_key=«hex32»
udp_send_channel { host = ‹+host› }
== git config | [http "https
[http "https://‹+host›/"]
    extraheader = AUTHORIZATION: basic «basic»
""",
    )
    + parse(
        "yaml",
        r"""
== mapping | replicas: 2
logger:
  url: https://‹+host›
  password: «pw»
  replicas: 2
== quoted | username: pilot
    username: pilot
    token: '«toku»'
== list of env | - name: SITE
  env:
    - name: SITE
      value: ‹+site›
    - name: DB_PASSWORD
      value: "«pw»"
== folded | note:
credentials:
  secret: >-
    «toku»
  note: kept
== flow | {user: p
db: {user: p, password: «pw», host: ‹+host›}
== ansible debug | "changed": false
ok: [‹+host›] => {"changed": false, "invocation": {"module_args": {"login_user": "root", "login_password": "«pw»"}}}
== helm values | existingSecret: ""
rabbitmq:
  auth:
    password: "«pw»"
    erlangCookie: «tok»
    existingSecret: ""
== cloud-init | ssh_pwauth
chpasswd:
  list: |
    root:«pw»
ssh_pwauth: true
== puppet hiera | dirac::host
dirac::db_password: '«pwx»'
dirac::host: ‹+host›
== diff of a manifest | Notice:
Notice: /File[/etc/x.conf]/content:
-password: «pw»
+password: «pw»
== prometheus | scrape_interval
scrape_interval: 30s
basic_auth:
  username: prom
  password: «pw»
remote_write: [{url: 'https://‹+host›', bearer_token: '«tok»'}]
""",
    )
    + parse(
        "json",
        r"""
== pretty | "server"
{
  "server": "‹+host›",
  "password": "«pw»",
  "retries": 3
}
== escaped quote | "port": 443
{"password": "«pwq|json»", "port": 443}
== nested as a string | \"vo\"
"payload": "{\"vo\": \"dteam\", \"api_key\": \"«tok»\"}"
== camel case | "retryCount"
{"clientSecret":"«toku»","retryCount":1,"host":"‹+host›"}
== list of pairs | {"name": "VO"
[{"name": "VO", "value": "dteam"}, {"name": "GRAFANA_TOKEN", "value": "«tok»"}]
== structured log | "level":"debug"
{"ts":"‹ts›","level":"debug","msg":"login","authorization":"Bearer «jwths»","peer":"‹+host›"}
== docker config | "auths"
{"auths": {"‹+host›": {"auth": "«basic»"}}}
== toml | [storage]
[storage]
endpoint = "https://‹+host›"
secret_access_key = "«awskey»"
== jupyter | ServerApp
{"ServerApp": {"password": "argon2:«toku»", "token": "«hex32»"}}
== terraform state | "sensitive_attributes"
"attributes": {"admin_pass": "«pw»", "id": "‹uuid›"}, "sensitive_attributes": []
== json lines with spaces | "ok" : false
{ "passphrase" : "«phrase»", "ok" : false }
== toml registry | conda
[registry.‹host›]
token = "«toku»"
name = "conda"
""",
    )
    + parse(
        "xml and properties",
        r"""
== maven | <id>nexus</id>
<server><id>nexus</id><username>ci</username><password>«pw»</password></server>
== attributes | timeout="30"
<connection host="‹+host›" user="x" password="«pwx|xml»" timeout="30"/>
== hadoop | fs.s3a.endpoint
<property><name>fs.s3a.endpoint</name><value>‹+host›</value></property>
<property><name>fs.s3a.secret.key</name><value>«awskey»</value></property>
== soap | <wsse:Username>
<wsse:Username>pilot</wsse:Username><wsse:Password Type="x#PasswordText">«pw»</wsse:Password>
== properties | db.url
db.url=jdbc:postgresql://‹+host›/jobs
db.password=«pw»
== java options | -Xmx2g
java -Xmx2g -Djavax.net.ssl.keyStorePassword=«weak» -Djavax.net.ssl.trustStore=/x.jks -jar agent.jar
== dcache | dcache.user
srmmanager.db.password = «pw»
dcache.user = dcache
== storm | storm.service
storm.gpfs.tokensecret: «tok»
storm.service.host: ‹+host›
== tomcat | keystoreFile
<Certificate certificateKeystorePassword="«weak»" certificateKeystoreFile="conf/x.jks"/> keystoreFile
== plist | <key>Host</key>
<key>Password</key><string>«pw»</string><key>Host</key><string>‹+host›</string>
""",
    )
    + parse(
        "database",
        r"""
== sqlalchemy | OperationalError
sqlalchemy.exc.OperationalError: mysql+pymysql://Dirac:«pw»@‹+host›:3306/JobDB (2003, "Can't connect")
== engine
DEBUG Engine(postgresql+asyncpg://diracx:«pw»@‹+host›/pilots)
== libpq | connection refused
psycopg2.connect("host=‹+host› dbname=jobs user=p password=«pw» connect_timeout=5") connection refused
== libpq quoted | sslmode=require
dsn: host=‹+host› password='«phrase»' sslmode=require
== pgpass
cat ~/.pgpass
‹+host›:5432:jobs:pilot:«pw»
== my.cnf | [client]
[client]
user=dirac
password="«pwx»"
host=‹+host›
== oracle | ORA-01017
sqlplus cond_reader/«pw»@‹+host›/CONDDB
ORA-01017: invalid username/password; logon denied
== coral | authentication.xml
<connection name="oracle://‹+host›/CMS_COND"><parameter name="password" value="«pw»"/></connection> authentication.xml
== grants | ON *.*
CREATE USER 'pilot'@'%' IDENTIFIED BY '«pwx»';
GRANT SELECT ON *.* TO 'pilot'@'%';
== alter | ALTER ROLE
ALTER ROLE pilot WITH PASSWORD '«pw»';
== mongo | ServerSelectionTimeoutError
mongodb://logs:«pw»@‹+host›:27017/logs?authSource=admin ServerSelectionTimeoutError
== redis | WRONGPASS
redis-cli -h ‹+host› -a «pw» PING
WRONGPASS invalid username-password pair
== celery | Connected to
[INFO] Connected to redis://:«pw»@‹+host›:6379/0
== jdbc | Communications link failure
jdbc:mysql://‹+host›/x?user=p&password=«pw»&useSSL=false Communications link failure
== odbc | Driver={ODBC
Driver={ODBC Driver 18};Server=‹+host›;UID=sa;PWD=«pw»;Encrypt=yes
== django | 'ENGINE'
DATABASES = {'default': {'ENGINE': 'mysql', 'PASSWORD': '«pw»', 'HOST': '‹+host›'}}
== elastic | ConnectionTimeout
Elasticsearch(['https://elastic:«pw»@‹+host›:9200']) ConnectionTimeout
== influx | influx write
influx write --bucket pilots --token «toku»== --host https://‹+host›
== opensearch tuple | http_auth
OpenSearch(hosts=['‹+host›'], http_auth=('admin', '«pw»'), use_ssl=True)
== sql log | SELECT
SELECT * FROM Users WHERE name='pilot' AND password='«pw»'
""",
    )
    + parse(
        "broker",
        r"""
== amqp | ACCESS_REFUSED
amqp://pilot:«pw»@‹+host›:5671/logs
ACCESS_REFUSED - Login was refused
== stomp frame | accept-version:1.2
CONNECT
accept-version:1.2
host:‹+host›
login:pilot
passcode:«pw»
== stomp repr | 'accept-version'
Sending frame: 'STOMP', headers={'login': 'x', 'passcode': '«pw»', 'accept-version': '1.2'}
== kafka jaas | username="log"
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="log" password="«pw»";
== kafka python | 'SCRAM-SHA-512'
{'sasl_mechanism': 'SCRAM-SHA-512', 'sasl_plain_password': '«pw»', 'bootstrap_servers': '‹+host›:9093'}
== mqtt | mosquitto_pub
mosquitto_pub -h ‹+host› -u wn -P «pw» -t load -m 3
== smtp | 535 5.7.8
send: 'AUTH PLAIN «basic»\r\n'
reply: b'535 5.7.8 Error: authentication failed\r\n'
== smtp login | 250-SIZE
250-SIZE 10240000
smtplib.SMTP('‹+host›').login('alarm', '«pw»')
== redis protocol | +OK
"AUTH" "pilot" "«pw»"
+OK
== imap
a1 LOGIN pilotlog «pw»
a1 OK
== ftp session | 230 Login
ftp> USER mirror
---> PASS «pw»
230 Login successful.
""",
    )
)
