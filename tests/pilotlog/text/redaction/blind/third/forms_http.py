"""Hold forms of HTTP."""

import base64

from .maker import F, curl_head
from .words import AN, B64, DI, UP


@F("http", "curl -v Authorization: Basic")
def curl_v_authorization_basic(g):
    b = base64.b64encode(f"{g.user()}:{g.pw(False)}".encode()).decode()
    return f"{curl_head(g, g.host())}\n> Authorization: {g.k('Basic')} {g.s(b)}\n> User-Agent: curl/7.76.1\n> Accept: */*\n>\n< HTTP/1.1 {g.k('401 Unauthorized')}\n< Content-Length: 0\n"


@F("http", "curl -v Authorization: Bearer")
def curl_v_authorization_bearer(g):
    return f'{curl_head(g, g.host(), "/" + g.vo() + "/f.root")}\n> User-Agent: curl/7.61.1\n> Authorization: {g.k("Bearer")} {g.s(g.jwt())}\n>\n< HTTP/1.1 403 Forbidden\n< {g.k("WWW-Authenticate: Bearer realm=")}storm,error="invalid_token"\n'


@F("http", "curl -v h2 lines")
def curl_v_h2_lines(g):
    h = g.host()
    return f"* Using HTTP2, server supports multiplexing\n* h2h3 [:method: GET]\n* h2h3 [:authority: {g.k(h)}]\n* h2h3 [authorization: {g.k('Bearer')} {g.s(g.jwt('ES256'))}]\n* Using Stream ID: 1\n> GET / HTTP/2\n"


@F("http", "Cookie and Set-Cookie")
def cookie_and_set_cookie(g):
    return f"{curl_head(g, g.host('grafana'), '/d/pilots')}\n> Cookie: {g.k('grafana_session')}={g.s(g.hex(32))}; lang=en\n>\n< HTTP/1.1 200 OK\n< {g.k('Set-Cookie')}: JSESSIONID={g.s(g.st(UP + DI, 32))}; Path=/; Secure; HttpOnly\n< Server: nginx/1.20.1\n"


@F("http", "keystone X-Subject-Token")
def keystone_x_subject_token(g):
    return f"< HTTP/1.1 201 Created\n< Date: Mon, 04 Mar 2024 10:11:12 GMT\n< {g.k('X-Subject-Token')}: {g.s('gAAAAAB' + g.b64u(180))}\n< Vary: X-Auth-Token\n< {g.k('x-openstack-request-id')}: req-{g.uuid()}\n"


@F("http", "X-Rucio-Auth-Token header")
def x_rucio_auth_token_header(g):
    u = g.user()
    return f"> GET /accounts/whoami HTTP/1.1\n> Host: {g.k(g.host('rucio'))}\n> {g.k('X-Rucio-Auth-Token')}: {u}-/DC=ch/DC=cern/OU=Organic Units/OU=Users/CN={u}/CN=Robot-unknown-{g.s1(g.hex(32))}\n> Accept: */*\n>\n< HTTP/1.1 200 OK\n"


@F("http", "X-Rucio-Password header")
def x_rucio_password_header(g):
    return f"> GET /auth/userpass HTTP/1.1\n> X-Rucio-Account: {g.k('root')}\n> X-Rucio-Username: {g.k('ddmlab')}\n> {g.k('X-Rucio-Password')}: {g.s(g.pw(False))}\n>\n"


@F("http", "PRIVATE-TOKEN / JOB-TOKEN")
def private_token_job_token(g):
    return g.wrap(
        f"> {g.k(g.c('PRIVATE-TOKEN', 'Private-Token', 'JOB-TOKEN'))}: {g.s(g.c('glpat-' + g.b64u(20), g.b64u(20)))}\n> Host: {g.k(g.host('gitlab'))}",
        "misc",
    )


@F("http", "X-Vault-Token / X-Api-Key")
def x_vault_token_x_api_key(g):
    return g.wrap(
        f"> POST /v1/secret/oidc HTTP/1.1\n> {g.k('X-Vault-Token')}: {g.s('s.' + g.an(24))}\n> {g.k('X-API-Key')}: {g.s(g.an(40))}\n> Host: {g.k(g.host('vault'))}",
        "misc",
    )


@F("http", "Proxy-Authorization")
def proxy_authorization(g):
    b = base64.b64encode(f"{g.user()}:{g.pw(False)}".encode()).decode()
    return f"* Establish HTTP proxy tunnel to {g.k('cvmfs-stratum-one.cern.ch:443')}\n> CONNECT cvmfs-stratum-one.cern.ch:443 HTTP/1.1\n> {g.k('Proxy-Authorization: Basic')} {g.s(b)}\n> User-Agent: curl/7.76.1\n< HTTP/1.1 407 Proxy Authentication Required\n"


