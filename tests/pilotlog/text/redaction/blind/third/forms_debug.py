"""Hold forms of debugging output and databases."""

from .maker import F
from .words import AN, HOSTS


@F("debug", "dataclass repr")
def dataclass_repr(g):
    return g.wrap(
        g.dlog(
            f"MQConnection(host='{g.k(g.host('mq-stomp'))}', port=61613, user='pilots', {g.k('password')}='{g.s(g.pw())}', ssl=True)"
        ),
        "dirac",
    )


@F("debug", "dict repr single quotes, mixed")
def dict_repr_single_quotes_mixed(g):
    return g.wrap(
        g.plog(
            f"pilotParams: {{'site': '{g.site()}', 'debugFlag': True, '{g.k('wnVO')}': '{g.vo()}', '{g.k('userPassword')}': '{g.s(g.pw())}', 'maxCycles': 1}}"
        ),
        "pilot",
    )


@F("debug", "argparse Namespace")
def argparse_namespace(g):
    return g.wrap(
        f"Namespace(config='{g.k('/etc/pilot.cfg')}', user='{g.user()}', {g.k('password')}='{g.s(g.pw())}', token=None, verbose=2)",
        "misc",
    )


@F("debug", "subprocess CalledProcessError with argv list")
def subprocess_calledprocesserror_with_argv_list(g):
    return f"""Traceback (most recent call last):
  File "{g.k("/opt/pilot/pilotTools.py")}", line {g.n(10, 900)}, in executeAndGetOutput
    subprocess.check_call(cmd)
subprocess.CalledProcessError: Command '['curl', '-f', '-u', '{g.user()}:{g.s(g.pw())}', 'https://{g.k(g.host())}/x']' {g.k("returned non-zero exit status 22.")}
"""


@F("debug", "subprocess list repr --password separate element")
def subprocess_list_repr_password_separate_element(g):
    return g.wrap(
        f"INFO:root:running ['rucio', '--account', 'pilot', '{g.k('--password')}', '{g.s(g.pw())}', 'upload', '{g.k('f.root')}']",
        "misc",
    )


@F("debug", "CalledProcessError with string")
def calledprocesserror_with_string(g):
    return g.wrap(
        f"subprocess.CalledProcessError: Command 'mysql -uDirac -p{g.s(g.pw())} -h {g.k(g.host('db12'))} JobDB' {g.k('returned non-zero exit status 1.')}",
        "misc",
    )


@F("debug", "rich / cgitb traceback with locals")
def rich_cgitb_traceback_with_locals(g):
    return f"""╭─────────────── Traceback (most recent call last) ───────────────╮
│ /opt/dirac/DIRAC/Core/Utilities/MySQL.py:{g.n(10, 999)} in __init__
│ ╭──────────── locals ────────────╮
│ │   hostName = '{g.k(g.host("db12"))}'
│ │   userName = 'Dirac'
│ │   {g.k("passwd")} = '{g.s(g.pw())}'
│ │     dbName = '{g.k("ReqDB")}'
│ ╰────────────────────────────────╯
"""


@F("debug", "pytest showlocals")
def pytest_showlocals(g):
    return f"""    def test_login(self):
>       assert client.login(user, password)
{g.k("E       AssertionError: assert False")}

client     = <Client https://{g.k(g.host())}>
{g.k("password")}   = '{g.s(g.pw())}'
user       = '{g.user()}'
tests/test_login.py:{g.n(10, 99)}: AssertionError
"""


@F("debug", "traceback source line with literal")
def traceback_source_line_with_literal(g):
    return f"""Traceback (most recent call last):
  File "{g.k("upload.py")}", line {g.n(5, 90)}, in <module>
    session.auth = ("{g.user()}", "{g.s(g.pw())}")
  File "/usr/lib/python3.9/site-packages/requests/sessions.py", line 600, in get
requests.exceptions.ConnectionError: {g.k("Connection refused")}
"""


