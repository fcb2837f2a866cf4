"""Hold forms of keys."""

import base64

from .maker import F
from .words import B64


@F("key", "PEM plain after cat")
def pem_plain_after_cat(g):
    return (
        f"+ cat {g.k('/etc/grid-security/hostkey.pem')}\n"
        + "\n".join(g.key(g.c("RSA", "PKCS8", "EC")))
        + f"\n+ ls -la {g.k('/etc/grid-security')}\n"
    )


@F("key", "PEM encrypted userkey")
def pem_encrypted_userkey(g):
    L = g.key("RSA")
    return (
        f"Bag Attributes\n    {g.k('friendlyName')}: {g.user()}\n{L[0]}\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,{g.hex(16).upper()}\n\n"
        + "\n".join(L[1:])
        + "\n"
    )


@F("key", "PKCS8 encrypted")
def pkcs8_encrypted(g):
    return g.wrap("\n".join(g.key("ENC")), "misc", (1, 2), (1, 2))


@F("key", "OPENSSH")
def openssh(g):
    return (
        f"$ cat ~/.ssh/{g.k('id_rsa')}\n"
        + "\n".join(g.key("OPENSSH"))
        + f'\n{g.k("Load key")} "/root/.ssh/id_rsa": error in libcrypto\n'
    )


@F("key", "EC/ed25519 short")
def ec_ed25519_short(g):
    return g.wrap("\n".join(g.key(g.c("EC", "EC8"))), "shell")


@F("key", "proxy file: cert, key, cert")
def proxy_file_cert_key_cert(g):
    c = g.key("CERT", 500)
    g.K.append(c[0])
    return f"+ cat {g.k('/tmp/x509up_u1000')}\n" + "\n".join(c + g.key("RSA1024") + g.key("CERT", 400)) + "\n"


@F("key", "PEM with log prefix on every line")
def pem_with_log_prefix_on_every_line(g):
    L = g.key("RSA1024")
    p = "2024-03-04 10:11:12 UTC Framework/dirac-proxy-init DEBUG: "
    return "\n".join([p + g.k("Proxy chain dump")] + [p + x for x in L] + [p + "done"]) + "\n"


@F("key", "PEM with container log prefix (docker compose)")
def pem_with_container_log_prefix_docker_compose(g):
    L = g.key("EC")
    p = g.c("diracx-1   | ", "pilot_1  | ", "[pod/pilot-7c/main] ")
    return "\n".join([p + g.k("generating key")] + [p + x for x in L] + [p + "listening on :8000"]) + "\n"


@F("key", "PEM in JSON with \\n")
def pem_in_json_with_n(g):
    return g.wrap(
        '{"'
        + g.k("hostname")
        + '": "'
        + g.host()
        + '", "key": "'
        + "\\n".join(g.key(g.c("RSA1024", "EC")))
        + '\\n", "mode": "0600"}',
        "misc",
    )


@F("key", "PEM in python bytes repr")
def pem_in_python_bytes_repr(g):
    return g.wrap(
        g.dlog("keyData = b'" + "\\n".join(g.key(g.c("RSA1024", "EC8"))) + "\\n' " + g.k("(len 891)")), "dirac"
    )


@F("key", "PEM double-escaped \\\\n")
def pem_double_escaped_n(g):
    return g.wrap(
        'payload: "{\\"proxy\\": \\"' + "\\\\n".join(g.key("RSA1024")) + '\\\\n\\"}" ' + g.k("status=500"), "misc"
    )


@F("key", "PEM with \\r\\n escapes in HTTP body dump")
def pem_with_r_n_escapes_in_http_body_dump(g):
    return g.wrap("body: " + "\\r\\n".join(g.key("EC")) + "\\r\\n " + g.k("[truncated]"), "misc")


@F("key", "PEM flattened by unquoted echo")
def pem_flattened_by_unquoted_echo(g):
    return g.wrap("+ echo " + " ".join(g.key(g.c("RSA1024", "EC"))) + f"\n+ chmod 600 {g.k('/tmp/key.pem')}", "shell")


@F("key", "PEM in git diff")
def pem_in_git_diff(g):
    p = g.c("+", "-")
    return (
        f"diff --git a/{g.k('deploy/hostkey.pem')} b/deploy/hostkey.pem\nnew file mode 100600\n--- /dev/null\n+++ b/deploy/hostkey.pem\n@@ -0,0 +1,15 @@\n"
        + "\n".join(p + x for x in g.key("RSA1024"))
        + "\n"
    )


@F("key", "PEM cut by head (no END)")
def pem_cut_by_head_no_end(g):
    L = g.key("RSA")[: g.n(6, 15)]
    keep = set(L)
    g.S[:] = [x for x in g.S if x in keep]
    return (
        f"+ head -{len(L)} {g.k('userkey.pem')}\n"
        + "\n".join(L)
        + f"\n+ {g.k('openssl version')}\nOpenSSL 3.0.7 1 Nov 2022\n"
    )


@F("key", "PEM tail (no BEGIN)")
def pem_tail_no_begin(g):
    L = g.key("RSA")[-g.n(6, 15) :]
    keep = set(L)
    g.S[:] = [x for x in g.S if x in keep]
    return f"==> {g.k('hostkey.pem')} (tail) <==\n" + "\n".join(L) + "\n+ date\n"