@F("http", "davix debug headers")
def davix_debug_headers(g):
    return f"DAVIX({g.k('http')}): > PROPFIND /{g.vo()}/dir HTTP/1.1\n> User-Agent: libdavix/0.8.5 neon/0.0.29\n> Host: {g.k(g.host('se03'))}:8443\n> {g.k('Authorization')}: Bearer {g.s(g.jwt())}\n> Depth: 0\n\nDAVIX(http): < HTTP/1.1 404 Not Found\n"


@F("http", "TPC TransferHeaderAuthorization")
def tpc_transferheaderauthorization(g):
    return f"> COPY /{g.vo()}/f.root HTTP/1.1\n> Destination: davs://{g.k(g.host('se03'))}/f.root\n> {g.k('TransferHeaderAuthorization')}: Bearer {g.s('MDA' + g.b64u(300))}\n> X-Number-Of-Streams: 1\n> {g.k('Credential: none')}\n"


@F("http", "wget -d request")
def wget_d_request(g):
    b = base64.b64encode(f"{g.user()}:{g.pw()}".encode()).decode()
    return f"---request begin---\nGET /sw/pilot.tgz HTTP/1.1\r\nHost: {g.k(g.host())}\r\nAuthorization: {g.k('Basic')} {g.s(b)}\r\nConnection: Keep-Alive\r\n---request end---\n{g.k('HTTP request sent, awaiting response...')} 200 OK\n"


@F("http", "python http.client debuglevel send")
def python_http_client_debuglevel_send(g):
    h = g.host()
    return g.wrap(
        f"send: b'GET /jobs/{g.n(1, 10**6)} HTTP/1.1\\r\\nHost: {g.k(h)}\\r\\nUser-Agent: python-requests/2.31.0\\r\\nAuthorization: {g.k('Bearer')} {g.s(g.jwt('ES256'))}\\r\\n\\r\\n'\nreply: 'HTTP/1.1 200 OK\\r\\n'",
        "misc",
    )


@F("http", "requests headers dict repr")
def requests_headers_dict_repr(g):
    return g.wrap(
        g.dlog(
            f"request headers {{'User-Agent': '{g.k('python-requests/2.28.1')}', 'Accept': '*/*', 'Authorization': 'Bearer {g.s(g.jwt())}', 'Content-Length': '0'}}"
        ),
        "dirac",
    )


@F("http", "aiohttp CIMultiDict / httpx Headers")
def aiohttp_cimultidict_httpx_headers(g):
    return g.wrap(
        g.c(
            f"<CIMultiDict('Host': '{g.host()}', 'Authorization': 'Basic %s', 'Accept': '*/*')>",
            f"Headers({{'host': '{g.host()}', 'authorization': 'Basic %s', 'accept': '*/*'}})",
        )
        % g.s(base64.b64encode(f"{g.user()}:{g.pw()}".encode()).decode()),
        "misc",
    )


@F("http", "urllib3 debug line with query token")
def urllib3_debug_line_with_query_token(g):
    return g.wrap(
        f'DEBUG:urllib3.connectionpool:https://{g.k(g.host())}:443 "GET /api/deposit/depositions?{g.k("access_token")}={g.s(g.an(60))} HTTP/1.1" 200 None',
        "misc",
    )


@F("http", "access log with token in query")
def access_log_with_token_in_query(g):
    return g.wrap(
        f'{g.ip()} - {g.user()} [04/Mar/2024:10:11:{g.n(10, 59)} +0100] "GET /files/a.root?size=3&{g.k(g.c("token", "access_token", "api_key", "apikey"))}={g.s(g.an(40))} HTTP/1.1" {g.k("200 1812")} "-" "curl/7.76.1"',
        "misc",
    )


@F("http", "form body password grant")
def form_body_password_grant(g):
    return f"> POST /token HTTP/1.1\n> Host: {g.k(g.host('iam'))}\n> Content-Type: application/x-www-form-urlencoded\n> Content-Length: 98\n>\n{g.k('grant_type=password')}&username={g.user()}&password={g.s(g.pw())}&scope=openid+offline_access\n* upload completely sent off: 98 out of 98 bytes\n"