@F("debug", "traceback of connect(password=)")
def traceback_of_connect_password(g):
    return f"""  File "{g.k("/home/dirac/scripts/remote.py")}", line {g.n(5, 90)}, in main
    ssh.connect("{g.k(g.host("login1"))}", username="{g.user()}", {g.k("password")}="{g.s(g.pw())}", timeout=10)
paramiko.ssh_exception.AuthenticationException: {g.k("Authentication failed.")}
"""


@F("debug", "MaxRetryError with token url")
def maxretryerror_with_token_url(g):
    return g.wrap(
        f"urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='{g.k(g.host())}', port=443): {g.k('Max retries exceeded with url')}: /api/v2/write?u=pilot&p={g.s(g.pw())}&db=jobs (Caused by NewConnectionError)",
        "misc",
    )


@F("debug", "git fatal: Authentication failed for url")
def git_fatal_authentication_failed_for_url(g):
    return g.wrap(
        f"remote: HTTP Basic: Access denied\n{g.k('fatal: Authentication failed for')} 'https://{g.user()}:{g.s('glpat-' + g.b64u(20))}@{g.k(g.host('gitlab'))}/lhcb/prod.git/'",
        "misc",
    )


@F("debug", "git credential fill output")
def git_credential_fill_output(g):
    return f"protocol=https\nhost={g.k(g.host('gitlab'))}\nusername={g.k(g.user())}\n{g.k('password')}={g.s(g.pw())}\n"


@F("debug", "git remote -v")
def git_remote_v(g):
    t = g.s(g.an(20))
    h = g.host("gitlab")
    return g.wrap(
        f"origin\thttps://oauth2:{t}@{g.k(h)}/atlas/pilot3.git {g.k('(fetch)')}\norigin\thttps://oauth2:{t}@{h}/atlas/pilot3.git (push)",
        "misc",
    )


@F("debug", "ansible -vvv invocation")
def ansible_vvv_invocation(g):
    return f'''fatal: [{g.k(g.host("wn042"))}]: FAILED! => {{
    "changed": false,
    "invocation": {{
        "module_args": {{
            "login_user": "root",
            "{g.k("login_password")}": "{g.s(g.pw())}",
            "name": "{g.k("Dirac")}"
        }}
    }},
    "msg": "{g.k("unable to connect to database")}"
}}
'''


@F("debug", "puppet password changed")
def puppet_password_changed(g):
    return g.wrap(
        f"Notice: /Stage[main]/User[{g.k('pilot')}]/password: {g.k('changed')} '{g.s(g.pw())}' to '{g.s(g.pw())}'",
        "misc",
    )


@F("debug", "java toString")
def java_tostring(g):
    return g.wrap(
        f"2024-03-04 10:11:12.345 DEBUG {g.n(1000, 9999)} --- [main] o.i.s.Config : DataSourceProperties{{url=jdbc:mysql://{g.k(g.host('db12'))}/storm, username=storm, {g.k('password')}={g.s(g.pw())}, poolSize=10}}",
        "misc",
    )


@F("debug", "java Properties list / -D dump")
def java_properties_list_d_dump(g):
    return g.wrap(
        f"-- listing properties --\njava.vm.version=11.0.20+8\n{g.k('javax.net.ssl.trustStorePassword')}={g.s(g.pw())}\n{g.k('os.name')}=Linux",
        "misc",
    )


@F("debug", "lombok/record toString with brackets")
def lombok_record_tostring_with_brackets(g):
    return g.wrap(
        f"org.dcache.gplazma: {g.k('login failed')} for Subject[UserNamePrincipal[{g.user()}], PasswordCredential[username={g.user()}, {g.k('password')}={g.s(g.pw())}]]",
        "misc",
    )


@F("debug", "Go struct %+v")
def go_struct_v(g):
    return g.wrap(
        f'level=debug msg="loaded config" cfg={{Addr::8080 DB:{{Host:{g.k(g.host("db12"))} User:fts {g.k("Password")}:{g.s(g.pw())} Name:fts3}} TLS:{g.k("true")}}}',
        "misc",
    )