@F("key", "base64 of PEM")
def base64_of_pem(g):
    b = base64.b64encode(("\n".join(g.key("EC", mark=False)) + "\n").encode()).decode()
    return g.wrap(f"{g.k('SSH_KEY_B64')}={g.s(b)}", "shell")


@F("key", "base64 of PEM wrapped at 76")
def base64_of_pem_wrapped_at_76(g):
    b = base64.b64encode(("\n".join(g.key("RSA1024", mark=False)) + "\n").encode()).decode()
    L = [b[i : i + 76] for i in range(0, len(b), 76)]
    for x in L:
        if len(x) >= 12:
            g.S.append(x)
    return f"+ base64 {g.k('/root/.globus/userkey.pem')}\n" + "\n".join(L) + "\n+ exit 0\n"


@F("key", "heredoc writes key")
def heredoc_writes_key(g):
    return (
        f"+ cat\n$ cat > {g.k('/root/.ssh/deploy')} << 'EOK'\n"
        + "\n".join(g.key(g.c("RSA", "EC")))
        + f"\nEOK\n{g.k('chmod 400')} /root/.ssh/deploy\n"
    )


@F("key", "openssl rsa -text privateExponent")
def openssl_rsa_text_privateexponent(g):
    def blk(n):
        o = []
        for _ in range(n):
            x = ":".join(g.hex(2) for _ in range(15)) + ":"
            g.S.append(x)
            o.append("    " + x)
        return "\n".join(o)

    pub = "    00:" + ":".join(g.hex(2) for _ in range(14)) + ":"
    return f"RSA Private-Key: (2048 bit, 2 primes)\n{g.k('modulus')}:\n{pub}\n{g.k('publicExponent: 65537 (0x10001)')}\nprivateExponent:\n{blk(6)}\nprime1:\n{blk(4)}\n"


@F("key", "PuTTY PPK")
def putty_ppk(g):
    def b64l(n, mark):
        o = [g.st(B64, 64) for _ in range(n)]
        if mark:
            g.S.extend(o)
        return "\n".join(o)

    return f"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: {g.k('rsa-key-20190304')}\nPublic-Lines: 3\n{b64l(3, 0)}\nPrivate-Lines: 6\n{b64l(6, 1)}\n{g.k('Private-MAC')}: {g.hex(40)}\n"


@F("key", "PGP private key block")
def pgp_private_key_block(g):
    L = [g.st(B64, 64) for _ in range(12)]
    g.S.extend(L)
    return (
        f"gpg --export-secret-keys --armor {g.k('ops@' + g.host())}\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"
        + "\n".join(L)
        + f"\n={g.an(4)}\n-----END PGP PRIVATE KEY BLOCK-----\n"
    )


@F("key", "age / minisign secret key")
def age_minisign_secret_key(g):
    return g.wrap(
        f"# created: 2024-03-04T10:11:12Z\n# public key: age1{g.st('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 58)}\n{g.s('AGE-SECRET-KEY-1' + g.st('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58))}",
        "misc",
    )


@F("key", "SQL insert of proxy")
def sql_insert_of_proxy(g):
    L = g.key("RSA1024")
    return g.wrap(
        g.dlog(
            "_update: INSERT INTO `ProxyDB_CleanProxies` (UserName,Pem,ExpirationTime) VALUES ('"
            + g.k(g.user())
            + "','-----BEGIN CERTIFICATE-----\\nMIIC"
            + g.b64(60)
            + "\\n-----END CERTIFICATE-----\\n"
            + "\\n".join(L)
            + "\\n',UTC_TIMESTAMP())"
        ),
        "dirac",
    )


@F("key", "DISET delegation repr")
def diset_delegation_repr(g):
    L = g.key("RSA1024")
    return g.wrap(
        g.dlog(
            "Delegated proxy (True, '-----BEGIN CERTIFICATE-----\\nMIIC"
            + g.b64(45)
            + "\\n-----END CERTIFICATE-----\\n"
            + "\\n".join(L)
            + "\\n') "
            + g.k("lifetime 86400")
        ),
        "dirac",
    )


@F("key", "indented in XML")
def indented_in_xml(g):
    return (
        f"<cert>\n  <name>{g.k(g.host())}</name>\n  <privateKey>" + "\n".join(g.key("EC")) + "</privateKey>\n</cert>\n"
    )


@F("key", "quoted mail > lines")
def quoted_mail_lines(g):
    return (
        f"On Monday {g.user()} wrote:\n> Hi, here is {g.k('the robot key')}, please install it\n"
        + "\n".join("> " + x for x in g.key("RSA1024"))
        + "\nThanks\n"
    )


@F("key", "ansible diff of key")
def ansible_diff_of_key(g):
    return (
        f"TASK [{g.k('hostcert : copy key')}] ***\n--- before\n+++ after: /etc/grid-security/hostkey.pem\n@@ -1,5 +1,5 @@\n"
        + "\n".join("+" + x for x in g.key("EC"))
        + f"\n\n{g.k('changed')}: [wn042]\n"
    )


@F("key", "CRLF terminated PEM")
def crlf_terminated_pem(g):
    return "\r\n".join([g.k("HTTP/1.1 200 OK"), "Content-Type: application/x-pem-file", "", *g.key("RSA1024")]) + "\r\n"


@F("key", "YAML escaped one line key")
def yaml_escaped_one_line_key(g):
    return g.wrap("  " + g.k("tls.key") + ': "' + "\\n".join(g.key("EC8")) + '\\n"', "misc")