@F("http", "form body refresh_token")
def form_body_refresh_token(g):
    return g.wrap(
        g.dlog(
            f"POST https://{g.k(g.host('iam'))}/token body={g.k('grant_type=refresh_token')}&refresh_token={g.s(g.b64u(90))}&client_id={g.uuid()}"
        ),
        "dirac",
    )


@F("http", "form body token exchange")
def form_body_token_exchange(g):
    return g.wrap(
        f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&{g.k('subject_token')}={g.s(g.jwt())}&audience={g.k('fts')}&scope=storage.read%3A%2F",
        "misc",
    )


@F("http", "form body jwt bearer assertion")
def form_body_jwt_bearer_assertion(g):
    return g.wrap(
        f"data: client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&{g.k('client_assertion')}={g.s(g.jwt())}&grant_type={g.k('client_credentials')}",
        "misc",
    )


@F("http", "oauth code in redirect")
def oauth_code_in_redirect(g):
    return g.wrap(
        f"< HTTP/1.1 302 Found\n< Location: https://{g.k(g.host('lbdirac01'))}/DIRAC/auth/redirect?{g.k('code')}={g.s(g.b64u(43))}&state={g.an(20)}",
        "misc",
    )


@F("http", "oauth PKCE code_verifier + code body")
def oauth_pkce_code_verifier_code_body(g):
    return g.wrap(
        f"grant_type=authorization_code&code={g.s(g.b64u(43))}&redirect_uri=https%3A%2F%2F{g.k(g.host('iam'))}%2Fcb&{g.k('code_verifier')}={g.s(g.b64u(48))}",
        "misc",
    )


@F("http", "SAS / presigned URL")
def sas_presigned_url(g):
    h = g.host("s3")
    return g.wrap(
        f"Downloading sandbox https://{g.k(h)}/sandboxes/{g.hex(64)}.tar.bz2?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{g.st(UP, 16)}%2F20240304%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20240304T101112Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&{g.k('X-Amz-Signature')}={g.s(g.hex(64))}",
        "dirac",
    )


@F("http", "azure SAS sig")
def azure_sas_sig(g):
    return g.wrap(
        f"azcopy copy 'https://{g.k('pilotlogs.blob.core.windows.net')}/out?sv=2022-11-02&se=2024-05-01T00%3A00%3A00Z&sr=c&sp=rwl&{g.k('sig')}={g.s(g.st(AN, 41) + '%2B' + g.an(1) + '%3D')}' .",
        "misc",
    )


@F("http", "multipart form password")
def multipart_form_password(g):
    b = "----WebKitFormBoundary" + g.an(16)
    return f'--{b}\r\nContent-Disposition: form-data; name="username"\r\n\r\n{g.user()}\r\n--{b}\r\nContent-Disposition: form-data; name="{g.k("password")}"\r\n\r\n{g.s(g.pw(False))}\r\n--{b}--\r\n'


@F("http", "keystone json password auth")
def keystone_json_password_auth(g):
    return g.wrap(
        f'REQ: curl -g -i -X POST https://{g.k(g.host("keystone"))}/v3/auth/tokens -H "Content-Type: application/json" -d \'{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{"name": "{g.user()}", "domain": {{"id": "default"}}, "{g.k("password")}": "{g.s(g.pw())}"}}}}}}}}}}\'',
        "misc",
    )


@F("http", "STOMP CONNECT frame")
def stomp_connect_frame(g):
    return f"{g.iso()} DEBUG stomp.py Sending frame: cmd=CONNECT headers={{'{g.k('login')}': 'pilots', '{g.k('passcode')}': '{g.s(g.pw())}', 'accept-version': '1.1'}}\nCONNECT\naccept-version:1.1\nhost:{g.k(g.host('mq-stomp'))}\nlogin:pilots\npasscode:{g.S[-1]}\n\n^@\n"


@F("http", "SMTP AUTH trace")
def smtp_auth_trace(g):
    b = base64.b64encode(f"\0{g.user()}\0{g.pw()}".encode()).decode()
    return f"send: 'ehlo {g.k(g.host('wn042'))}\\r\\n'\nreply: b'250-AUTH PLAIN LOGIN\\r\\n'\nsend: '{g.k('AUTH PLAIN')} {g.s(b)}\\r\\n'\nreply: b'535 5.7.8 {g.k('Error: authentication failed')}\\r\\n'\n"


@F("http", "FTP PASS")
def ftp_pass(g):
    return f"220 {g.k(g.host('ftp'))} FTP server ready.\n---> USER {g.k(g.user())}\n331 Password required.\n---> {g.k('PASS')} {g.s(g.pw())}\n230 Login successful.\n"


