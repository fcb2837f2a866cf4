"""Hold forms of configuration files."""

import base64

from .maker import F
from .words import B64


@F("config", "DIRAC cfg Databases section")
def dirac_cfg_databases_section(g):
    return f"""Systems
{{
  Databases
  {{
    User = Dirac
    Host = {g.k(g.host("db12"))}
    {g.k("Password")} = {g.s(g.pw())}
    Port = 3306
  }}
  NoSQLDatabases
  {{
    Host = {g.k(g.host("es"))}
    User = dirac
    Password = {g.s(g.pw())}
    SSL = yes
  }}
}}
"""


@F("config", "DIRAC cfg MQ service")
def dirac_cfg_mq_service(g):
    return f"""  MQServices
  {{
    {g.k(g.host("mq-stomp"))}
    {{
      MQType = Stomp
      Port = 61613
      User = {g.k("pilotlog")}
      Password = {g.s(g.pw())}
      Queues
      {{
        {g.k("lhcb.test.PilotLogging")}
        {{
          Acknowledgement = True
        }}
      }}
    }}
  }}
"""


@F("config", "DIRAC cfg IdProvider client_secret")
def dirac_cfg_idprovider_client_secret(g):
    return f"""  IdProviders
  {{
    {g.k("WLCG")}
    {{
      ProviderType = IAM
      issuer = https://{g.k(g.host("iam"))}/
      client_id = {g.uuid()}
      {g.k("client_secret")} = {g.s(g.b64u(86))}
      scope = openid+profile+offline_access
    }}
  }}
"""


@F("config", "DIRAC cfg flat option in debug")
def dirac_cfg_flat_option_in_debug(g):
    return g.wrap(g.dlog(f"Option /Resources/Computing/CEDefaults/{g.k('SSHPassword')} = {g.s(g.pw())}"), "dirac")


@F("config", "DIRAC cfg SSH CE")
def dirac_cfg_ssh_ce(g):
    return f"""      CEs
      {{
        {g.k(g.host("slurm-head"))}
        {{
          CEType = SSH
          SSHHost = {g.host("login1")}
          SSHUser = {g.k(g.user())}
          {g.k("SSHPassword")} = {g.s(g.pw())}
          BatchSystem = Slurm
        }}
      }}
"""


@F("config", "DIRAC pilot.json")
def dirac_pilot_json(g):
    return f'''{{
  "Setups": {{"Defaults": {{"Commands": {{"HTCondorCE": ["CheckWorkerNode", "InstallDIRAC"]}},
    "Logging": {{"Queue": {{"{g.k("lhcb.pilot")}": {{"Persistent": "False"}}}}, "Host": {{"{g.k(g.host("mq-stomp"))}": {{"Port": "61614"}}}},
      "User": "pilots", "{g.k("Password")}": "{g.s(g.pw())}"}}}}}},
  "CEs": {{"{g.k(g.host("ce01"))}": {{"Site": "{g.site()}", "GridCEType": "HTCondorCE"}}}}
}}
'''


@F("config", "ini password")
def ini_password(g):
    return f"""[database]
host = {g.k(g.host("db12"))}
user = {g.k(g.user())}
{g.k("password")} = {g.s(g.pw(False))}

[logging]
level = {g.k("DEBUG")}
"""


@F("config", "rucio.cfg client")
def rucio_cfg_client(g):
    return f"""[client]
rucio_host = https://{g.k(g.host("rucio"))}:443
auth_host = https://{g.host("rucio-auth")}:443
auth_type = {g.k("userpass")}
username = ddmlab
{g.k("password")} = {g.s(g.pw())}
account = root
"""


@F("config", ".my.cnf")
def my_cnf(g):
    return f'''$ cat ~/{g.k(".my.cnf")}
[client]
user=Dirac
{g.k("password")}="{g.s(g.pw(False))}"
host={g.host("db12")}
'''


@F("config", ".pgpass lines")
def pgpass_lines(g):
    a, b = g.host("db12"), g.host("pg01")
    return f"""$ cat ~/.pgpass
{g.k(a)}:5432:rucio:rucio:{g.s(g.pw())}
{g.k(b)}:5432:*:fts3:{g.s(g.pw())}
"""


