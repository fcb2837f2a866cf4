"""Hold forms of URLs, presigned URLs and OAuth."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


U, G, A = "url", "presigned-url", "oauth"
FORMS = [
    F(
        U,
        "userinfo",
        "Downloading https://~{user}:@{pw_alnum}@+{host}/conf/pilot.json\nfailed: 503",
        "failed: 503",
        "/conf/pilot.json",
    ),
    F(
        U,
        "userinfo-encoded",
        "open ftp://~{user}:@{pw_punct|url}@+{host}/incoming/\n530 Login incorrect.",
        "530 Login incorrect.",
    ),
    F(
        U,
        "userinfo-token-only",
        "Fetching https://@{github}@github.example.org/org/repo.git\nfatal: unable to access",
        "fatal: unable to access",
    ),
    F(
        U,
        "git-remote-v",
        "origin\thttps://gitlab-ci-token:@{gitlab_job}@+{host}/grid/pilot.git (fetch)",
        "(fetch)",
        "/grid/pilot.git",
    ),
    F(U, "query-token", "GET https://+{host}/download?file=a.root&token=@{url43}&v=2", "file=a.root", "v=2"),
    F(U, "query-key", "urlopen https://+{host}/maps?key=@{google_api}&q=cern -> 403", "q=cern"),
    F(U, "query-password", "POST /login.do?user=~{user}&passwd=@{pw_alnum}&lang=en 302", "lang=en"),
    F(U, "query-apikey", "https://+{host}/v3/geo?apikey=@{hex32} took 1.2 s", "took 1.2 s"),
    F(
        U,
        "fragment",
        "redirected to https://+{host}/cb#access_token=@{jwt}&token_type=bearer&expires_in=3600",
        "expires_in=3600",
    ),
    F(U, "webhook", "notify https://hooks.slack.com/services/@{slack_hook} -> 404 no_team", "404 no_team"),
    F(U, "webhook-discord", "POST https://discord.com/api/webhooks/~{pin}~{pin}/@{url43} 204", "204"),
    F(U, "telegram", "https://api.telegram.org/bot@{telegram}/sendMessage chat_id=~{num}", "sendMessage"),
    F(U, "sentry-dsn", "SENTRY_DSN=https://@{hex32}@+{host}/12", "SENTRY_DSN"),
    F(U, "reset-link", "Reset: https://+{host}/password/reset?reset_token=@{url43}", "/password/reset"),
    F(U, "smb", "smb://WORKGROUP;~{user}:@{pw_alnum}@+{host}/share/data", "/share/data"),
    F(U, "double-encoded", "redirect=https%3A%2F%2F~{user}%3A@{pw_alnum}%40+{host}%2Fx", "redirect="),
    F(
        G,
        "s3-v4",
        "https://+{host}/logs/a.tar?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260312T101112Z&X-Amz-Expires=3600"
        "&X-Amz-SignedHeaders=host&X-Amz-Signature=@{hex64}",
        "X-Amz-Expires=3600",
        "/logs/a.tar",
    ),
    F(
        G,
        "s3-v4-session",
        "PUT https://bucket.s3.amazonaws.com/k?X-Amz-Security-Token=@{aws_session|url}&X-Amz-Signature=@{hex64} 403",
        "bucket.s3.amazonaws.com/k",
    ),
    F(
        G,
        "s3-v2",
        "https://+{host}/b/k?AWSAccessKeyId=~{aws_key_id}&Expires=1790000000&Signature=@{b64_32|url}",
        "Expires=1790000000",
    ),
    F(
        G,
        "gcs",
        "https://storage.googleapis.com/b/o?X-Goog-Expires=9&X-Goog-Signature=@{hex64}@{hex64}",
        "X-Goog-Expires=9",
    ),
    F(
        G,
        "azure-sas",
        "https://acct.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sp=r&se=2026-03-12T10%3A11%3A12Z&sig=@{b64_32|url}",
        "sv=2022-11-02",
        "acct.blob.core.windows.net/c/f",
    ),
    F(
        G,
        "azure-conn",
        "DefaultEndpointsProtocol=https;AccountName=pilotlogs;AccountKey=@{azure_key};EndpointSuffix=core.windows.net",
        "AccountName=pilotlogs",
        "EndpointSuffix=core.windows.net",
    ),
    F(
        G,
        "swift-tempurl",
        "https://+{host}/v1/AUTH_grid/c/o?temp_url_sig=@{hex40}&temp_url_expires=1790000000",
        "temp_url_expires=1790000000",
    ),
    F(
        G,
        "cloudfront",
        "https://d1.cloudfront.net/f.iso?Expires=1790000000&Signature=@{url86}&Key-Pair-Id=~{aws_key_id}",
        "Expires=1790000000",
    ),
    F(
        G,
        "html-escaped",
        '<a href="https://+{host}/b/f?X-Amz-Expires=60&amp;X-Amz-Signature=@{hex64}">f</a>',
        "X-Amz-Expires=60",
    ),
    F(
        G,
        "diracx-sandbox",
        "{'url': 'https://+{host}/sandboxes', 'fields': {'key': 'sha256/a.tar', 'policy': '~{b64_32}', "
        "'x-amz-signature': '@{hex64}'}}",
        "'key': 'sha256/a.tar'",
    ),
    F(
        A,
        "token-response",
        '{"access_token": "@{jwt}", "token_type": "Bearer", "expires_in": 3599, "refresh_token": "@{jwt_hs}"}',
        '"expires_in": 3599',
        '"token_type": "Bearer"',
    ),
    F(
        A,
        "refresh-form",
        "POST /token grant_type=refresh_token&refresh_token=@{url86}&client_id=~{uuid}",
        "grant_type=refresh_token",
    ),
    F(
        A,
        "client-credentials",
        "data: grant_type=client_credentials&client_id=pilot&client_secret=@{url86}\nresponse: invalid_client",
        "invalid_client",
    ),
    F(A, "code-callback", "GET /callback?code=@{url43}&state=~{alnum20} HTTP/1.1", "GET /callback"),
    F(
        A,
        "device-code",
        '{"device_code":"@{uuid}","user_code":"ABCD-EFGH","verification_uri":"https://+{host}/device","interval":5}',
        '"interval":5',
    ),
    F(A, "pkce", "code_verifier=@{url86}\ncode_challenge_method=S256", "code_challenge_method=S256"),
    F(A, "id-token", "id_token: @{jwt}\nsubject: +{user}", "subject:"),
    F(
        A,
        "registration",
        '{"client_id":"~{uuid}","client_secret":"@{url86}","registration_access_token":"@{jwt}","redirect_uris":[]}',
        "redirect_uris",
    ),
    F(
        A,
        "token-exchange",
        "subject_token=@{jwt}&subject_token_type=urn:ietf:params:oauth:token-type:access_token",
        "subject_token_type",
    ),
    F(
        A,
        "client-assertion",
        "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=@{jwt}",
        "jwt-bearer",
    ),
    F(A, "oidc-token-env", "export OIDC_TOKEN=@{jwt} OIDC_SOCK=/tmp/oidc-agent.~{num}", "OIDC_SOCK=/tmp/oidc-agent."),
    F(
        A,
        "repr-dict",
        "OAuth2Token({'access_token': '@{jwt}', 'expires_at': 1790000000, 'refresh_token': '@{url43}'})",
        "'expires_at': 1790000000",
    ),
    F(
        A,
        "htgettoken",
        "Storing bearer token in /run/user/1000/bt_u1000\nAccess token: @{jwt}",
        "/run/user/1000/bt_u1000",
    ),
    F(A, "jwe", "encrypted id: @{jwe}\nissuer: +{host}", "issuer:"),
    F(A, "introspect", 'token=@{jwt}&token_type_hint=access_token -> {"active":false}', '{"active":false}'),
]
