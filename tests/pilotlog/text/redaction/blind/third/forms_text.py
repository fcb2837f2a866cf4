"""Hold forms of prompts, tables, prose and programs."""

from .maker import F
from .words import AN, B64, DI, HOSTS, UP


@F("prompt", "Enter GRID pass phrase echoed")
def enter_grid_pass_phrase_echoed(g):
    return g.wrap(
        f"Your identity: {g.k(g.dn())}\nEnter GRID pass phrase: {g.s(g.pw(False))}\nCreating proxy ........... {g.k('Done')}",
        "misc",
    )


@F("prompt", "ssh key passphrase echoed")
def ssh_key_passphrase_echoed(g):
    return g.wrap(
        f"Enter passphrase for key '{g.k('/home/' + g.user() + '/.ssh/id_rsa')}': {g.s(g.phrase())}\n{g.k('Permission denied (publickey).')}",
        "misc",
    )


@F("prompt", "user@host's password echoed")
def user_host_s_password_echoed(g):
    return g.wrap(
        f"{g.user()}@{g.k(g.host('lxplus'))}'s password: {g.s(g.pw(False))}\nLast login: Mon Mar  4 10:11:12 2024",
        "misc",
    )


@F("prompt", "[sudo] password for")
def sudo_password_for(g):
    return g.wrap(f"[sudo] password for {g.k(g.user())}: {g.s(g.pw(False))}\n{g.k('Sorry, try again.')}", "misc")


@F("prompt", "MyProxy pass phrase")
def myproxy_pass_phrase(g):
    return g.wrap(f"Enter MyProxy pass phrase: {g.s(g.pw(False))}\n{g.k('Failed to receive credentials.')}", "misc")


@F("prompt", "New password / retype")
def new_password_retype(g):
    p = g.pw(False)
    return g.wrap(
        f"Changing password for user {g.k(g.user())}.\nNew password: {g.s(p)}\nRetype new password: {p}\n{g.k('passwd: all authentication tokens updated successfully.')}",
        "misc",
    )


@F("prompt", "kinit Password for")
def kinit_password_for(g):
    return g.wrap(
        f"Password for {g.k(g.user() + '@CERN.CH')}: {g.s(g.pw(False))}\nkinit: {g.k('Password incorrect while getting initial credentials')}",
        "misc",
    )


@F("prompt", "Username/Password for https git")
def username_password_for_https_git(g):
    h = g.host("gitlab")
    return g.wrap(
        f"Username for 'https://{g.k(h)}': {g.user()}\nPassword for 'https://{g.user()}@{h}': {g.s(g.pw(False))}\nremote: {g.k('Invalid credentials')}",
        "misc",
    )


@F("prompt", "mysql Enter password")
def mysql_enter_password(g):
    return g.wrap(
        f"Enter password: {g.s(g.pw(False))}\n{g.k('ERROR 1045 (28000)')}: Access denied for user 'root'@'localhost' (using password: YES)",
        "misc",
    )


@F("prompt", "login: / Password: telnet or console")
def login_password_telnet_or_console(g):
    return g.wrap(
        f"{g.k(g.c(HOSTS))} login: {g.user()}\nPassword: {g.s(g.pw(False))}\n{g.k('Login incorrect')}", "misc"
    )


@F("prompt", "openssl Enter PEM pass phrase / export password")
def openssl_enter_pem_pass_phrase_export_password(g):
    return g.wrap(
        f"Enter {g.c('PEM pass phrase', 'Import Password', 'Export Password', 'pass phrase for userkey.pem')}: {g.s(g.pw(False))}\n{g.k('unable to load Private Key')}",
        "misc",
    )


@F("prompt", "oidc-agent decryption password")
def oidc_agent_decryption_password(g):
    return g.wrap(
        f"Enter decryption password for account config '{g.k('wlcg')}': {g.s(g.pw(False))}\n{g.k('Error')}: oidc-agent returned bad response",
        "misc",
    )


@F("prompt", "vault / ansible-vault password")
def vault_ansible_vault_password(g):
    return g.wrap(
        f"Vault password: {g.s(g.pw(False))}\n{g.k('ERROR! Decryption failed')} (no vault secrets were found that could decrypt)",
        "misc",
    )


@F("prompt", "dirac-install Database root password prompt")
def dirac_install_database_root_password_prompt(g):
    return g.wrap(
        f"MySQL root password: {g.s(g.pw(False))}\nMySQL Dirac password: {g.s(g.pw(False))}\n{g.k('Checking DB connection')}",
        "dirac",
    )


@F("table", "mysql table with password column")
def mysql_table_with_password_column(g):
    a, b = g.pw(), g.pw()
    return f"+----+----------+----------------------+\n| id | {g.k('login')}    | {g.k('password')}             |\n+----+----------+----------------------+\n|  1 | admin    | {g.s(a):<20} |\n|  2 | operator | {g.s(b):<20} |\n+----+----------+----------------------+\n2 rows in set (0.00 sec)\n"


