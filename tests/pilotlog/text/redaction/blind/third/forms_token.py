"""Hold forms of tokens, and of services of clouds and forges."""

import base64
import json

from .maker import F
from .words import B64, B64U, DI, LO, UP


@F("token", "bare jwt on its own line (cat token file)")
def bare_jwt_on_its_own_line_cat_token_file(g):
    return g.wrap(f"+ cat {g.k('/tmp/bt_u' + str(g.n(1000, 60000)))}\n{g.s(g.jwt(g.c('RS256', 'ES256')))}", "shell")


@F("token", "oidc-agent / debug print token")
def oidc_agent_debug_print_token(g):
    return g.wrap(g.dlog(f"Obtained access token {g.s(g.jwt())} from {g.k('https://' + g.host('iam') + '/')}"), "dirac")


@F("token", "oauth response with opaque tokens")
def oauth_response_with_opaque_tokens(g):
    return g.wrap(
        f'{{"{g.k("access_token")}":"{g.s(g.b64u(43))}","token_type":"Bearer","expires_in":{g.k("3599")},"{g.k("refresh_token")}":"{g.s(g.b64u(64))}","scope":"openid profile"}}',
        "misc",
    )


@F("token", "oauth response pretty, jwt")
def oauth_response_pretty_jwt(g):
    return f'''{{
    "access_token": "{g.s(g.jwt())}",
    "{g.k("token_type")}": "Bearer",
    "expires_in": 3600,
    "{g.k("id_token")}": "{g.s(g.jwt("ES256"))}",
    "scope": "{g.k("storage.read:/")}"
}}
'''


@F("token", "IAM refresh token, alg none")
def iam_refresh_token_alg_none(g):
    j = base64.urlsafe_b64encode(json.dumps({"jti": g.uuid()}, separators=(",", ":")).encode()).decode().rstrip("=")
    return g.wrap(f"{g.k('refresh token')}: eyJhbGciOiJub25lIn0.{g.s(j)}.", "misc")


@F("token", "DIRAC S_OK repr with tokens")
def dirac_s_ok_repr_with_tokens(g):
    return g.wrap(
        g.dlog(
            f"getTokenForVOMSProxy returned {{'OK': True, 'Value': {{'{g.k('access_token')}': '{g.s(g.jwt())}', 'refresh_token': '{g.s(g.b64u(60))}', '{g.k('expires_at')}': {g.epoch()}}}}}"
        ),
        "dirac",
    )


@F("token", "diracx_credentials.json")
def diracx_credentials_json(g):
    return g.wrap(
        f"+ cat {g.k('~/.cache/diracx/credentials.json')}\n"
        + f'{{"access_token": "{g.s(g.jwt("ES256"))}", "refresh_token": "{g.s(g.jwt("ES256"))}", "{g.k("expires_on")}": "2024-03-04T11:00:00+00:00"}}',
        "shell",
    )


@F("token", "DIRAC pilot secret exchange")
def dirac_pilot_secret_exchange(g):
    return g.wrap(
        g.plog(
            f'POST https://{g.k(g.host("diracx"))}/api/pilots/token {{"{g.k("pilot_stamp")}": "{g.hex(32)}", "pilot_secret": "{g.s(g.b64u(43))}"}}'
        ),
        "pilot",
    )


@F("token", "jwt folded over lines")
def jwt_folded_over_lines(g):
    t = g.jwt()
    L = [t[i : i + 76] for i in range(0, len(t), 76)]
    for x in L[1:]:
        if len(x) >= 10:
            g.S.append(x)
    return g.wrap("token contents:\n" + "\n".join(L), "misc")


@F("token", "JWE five parts")
def jwe_five_parts(g):
    h = base64.urlsafe_b64encode(b'{"alg":"dir","enc":"A256GCM"}').decode().rstrip("=")
    return g.wrap(f"session={h}..{g.s(g.b64u(16) + '.' + g.b64u(120) + '.' + g.b64u(22))}; {g.k('Path=/')}", "misc")


