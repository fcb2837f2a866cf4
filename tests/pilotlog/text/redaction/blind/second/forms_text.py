"""Hold forms of accounts, encodings, tables and messages."""

from .template import parse

FORMS = (
    parse(
        "kerberos and accounts",
        r"""
== shadow | nologin
pilot:«crypt»:19500:0:99999:7:::
nobody:*:19500:0:99999:7::: nologin
== chpasswd
echo "pilot:«pw»" | chpasswd
== useradd | useradd:
useradd -m -p '«crypt»' pilot
useradd: user exists
== keytab base64 | klist
KRB5_KEYTAB_B64=«b64long»
klist: No credentials cache found
== ktutil | addent
ktutil:  addent -password -p svc@EXAMPLE.ORG -k 1 -e aes256-cts
Password for svc@EXAMPLE.ORG: «pw»
== ktutil key | aes256
slot KVNO Principal (aes256) key 0x«hex64»
== ssh password | Permission denied
pilot@‹+host›'s password: «pw»
Permission denied, please try again.
== su
Password: «pwx»
su: Authentication failure
== otp | enroll
enroll: otpauth://totp/grid:pilot?secret=«base32»&issuer=grid
== wifi | wpa
wpa_passphrase=«weak»
wpa=2
== ipmi | Error: Unable to establish
ipmitool -I lanplus -H ‹+host› -U ADMIN -P «pw» power status
Error: Unable to establish IPMI v2 / RMCP+ session
== plain htpasswd | AuthType
pilotlog:«crypt»
AuthType Basic
== grub | password_pbkdf2
password_pbkdf2 root grub.pbkdf2.sha512.10000.«hex64»
""",
    )
    + parse(
        "encoded",
        r"""
== ansi colours
‹esc›[32mpassword‹esc›[0m: ‹esc›[1m«pw»‹esc›[0m
== ansi equal sign | API_TOKEN
‹esc›[36mAPI_TOKEN‹esc›[39m=‹esc›[33m«tok»‹esc›[0m
== json in json | \\\"user\\\"
"{\"a\": \"{\\\"user\\\": \\\"p\\\", \\\"password\\\": \\\"«pw»\\\"}\"}"
== percent in a log | %26vo%3Ddteam
form=user%3Dp%26password%3D«pw|url»%26vo%3Ddteam
== html | &quot;vo&quot;
{&quot;password&quot;: &quot;«pw»&quot;, &quot;vo&quot;: &quot;x&quot;}
== wrapped base64 of a proxy
base64 proxy.pem
«keyec|b64w»
== jwt wrapped
token is
«jwt|w60»
== hex dump of a password
password (hex): «pw|hex»
== base64 of a password | base64 -d
echo «pw|b64» | base64 -d > password.txt
== unicode escape | \u0022user\u0022
{\u0022user\u0022: \u0022p\u0022, \u0022password\u0022: \u0022«pw»\u0022}
== crlf line | HOST=
PASSWORD=«pw»‹cr›
HOST=‹+host›‹cr›
== tab
token	«tok»
host	‹+host›
== colon form of logfmt | level=debug
level=debug msg="auth" token="«toku»" host=‹+host›
== syslog | pilot[
<134>Mar 12 10:11:12 wn pilot[‹num›]: PROXY_PASSWORD=«pw» site=‹+site›
""",
    )
    + parse(
        "table",
        r"""
== columns | Name
Name        Value
----        -----
username    pilot
password    «pw»
== borders | | host
+----------+------------------+
| host     | ‹+host› |
| password | «pw» |
+----------+------------------+
== unicode borders | │ host
│ host   │ ‹+host› │
│ secret │ «tok» │
== csv | password,host
user,password,host
pilot,«pw»,‹+host›
== markdown | `host`
| `host` | ‹+host› |
| `api_token` | `«tok»` |
== dots | Site ...
Site ........ ‹+site›
Password .... «pw»
== mysql vertical | Host:
*************************** 1. row ***
    Host: ‹+host›
Password: «pw»
""",
    )
    + parse(
        "message",
        r"""
== using | to contact
‹ts› DEBUG Using password «pw» to contact ‹+host›
== the password is | Please
The password is: «pw»
Please do not share
== english | for user pilot
Setting password for user pilot to '«pw»' on ‹+host›
== got token | valid for 3600 s
Got token «jwths», valid for 3600 s
== invalid token | rejected
Invalid token: «toku» (rejected by ‹+host›)
== arrow | user ->
user -> pilot
password -> «pw»
== trying | wrong password
‹ts› WARN login as pilot/«pw» failed on ‹+host›: wrong password
== pwd abbreviation | host=
connect: user=p pwd=«pw» host=‹+host›
== pass phrase | unable to load
Pass phrase for userkey.pem: «phrase»
unable to load Private Key
== new secret | store it
New secret created: «toku» - store it now
== api key with of | quota
API key «tok» of ‹+site› exceeds its quota
== credentials pair | login failed
Credentials: pilot:«pw» - login failed on ‹+host›
== secret equals with spaces | done
shared secret = «hex40»  done
== mail | Regards
Hi, the account is pilot, password «weak», on ‹+host›.
Regards
== french | connexion
mot de passe : «pw» - connexion à ‹+host›
== german
Passwort: «pw»
== printed by echo | Token starts
Token: «jwt»
Token starts at 10:11
== question
Enter password for pilot@‹+host›: «pw»
== one-time | valid
One-time password for ‹+site›: «tok20» (valid 10 min)
== generated | initial
Generated initial admin password: «pw»
== join key | node
Cluster join key: «hex64» for node ‹+host›
== setting | DEBUG
DEBUG setOption("Password", "«pw»")
== mismatch | expected
HMAC key mismatch: expected «b64» from ‹+host›
""",
    )
)