@F("debug", "Go logfmt")
def go_logfmt(g):
    return g.wrap(
        f'time="2024-03-04T10:11:12Z" level=info msg="{g.k("registering runner")}" url={g.k("https://" + g.host("gitlab"))} {g.k("token")}={g.s(g.b64u(20))} builds=0',
        "misc",
    )


@F("debug", "gdb backtrace args")
def gdb_backtrace_args(g):
    return g.wrap(
        f'#3  0x00007f2a in {g.k("mysql_real_connect")} (mysql=0x55d1, host=0x55d2 "{g.k(g.host("db12"))}", user=0x55d3 "fts3", {g.k("passwd")}=0x55d4 "{g.s(g.pw())}", db=0x55d5 "fts3") at client.c:{g.n(100, 3000)}',
        "misc",
    )


@F("debug", "strace execve")
def strace_execve(g):
    return g.wrap(
        f'[pid {g.n(1000, 9999)}] execve("{g.k("/usr/bin/curl")}", ["curl", "-s", "-u", "{g.user()}:{g.s(g.pw())}", "https://{g.k(g.host())}/"], 0x55e0 /* 31 vars */) = 0',
        "misc",
    )


@F("debug", "strace write of header")
def strace_write_of_header(g):
    return g.wrap(
        f'write(5, "GET / HTTP/1.1\\r\\nHost: {g.k(g.host())}\\r\\nAuthorization: {g.k("Bearer")} {g.s(g.jwt("ES256"))}\\r\\n\\r\\n", 812) = 812',
        "misc",
    )


@F("debug", "strace sendto SQL / PASS")
def strace_sendto_sql_pass(g):
    return g.wrap(f'sendto(3, "{g.k("PASS")} {g.s(g.pw())}\\r\\n", 16, 0, NULL, 0) = {g.n(10, 30)}', "misc")


@F("debug", "perl Data::Dumper")
def perl_data_dumper(g):
    return f"$VAR1 = {{\n          '{g.k('host')}' => '{g.host('db12')}',\n          '{g.k('password')}' => '{g.s(g.pw())}',\n          'port' => 3306\n        }};\n"


@F("debug", "PHP print_r / var_dump")
def php_print_r_var_dump(g):
    p = g.pw()
    return f'Array\n(\n    [user] => {g.k(g.user())}\n    [{g.k("password")}] => {g.s(p)}\n)\n  ["{g.k("db_pass")}"]=>\n  string({len(p)}) "{p}"\n'


@F("debug", "ruby inspect")
def ruby_inspect(g):
    return g.wrap(
        f'Debug: {{:host=>"{g.k(g.host())}", :user=>"{g.user()}", :{g.k("password")}=>"{g.s(g.pw())}", :port=>3306}}',
        "misc",
    )


@F("debug", "C++ key: value dump")
def c_key_value_dump(g):
    return g.wrap(
        f'XrdSecgsi: {g.k("Parms")}: cert=/tmp/x509up key=/tmp/x509up {g.k("pwd")}="{g.s(g.pw())}" bits=2048', "misc"
    )


@F("debug", "ipython / python REPL")
def ipython_python_repl(g):
    return f">>> from DIRAC import gConfig\n>>> gConfig.getValue('/Systems/Databases/{g.k('Password')}')\n'{g.s(g.pw(False))}'\n>>> {g.k('exit()')}\n"


@F("debug", "pdb print")
def pdb_print(g):
    return f"> /opt/dirac/DIRAC/Core/Utilities/MySQL.py({g.n(10, 900)})__init__()\n-> self.__passwd = passwd\n(Pdb) p {g.k('passwd')}\n'{g.s(g.pw())}'\n(Pdb) {g.k('continue')}\n"


@F("debug", "login failed with wrong password shown")
def login_failed_with_wrong_password_shown(g):
    return g.wrap(
        g.dlog(
            f"{g.k('Authentication failed')} for user {g.k(g.user())} with password '{g.s(g.pw(False))}' from {g.ip()}",
            "ERROR",
        ),
        "dirac",
    )