@F("http", "redis AUTH monitor")
def redis_auth_monitor(g):
    return g.wrap(
        f'1709547{g.n(100, 999)}.{g.n(100000, 999999)} [0 {g.ip()}:{g.n(30000, 60000)}] "{g.k("AUTH")}" "{g.s(g.pw())}"',
        "misc",
    )


@F("http", "openssl s_client session master key")
def openssl_s_client_session_master_key(g):
    return f"SSL-Session:\n    Protocol  : {g.k('TLSv1.2')}\n    Cipher    : ECDHE-RSA-AES256-GCM-SHA384\n    Session-ID: {g.hex(64).upper()}\n    {g.k('Master-Key')}: {g.s(g.hex(96).upper())}\n    Verify return code: 0 (ok)\n"


@F("http", "SSLKEYLOGFILE")
def sslkeylogfile(g):
    return f"{g.k('CLIENT_RANDOM')} {g.hex(64)} {g.s(g.hex(96))}\n{g.k('CLIENT_TRAFFIC_SECRET_0')} {g.hex(64)} {g.s(g.hex(64))}\n"


@F("http", "tcpdump -A / ngrep")
def tcpdump_a_ngrep(g):
    b = base64.b64encode(f"{g.user()}:{g.pw()}".encode()).decode()
    return f"T {g.ip()}:{g.n(30000, 60000)} -> {g.ip()}:80 [AP]\n  GET /monit HTTP/1.1..Host: {g.k(g.host())}..Authorization: {g.k('Basic')} {g.s(b)}..Accept: */*....\n"


@F("http", "url userinfo in https")
def url_userinfo_in_https(g):
    return g.wrap(
        g.plog(f"Fetching https://{g.user()}:{g.s(g.pw())}@{g.k(g.host())}/lhcb-pilots/{g.k('checksums.sha512')}"),
        "pilot",
    )


@F("http", "url userinfo percent-encoded")
def url_userinfo_percent_encoded(g):
    return g.wrap(
        f"ERROR 401: failed for url https://{g.user()}:{g.s(g.word() + '%40' + str(g.n(10, 99)) + '%21' + g.word())}@{g.k(g.host('webdav'))}:2443/data/{g.k('Unauthorized')}",
        "misc",
    )


@F("http", "ArgoCD / github api token auth")
def argocd_github_api_token_auth(g):
    return g.wrap(
        f"> Authorization: {g.k('token')} {g.s('ghp_' + g.an(36))}\n> Accept: application/vnd.github.v3+json\n> Host: {g.k('api.github.com')}",
        "misc",
    )


@F("http", "elastic ApiKey / Influx Token scheme")
def elastic_apikey_influx_token_scheme(g):
    return g.wrap(
        f"> POST /_bulk HTTP/1.1\n> Host: {g.k(g.host('es'))}:9200\n> Authorization: {g.k(g.c('ApiKey', 'Token'))} {g.s(g.b64(45))}\n> Content-Type: application/x-ndjson",
        "misc",
    )


@F("http", "AWS4-HMAC-SHA256 header")
def aws4_hmac_sha256_header(g):
    return g.wrap(
        f"authorization:AWS4-HMAC-SHA256 Credential=AKIA{g.st(UP, 16)}/20240304/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, {g.k('Signature')}={g.s(g.hex(64))}\n{g.k('x-amz-security-token')}:{g.s('FwoGZXIvYXdzE' + g.st(B64, 200))}",
        "misc",
    )


@F("http", "Negotiate header")
def negotiate_header(g):
    return f"{curl_head(g, g.host('login'), '/auth')}\n> Authorization: {g.k('Negotiate')} {g.s('YII' + g.b64(300)[3:])}\n< HTTP/1.1 200 OK\n"


@F("http", "Shibboleth / mod_auth_openidc cookies")
def shibboleth_mod_auth_openidc_cookies(g):
    return g.wrap(
        f"> Cookie: _shibsession_64656661756c7468747470733a2f2f={g.s('_' + g.hex(32))}; {g.k('mod_auth_openidc_session')}={g.s(g.uuid())}\n> Host: {g.k(g.host('monit'))}",
        "misc",
    )


@F("http", "curl cookie jar (Netscape)")
def curl_cookie_jar_netscape(g):
    h = g.host()
    return f"# Netscape HTTP Cookie File\n#HttpOnly_{g.k(h)}\tFALSE\t/\tTRUE\t0\t{g.k('connect.sid')}\ts%3A{g.s(g.b64u(32) + '.' + g.an(43))}\n"
