"""Hold forms of configuration files."""

import base64

from .maker import F
from .words import AN, B64, DI, UP


@F("config", "kubeconfig")
def kubeconfig(g):
    b = base64.b64encode(("-----BEGIN EC PRIVATE KEY-----\n" + g.b64(120)).encode()).decode()
    return f"""- name: {g.k("pilot-admin")}
  user:
    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t{g.b64(60)}
    {g.k("client-key-data")}: {g.s(b)}
    {g.k("token")}: {g.s(g.jwt())}
current-context: {g.k("kubernetes")}
"""


@F("config", "cloud-init chpasswd list")
def cloud_init_chpasswd_list(g):
    return f"""#cloud-config
hostname: {g.k("wn-" + str(g.n(1, 999)))}
ssh_pwauth: true
{g.k("chpasswd")}:
  expire: false
  list: |
    root:{g.s(g.pw())}
    {g.user()}:{g.s(g.pw())}
packages: [{g.k("htcondor")}, cvmfs]
"""


@F("config", "cloud-init users plain_text_passwd / password")
def cloud_init_users_plain_text_passwd_password(g):
    return f"""#cloud-config
users:
  - name: {g.k(g.user())}
    {g.k("plain_text_passwd")}: {g.s(g.pw())}
    lock_passwd: false
    sudo: ALL=(ALL) NOPASSWD:ALL
{g.k("password")}: {g.s(g.pw())}
"""


@F("config", "cloud-init write_files with condor pool password")
def cloud_init_write_files_with_condor_pool_password(g):
    return f"""write_files:
- path: {g.k("/etc/condor/passwords.d/POOL")}
  encoding: b64
  {g.k("content")}: {g.s(g.b64(256)[:64])}
- path: /etc/condor/config.d/50-pool.config
  content: |
    CONDOR_HOST = {g.k(g.host("htcondor3"))}
"""


@F("config", "cloud-init passwd hash")
def cloud_init_passwd_hash(g):
    return f"""users:
  - default
  - name: {g.k("opsadm")}
    {g.k("passwd")}: {g.s("$6$rounds=4096$" + g.an(14) + "$" + g.st(AN + "./", 86))}
    shell: {g.k("/bin/bash")}
"""


@F("config", "/etc/shadow line")
def etc_shadow_line(g):
    u = g.user()
    return f"""bin:*:18353:0:99999:7:::
{u}:{g.s("$" + g.c("6", "5", "y$j9T") + "$" + g.an(16) + "$" + g.st(AN + "./", g.c(43, 86)))}:{g.n(17000, 19900)}:0:99999:7:::
{g.k("sshd:!!:18353::::::")}
"""


@F("config", "htpasswd apr1/bcrypt")
def htpasswd_apr1_bcrypt(g):
    return g.wrap(
        f"{g.k('admin')}:{g.s(g.c('$apr1$' + g.an(8) + '$' + g.st(AN + './', 22), '$2y$10$' + g.st(AN + './', 53)))}",
        "misc",
    )


@F("config", "slapd rootpw")
def slapd_rootpw(g):
    return f'''suffix "{g.k("dc=grid,dc=org")}"
rootdn "cn=Manager,dc=grid,dc=org"
{g.k("rootpw")} {g.s(g.c("{SSHA}" + g.b64(24), g.pw()))}
directory {g.k("/var/lib/ldap")}
'''


@F("config", "kickstart rootpw --plaintext")
def kickstart_rootpw_plaintext(g):
    return f"""lang en_US.UTF-8
timezone --utc {g.k("Europe/Zurich")}
{g.k("rootpw")} --plaintext {g.s(g.pw())}
user --name={g.user()} --password={g.s(g.pw())} --plaintext
bootloader --location=mbr --password={g.s(g.pw())}
"""


@F("config", "puppet diff of managed file")
def puppet_diff_of_managed_file(g):
    p, q = g.pw(), g.pw()
    return f"""Notice: /Stage[main]/Dirac/File[{g.k("/opt/dirac/etc/dirac.cfg")}]/content:
--- /opt/dirac/etc/dirac.cfg\t2023-03-01
+++ /tmp/puppet-file20230302-{g.n(100, 9999)}\t2023-03-02
@@ -12,7 +12,7 @@
     User = Dirac
-    {g.k("Password")} = {g.s(p)}
+    Password = {g.s(q)}
     Port = 3306
"""