@F("debug", "log: password = <x>")
def log_password_x(g):
    return g.wrap(f"DEBUG: user = {g.k(g.user())}, {g.k('password')} = <{g.s(g.pw())}>, realm = {g.k('grid')}", "misc")


@F("debug", "pydantic SecretStr misuse / validation error input_value")
def pydantic_secretstr_misuse_validation_error_input_v(g):
    return f"""pydantic_core._pydantic_core.ValidationError: 1 validation error for {g.k("AuthSettings")}
{g.k("state_key")}
  Value error, invalid Fernet key [type=value_error, input_value='{g.s(g.b64u(43))}', input_type=str]
    For further information visit {g.k("https://errors.pydantic.dev/2.5/v/value_error")}
"""


@F("debug", "structlog JSON line")
def structlog_json_line(g):
    return g.wrap(
        f'{{"timestamp":"2024-03-04T10:11:12Z","level":"debug","logger":"ccm","message":"{g.k("connect")}","params":{{"user":"{g.user()}","{g.k("passwd")}":"{g.s(g.pw())}"}}}}',
        "misc",
    )


@F("debug", "journalctl sudo COMMAND")
def journalctl_sudo_command(g):
    return g.wrap(
        f"{g.syslog()} {g.c(HOSTS)} sudo[{g.n(100, 9999)}]:   {g.k(g.user())} : TTY=pts/0 ; PWD=/root ; USER=root ; {g.k('COMMAND')}=/usr/bin/mysql -u root --password={g.s(g.pw())}",
        "misc",
    )


@F("debug", "auditd proctitle / bash_history")
def auditd_proctitle_bash_history(g):
    return g.wrap(
        f"  {g.n(1, 999)}  2024-03-04 10:11:12 {g.k('export')} RUCIO_PASSWORD={g.s(g.pw())}\n  {g.n(1, 999)}  2024-03-04 10:11:30 {g.k('rucio whoami')}",
        "misc",
    )


@F("database", "SQLAlchemy URL")
def sqlalchemy_url(g):
    return g.wrap(
        g.dlog(
            f"create_engine(mysql+mysqldb://Dirac:{g.s(g.pw())}@{g.k(g.host('db12'))}:3306/{g.k('InstalledComponentsDB')}, pool_recycle=3600)"
        ),
        "dirac",
    )


@F("database", "postgres URL in error")
def postgres_url_in_error(g):
    return g.wrap(
        f"django.db.utils.OperationalError: {g.k('could not connect')} postgresql://rucio:{g.s(g.pw())}@{g.k(g.host('pg01'))}:5432/rucio?sslmode=require",
        "misc",
    )


@F("database", "libpq keyword DSN")
def libpq_keyword_dsn(g):
    return g.wrap(
        f'psycopg2.connect("host={g.k(g.host("pg01"))} port=5432 dbname=fts3 user=fts3 {g.k("password")}={g.s(g.pw())} connect_timeout=5")',
        "misc",
    )


@F("database", "libpq quoted password with space")
def libpq_quoted_password_with_space(g):
    return g.wrap(
        f"conninfo: host={g.k('localhost')} user=dcache password='{g.s(g.phrase())}' dbname={g.k('chimera')}", "misc"
    )


@F("database", "amqp / redis / mongodb url")
def amqp_redis_mongodb_url(g):
    p = g.c("amqp", "amqps", "mongodb+srv", "mongodb", "ldap")
    return g.wrap(
        f"[{g.iso()}: INFO/MainProcess] {g.k('Connected to')} {p}://celery:{g.s(g.pw())}@{g.k(g.host('mq'))}/vhost",
        "misc",
    )


@F("database", "redis url without user")
def redis_url_without_user(g):
    return g.wrap(
        f"-> broker: redis://:{g.s(g.pw())}@{g.k(g.host('redis'))}:6379/0\n-> results: {g.k('disabled://')}", "misc"
    )