@F("table", "psql select output")
def psql_select_output(g):
    return f" {g.k('username')} |     passwd      | {g.k('role')}\n----------+-----------------+------\n rucio    | {g.s(g.pw())} | admin\n(1 row)\n"


@F("table", "mysql \\G vertical")
def mysql_g_vertical(g):
    return f"*************************** 1. row ***************************\n      {g.k('UserName')}: {g.user()}\n      {g.k('Password')}: {g.s(g.pw())}\n    LastUsed: 2024-03-04 10:11:12\n"


@F("table", "CSV with header")
def csv_with_header(g):
    return f"{g.k('host,user,password,comment')}\n{g.k(g.host('db12'))},root,{g.s(g.pw())},main\n{g.k(g.host('pg01'))},rucio,{g.s(g.pw())},spare\n"


@F("table", "CSV AWS accessKeys")
def csv_aws_accesskeys(g):
    return f"{g.k('Access key ID,Secret access key')}\nAKIA{g.st(UP + '234567', 16)},{g.s(g.st(B64, 40))}\n"


@F("table", "openstack token issue")
def openstack_token_issue(g):
    return f"+------------+-----------------+\n| Field      | Value           |\n+------------+-----------------+\n| expires    | {g.k('2024-03-04T22:11:12+0000')} |\n| {g.k('id')}         | {g.s('gAAAAAB' + g.b64u(176))} |\n| project_id | {g.k(g.hex(32))} |\n+------------+-----------------+\n"


@F("table", "openstack application credential create")
def openstack_application_credential_create(g):
    return f"| Field        | Value  |\n| id           | {g.hex(32)} |\n| name         | {g.k('harvester')} |\n| roles        | member |\n| {g.k('secret')}       | {g.s(g.b64u(86))} |\n| unrestricted | False  |\n"


@F("table", "openstack ec2 credentials")
def openstack_ec2_credentials(g):
    return f"| {g.k('access')}     | {g.hex(32)} |\n| {g.k('secret')}     | {g.s(g.hex(32))} |\n| user_id    | {g.k(g.hex(32))} |\n"


@F("table", "openstack server create adminPass")
def openstack_server_create_adminpass(g):
    return f"| OS-EXT-STS:power_state      | NOSTATE |\n| {g.k('adminPass')}                   | {g.s(g.an(12))} |\n| flavor                      | {g.k('m2.medium')} |\n"


@F("table", "vault table")
def vault_table(g):
    return f"Key                  Value\n---                  -----\n{g.k('token')}                {g.s('hvs.' + g.b64u(90))}\ntoken_accessor       {g.an(24)}\n{g.k('token_duration')}       768h\n"


@F("table", "vault kv get")
def vault_kv_get(g):
    return f"====== Data ======\nKey         Value\n---         -----\n{g.k('passphrase')}  {g.s(g.pw())}\n{g.k('username')}    {g.user()}\n"


@F("table", "markdown table with passwords")
def markdown_table_with_passwords(g):
    return f"| service | user | {g.k('password')} |\n|---------|------|----------|\n| {g.k('grafana')} | admin | {g.s(g.pw())} |\n| kibana | ops | {g.s(g.pw())} |\n"


@F("table", "hammer / ipmi / key-value columns")
def hammer_ipmi_key_value_columns(g):
    return f"{'Name:':<20} {g.k('oob-wn042')}\n{'User:':<20} root\n{'Password:':<20} {g.s(g.pw())}\n{'MAC:':<20} {g.k('52:54:00:12:34:56')}\n"


@F("prose", "the password for ... is")
def the_password_for_is(g):
    return g.wrap(
        f"Reminder: the {g.k('admin password for the squid manager')} is {g.s(g.pw(False))}, please change it after the downtime.",
        "misc",
    )


@F("prose", "password is: ")
def password_is(g):
    return g.wrap(f"# NOTE({g.user()}): {g.k('password is')}: {g.s(g.pw(False))}", "misc")


@F("prose", "mail with temporary password")
def mail_with_temporary_password(g):
    return f"Dear {g.c('Maria', 'John', 'Anna')},\n\nyour account {g.k(g.user())} on {g.k(g.host('vobox02'))} has been created.\nYour temporary password: {g.s(g.pw(False))}\nPlease {g.k('change it')} at first login.\n\nCheers, the site admins\n"


@F("prose", "user X with password Y")
def user_x_with_password_y(g):
    return g.wrap(
        f"you can log in as user {g.k(g.user())} with password {g.s(g.pw())} on {g.k(g.host('ui01'))}", "misc"
    )