@F("token", "JWK private")
def jwk_private(g):
    n = g.b64u(342)
    return g.wrap(
        f'{{"keys":[{{"kty":"RSA","kid":"{g.k("rsa1")}","e":"AQAB","n":"{n}","d":"{g.s(g.b64u(342))}","p":"{g.s(g.b64u(171))}","q":"{g.s(g.b64u(171))}"}}]}}',
        "misc",
    )


@F("token", "JWK EC and oct")
def jwk_ec_and_oct(g):
    return g.wrap(
        f'{{"kty": "EC", "crv": "{g.k("P-256")}", "x": "{g.b64u(43)}", "y": "{g.b64u(43)}", "d": "{g.s(g.b64u(43))}"}}\n{{"kty": "oct", "k": "{g.s(g.b64u(43))}", "alg": "{g.k("HS256")}"}}',
        "misc",
    )


@F("token", "HTCondor IDTOKEN from condor_token_create")
def htcondor_idtoken_from_condor_token_create(g):
    h = g.host("htcondor3")
    return g.wrap(
        f"# condor_token_create -identity {g.k('condor@' + h)}\n{g.s(g.jwt('HS256', {'iat': g.epoch(), 'iss': h, 'jti': g.hex(32), 'sub': 'condor@' + h}))}",
        "misc",
    )


@F("token", "SciToken in job stderr")
def scitoken_in_job_stderr(g):
    return g.wrap(
        f"scitokens: failed to verify token '{g.s(g.jwt('ES256'))}': {g.k('Token expired at')} {g.epoch()}", "misc"
    )


@F("token", "jwt in C++ log (xrootd scitokens)")
def jwt_in_c_log_xrootd_scitokens(g):
    return g.wrap(
        f"{g.syslog()} scitokens_Access: {g.k('Trying token-based access control')}\nscitokens_GenerateAcls: token={g.s(g.jwt())} {g.k('Failed to deserialize SciToken: token verification failed: Issuer is not in list of allowed issuers')}",
        "misc",
    )


@F("token", "device flow")
def device_flow(g):
    return g.wrap(
        g.dlog(
            f"device response {{'{g.k('device_code')}': '{g.s(g.uuid())}', 'user_code': 'XK4-{g.n(100, 999)}', 'verification_uri': 'https://{g.k(g.host('iam'))}/device'}}"
        ),
        "dirac",
    )


@F("token", "htgettoken -d debug")
def htgettoken_d_debug(g):
    return g.wrap(
        f"Attempting to get token from https://{g.k(g.host('htvault'))}:8200 ... {g.k('succeeded')}\nVault token: {g.s('hvs.' + g.b64u(90))}\nStoring bearer token in /run/user/1000/bt_u1000",
        "misc",
    )


@F("token", "python f-string log token=")
def python_f_string_log_token(g):
    return g.wrap(
        f"2024-03-04 10:11:12,345 DEBUG authClient: {g.k('renewing')} token={g.s(g.b64u(40))} exp=3600 user={g.k(g.user())}",
        "misc",
    )


@F("token", "Token: Bearer with key: value colon")
def token_bearer_with_key_value_colon(g):
    return g.wrap(
        f"[fts3] {g.k('Using OAuth2 token')}: {g.s(g.jwt())}\nStorage-Source-Token: {g.s(g.jwt('ES256'))}", "misc"
    )


@F("token", "tuple repr (True, token)")
def tuple_repr_true_token(g):
    return g.wrap(g.dlog(f"{g.k('findToken')} -> (True, '{g.s(g.jwt())}')"), "dirac")


@F("token", "dirac proxy-token / legacy hex token")
def dirac_proxy_token_legacy_hex_token(g):
    return g.wrap(g.dlog(f"{g.k('Pilot token')}: {g.s(g.hex(48))} (uses left {g.n(1, 9)})", "VERBOSE"), "dirac")