@F("config", "hiera")
def hiera(g):
    return f'''{g.k("mysql::server::root_password")}: "{g.s(g.pw(False))}"
{g.k("fts::server::db_password")}: {g.s(g.pw())}
fts::server::alias: {g.k(g.host("fts3"))}
'''


@F("config", "fts3config")
def fts3config(g):
    return f"""DbType={g.k("mysql")}
DbUserName=fts3
{g.k("DbPassword")}={g.s(g.pw())}
DbConnectString={g.k(g.host("db12"))}:3306/fts3
MonitoringMessaging=true
"""


@F("config", "rclone.conf")
def rclone_conf(g):
    return f"""[{g.k("eosbox")}]
type = webdav
url = https://{g.k(g.host("eosbox"))}/remote.php/webdav
user = {g.user()}
{g.k("pass")} = {g.s(g.b64u(30))}
{g.k("bearer_token")} = {g.s(g.jwt("ES256"))}
"""


@F("config", "aws credentials file")
def aws_credentials_file(g):
    return f"""[{g.k("default")}]
aws_access_key_id = AKIA{g.st(UP + "234567", 16)}
{g.k("aws_secret_access_key")} = {g.s(g.st(B64, 40))}
{g.k("aws_session_token")} = {g.s("IQoJb3JpZ2luX2VjE" + g.st(B64, 300))}
"""


@F("config", "s3cfg / boto")
def s3cfg_boto(g):
    return f"""[default]
access_key = {g.hex(32)}
host_base = {g.k(g.host("s3"))}
{g.k("secret_key")} = {g.s(g.hex(32))}
{g.k("gpg_passphrase")} = {g.s(g.pw())}
use_https = True
"""


@F("config", "clouds.yaml")
def clouds_yaml(g):
    return f'''clouds:
  {g.k("cern")}:
    auth:
      auth_url: https://{g.k(g.host("keystone"))}/v3
      application_credential_id: {g.hex(32)}
      {g.k("application_credential_secret")}: "{g.s(g.b64u(86))}"
    region_name: cern
'''


@F("config", "GCP service account json")
def gcp_service_account_json(g):
    L = g.key("PKCS8")
    return f'''{{
  "type": "{g.k("service_account")}",
  "project_id": "{g.k("atlas-batch")}",
  "{g.k("private_key_id")}": "{g.hex(40)}",
  "private_key": "{(chr(92) + "n").join(L)}\\n",
  "client_email": "{g.k("harvester@atlas-batch.iam.gserviceaccount.com")}"
}}
'''


@F("config", "squid cachemgr_passwd and cache_peer login")
def squid_cachemgr_passwd_and_cache_peer_login(g):
    return f"""http_port 3128
{g.k("cachemgr_passwd")} {g.s(g.pw())} all
cache_peer {g.k(g.host("squid1"))} parent 3128 0 no-query default login={g.user()}:{g.s(g.pw())}
maximum_object_size {g.k("1024 MB")}
"""


@F("config", "grafana.ini / telegraf toml")
def grafana_ini_telegraf_toml(g):
    return f'''[[outputs.influxdb_v2]]
  urls = ["https://{g.k(g.host("influx"))}:8086"]
  {g.k("token")} = "{g.s(g.b64u(86) + "==")}"
[security]
admin_user = {g.k("admin")}
;disable_initial_admin_creation = false
{g.k("admin_password")} = {g.s(g.pw())}
'''


@F("config", "cvmfs s3 conf and gateway key")
def cvmfs_s3_conf_and_gateway_key(g):
    return f"""{g.k("CVMFS_S3_HOST")}={g.host("s3")}
CVMFS_S3_ACCESS_KEY={g.st(UP + DI, 20)}
{g.k("CVMFS_S3_SECRET_KEY")}={g.s(g.an(40))}
$ cat /etc/cvmfs/keys/{g.k(g.vo() + ".gw")}
plain_text {g.vo()}_key {g.s(g.an(32))}
"""


@F("config", "condor config password / signing key")
def condor_config_password_signing_key(g):
    return g.wrap(
        f"{g.k('DB_CREDENTIAL')} = {g.s(g.pw())}\n{g.k('VM_GAHP_PASSWORD')} = {g.s(g.pw())}\nCONDOR_HOST = {g.k(g.host('htcondor3'))}",
        "misc",
    )