@F("prose", "login/password pair in ticket")
def login_password_pair_in_ticket(g):
    return g.wrap(
        f"GGUS #{g.n(100000, 170000)}: {g.k('credentials for the test endpoint')}: {g.user()} / {g.s(g.pw())}", "misc"
    )


@F("prose", "French")
def french(g):
    return (
        g.wrap(f"Bonjour, le {g.k('mot de passe')} du compte {g.user()} est : {g.s(g.pw())}", "misc")
        if g.n(0, 1)
        else g.wrap(f"{g.k('Mot de passe')} : {g.s(g.pw())}", "misc")
    )


@F("prose", "German/Italian/Spanish")
def german_italian_spanish(g):
    return g.wrap(
        g.c("Passwort: ", "Kennwort: ", "La contraseña es: ", "Contraseña: ", "Das Passwort lautet: ")
        + g.s(g.pw())
        + f"\n{g.k(g.host('gridka-ui'))}",
        "misc",
    )


@F("prose", "default credentials in motd/readme")
def default_credentials_in_motd_readme(g):
    return g.wrap(
        f"Welcome to {g.k('cernvm-4')}. Default login: {g.k('root')}, default password: {g.s(g.pw())}", "misc"
    )


@F("prose", "commit message with password")
def commit_message_with_password(g):
    return f'commit {g.hex(40)}\nAuthor: {g.user()} <{g.user()}@cern.ch>\nDate:   Mon Mar 4 10:11:12 2024 +0100\n\n    {g.k("remove hard-coded db password")} (was "{g.s(g.pw())}")\n'


@F("prose", "I set the token to")
def i_set_the_token_to(g):
    return g.wrap(
        f"10:11 <{g.user()}> {g.k('I have set the API token to')} {g.s(g.an(32))}, can you try again?", "misc"
    )


@F("prose", "Jenkins initial admin password")
def jenkins_initial_admin_password(g):
    return f"*************************************************************\nJenkins initial setup is required. An admin user has been created and a password generated.\n{g.k('Please use the following password to proceed to installation:')}\n\n{g.s(g.hex(32))}\n\nThis may also be found at: {g.k('/var/lib/jenkins/secrets/initialAdminPassword')}\n"


@F("prose", "Jupyter token URL")
def jupyter_token_url(g):
    t = g.hex(48)
    return f"[I 10:11:12.345 NotebookApp] Serving notebooks from local directory: {g.k(g.wd())}\n[I 10:11:12.345 NotebookApp] http://{g.k(g.host('wn042'))}:8888/?token={g.s(t)}\n[I 10:11:12.345 NotebookApp]  or http://127.0.0.1:8888/?token={t}\n"


@F("prose", "elasticsearch password for elastic user")
def elasticsearch_password_for_elastic_user(g):
    return f"✅ {g.k('Elasticsearch security features have been automatically configured!')}\nℹ️  Password for the {g.k('elastic')} user (reset with `bin/elasticsearch-reset-password -u elastic`):\n  {g.s(g.st(AN + '*_-+=', 19) + g.an(1))}\n"


@F("prose", "elastic reset password New value")
def elastic_reset_password_new_value(g):
    return g.wrap(
        f"Password for the [{g.k('elastic')}] user successfully reset.\nNew value: {g.s(g.st(AN + '*_-+=', 19) + g.an(1))}",
        "misc",
    )


@F("prose", "gitlab / argocd / minio initial root")
def gitlab_argocd_minio_initial_root(g):
    return g.wrap(
        g.c("RootUser: minioadmin\nRootPass: ", "argocd admin password: ", "Generated password for user admin: ")
        + g.s(g.an(16))
        + f"\n{g.k('Console')}: http://{g.ip()}:9001",
        "misc",
    )


@F("prose", "password changed from X to Y")
def password_changed_from_x_to_y(g):
    return g.wrap(f"{g.k('password changed from')} {g.s(g.pw())} to {g.s(g.pw())} by {g.user()}", "misc")


@F("prose", "Using password X to connect")
def using_password_x_to_connect(g):
    return g.wrap(g.plog(f"Using {g.k('password')} '{g.s(g.pw())}' to connect to {g.k(g.host('mq-stomp'))}"), "pilot")


@F("prose", "passphrase quoted")
def passphrase_quoted(g):
    return g.wrap(f'the {g.k("robot certificate passphrase")} is "{g.s(g.phrase())}"', "misc")


@F("prose", "VNC/noVNC/rstudio/code-server password announcement")
def vnc_novnc_rstudio_code_server_password_announcemen(g):
    return g.wrap(
        f"{g.k('Starting rstudio server')}\n  RStudio URL: http://{g.k(g.host('wn042'))}:8787/\n  RStudio Username: {g.user()}\n  RStudio Password: {g.s(g.an(20))}",
        "misc",
    )