@F("database", "JDBC query parameters")
def jdbc_query_parameters(g):
    return g.wrap(
        f"HikariPool-1 - jdbc:mysql://{g.k(g.host('db12'))}:3306/storm_db?user=storm&{g.k('password')}={g.s(g.pw())}&useSSL=false",
        "misc",
    )


@F("database", "ODBC / ADO string")
def odbc_ado_string(g):
    return g.wrap(
        f"Driver={{MariaDB}};Server={g.k(g.host('db12'))};Database=acc;Uid=reader;{g.k(g.c('Pwd', 'Password', 'PWD'))}={g.s(g.pw())};Option=3;",
        "misc",
    )


@F("database", "CREATE USER IDENTIFIED BY")
def create_user_identified_by(g):
    return g.wrap(
        f"mysql> CREATE USER '{g.k('Dirac')}'@'%' {g.k('IDENTIFIED BY')} '{g.s(g.pw(False))}';\nQuery OK, 0 rows affected (0.01 sec)",
        "misc",
    )


@F("database", "GRANT ... IDENTIFIED BY in slow log / error")
def grant_identified_by_in_slow_log_error(g):
    return g.wrap(
        f"ERROR 1064 (42000) {g.k('You have an error in your SQL syntax')} near 'GRANT SELECT ON *.* TO Dirac@localhost IDENTIFIED BY \"{g.s(g.pw())}\"'",
        "misc",
    )


@F("database", "ALTER ROLE PASSWORD")
def alter_role_password(g):
    return g.wrap(f"LOG:  statement: {g.k('ALTER ROLE')} rucio WITH LOGIN PASSWORD '{g.s(g.pw(False))}';", "misc")


@F("database", "SET PASSWORD = PASSWORD()")
def set_password_password(g):
    return g.wrap(f"SET PASSWORD FOR 'root'@'localhost' = {g.k('PASSWORD(')}'{g.s(g.pw())}');", "misc")


@F("database", "INSERT of credentials")
def insert_of_credentials(g):
    return g.wrap(
        f"DEBUG sqlalchemy.engine INSERT INTO {g.k('users')} (login, password, email) VALUES ('{g.user()}', '{g.s(g.pw())}', '{g.k('ops@cern.ch')}')",
        "misc",
    )


@F("database", "sqlalchemy parameters in traceback")
def sqlalchemy_parameters_in_traceback(g):
    return f"""Traceback (most recent call last):
  File "{g.k("/opt/dirac/lib/python3.11/site-packages/sqlalchemy/engine/base.py")}", line {g.n(100, 2000)}, in _execute_context
sqlalchemy.exc.OperationalError: (MySQLdb.OperationalError) ({g.k("1205, 'Lock wait timeout exceeded")}')
[SQL: UPDATE identities SET password=%(password)s WHERE identity=%(identity)s]
[parameters: {{'{g.k("password")}': '{g.s(g.pw())}', 'identity': 'ddmlab'}}]
"""


@F("database", "mysql temporary root password")
def mysql_temporary_root_password(g):
    return g.wrap(
        f"2024-03-04T10:11:12.{g.n(100000, 999999)}Z 6 [Note] [MY-010454] [Server] {g.k('A temporary password is generated for')} root@localhost: {g.s(g.st(AN + '!#<>+,;:%&*', 11) + g.an(1))}",
        "misc",
    )


@F("database", "CHANGE MASTER TO")
def change_master_to(g):
    return g.wrap(
        f"CHANGE MASTER TO MASTER_HOST='{g.k(g.host('db12'))}', MASTER_USER='repl', {g.k('MASTER_PASSWORD')}='{g.s(g.pw())}', MASTER_LOG_POS=4;",
        "misc",
    )


@F("database", "DSN in PHP/perl")
def dsn_in_php_perl(g):
    return g.wrap(
        f"DBI connect('{g.k('database=voms;host=' + g.host('db12'))}','voms','{g.s(g.pw())}') failed: {g.k('Access denied')} at check.pl line {g.n(1, 99)}.",
        "misc",
    )
