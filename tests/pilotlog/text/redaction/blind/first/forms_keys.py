"""Hold forms of private keys and proxies; the marks of a block are put together so that no file looks like a key."""

from .cases import Form

BEGIN, END = "-----BEGIN ", "-----END "


def pem(label, body="@{short_body}", sep="\n"):
    """Write a block around a body."""
    return f"{BEGIN}{label}-----{sep}{body}{sep}{END}{label}-----"


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


K, P, X = "private-key", "private-key-printed", "x509-proxy"
RSA, PKCS8, EC = "RSA PRIV" + "ATE KEY", "PRIV" + "ATE KEY", "EC PRIV" + "ATE KEY"
CERT = pem("CERTIFICATE", "~{short_body}")
ENC = "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,~{hex16}\n\n@{short_body}"
FORMS = [
    F(K, "rsa", "cat userkey.pem\n" + pem(RSA, "@{key_body}") + "\nls -l userkey.pem", "ls -l userkey.pem"),
    F(K, "pkcs8", pem(PKCS8, "@{key_body}") + "\nkey written to hostkey.pem", "key written to hostkey.pem"),
    F(K, "ec", pem(EC, "@{ec_body}") + "\nread EC key", "read EC key"),
    F(K, "ed25519-pkcs8", pem(PKCS8, "MC4CAQAwBQYDK2VwBCIEI@{b64_32}") + "\ndone", "done"),
    F(
        K,
        "openssh",
        pem("OPENSSH " + PKCS8, "@{openssh_body}") + "\nIdentity added: id_ed25519",
        "Identity added: id_ed25519",
    ),
    F(K, "dsa", pem("DSA " + PKCS8) + "\nnot supported", "not supported"),
    F(K, "encrypted-pkcs8", pem("ENCRYPTED " + PKCS8) + "\nunable to load key: bad decrypt", "bad decrypt"),
    F(K, "encrypted-rsa", pem(RSA, ENC) + "\nEnter pass phrase:", "Enter pass phrase:"),
    F(K, "pgp", pem("PGP " + PKCS8 + " BLOCK", "\n@{short_body}\n=aBc1") + "\ngpg: exported", "gpg: exported"),
    F(
        K,
        "putty",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: pilot\nPublic-Lines: 2\n~{b64_48}\n~{b64_32}\n"
        "Private-Lines: 1\n@{b64_48}\nPrivate-MAC: ~{hex64}",
        "PuTTY-User-Key-File-3",
    ),
    F(
        K,
        "ssh2",
        "---- BEGIN SSH2 ENCRYPTED "
        + PKCS8
        + ' ----\nComment: "pilot"\n@{short_body}\n---- END SSH2 ENCRYPTED '
        + PKCS8
        + " ----\nend",
        "end",
    ),
    F(K, "wireguard", "[Interface]\nPrivateKey = @{b64_32}\nListenPort = 51820", "ListenPort = 51820"),
    F(K, "age", "# created: 2026-03-12T10:11:12Z\n# public key: age1~{hex40}\n@{age}", "# created:"),
    F(
        K,
        "jwk",
        '{"kty":"EC","crv":"P-256","kid":"~{hex16}","x":"~{url43}","y":"~{url43}","d":"@{url43}"}',
        '"crv":"P-256"',
    ),
    F(
        K,
        "jwk-rsa",
        '{"kty": "RSA", "e": "AQAB", "n": "~{url86}", "d": "@{url86}", "p": "@{url43}", "q": "@{url43}"}',
        '"kty": "RSA"',
    ),
    F(K, "jwk-oct", '{"keys": [{"kty": "oct", "k": "@{url43}", "alg": "HS256"}]}', '"alg": "HS256"'),
    F(K, "krb5-keytab-dump", "kvno 3 host/+{host}@EXAMPLE.ORG aes256-cts (0x@{hex64})", "aes256-cts"),
    F(K, "dnssec", "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: @{b64_32}", "Algorithm: 13"),
    F(
        P,
        "openssl-text",
        "Private-Key: (2048 bit, 2 primes)\nprivateExponent:\n    @{hexcolon|in4}\nprime1:\n   "
        " @{hexcolon|in4}\nwriting RSA key",
        "writing RSA key",
    ),
    F(
        P,
        "openssl-ec-text",
        "read EC key\nPrivate-Key: (256 bit)\npriv:\n    @{hexcolon|in4}\npub:\n    ~{hexcolon|in4}\nASN1 OID:"
        " prime256v1",
        "ASN1 OID: prime256v1",
    ),
    F(
        P,
        "json-newlines",
        '{"type": "service_account", "project_id": "grid", "private_key": "'
        + pem(PKCS8, "@{short_body|one}", "\\n")
        + '\\n", "client_email": "p@grid.example.org"}',
        "service_account",
        "p@grid.example.org",
    ),
    F(P, "json-wrapped", '{"key": "' + pem(RSA, "@{ec_body|nl}", "\\n") + '", "n": 1}', '"n": 1'),
    F(P, "python-repr", "key = '" + pem(EC, "@{ec_body|nl}", "\\n") + "\\n'\nlen 227", "len 227"),
    F(
        P,
        "python-repr-lines",
        "('" + BEGIN + PKCS8 + "-----\\n'\n '@{ec_body|repr}\\n'\n '" + END + PKCS8 + "-----\\n')\nprinted",
        "printed",
    ),
    F(P, "python-bytes", "b'" + pem(PKCS8, "@{ec_body|nl}", "\\n") + "'\nSSLError: bad", "SSLError: bad"),
    F(P, "one-line-spaces", "HOST_KEY=" + pem(RSA, "@{short_body|sp}", " ") + " MODE=x", "HOST_KEY", "MODE=x"),
    F(P, "env-multiline", "SSH_KEY=" + pem(RSA) + "\nSHLVL=1", "SSH_KEY", "SHLVL=1"),
    F(
        P,
        "yaml-indented",
        "tls:\n  key: |\n    " + pem(PKCS8, "@{short_body|in4}", "\n    ") + "\n  verify: true",
        "verify: true",
    ),
    F(P, "diff-added", "+++ b/key.pem\n+" + pem(PKCS8, "@{short_body|plus}", "\n+") + "\n diff end", " diff end"),
    F(P, "quoted-mail", "> " + pem(RSA, "@{short_body|gt}", "\n> ") + "\nthat is my key", "that is my key"),
    F(P, "commented", "# " + pem(RSA, "@{short_body|hash}", "\n# ") + "\nport = 22", "port = 22"),
    F(P, "crlf", pem(PKCS8, "@{short_body|crlf}", "\r\n") + "\r\nend of file", "end of file"),
    F(
        P,
        "log-prefix",
        "~{ts} DEBUG [Proxy] " + pem(RSA, "@{short_body|one}", "") + "\n~{ts} INFO [Proxy] loaded",
        "loaded",
    ),
    F(P, "xtrace-echo", "+ echo '" + pem(RSA) + "'\n+ chmod 600 key.pem", "+ chmod 600 key.pem"),
    F(P, "base64-of-pem", "tls.key: @{pem_text|b64}\ntls.crt: see +{host}", "tls.crt: see"),
    F(P, "head-only", "$ head -4 key.pem\n" + BEGIN + RSA + "-----\n@{ec_body}\n$ wc -l key.pem", "$ wc -l key.pem"),
    F(P, "tail-only", "$ tail -4 key.pem\n@{ec_body}\n" + END + RSA + "-----\n$ wc -l key.pem", "$ wc -l key.pem"),
    F(
        P,
        "escaped-twice",
        '"private_key\\": \\"' + pem(PKCS8, "@{ec_body|nl2}", "\\\\n") + '\\", \\"id\\": 7',
        '\\"id\\": 7',
    ),
    F(
        P,
        "cat-n",
        "     1\t"
        + BEGIN
        + PKCS8
        + "-----\n     2\t@{b64_48}\n     3\t@{b64_48}\n     4\t@{b64_32}\n     5\t"
        + END
        + PKCS8
        + "-----\n     6\tend",
        "     6\tend",
    ),
    F(P, "xml-key", "<privateKey>@{short_body|one}</privateKey>\n<port>443</port>", "<port>443</port>"),
    F(
        X,
        "proxy-file",
        "cat $X509_USER_PROXY\n" + CERT + "\n" + pem(RSA) + "\n" + CERT + "\nissuer: CERN",
        "issuer: CERN",
        "X509_USER_PROXY",
    ),
    F(X, "proxy-pkcs8", CERT + "\n" + pem(PKCS8) + "\ntimeleft : 23:59:58", "timeleft : 23:59:58"),
    F(
        X,
        "proxy-string",
        "proxyString = '"
        + pem("CERTIFICATE", "~{ec_body|nl}", "\\n")
        + "\\n"
        + pem(RSA, "@{short_body|nl}", "\\n")
        + "\\n'\nvalid",
        "valid",
    ),
    F(
        X,
        "proxy-in-dict",
        "{'OK': True, 'Value': {'proxy': '" + pem(RSA, "@{ec_body|nl}", "\\n") + "', 'group': 'lhcb_pilot'}}",
        "'group': 'lhcb_pilot'",
    ),
    F(
        X,
        "proxy-base64-env",
        "DIRAC_PROXY_B64=@{pem_text|b64}\nX509_CERT_DIR=/cvmfs/grid.cern.ch/etc/grid-security/certificates",
        "X509_CERT_DIR",
    ),
    F(
        X,
        "pilot-wrapper-proxy",
        "with open('proxy', 'wb') as fd:\n    fd.write(base64.b64decode('@{pem_text|b64}'))\nos.chmod('proxy', 0o600)",
        "os.chmod",
    ),
    F(
        X,
        "proxy-bz2",
        'proxyData = bz2.decompress(base64.b64decode("""@{b64_64|one}"""))\nopen(\'proxy\', \'w\')',
        "bz2.decompress",
    ),
    F(
        X,
        "diracx-in-proxy",
        CERT + "\n" + pem("DIRACX", "@{jwt|b64}") + "\nproxy with DiracX section",
        "proxy with DiracX section",
    ),
    F(
        X,
        "voms-proxy-init-stdin",
        "Enter GRID pass phrase: @{pw_space}\nCreating temporary proxy ... Done",
        "Creating temporary proxy",
    ),
    F(
        X,
        "voms-proxy-init-pwstdin",
        "echo @{pw} | voms-proxy-init -pwstdin -voms lhcb:/lhcb/Role=pilot",
        "/lhcb/Role=pilot",
    ),
    F(
        X,
        "grid-proxy-env",
        "X509_USER_KEY_PASSWORD=@{pw}\nX509_USER_CERT=/etc/grid-security/hostcert.pem",
        "X509_USER_CERT",
        "X509_USER_KEY_PASSWORD",
    ),
]
