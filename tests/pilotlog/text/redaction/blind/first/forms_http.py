"""Hold forms of HTTP headers and verbose clients."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


H, V = "http-header", "http-verbose"
FORMS = [
    F(H, "bearer", "Authorization: Bearer @{jwt}\nHost: +{host}\nAccept: */*", "Authorization", "Accept: */*"),
    F(H, "bearer-opaque", "authorization: bearer @{url43}\nuser-agent: pilot/9.0", "user-agent: pilot/9.0"),
    F(H, "basic", "Authorization: Basic @{basic}\nUser-Agent: curl/8.5.0", "Authorization", "User-Agent: curl/8.5.0"),
    F(
        H,
        "token-scheme",
        "Authorization: token @{github}\nAccept: application/vnd.github+json",
        "application/vnd.github+json",
    ),
    F(H, "raw-authorization", "Authorization: @{jwt}\nConnection: close", "Connection: close"),
    F(
        H,
        "proxy-authorization",
        "Proxy-Authorization: Basic @{basic}\nProxy-Connection: Keep-Alive",
        "Proxy-Connection: Keep-Alive",
    ),
    F(
        H,
        "x-api-key",
        "X-API-Key: @{alnum40}\nContent-Type: application/json",
        "X-API-Key",
        "Content-Type: application/json",
    ),
    F(H, "x-auth-token", "X-Subject-Token: @{url86}\nX-Openstack-Request-Id: req-~{uuid}", "X-Openstack-Request-Id"),
    F(H, "vault-header", "X-Vault-Token: @{vault}\nX-Vault-Request: true", "X-Vault-Request: true"),
    F(H, "private-token", "PRIVATE-TOKEN: @{gitlab}\nContent-Length: 0", "PRIVATE-TOKEN", "Content-Length: 0"),
    F(H, "job-token", "JOB-TOKEN: @{gitlab_job}\nContent-Length: 0", "JOB-TOKEN"),
    F(H, "cookie", "Cookie: lang=en; session_id=@{hex64}; theme=dark", "theme=dark"),
    F(
        H,
        "set-cookie",
        "Set-Cookie: JSESSIONID=@{hex32}; Path=/; Secure; HttpOnly\nServer: Jetty",
        "Server: Jetty",
        "HttpOnly",
    ),
    F(H, "csrf", "X-CSRFToken: @{alnum32}\nReferer: https://+{host}/admin/", "/admin/"),
    F(
        H,
        "aws-sigv4",
        "x-amz-security-token: @{aws_session}\nx-amz-date: 20260312T101112Z",
        "x-amz-date: 20260312T101112Z",
    ),
    F(
        H,
        "digest",
        'Authorization: Digest username="~{user}", realm="dav", nonce="~{hex32}", uri="/d", response="@{hex32}"',
        'realm="dav"',
    ),
    F(H, "negotiate", "Authorization: Negotiate @{b64_64}\nHost: +{host}", "Negotiate"),
    F(
        H,
        "oauth1",
        'Authorization: OAuth oauth_consumer_key="~{alnum20}", oauth_token="@{url43}", oauth_version="1.0"',
        'oauth_version="1.0"',
    ),
    F(
        H,
        "python-dict",
        "headers: {'Accept': '*/*', 'Authorization': 'Bearer @{jwt}', 'Host': '+{host}'}",
        "'Accept': '*/*'",
    ),
    F(
        H,
        "python-tuples",
        "[('host', '+{host}'), ('authorization', 'Basic @{basic}'), ('accept', '*/*')]",
        "('accept', '*/*')",
    ),
    F(
        H,
        "bytes-tuples",
        "(b'Host', b'+{host}'), (b'Authorization', b'Bearer @{jwt_hs}'), (b'Accept', b'*/*')",
        "b'Accept'",
    ),
    F(
        H,
        "go-map",
        "headers=map[Accept:[*/*] Authorization:[Bearer @{jwt_hs}] User-Agent:[Go-http-client/1.1]]",
        "Go-http-client/1.1",
    ),
    F(
        H,
        "har",
        '{"name": "Authorization", "value": "Bearer @{jwt}"}, {"name": "Host", "value": "+{host}"}',
        '"name": "Host"',
    ),
    F(
        V,
        "curl-v",
        "* Connected to +{host} (192.0.2.10) port 443\n> GET /api/job/~{num} HTTP/2\n> Host: ~{host}\n"
        '> authorization: Bearer @{jwt}\n> \n< HTTP/2 401 \n< www-authenticate: Bearer error="invalid_token"',
        'error="invalid_token"',
        "GET /api/job/",
    ),
    F(
        V,
        "curl-v-h2",
        "* [HTTP/2] [1] [:authority: +{host}]\n* [HTTP/2] [1] [authorization: Basic @{basic}]\n* [HTTP/2] [1] [accept:"
        " */*]",
        "[accept: */*]",
    ),
    F(
        V,
        "curl-server-auth",
        "* Server auth using Basic with user '+{user}'\n> GET / HTTP/1.1\n> Authorization: Basic @{basic}\n< HTTP/1.1"
        " 403 Forbidden",
        "HTTP/1.1 403 Forbidden",
    ),
    F(
        V,
        "curl-trace-ascii",
        "=> Send header, 412 bytes (0x19c)\n0000: GET /data HTTP/1.1\n0014: Host: +{host}\n"
        "002c: Authorization: Bearer @{alnum40}\n006c: User-Agent: curl/8.5.0",
        "GET /data HTTP/1.1",
        "User-Agent: curl/8.5.0",
    ),
    F(
        V,
        "wget-d",
        "---request begin---\nGET /f HTTP/1.1\nHost: +{host}\nAuthorization: Basic @{basic}\n---request end---\n"
        "HTTP request sent, awaiting response... 404",
        "awaiting response... 404",
    ),
    F(
        V,
        "http-client-send",
        "send: b'GET /v1/jobs HTTP/1.1\\r\\nHost: +{host}\\r\\nAuthorization: Bearer @{jwt}\\r\\n\\r\\n'\n"
        "reply: 'HTTP/1.1 500 Internal Server Error\\r\\n'",
        "500 Internal Server Error",
    ),
    F(
        V,
        "http-client-body",
        "send: b'grant_type=password&username=~{user}&password=@{pw_alnum}&scope=openid'\nreply: 'HTTP/1.1 400 Bad"
        " Request\\r\\n'",
        "400 Bad Request",
        "grant_type=password",
    ),
    F(
        V,
        "http-client-reply",
        "reply: 'HTTP/1.1 200 OK\\r\\n'\nheader: Set-Cookie: sid=@{url43}; Path=/\nheader: Content-Type: text/html",
        "header: Content-Type: text/html",
    ),
    F(
        V,
        "urllib3",
        '~{ts} DEBUG urllib3.connectionpool: https://+{host}:443 "GET /api?access_token=@{alnum40} HTTP/1.1" 403 12',
        'HTTP/1.1" 403',
    ),
    F(
        V,
        "httpx",
        '~{ts} INFO HTTP Request: GET https://+{host}/v1/x?api_key=@{hex32}&page=2 "HTTP/1.1 429 Too Many Requests"',
        "429 Too Many Requests",
        "page=2",
    ),
    F(
        V,
        "davix",
        "< begin davix request\nDAVIX(http): Header: Authorization: Bearer @{jwt}\nDAVIX(http): HTTP/1.1 403 Forbidden",
        "403 Forbidden",
    ),
    F(
        V,
        "kubectl-v8",
        "I0312 10:11:12 round_trippers.go:463] GET https://+{host}:6443/api\nI0312 10:11:12 round_trippers.go:473]"
        "     Authorization: Bearer @{jwt}\nI0312 10:11:12 round_trippers.go:574] Response Status: 403 Forbidden",
        "Response Status: 403",
    ),
    F(
        V,
        "java-wire",
        'DEBUG o.a.http.wire - >> "Authorization: Bearer @{jwt}[\\r][\\n]"\nDEBUG o.a.http.wire - >> "Host:'
        ' +{host}[\\r][\\n]"',
        "o.a.http.wire",
    ),
    F(
        V,
        "nginx-access",
        '192.0.2.7 - - [12/Mar/2026:10:11:12 +0000] "GET /logs?token=@{url43} HTTP/1.1" 200 612 "-" "curl/8.5.0"',
        "200 612",
    ),
    F(
        V,
        "keystone-debug",
        'DEBUG keystoneauth.session REQ: curl -g -i -X GET https://+{host}:9292/v2/images -H "X-Auth-Token: @{url86}"',
        "/v2/images",
    ),
    F(
        V,
        "botocore",
        "DEBUG botocore.endpoint Making request with params: {'headers': {'X-Amz-Security-Token': '@{aws_session}',"
        " 'Host': '+{host}'}}",
        "botocore.endpoint",
    ),
]