def saas(name, make, line):
    @F("saas", name)
    def _(g):
        return g.wrap(line(g, g.s(make(g))), None)


saas(
    "AWS secret in JSON from sts",
    lambda g: g.st(B64, 40),
    lambda g, s: (
        f'{{"Credentials": {{"AccessKeyId": "ASIA{g.st(UP, 16)}", "{g.k("SecretAccessKey")}": "{s}", "Expiration": "2024-03-04T12:00:00Z"}}}}'
    ),
)
saas(
    "AWS pair space separated",
    lambda g: g.st(B64, 40),
    lambda g, s: f"{g.k('Access key / secret')}: AKIA{g.st(UP + '234567', 16)} / {s}",
)
saas(
    "Google API key",
    lambda g: "AIza" + g.st(B64U, 35),
    lambda g, s: f"GET https://{g.k('maps.googleapis.com')}/maps/api/geocode/json?address=Geneva&key={s}",
)
saas("Google ya29 token", lambda g: "ya29." + g.b64u(150), lambda g, s: f"{g.k('gcloud auth print-access-token')}\n{s}")
saas(
    "Azure storage connection string",
    lambda g: g.b64(64),
    lambda g, s: (
        f"DefaultEndpointsProtocol=https;AccountName={g.k('pilotlogs')};{g.k('AccountKey')}={s};EndpointSuffix=core.windows.net"
    ),
)
saas(
    "Azure service bus",
    lambda g: g.b64(32),
    lambda g, s: (
        f"Endpoint=sb://{g.k('pilots.servicebus.windows.net')}/;SharedAccessKeyName=RootManageSharedAccessKey;{g.k('SharedAccessKey')}={s}"
    ),
)
saas(
    "Slack bot token",
    lambda g: f"xoxb-{g.n(10**11, 10**12)}-{g.n(10**12, 10**13)}-{g.an(24)}",
    lambda g, s: f"slack_sdk: {g.k('auth.test')} token={s} ok=False error=invalid_auth",
)
saas(
    "Slack webhook",
    lambda g: g.an(24),
    lambda g, s: (
        f"+ curl -X POST -d @msg.json {g.k('https://hooks.slack.com/services/')}T{g.st(UP + DI, 8)}/B{g.st(UP + DI, 10)}/{s}"
    ),
)
saas(
    "Mattermost webhook",
    lambda g: g.st(LO + DI, 26),
    lambda g, s: f"posting alarm to https://{g.k('mattermost.web.cern.ch')}/hooks/{s}",
)
saas(
    "GitHub token in message",
    lambda g: "ghp_" + g.an(36),
    lambda g, s: f"gh: {g.k('Logged in to github.com')} as bot, token {s}",
)
saas(
    "GitLab tokens",
    lambda g: g.c("glpat-", "gldt-", "glrt-", "glsoat-") + g.b64u(20),
    lambda g, s: f"{g.k('Using personal access token')} {s} for project 1234",
)
saas("DockerHub pat", lambda g: "dckr_pat_" + g.b64u(27), lambda g, s: f"{g.k('DOCKERHUB_PAT')}: {s}")
saas(
    "HuggingFace token",
    lambda g: "hf_" + g.an(34),
    lambda g, s: f"huggingface-cli login --token {s}\n{g.k('Token is valid (permission: read).')}",
)
saas(
    "OpenAI key",
    lambda g: g.c("sk-" + g.an(48), "sk-proj-" + g.b64u(100)),
    lambda g, s: f"openai.error.AuthenticationError: {g.k('Incorrect API key provided')}: {s}.",
)
saas("SendGrid", lambda g: f"SG.{g.b64u(22)}.{g.b64u(43)}", lambda g, s: f"{g.k('SENDGRID_API_KEY')}={s}")
saas("Stripe/Twilio", lambda g: g.c("sk_live_" + g.an(24), "SK" + g.hex(32)), lambda g, s: f"{g.k('billing')} key: {s}")
saas(
    "Telegram bot",
    lambda g: f"{g.n(10**8, 10**9)}:AA{g.b64u(33)}",
    lambda g, s: f"POST https://{g.k('api.telegram.org')}/bot{s}/sendMessage",
)
saas(
    "Sentry DSN with secret",
    lambda g: g.hex(32),
    lambda g, s: f"{g.k('SENTRY_DSN')}=https://{g.hex(32)}:{s}@{g.k('sentry.cern.ch')}/42",
)
saas(
    "Grafana service account",
    lambda g: f"glsa_{g.an(32)}_{g.hex(8)}",
    lambda g, s: f"grafana: {g.k('Authorization')}: Bearer {s}",
)
saas(
    "Zenodo token",
    lambda g: g.an(60),
    lambda g, s: (
        f"requests.exceptions.HTTPError: {g.k('403 Client Error: FORBIDDEN for url')}: https://zenodo.org/api/deposit/depositions?access_token={s}"
    ),
)
saas(
    "wandb login",
    lambda g: g.hex(40),
    lambda g, s: f"+ wandb login {s}\nwandb: {g.k('Appending key for api.wandb.ai to your netrc file')}: /root/.netrc",
)
saas(
    "Codecov / Coveralls token",
    lambda g: g.uuid(),
    lambda g, s: f"+ codecov -t {s} -F unit\n{g.k('==> Uploading reports')}",
)
saas(
    "SonarQube",
    lambda g: g.c("squ_", "sqp_") + g.hex(40),
    lambda g, s: f"sonar-scanner -Dsonar.projectKey={g.k('lhcbdirac')} {g.k('-Dsonar.login')}={s}",
)
saas(
    "Jenkins api token",
    lambda g: "11" + g.hex(32),
    lambda g, s: f"curl -X POST https://lbjenkins:{s}@{g.k('lhcb-jenkins.cern.ch')}/job/nightly/build",
)
saas(
    "Artifactory",
    lambda g: "AKCp" + g.an(69),
    lambda g, s: f"jfrog rt u --url=https://{g.k(g.host())}/artifactory --apikey={s} x.tgz",
)
saas("npm token", lambda g: "npm_" + g.an(36), lambda g, s: f"{g.k('NPM_TOKEN')}={s} npm publish")
saas(
    "Heroku / DigitalOcean",
    lambda g: "dop_v1_" + g.hex(64),
    lambda g, s: f"doctl auth init -t {s}\n{g.k('Validating token... OK')}",
)
saas("Datadog", lambda g: g.hex(32), lambda g, s: f"{g.k('DD_API_KEY')}={s} DD_SITE=datadoghq.eu bash -c install.sh")
saas(
    "Discord webhook",
    lambda g: g.b64u(68),
    lambda g, s: f"{g.k('https://discord.com/api/webhooks/')}{g.n(10**17, 10**18)}/{s}",
)
saas("Quay robot", lambda g: g.st(UP + DI, 64), lambda g, s: f"docker login -u='{g.k('dirac+robot')}' -p='{s}' quay.io")
saas(
    "Globus tokens",
    lambda g: "Ag" + g.an(90),
    lambda g, s: (
        f'"transfer.api.globus.org": {{"{g.k("access_token")}": "{s}", "scope": "{g.k("urn:globus:auth:scope:transfer.api.globus.org:all")}"}}'
    ),
)
saas("Cloudflare / generic api token", lambda g: g.b64u(40), lambda g, s: f"{g.k('CLOUDFLARE_API_TOKEN')}: {s}")
saas(
    "Terraform cloud",
    lambda g: f"{g.an(14)}.atlasv1.{g.an(67)}",
    lambda g, s: f'credentials "{g.k("app.terraform.io")}" {{ token = "{s}" }}',
)
saas(
    "TOTP secret uri",
    lambda g: g.st(UP + "234567", 32),
    lambda g, s: f"otpauth://totp/{g.k('CERN')}:{g.user()}?secret={s}&issuer=CERN",
)
