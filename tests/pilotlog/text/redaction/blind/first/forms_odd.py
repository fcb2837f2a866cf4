"""Hold forms of escapes, encodings and colours."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


E, A, L = "encoding", "ansi", "log-message"
ESC = "\x1b"
FORMS = [
    F(E, "url-form", "body: user=~{user}&password=@{pw_punct|url}&rc=1", "rc=1"),
    F(E, "url-double", "next=%2Flogin%3Fpassword%3D@{pw_punct|url2}%26lang%3Den", "lang%3Den"),
    F(E, "url-bearer", "Authorization=Bearer%20@{jwt}&Accept=json", "Accept=json"),
    F(E, "json-unicode", '{"password": "@{pw_mixed|uesc}", "user": "+{user}"}', '"user"'),
    F(E, "json-escaped-equals", '{"url": "https://+{host}/x?token\\u003d@{alnum40}\\u0026page\\u003d2"}', "page"),
    F(E, "json-b64-escaped", '{"secret": "@{b64_32|eqesc}", "kind": "hmac"}', '"kind": "hmac"'),
    F(E, "c-hex-escape", 'const char pw[] = "@{pw_alnum|xesc}"; // +{user}', "const char pw[]"),
    F(E, "hex-of-password", "password (hex): @{pw_alnum|hex}\nuser: +{user}", "password (hex)"),
    F(E, "base64-field", "secret_b64: @{pw_phrase|b64}\nencoding: base64", "encoding: base64"),
    F(E, "base64-decode-pipe", "echo @{pw_phrase|b64} | base64 -d > secret.txt\nls secret.txt", "ls secret.txt"),
    F(E, "base64-wrapped", "token.b64:\n@{jwt|b64w}\nend of token", "end of token"),
    F(E, "base64-zlib", "credential blob: @{zlib64}\nlength 120", "length 120"),
    F(E, "powershell-encoded", "ConvertTo-SecureString -String '@{pw}' -AsPlainText -Force", "-AsPlainText -Force"),
    F(
        E,
        "quoted-printable",
        "Password=3D@{pw_alnum}=\n\nContent-Transfer-Encoding: quoted-printable",
        "Content-Transfer-Encoding",
    ),
    F(E, "html-entities", "password=&quot;@{pw_alnum}&quot; user=&quot;+{user}&quot;", "user="),
    F(E, "escaped-shell", 'bash -c "export TOKEN=\\"@{alnum40}\\"; run --site +{site}"', "run --site"),
    F(E, "repr-of-log", "b'password: @{pw}\\r\\nLogin incorrect\\r\\n'", "Login incorrect"),
    F(
        E,
        "line-continuation",
        "client --host +{host} \\\n    --password \\\n    @{pw} \\\n    --retries 3",
        "--retries 3",
    ),
    F(E, "value-on-next-line", "password:\n    @{pw}\nhost:\n    +{host}", "host:"),
    F(E, "token-wrapped-80", "Authorization: Bearer @{url86}\n  @{url86}\n  @{url43}\nHost: +{host}", "Host:"),
    F(E, "tabs", "password\t=\t@{pw}\nhost\t=\t+{host}", "host\t="),
    F(E, "utf8-quotes", "mot de passe « @{pw} » pour +{user}", "pour"),
    F(E, "french", "Mot de passe : @{pw}\nAuthentification refusée", "Authentification refusée"),
    F(E, "german", "Passwort: @{pw}\nBenutzer: +{user}", "Benutzer:"),
    F(E, "spanish", "contraseña=@{pw}\nusuario=+{user}", "usuario="),
    F(E, "upper-header", "PASSWORD: @{pw}\nUSER: +{user}", "USER:"),
    F(E, "syslog-octal", "msg='login#012password=@{pw}#012rc=1'", "rc=1"),
    F(E, "xml-cdata", "<secret><![CDATA[@{pw_punct}]]></secret><n>1</n>", "<n>1</n>"),
    F(
        A,
        "env-coloured",
        f"{ESC}[36mDB_PASSWORD{ESC}[0m={ESC}[33m@{{pw}}{ESC}[0m\n{ESC}[36mSITE{ESC}[0m=+{{site}}",
        "DB_PASSWORD",
    ),
    F(
        A,
        "json-jq",
        f'{ESC}[1;39m{{{ESC}[0m\n  {ESC}[34;1m"password"{ESC}[0m: {ESC}[0;32m"@{{pw}}"{ESC}[0m,\n  "site": "+{{site}}"',
        '"site"',
    ),
    F(
        A,
        "header-httpie",
        f"{ESC}[36mAuthorization{ESC}[39;49;00m: {ESC}[33mBearer @{{jwt}}{ESC}[39;49;00m\nHost: +{{host}}",
        "Host:",
    ),
    F(
        A,
        "grep-match",
        f"{ESC}[35mconf.ini{ESC}[36m:{ESC}[32m3{ESC}[36m:{ESC}[01;31m{ESC}[Kpassword{ESC}[m{ESC}[K = @{{pw}}\nport ="
        " 3306",
        "port = 3306",
    ),
    F(
        A,
        "loguru",
        f"{ESC}[32m~{{ts}}{ESC}[0m | {ESC}[1mINFO {ESC}[0m | token={ESC}[1m@{{alnum40}}{ESC}[0m site=+{{site}}",
        "site=",
    ),
    F(A, "bold-token", f"Your token: {ESC}[1m@{{github}}{ESC}[0m\nkeep it", "keep it"),
    F(A, "prompt", f"{ESC}[1m?{ESC}[0m Password: {ESC}[90m@{{pw}}{ESC}[0m\n{ESC}[31mdenied{ESC}[0m", "denied"),
    F(
        A,
        "rich-dict",
        f"{{{ESC}[32m'secret'{ESC}[0m: {ESC}[32m'@{{pw}}'{ESC}[0m, {ESC}[32m'host'{ESC}[0m: '+{{host}}'}}",
        "host",
    ),
    F(
        A,
        "diff-colour",
        f"{ESC}[31m-password = @{{pw}}{ESC}[m\n{ESC}[32m+password = @{{pw_alnum}}{ESC}[m\n port = 1",
        " port = 1",
    ),
    F(
        A,
        "docker-prefix",
        f"{ESC}[33mdb_1  |{ESC}[0m POSTGRES_PASSWORD=@{{pw}}\n{ESC}[33mdb_1  |{ESC}[0m ready",
        "ready",
    ),
    F(L, "kv-colon", "~{ts} DEBUG [Agent] login as +{user} password: @{pw} (attempt 2)", "(attempt 2)"),
    F(L, "kv-arrow", "~{ts} DEBUG [Agent] client_secret -> @{url43}; realm -> grid", "realm -> grid"),
    F(L, "brackets", "~{ts} WARNING [Auth] token [@{alnum40}] rejected by +{host}", "rejected by"),
    F(L, "sentence-token", "~{ts} ERROR Token @{jwt} is expired", "is expired"),
    F(L, "sentence-password", "could not log in +{user} with password @{pw}: account disabled", "account disabled"),
    F(L, "api-key-used", "Using API key @{hex40} for +{host}", "Using API key"),
    F(L, "session-id", "~{ts} INFO session id=@{hex64} opened for +{user}", "opened for"),
    F(L, "new-secret", "New client secret: @{url43} (valid for 90 days)", "(valid for 90 days)"),
    F(
        L,
        "sudo-audit",
        "sudo: ~{user} : TTY=pts/0 ; PWD=/tmp ; USER=db ; COMMAND=/usr/bin/mysql -p@{pw} jobs",
        "PWD=/tmp",
        "TTY=pts/0",
    ),
    F(
        L,
        "kerberos-pw",
        "kinit: password @{pw} incorrect while getting initial credentials",
        "while getting initial credentials",
    ),
    F(L, "shared-key", 'ipsec: loaded IKE secret for +{host}: PSK "@{pw}"', "loaded IKE secret"),
    F(L, "hmac", "signing with secret '@{hex64}' algorithm HS256", "algorithm HS256"),
    F(
        L,
        "java-log",
        "12-Mar-2026 10:11:12.123 FINE [main] Db.connect user=~{user}, password=@{pw}, url=+{host}",
        "FINE [main]",
    ),
    F(L, "nested-quote", 'Config key "admin_password" has value "@{pw}" from /etc/agent.cfg', "/etc/agent.cfg"),
    F(L, "equals-equals", "assert given == '@{pw}'  # the admin password\nAssertionError", "AssertionError"),
]