@F("config", "panda_harvester.cfg / panda_common.cfg")
def panda_harvester_cfg_panda_common_cfg(g):
    return f"""[db]
engine = mariadb
user = harvester
{g.k("password")} = {g.s(g.pw())}
schema = {g.k("HARVESTER")}
[frontend]
{g.k("secretKey")} = {g.s(g.an(20))}
"""


@F("config", "wireguard / wpa")
def wireguard_wpa(g):
    return f"""[Interface]
Address = {g.k("10.8.0.2/24")}
{g.k("PrivateKey")} = {g.s(g.b64(32))}
[Peer]
PublicKey = {g.b64(32)}
{g.k("PresharedKey")} = {g.s(g.b64(32))}
"""


@F("config", "krb/ipa/sssd bind")
def krb_ipa_sssd_bind(g):
    return f"""[domain/{g.k("grid")}]
id_provider = ldap
ldap_default_bind_dn = {g.k("cn=sssd,ou=svc,dc=grid,dc=org")}
ldap_default_authtok_type = password
{g.k("ldap_default_authtok")} = {g.s(g.pw())}
"""


@F("config", "postfix sasl_passwd / smtp")
def postfix_sasl_passwd_smtp(g):
    return g.wrap(f"[{g.k('smtp.cern.ch')}]:587 {g.user()}:{g.s(g.pw())}", "misc")


@F("config", "django / flask settings")
def django_flask_settings(g):
    return f"""DATABASES = {{
    'default': {{
        'ENGINE': '{g.k("django.db.backends.mysql")}',
        'USER': 'bigpanda',
        '{g.k("PASSWORD")}': '{g.s(g.pw())}',
        'HOST': '{g.k(g.host("db12"))}',
    }}
}}
{g.k("SECRET_KEY")} = 'django-insecure-{g.s(g.st(AN + "!@#%^&*(-_=+)", 50))}'
"""


@F("config", "nagios / icinga resource")
def nagios_icinga_resource(g):
    return f'''$USER1$={g.k("/usr/lib64/nagios/plugins")}
object ApiUser "{g.k("icingaweb2")}" {{
  {g.k("password")} = "{g.s(g.pw())}"
  permissions = [ "*" ]
}}
'''


@F("config", "haproxy / rabbit / erlang cookie")
def haproxy_rabbit_erlang_cookie(g):
    return g.wrap(f"stats auth {g.user()}:{g.s(g.pw())}\nstats uri {g.k('/haproxy?stats')}", "misc")


@F("config", "rabbitmq definitions / erlang cookie")
def rabbitmq_definitions_erlang_cookie(g):
    return g.wrap(
        f"{g.k('default_user')} = dirac\n{g.k('default_pass')} = {g.s(g.pw())}\nRABBITMQ_ERLANG_COOKIE={g.s(g.st(UP, 20))}",
        "misc",
    )


@F("config", "logstash output block")
def logstash_output_block(g):
    return f'''output {{
  elasticsearch {{
    hosts => ["https://{g.k(g.host("es"))}:9200"]
    user => "{g.k("logstash_writer")}"
    {g.k("password")} => "{g.s(g.pw())}"
    index => "pilots-%{{+YYYY.MM}}"
  }}
}}
'''


@F("config", "oidc mod_auth_openidc")
def oidc_mod_auth_openidc(g):
    return f"""OIDCProviderMetadataURL https://{g.k(g.host("iam"))}/.well-known/openid-configuration
OIDCClientID {g.k("rucio-ui")}
{g.k("OIDCClientSecret")} {g.s(g.b64u(64))}
{g.k("OIDCCryptoPassphrase")} {g.s(g.pw())}
"""


@F("config", "idpsecrets.json rucio")
def idpsecrets_json_rucio(g):
    return f'''{{
  "{g.k("wlcg")}": {{
    "redirect_uris": ["https://{g.k(g.host("rucio-auth"))}/auth/oidc_token"],
    "registration_access_token": "{g.s(g.jwt())}",
    "client_secret": "{g.s(g.b64u(86))}",
    "SCIM": {{"client_id": "{g.uuid()}", "{g.k("client_secret")}": "{g.s(g.b64u(86))}"}}
  }}
}}
'''
