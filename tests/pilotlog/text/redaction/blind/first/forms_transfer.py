"""Hold forms of the grid's data transfer and its tokens."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


X, R, W, C = "xrootd", "rucio", "wlcg-token", "macaroon"
FORMS = [
    F(
        X,
        "opaque-authz",
        "[2026-03-12 10:11:12.000001 +0000][Debug  ][XRootD ] [+{host}:1094] kXR_open (file:"
        " /lhcb/f.dst?authz=Bearer%20@{jwt}&oss.asize=12, mode: 00)",
        "kXR_open",
        "oss.asize=12",
    ),
    F(
        X,
        "opaque-raw",
        "260312 10:11:12 5891 http_Req: Appended header fields to opaque info: 'authz=@{jwt}&pelican.timeout=3s'",
        "pelican.timeout=3s",
    ),
    F(
        X,
        "hdr-line",
        "260312 10:11:12 5891 http_Protocol:  rc:707 got hdr line: Authorization: Bearer @{jwt}\n260312 10:11:12 5891"
        " ofs_open: r",
        "ofs_open",
    ),
    F(
        X,
        "dump-request",
        "Dumping request: PUT /ns/f HTTP/1.1\\r\\nHost: +{host}\\r\\nAuthorization: Bearer @{jwt}\\r\\nAccept-Encoding:"
        " gzip\\r\\n",
        "Dumping request",
    ),
    F(
        X,
        "xrdcp-cgi",
        "xrdcp 'root://+{host}//data/f.root?authz=Bearer%20@{jwt}' /tmp/f.root\nRun: [ERROR] Server responded with an"
        " error: [3010] permission denied",
        "[3010] permission denied",
    ),
    F(
        X,
        "xrdcl-env",
        "XRD_LOGLEVEL=Debug\nXrdSecDEBUG=1\nXrdSecCREDS=@{b64_64}\nXrdSecPROTOCOL=ztn",
        "XrdSecPROTOCOL=ztn",
    ),
    F(X, "access-token-cgi", "GET root://+{host}//f.root?access_token=@{jwt}&tried=", "tried="),
    F(
        X,
        "sss-keytab",
        "0 u:~{user} g:lhcb n:pilot N:~{pin} c:1790000000 e:0 f:0 k:@{hex64}\nxrdsssadmin: 1 key listed",
        "xrdsssadmin: 1 key listed",
    ),
    F(
        X,
        "tpc-header",
        "TPC PullRequest: event=SUBMIT, remote=https://+{host}/f, TransferHeaderAuthorization: Bearer @{jwt}",
        "event=SUBMIT",
    ),
    F(X, "eos-token", "eos token --path /eos/x --permission rx\nzteos64:@{b64_64}\neos: done", "eos: done"),
    F(
        R,
        "x-rucio-header",
        "GET https://+{host}/whoami\nX-Rucio-Auth-Token: @{jwt}\n401 CannotAuthenticate",
        "401 CannotAuthenticate",
    ),
    F(
        R,
        "old-token",
        "X-Rucio-Auth-Token: +{user}-/CN=pilot-webui-@{hex32}\nX-Rucio-Account: root",
        "X-Rucio-Account: root",
    ),
    F(
        R,
        "cfg",
        "[client]\nrucio_host = https://+{host}\nauth_type = userpass\nusername = ~{user}\npassword ="
        " @{pw}\nrequest_retries = 3",
        "auth_type = userpass",
        "request_retries = 3",
    ),
    F(
        R,
        "debug-response",
        'DEBUG rucio: token from server: "@{jwt}"\nDEBUG rucio: account +{user}',
        "DEBUG rucio: account",
    ),
    F(
        R,
        "userpass-headers",
        "{'X-Rucio-Account': 'root', 'X-Rucio-Username': '~{user}', 'X-Rucio-Password': '@{pw}'} -> +{host}",
        "X-Rucio-Account",
    ),
    F(R, "env", "RUCIO_ACCOUNT=+{user}\nRUCIO_AUTH_TOKEN=@{jwt}\nRUCIO_HOME=/opt/rucio", "RUCIO_HOME=/opt/rucio"),
    F(
        R,
        "signed-url",
        "download https://+{host}/b/f?GoogleAccessId=x&Expires=1790000000&Signature=@{b64_64|url}",
        "Expires=1790000000",
    ),
    F(R, "panda", "PANDA_AUTH_ORIGIN=panda.pilot\nPANDA_AUTH_ID_TOKEN=@{jwt}\nPANDA_AUTH=oidc", "PANDA_AUTH=oidc"),
    F(
        W,
        "env-var",
        "export BEARER_TOKEN=@{jwt}\ngfal-ls -v https://+{host}/data\nINFO: Using bearer token for HTTPS request"
        " authorization",
        "gfal-ls -v",
    ),
    F(W, "cat-bt", "$ cat /tmp/bt_u1000\n@{jwt}\n$ echo $?", "/tmp/bt_u1000"),
    F(W, "oidc-token", "$ oidc-token wlcg-pilot\n@{jwt}\n$ date", "$ oidc-token wlcg-pilot"),
    F(W, "gfal-property", "gfal2: set option BEARER:TOKEN=@{jwt}\ngfal2: open davs://+{host}/f", "gfal2: open"),
    F(
        W,
        "root-davix",
        "Info in <TDavixFile>: Using Bearer token: @{jwt}\nError in <TDavixFile::Open>: (HTTP 403)",
        "(HTTP 403)",
    ),
    F(
        W,
        "fts-submit",
        "fts-rest-transfer-submit --access-token @{jwt} -s https://+{host}:8446 a b",
        "fts-rest-transfer-submit",
    ),
    F(W, "scitokens-verify", "scitokens-verify @{jwt}\nFailed to deserialize a token: token expired", "token expired"),
    F(W, "fts-json", '{"params": {"source_tokens": ["@{jwt}"], "retry": 3}, "host": "+{host}"}', '"retry": 3'),
    F(
        W,
        "discovery-log",
        "token discovery: BEARER_TOKEN_FILE -> value @{jwt}\nissuer not trusted",
        "issuer not trusted",
    ),
    F(W, "pelican", "pelican object get -t @{jwt} pelican://osg-htc.org/f /tmp/f\nERROR failed download: 403", "403"),
    F(C, "request-response", '{"macaroon": "@{macaroon}", "uri": {"base": "https://+{host}/"}}', '"uri"'),
    F(C, "query", "https://+{host}:2880/f.dst?authz=@{macaroon}&x=1", "x=1"),
    F(C, "bearer", "> Authorization: BEARER @{macaroon}\n< HTTP/1.1 403 Forbidden", "403 Forbidden"),
    F(C, "shell", "+ MACAROON=@{macaroon}\n+ curl -L https://+{host}/f", "+ curl -L"),
    F(C, "gfal-log", "Macaroon obtained: @{macaroon}\nCopying davs://+{host}/f", "Copying davs://"),
    F(
        C,
        "view-macaroon",
        "location https://+{host}\nidentifier pilot\ncid before:2026-03-12\nsignature @{hex64}",
        "cid before:2026-03-12",
    ),
]