@F("config", ".netrc multi-line")
def netrc_multi_line(g):
    return f"""machine {g.k(g.host("gitlab"))}
  login {g.k(g.user())}
  password {g.s(g.pw())}
machine {g.k("api.wandb.ai")}
  login user
  password {g.s(g.hex(40))}
"""


@F("config", ".netrc single line")
def netrc_single_line(g):
    return g.wrap(f"machine {g.k(g.host('webdav'))} login {g.k(g.user())} password {g.s(g.pw())}", "misc")


@F("config", "yaml nested password")
def yaml_nested_password(g):
    return f'''outputs:
  stomp:
    hosts: ["{g.k(g.host("mq-stomp"))}:61613"]
    username: {g.k("logstash")}
    {g.k("password")}: {g.s(g.pw())}
    ssl: {{enabled: true}}
  elasticsearch:
    api_key: "{g.s(g.b64u(20) + ":" + g.b64u(22))}"
'''


@F("config", "yaml quoted and commented")
def yaml_quoted_and_commented(g):
    return f"""vo: {g.k(g.vo())}
# rotate every year
{g.k("vo_admin_password")}: '{g.s(g.pw(False))}'   # {g.k("ask the security officer")}
mail: admins@{g.k(g.host())}
"""


@F("config", "yaml block scalar private key")
def yaml_block_scalar_private_key(g):
    return (
        "hostcert:\n  path: "
        + g.k("/etc/grid-security/hostkey.pem")
        + "\n  "
        + g.k("private_key")
        + ": |\n"
        + "\n".join("    " + x for x in g.key(g.c("RSA", "PKCS8", "EC")))
        + "\n  mode: '0400'\n"
    )


@F("config", "json nested")
def json_nested(g):
    return f'''{{
  "endpoint": "https://{g.k(g.host("fts3"))}:8446",
  "auth": {{"type": "basic", "username": "{g.k(g.user())}", "{g.k("password")}": "{g.s(g.pw())}"}},
  "retries": 3
}}
'''


@F("config", "json one line escaped in log")
def json_one_line_escaped_in_log(g):
    return g.wrap(
        g.plog(
            f'config = "{{\\"url\\": \\"https://{g.k(g.host())}\\", \\"{g.k("secret")}\\": \\"{g.s(g.an(32))}\\", \\"ttl\\": 3600}}"'
        ),
        "pilot",
    )


@F("config", "docker config.json auth")
def docker_config_json_auth(g):
    a = base64.b64encode(f"{g.user()}:{g.pw()}".encode()).decode()
    return f'''{{
\t"auths": {{
\t\t"{g.k(g.host("harbor"))}": {{
\t\t\t"{g.k("auth")}": "{g.s(a)}"
\t\t}}
\t}},
\t"credHelpers": {{}}
}}
'''


@F("config", ".git-credentials")
def git_credentials(g):
    return g.wrap(
        f"https://{g.user()}:{g.s(g.pw())}@{g.k(g.host('gitlab'))}\nhttps://oauth2:{g.s('glpat-' + g.b64u(20))}@{g.k('gitlab.cern.ch')}",
        "misc",
    )


@F("config", ".npmrc")
def npmrc(g):
    return g.wrap(
        f"registry=https://{g.k(g.host('nexus'))}/npm/\n//{g.host('nexus')}/npm/:{g.k('_authToken')}={g.s(g.c('npm_' + g.an(36), g.uuid()))}\nalways-auth=true",
        "misc",
    )


@F("config", ".pypirc")
def pypirc(g):
    return f"""[distutils]
index-servers = pypi
[pypi]
repository = {g.k("https://upload.pypi.org/legacy/")}
username = __token__
{g.k("password")} = {g.s("pypi-AgEIcHlwaS5vcmcC" + g.b64u(140))}
"""


@F("config", "pip.conf via pip config list")
def pip_conf_via_pip_config_list(g):
    return g.wrap(
        f"global.{g.k('extra-index-url')}='https://{g.user()}:{g.s(g.pw())}@{g.k(g.host('nexus'))}/pypi/simple'\nglobal.timeout='60'",
        "misc",
    )