@F("prose", "spark secret / dask")
def spark_secret_dask(g):
    return g.wrap(
        f"SparkConf: {g.k('spark.authenticate.secret')}={g.s(g.an(32))} {g.k('spark.executor.memory')}=4g", "misc"
    )


@F("code", "python constant")
def python_constant(g):
    return f"import stomp\n{g.k('PASSWORD')} = \"{g.s(g.pw(False))}\"  # noqa: S105\n{g.k('QUEUE')} = '/queue/lhcb.pilots'\n"


@F("code", "bash variable")
def bash_variable(g):
    return f"#!/bin/bash\n# upload logs\nuser={g.k(g.user())}\n{g.k('pass')}='{g.s(g.pw(False))}'\ncurl -u \"$user:$pass\" -T pilot.log https://{g.k(g.host())}/logs/\n"


@F("code", "C/C++ const char")
def c_c_const_char(g):
    return f'#include <mysql/mysql.h>\nstatic const char* {g.k("kPasswd")} = "{g.s(g.pw())}";\nint {g.k("main")}() {{ return 0; }}\n'


@F("code", "perl DBI connect")
def perl_dbi_connect(g):
    return f'use DBI;\nmy $dbh = DBI->connect("{g.k("DBI:mysql:database=voms;host=" + g.host("db12"))}", "voms", "{g.s(g.pw())}")\n  or die {g.k("$DBI::errstr")};\n'


@F("code", "python mysql.connector positional/keyword")
def python_mysql_connector_positional_keyword(g):
    return f'conn = MySQLdb.connect(host="{g.k(g.host("db12"))}", user="Dirac", {g.k("passwd")}="{g.s(g.pw())}", db="{g.k("JobDB")}")\ncur = conn.cursor()\n'


@F("code", "requests auth tuple")
def requests_auth_tuple(g):
    return f'r = requests.get("https://{g.k(g.host())}/api", {g.k("auth")}=("{g.user()}", "{g.s(g.pw())}"), timeout=10)\nr.{g.k("raise_for_status")}()\n'


@F("code", "HTTPBasicAuth positional")
def httpbasicauth_positional(g):
    return f"from requests.auth import HTTPBasicAuth\nauth = {g.k('HTTPBasicAuth')}('{g.user()}', '{g.s(g.pw())}')\n"


@F("code", "stomp connect positional")
def stomp_connect_positional(g):
    return f"conn = stomp.Connection([('{g.k(g.host('mq-stomp'))}', 61613)])\nconn.connect('pilots', '{g.s(g.pw())}', wait=True)\nconn.send('{g.k('/queue/pilotlog')}', body)\n"


@F("code", "boto3 client")
def boto3_client(g):
    return f"s3 = boto3.client('s3', endpoint_url='https://{g.k(g.host('s3'))}',\n    aws_access_key_id='{g.st(UP + DI, 20)}',\n    {g.k('aws_secret_access_key')}='{g.s(g.st(B64, 40))}')\n"


@F("code", "PHP define")
def php_define(g):
    return f"define('{g.k('DB_NAME')}', 'gocdb');\ndefine('{g.k('DB_PASSWORD')}', '{g.s(g.pw(False))}');\n"


@F("code", "Java getConnection")
def java_getconnection(g):
    return f'Connection c = DriverManager.getConnection(\n    "{g.k("jdbc:mysql://" + g.host("db12") + "/storm_db")}", "storm", "{g.s(g.pw())}");\n'


@F("code", "JS/TS object")
def js_ts_object(g):
    return f"const client = new Client({{\n  host: '{g.k(g.host('pg01'))}',\n  user: 'rucio',\n  {g.k('password')}: '{g.s(g.pw())}',\n}})\n"


@F("code", "git diff removing secret")
def git_diff_removing_secret(g):
    return f"diff --git a/{g.k('conf/settings.py')} b/conf/settings.py\nindex {g.hex(7)}..{g.hex(7)} 100644\n--- a/conf/settings.py\n+++ b/conf/settings.py\n@@ -3,5 +3,5 @@\n-{g.k('MQ_PASSWORD')} = '{g.s(g.pw())}'\n+MQ_PASSWORD = os.environ['MQ_PASSWORD']\n"


@F("code", "Dockerfile ENV/ARG")
def dockerfile_env_arg(g):
    return f"FROM {g.k('almalinux:9')}\nENV {g.k('MYSQL_PWD')} {g.s(g.pw())}\nARG TOKEN={g.s(g.an(32))}\nRUN {g.k('dnf -y install condor')}\n"


@F("code", "grep -r output")
def grep_r_output(g):
    return g.wrap(
        f"{g.k('/opt/dirac/etc/dirac.cfg')}:{g.n(1, 400)}:    Password = {g.s(g.pw())}\n{g.k('/root/.my.cnf')}:3:password={g.s(g.pw())}",
        "misc",
    )
