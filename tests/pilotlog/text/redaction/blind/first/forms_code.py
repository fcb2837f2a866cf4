"""Hold forms of source code, tracebacks and connection strings."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


S, T, D, B = "source-code", "traceback", "database-url", "broker-url"
TB = 'Traceback (most recent call last):\n  File "agent.py", line 41, in run\n'
FORMS = [
    F(
        S,
        "python-assign",
        'import requests\npassword = "@{pw}"\nsession = requests.Session()',
        "session = requests.Session()",
    ),
    F(S, "python-kwarg", "conn = connect(host='+{host}', user='~{user}', passwd='@{pw}', db='jobs')", "db='jobs'"),
    F(
        S,
        "python-getenv-default",
        "TOKEN = os.environ.get('SERVICE_TOKEN', '@{hex40}')\nURL = 'https://+{host}'",
        "SERVICE_TOKEN",
    ),
    F(
        S,
        "python-tuple-auth",
        "r = requests.get('https://+{host}/x', auth=('~{user}', '@{pw}'), timeout=5)",
        "timeout=5",
    ),
    F(S, "python-fstring", "headers = {'Authorization': 'Bearer @{jwt}'}\nprint(len(headers))", "print(len(headers))"),
    F(S, "python-bytes", "HMAC_KEY = b'@{hex32}'\nDIGEST = 'sha256'", "DIGEST = 'sha256'"),
    F(S, "python-annotated", 'api_key: str = "@{alnum32}"\nretries: int = 3', "retries: int = 3"),
    F(
        S,
        "java",
        'private static final String DB_PASSWORD = "@{pw}";\nprivate static final int PORT = 5432;',
        "PORT = 5432",
    ),
    F(
        S,
        "java-driver",
        'DriverManager.getConnection("jdbc:mysql://+{host}/jobs", "~{user}", "@{pw}");',
        "DriverManager.getConnection",
    ),
    F(S, "javascript", "const client = new Client({ host: '+{host}', password: '@{pw}', port: 5432 });", "port: 5432"),
    F(S, "go", 'token := "@{alnum40}"\nreq, err := http.NewRequest("GET", url, nil)', "http.NewRequest"),
    F(S, "c-define", '#define ADMIN_PASSWORD "@{pw}"\n#define PORT 1094', "#define PORT 1094"),
    F(S, "cpp-call", 'gSystem->Setenv("HTTP_TOKEN", "@{jwt}");\nTFile::Open("https://+{host}/f.root");', "TFile::Open"),
    F(S, "perl-dbi", "my $dbh = DBI->connect('dbi:mysql:jobs;host=+{host}', '~{user}', '@{pw}');", "DBI->connect"),
    F(S, "php-define", "define('DB_PASSWORD', '@{pw}');\ndefine('DB_HOST', '+{host}');", "define('DB_HOST'"),
    F(S, "ruby", "ENV['API_SECRET'] ||= '@{alnum32}'\nputs ENV['SITE']", "puts ENV['SITE']"),
    F(
        S,
        "sql-create-user",
        "CREATE USER '~{user}'@'%' IDENTIFIED BY '@{pw}';\nGRANT SELECT ON jobs.* TO '~{user}'@'%';",
        "GRANT SELECT ON jobs.*",
    ),
    F(S, "sql-alter-role", "ALTER ROLE ~{user} WITH LOGIN PASSWORD '@{pw}';\nALTER ROLE", "WITH LOGIN PASSWORD"),
    F(
        S,
        "sql-insert",
        "INSERT INTO accounts (login, password, email) VALUES ('~{user}', '@{pw}', 'x@example.org');",
        "INSERT INTO accounts",
    ),
    F(
        S,
        "sql-params",
        "[SQL: SELECT id FROM tokens WHERE token = %(t)s]\n[parameters: {'t': '@{url43}'}]",
        "SELECT id FROM tokens",
    ),
    F(S, "bash-heredoc-var", "readonly ADMIN_PASS='@{pw_punct}'\ntrap cleanup EXIT", "trap cleanup EXIT"),
    F(S, "cron", "0 * * * * TOKEN=@{hex40} /usr/local/bin/report --site ~{site}", "/usr/local/bin/report"),
    F(
        T,
        "python-source-line",
        TB + "    client = Client('+{host}', password='@{pw}')\nConnectionError: timed out",
        "ConnectionError: timed out",
    ),
    F(
        T,
        "python-locals-rich",
        "│ │     host = '+{host}'      │\n│ │ password = '@{pw}' │\nTimeoutError: no answer",
        "TimeoutError: no answer",
    ),
    F(
        T,
        "pytest-locals",
        "E   ConnectionError: refused\n\nhost       = '+{host}'\npassword   = '@{pw}'\nport       = 5432",
        "port       = 5432",
    ),
    F(
        T,
        "cgitb",
        " /opt/agent.py in login(user='~{user}', password='@{pw}', retry=3)\nRuntimeError: refused",
        "RuntimeError: refused",
    ),
    F(T, "key-error", TB + "    site = conf[key]\nKeyError: {'user': '~{user}', 'password': '@{pw}'}", "KeyError"),
    F(
        T,
        "requests-error",
        "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://+{host}/v1?token=@{hex40}",
        "401 Client Error",
    ),
    F(
        T,
        "urllib-max-retries",
        "HTTPConnectionPool(host='+{host}', port=80): Max retries exceeded with url:"
        " /login?user=~{user}&password=@{pw_alnum} (Caused by NewConnectionError('Connection refused'))",
        "Max retries exceeded",
        "Connection refused",
    ),
    F(
        T,
        "sqlalchemy",
        "sqlalchemy.exc.ArgumentError: Could not parse URL from string 'postgres//~{user}:@{pw_alnum}@+{host}/cond'",
        "ArgumentError",
    ),
    F(
        T,
        "called-process",
        TB + "subprocess.CalledProcessError: Command 'mysql -u~{user} -p@{pw} jobs' returned non-zero exit status 1.",
        "returned non-zero exit status 1.",
    ),
    F(
        T,
        "jwt-decode",
        "jwt.exceptions.ExpiredSignatureError: Signature has expired\ntoken = '@{jwt}'",
        "Signature has expired",
    ),
    F(
        T,
        "java",
        "java.sql.SQLException: Access denied\n\tat"
        " Db.connect(jdbc:mysql://+{host}/jobs?user=~{user}&password=@{pw_alnum})\n\tat Main.main(Main.java:12)",
        "Access denied",
        "Main.java:12",
    ),
    F(
        T,
        "node-axios",
        "AxiosError: Request failed with status code 401\n  config: {\n    headers: { Authorization: 'Bearer @{jwt}'"
        " },\n    timeout: 0",
        "timeout: 0",
    ),
    F(
        T,
        "pydantic",
        "1 validation error for Settings\ntoken\n  String should match pattern [type=string_pattern_mismatch,"
        " input_value='@{alnum40}', input_type=str]",
        "1 validation error for Settings",
    ),
    F(
        T,
        "gdb-args",
        '#3 login (user=0x55 "~{user}", passwd=0x56 "@{pw}", flags=0) at auth.c:88\n#4 main () at main.c:12',
        "auth.c:88",
        "main.c:12",
    ),
    F(
        T,
        "mock-call",
        "AssertionError: Expected: login('~{user}', 'x')\nActual: login(user='~{user}', password='@{pw}')",
        "AssertionError",
    ),
    F(D, "postgresql", "engine: postgresql://~{user}:@{pw_alnum}@+{host}:5432/cond", "/cond"),
    F(
        D,
        "mysql-driver",
        "SQLALCHEMY_URL=mysql+pymysql://~{user}:@{pw_alnum}@+{host}/jobs?charset=utf8",
        "charset=utf8",
    ),
    F(D, "mysql-encoded", "mysql://~{user}:@{pw_punct|url}@+{host}:3306/FileCatalogDB", "FileCatalogDB"),
    F(D, "mongodb", "mongodb+srv://~{user}:@{pw_alnum}@+{host}/?retryWrites=true", "retryWrites=true"),
    F(
        D,
        "mongodb-set",
        "mongodb://~{user}:@{pw_alnum}@+{host:a}:27017,~{host}:27017/db?replicaSet=rs0",
        "replicaSet=rs0",
    ),
    F(D, "redis", "cache redis://:@{pw_alnum}@+{host}:6379/0 unreachable", "unreachable"),
    F(D, "rediss-user", "rediss://default:@{hex64}@+{host}:6380", "rediss://"),
    F(D, "jdbc-query", "jdbc:postgresql://+{host}/db?user=~{user}&password=@{pw_alnum}&ssl=true", "ssl=true"),
    F(D, "jdbc-oracle-thin", "jdbc:oracle:thin:~{user}/@{pw_alnum}@//+{host}:1521/LHCBR", "LHCBR"),
    F(
        D,
        "jdbc-sqlserver",
        "jdbc:sqlserver://+{host}:1433;databaseName=jobs;user=~{user};password=@{pw};encrypt=true",
        "encrypt=true",
    ),
    F(D, "odbc", "Driver={ODBC Driver 18};Server=+{host};Uid=~{user};Pwd=@{pw};Encrypt=yes;", "Encrypt=yes"),
    F(D, "ado", "Data Source=+{host};Initial Catalog=jobs;User ID=~{user};Password=@{pw};Timeout=30", "Timeout=30"),
    F(D, "odbc-braces", "DSN=cond;UID=~{user};PWD={@{pw_punct}};APP=pilot", "APP=pilot"),
    F(
        D,
        "libpq",
        "connection string: host=+{host} dbname=cond user=~{user} password='@{pw_punct}' connect_timeout=5",
        "connect_timeout=5",
    ),
    F(D, "frontier-oracle", "oracle login: ~{user}/@{pw_alnum}@INT12R\nORA-12154: TNS:could not resolve", "ORA-12154"),
    F(D, "go-mysql-dsn", "dsn=~{user}:@{pw_alnum}@tcp(+{host}:3306)/jobs?parseTime=true", "parseTime=true"),
    F(
        D,
        "clickhouse",
        "clickhouse://+{host}:9000?username=~{user}&password=@{pw_alnum}&database=logs",
        "database=logs",
    ),
    F(D, "influx", "influxdb2: url=https://+{host} org=grid bucket=pilots token=@{b64_64}", "bucket=pilots"),
    F(D, "elastic", "Elasticsearch(['https://elastic:@{pw_alnum}@+{host}:9200']) ping failed", "ping failed"),
    F(B, "amqp", "amqp://~{user}:@{pw_alnum}@+{host}:5672/%2Fpilots", "%2Fpilots"),
    F(B, "amqps-celery", "[config] transport: amqps://~{user}:@{pw_alnum}@+{host}:5671//", "[config]"),
    F(
        B,
        "stomp-dict",
        "{'host': '+{host}', 'port': 61613, 'username': '~{user}', 'password': '@{pw}', 'vhost': '/'}",
        "61613",
    ),
    F(
        B,
        "stomp-frame",
        "> CONNECT\n> accept-version:1.2\n> login:~{user}\n> passcode:@{pw}\n> host:+{host}",
        "accept-version:1.2",
    ),
    F(
        B,
        "kafka-jaas",
        'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="~{user}"'
        ' password="@{pw}";\nsasl.mechanism=PLAIN',
        "sasl.mechanism=PLAIN",
    ),
    F(
        B,
        "kafka-librdkafka",
        "{'bootstrap.servers': '+{host}:9093', 'sasl.password': '@{pw}', 'sasl.mechanism': 'SCRAM-SHA-512'}",
        "SCRAM-SHA-512",
    ),
    F(B, "mqtt", "mqtts://~{user}:@{pw_alnum}@+{host}:8883", "mqtts://"),
    F(B, "nats", "nats://@{alnum32}@+{host}:4222", "nats://"),
    F(B, "activemq", '<authenticationUser username="~{user}" password="@{pw}" groups="pilots"/>', 'groups="pilots"'),
    F(
        B,
        "servicebus",
        "Endpoint=sb://+{host}/;SharedAccessKeyName=send;SharedAccessKey=@{b64_32}",
        "SharedAccessKeyName=send",
    ),
    F(B, "rabbitmqctl", "rabbitmqctl add_user ~{user} @{pw}\nAdding user", "Adding user"),
    F(
        B,
        "smtp-auth",
        "send: 'AUTH PLAIN @{basic}\\r\\n'\nreply: b'535 5.7.8 Error: authentication failed\\r\\n'",
        "535 5.7.8",
    ),
    F(
        B,
        "imap-login",
        "> 1 LOGIN ~{user} @{pw_alnum}\n< 1 NO [AUTHENTICATIONFAILED] Authentication failed.",
        "[AUTHENTICATIONFAILED]",
    ),
    F(
        B,
        "ftp-pass",
        "--> USER ~{user}\n--> PASS @{pw}\n<-- 530 Login authentication failed",
        "530 Login authentication failed",
    ),
    F(
        B,
        "redis-monitor",
        '1790000000.123456 [0 192.0.2.4:52100] "AUTH" "@{pw}"\n1790000000.223456 [0 192.0.2.4:52100] "PING"',
        '"PING"',
    ),
]