@F("config", ".condarc channel credentials")
def condarc_channel_credentials(g):
    return f"""channels:
  - https://{g.user()}:{g.s(g.pw())}@{g.k(g.host("nexus"))}/conda/channel
  - {g.k("conda-forge")}
ssl_verify: true
"""


@F("config", "java properties")
def java_properties(g):
    return f"""# storm backend
storm.service.FE-public.hostname={g.k(g.host("storm-fe"))}
{g.k("storm.service.request-db.username")} = storm
storm.service.request-db.{g.k("passwd")} = {g.s(g.pw())}
{g.k("server.ssl.key-store-password")}={g.s(g.pw())}
"""


@F("config", "dcache.conf")
def dcache_conf(g):
    return f"""[namespaceDomain]
[namespaceDomain/pnfsmanager]
chimera.db.host = {g.k(g.host("db12"))}
{g.k("chimera.db.password")}={g.s(g.pw())}
dcache.layout = {g.k("head")}
"""


@F("config", "dcache kpwd passwd line")
def dcache_kpwd_passwd_line(g):
    u = g.user()
    return g.wrap(f"{g.k('passwd')} {u} {g.s(g.hex(8))} read-write 1000 1000 / / /", "misc")


@F("config", "tomcat server.xml keystorePass")
def tomcat_server_xml_keystorepass(g):
    return f'''<Connector port="{g.k("8443")}" protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true"
   keystoreFile="/etc/tomcat/keystore.p12" {g.k("keystorePass")}="{g.s(g.pw())}"
   clientAuth="{g.k("want")}" sslProtocol="TLS"/>
'''


@F("config", "hadoop core-site xml")
def hadoop_core_site_xml(g):
    return f"""  <property>
    <name>{g.k("fs.s3a.secret.key")}</name>
    <value>{g.s(g.st(B64, 40))}</value>
  </property>
  <property>
    <name>fs.s3a.endpoint</name>
    <value>{g.k(g.host("s3"))}</value>
  </property>
"""


@F("config", "CORAL authentication.xml")
def coral_authentication_xml(g):
    return f'''<connectionlist>
<connection name="{g.k("oracle://ATONR_COOL/ATLAS_COOLOFL_TRIGGER")}">
  <parameter name="user" value="{g.k("ATLAS_COOL_READER_U")}"/>
  <parameter name="{g.k("password")}" value="{g.s(g.pw())}"/>
</connection>
</connectionlist>
'''


@F("config", "xml element password")
def xml_element_password(g):
    return f"""<server>
  <id>{g.k("cern-nexus")}</id>
  <username>{g.k(g.user())}</username>
  <{g.k("password")}>{g.s(g.pw())}</password>
</server>
"""


@F("config", "terraform tfvars and state")
def terraform_tfvars_and_state(g):
    return f'''{g.k("openstack_user_name")} = "{g.user()}"
{g.k("openstack_password")}  = "{g.s(g.pw())}"
flavor = "{g.k("m2.large")}"
            "{g.k("admin_pass")}": "{g.s(g.an(12))}",
'''


@F("config", "ansible inventory")
def ansible_inventory(g):
    return f"""[workernodes]
{g.k(g.host("wn042"))} ansible_user={g.user()} {g.k("ansible_ssh_pass")}={g.s(g.pw())} {g.k("ansible_become_pass")}='{g.s(g.pw())}'
[workernodes:vars]
ansible_python_interpreter={g.k("/usr/bin/python3")}
"""


@F("config", "k8s Secret manifest base64")
def k8s_secret_manifest_base64(g):
    e = base64.b64encode(g.pw().encode()).decode()
    f = base64.b64encode(("mysql://dirac:" + g.pw() + "@db/Jobs").encode()).decode()
    return f"""apiVersion: v1
kind: {g.k("Secret")}
metadata:
  name: {g.k("dirac-db")}
type: Opaque
data:
  {g.k("db-password")}: {g.s(e)}
  {g.k("url")}: {g.s(f)}
"""


@F("config", "k8s Secret stringData")
def k8s_secret_stringdata(g):
    return f"""kind: Secret
metadata: {{name: {g.k("pilot-oidc")}}}
stringData:
  {g.k("clientSecret")}: {g.s(g.b64u(40))}
  issuer: https://{g.k(g.host("iam"))}/
"""
