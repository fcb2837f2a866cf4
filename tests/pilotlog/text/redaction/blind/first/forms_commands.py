"""Hold forms of command lines, prompts and tables."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


C, P, T = "command-line", "prompt", "table"
FORMS = [
    F(C, "curl-u", "curl -u ~{user}:@{pw} -fsSL https://+{host}/dist/pilot.tar.gz", "curl -u", "/dist/pilot.tar.gz"),
    F(
        C,
        "curl-user-long",
        "$ curl --user '~{user}:@{pw_punct}' https://+{host}/status\ncurl: (22) error: 403",
        "curl: (22) error: 403",
    ),
    F(C, "curl-header", 'curl -H "X-Auth-Token: @{hex32}" https://+{host}:8774/v2.1/servers', "X-Auth-Token"),
    F(C, "curl-data", "curl -d 'username=~{user}&password=@{pw_alnum}' https://+{host}/login", "/login"),
    F(C, "curl-json", 'curl -X POST -d \'{"user":"~{user}","password":"@{pw}"}\' https://+{host}/session', "/session"),
    F(
        C,
        "wget",
        "wget --user=~{user} --password=@{pw} https://+{host}/data.root\n~{ts} ERROR 404: Not Found.",
        "ERROR 404: Not Found.",
        "--password",
    ),
    F(
        C,
        "mysql-p",
        "mysql -h +{host} -u ~{user} -p@{pw} -e 'select 1'\nERROR 1045 (28000): Access denied",
        "ERROR 1045 (28000): Access denied",
        "select 1",
    ),
    F(
        C,
        "mysqldump-long",
        "mysqldump --host=+{host} --password=@{pw} --single-transaction jobs",
        "--single-transaction jobs",
    ),
    F(
        C,
        "psql-conninfo",
        'psql "host=+{host} port=5432 user=~{user} password=@{pw} dbname=cond sslmode=require"',
        "sslmode=require",
        "dbname=cond",
    ),
    F(
        C,
        "redis-cli",
        "redis-cli -h +{host} -a @{pw} ping\nWarning: Using a password with '-a' may not be safe.",
        "may not be safe",
    ),
    F(C, "sshpass", "sshpass -p @{pw} scp out.log ~{user}@+{host}:/data/", "sshpass -p", "out.log"),
    F(
        C,
        "ldapsearch",
        'ldapsearch -x -H ldaps://+{host} -D "cn=admin,dc=example,dc=org" -w @{pw} uid=~{user}',
        "cn=admin,dc=example,dc=org",
    ),
    F(
        C,
        "openssl-passin",
        "openssl rsa -in userkey.pem -passin pass:@{pw} -out plain.pem\nwriting RSA key",
        "writing RSA key",
        "-in userkey.pem",
    ),
    F(
        C,
        "openssl-pkcs12",
        "openssl pkcs12 -export -in cert.pem -inkey key.pem -passout pass:@{pw} -out cred.p12",
        "-out cred.p12",
    ),
    F(C, "keytool", "keytool -list -keystore host.jks -storepass @{pw} -keypass @{pw_alnum}", "-keystore host.jks"),
    F(C, "docker-login", "docker login -u ~{user} -p @{docker_pat} +{host}", "docker login"),
    F(
        C,
        "podman-run-e",
        "podman run --rm -e DB_PASSWORD=@{pw} -e SITE=+{site} registry.example.org/pilot:9",
        "SITE=",
        "registry.example.org/pilot:9",
    ),
    F(
        C,
        "apptainer-env",
        "apptainer exec --env HF_TOKEN=@{hf},OMP_NUM_THREADS=4 image.sif python train.py",
        "OMP_NUM_THREADS=4",
        "train.py",
    ),
    F(
        C,
        "git-clone",
        "git clone https://oauth2:@{gitlab}@+{host}/group/analysis.git\nCloning into 'analysis'...",
        "Cloning into 'analysis'...",
    ),
    F(C, "git-extraheader", 'git -c http.extraHeader="Authorization: Basic @{basic}" fetch origin', "fetch origin"),
    F(
        C,
        "pip-index",
        "pip install --index-url https://~{user}:@{pw_alnum}@+{host}/simple lhcbdirac",
        "/simple lhcbdirac",
    ),
    F(
        C,
        "helm-set",
        "helm upgrade --install mon ./chart --set adminPassword=@{pw},replicas=2",
        "replicas=2",
        "adminPassword",
    ),
    F(
        C,
        "kubectl-literal",
        "kubectl create secret generic db --from-literal=password=@{pw} --from-literal=host=+{host}",
        "create secret generic db",
    ),
    F(C, "kubectl-token", "kubectl --server=https://+{host}:6443 --token=@{jwt} get pods", "get pods"),
    F(C, "s3cmd", "s3cmd --access_key=~{aws_key_id} --secret_key=@{aws_secret} ls s3://logs", "ls s3://logs"),
    F(
        C,
        "rclone",
        "rclone copy out :s3:logs --s3-access-key-id ~{aws_key_id} --s3-secret-access-key @{aws_secret}",
        "rclone copy out :s3:logs",
    ),
    F(
        C,
        "ps-aux",
        "pilot     ~{num}  0.1  0.2 52100 9120 ?  S  10:02  0:00 java -Ddb.password=@{pw} -Xmx512m -jar agent.jar",
        "-Xmx512m",
        "agent.jar",
    ),
    F(
        C,
        "ps-ef-client",
        "pilot  ~{num}     1  0 09:11 ?  00:00:01 /usr/bin/agent --token @{alnum40} --url https://+{host}/",
        "/usr/bin/agent",
    ),
    F(C, "7z", "7z x -p@{pw_alnum} sandbox.7z\nEverything is Ok", "Everything is Ok"),
    F(C, "unzip-P", "unzip -P @{pw} calib.zip -d /scratch\nArchive:  calib.zip", "Archive:  calib.zip"),
    F(
        C,
        "gpg",
        "gpg --batch --passphrase @{pw} -d data.gpg\ngpg: decryption failed: Bad session key",
        "Bad session key",
        "--batch",
    ),
    F(C, "kinit-pipe", "echo '@{pw_punct}' | kinit ~{user}@EXAMPLE.ORG", "kinit"),
    F(C, "useradd", "echo '~{user}:@{pw_alnum}' | chpasswd", "chpasswd"),
    F(
        C,
        "mount-cifs",
        "mount -t cifs //+{host}/share /mnt -o username=~{user},password=@{pw},vers=3.0",
        "vers=3.0",
        "mount -t cifs",
    ),
    F(C, "httpie", "http -a ~{user}:@{pw} GET https://+{host}/api/me", "GET https://"),
    F(
        C,
        "ansible",
        "ansible-playbook site.yml -e ansible_become_pass=@{pw} -l +{host}",
        "ansible_become_pass",
        "site.yml",
    ),
    F(C, "snmp", "snmpwalk -v3 -l authPriv -u ~{user} -A @{pw_alnum} -X @{pw_word} +{host} sysUpTime", "sysUpTime"),
    F(C, "mosquitto", "mosquitto_pub -h +{host} -u ~{user} -P @{pw} -t pilots/status -m ok", "pilots/status"),
    F(C, "ipmi", "ipmitool -I lanplus -H +{host} -U ADMIN -P @{pw_alnum} chassis status", "chassis status"),
    F(
        C,
        "sqlplus",
        "sqlplus -S ~{user}/@{pw}@//+{host}:1521/CONDDB @check.sql\nORA-01017: invalid username/password; logon denied",
        "ORA-01017",
        "@check.sql",
    ),
    F(C, "npm-config", "npm config set //npm.example.org/:_authToken @{npm}", "//npm.example.org/:_authToken"),
    F(C, "conda", "conda config --add channels https://+{host}/t/@{hex32}/private", "conda config --add channels"),
    F(C, "vault-write", "vault write auth/approle/login role_id=~{uuid} secret_id=@{uuid}", "auth/approle/login"),
    F(
        C,
        "subprocess-list",
        "Running: ['/usr/bin/client', '--user', '~{user}', '--password', '@{pw}', '--host', '+{host}']",
        "/usr/bin/client",
    ),
    F(
        C,
        "popen-args-failed",
        "Command '['curl', '-u', '~{user}:@{pw}', 'https://+{host}/x']' returned non-zero exit status 22.",
        "non-zero exit status 22",
    ),
    F(
        P,
        "password-typed",
        "Enter password: @{pw}\nLogin failed: account locked",
        "Login failed: account locked",
        "Enter password:",
    ),
    F(
        P,
        "token-typed",
        "Paste your token here: @{alnum40}\nToken saved to ~/.config/token",
        "Token saved to ~/.config/token",
    ),
    F(
        P,
        "generated",
        "Generated password for ~{user}: @{pw_alnum}\nPlease change it at the first login.",
        "Please change it at the first login.",
    ),
    F(P, "temporary", "Your temporary password is @{pw_alnum}\nIt expires in 24 hours.", "It expires in 24 hours."),
    F(
        P,
        "username-for",
        "Username for 'https://+{host}': ~{user}\nPassword for 'https://~{user}@~{host}': @{github}\nremote: Repository"
        " not found.",
        "remote: Repository not found.",
    ),
    F(P, "using-password", "connecting to +{host} as ~{user} with password '@{pw}' failed: timeout", "failed: timeout"),
    F(P, "sentence-is", "The secret is @{hex32}, keep it safe\nregistered client at +{host}", "registered client at"),
    F(P, "one-time-code", "2FA backup code: @{pin}\naccess granted to +{host}", "access granted to"),
    F(P, "expect", 'spawn ssh ~{user}@+{host}\npassword: \nsend: sending "@{pw}\\r" to { exp4 }', "spawn ssh"),
    F(
        P,
        "jupyter",
        "[I ServerApp] Jupyter Server is running at:\n    http://+{host}:8888/lab?token=@{hex64:a}\n"
        "    or http://127.0.0.1:8888/lab?token=@{hex64:a}",
        "Jupyter Server is running at:",
        "http://127.0.0.1:8888/lab",
    ),
    F(
        P,
        "initial-admin",
        "Jenkins initial setup is required. Use the following password:\n\n@{hex32}\n\n"
        "This may also be found at: /var/lib/secrets/initialAdminPassword",
        "/var/lib/secrets/initialAdminPassword",
    ),
    F(
        T,
        "pipe-table",
        "+----------+----------+----------------------+\n| user     | host     | password             |\n"
        "+----------+----------+----------------------+\n| ~{user} | +{host} | @{pw} |",
        "| user ",
    ),
    F(
        T,
        "openstack-show",
        "+-------------+------------------+\n| Field       | Value            |\n+-------------+------------------+\n"
        "| id          | ~{hex32} |\n| secret      | @{url86} |\n| unrestricted| False |",
        "unrestricted",
        "| secret ",
    ),
    F(
        T,
        "mysql-vertical",
        "*************************** 1. row ***************************\n      name: ~{user}\n"
        "  password: @{pw}\n      host: +{host}",
        "1. row",
    ),
    F(T, "tab-separated", "user\ttoken\tsite\n~{user}\t@{alnum32}\t+{site}", "user\ttoken\tsite"),
    F(
        T,
        "key-value-dots",
        "Site ............. +{site}\nPassword ......... @{pw}\nQueue ............ grid",
        "Queue ............ grid",
    ),
    F(
        T,
        "vault-table",
        "Key                  Value\n---                  -----\ntoken                @{vault}\n"
        "token_accessor       ~{alnum20}\ntoken_duration       768h",
        "token_duration       768h",
    ),
    F(
        T,
        "vault-kv",
        "====== Data ======\nKey         Value\n---         -----\npassword    @{pw}\nusername    ~{user}",
        "====== Data ======",
        "username",
    ),
    F(
        T,
        "markdown",
        "| name | value |\n|---|---|\n| api_key | `@{hex40}` |\n| region | eu |",
        "| region | eu |",
        "api_key",
    ),
    F(T, "csv-with-header", "login,email,password\n~{user},+{user}@example.org,@{pw_alnum}", "login,email,password"),
    F(
        T,
        "aws-table",
        "|  AccessKeyId     |  ~{aws_key_id}  |\n|  SecretAccessKey |  @{aws_secret}  |\n|  UserName        | "
        " pilot  |",
        "UserName",
    ),
]
