"""Hold forms of HTTP clients and servers, URLs and OAuth."""

from .template import parse

FORMS = (
    parse(
        "curl",
        r"""
== user | HTTP/1.1 401
$ curl -fsS -u gridlog:«pw» https://‹+host›:‹port›/api/logs
< HTTP/1.1 401 Unauthorized
== verbose bearer | < HTTP/2 403
> PUT /pilots/log HTTP/2
> Host: ‹+host›
> authorization: Bearer «jwt»
> user-agent: curl/7.76.1
< HTTP/2 403
== verbose basic | * Server auth using Basic with user 'gridlog'
* Server auth using Basic with user 'gridlog'
> GET /status HTTP/1.1
> Authorization: Basic «basic»
> Accept: */*
== http2 frames | [:method: POST]
* h2h3 [:method: POST]
* h2h3 [:path: /api/auth/token]
* h2h3 [authorization: Bearer «toku»]
* [HTTP/2] [1] [x-api-key: «hex40»]
== private header | X-Vault-Request
curl --header "X-Vault-Token: «vault»" --header "X-Vault-Request: true" https://‹+host›:8200/v1/secret/data/pilot
== form data | grant_type=password
curl -s -d grant_type=password -d username=pilot -d "password=«pwx»" -d client_id=logs https://‹+host›/token
== data urlencode
curl -G https://‹+host›/get --data-urlencode 'apikey=«tok»' --data-urlencode 'q=site'
== json data | "username":"pilot"
curl -X POST https://‹+host›/login -H 'Content-Type: application/json' -d '{"username":"pilot","password":"«pw»"}'
== key password | curl: (58)
curl --cert usercert.pem --key userkey.pem --pass «phrase#1|url» https://‹+host›/
curl: (58) unable to set private key file
== cookie | < Set-Cookie
curl -b 'session=«tok#2»; lang=en' https://‹+host›/pilots
< Set-Cookie: session=«tok#2»; Path=/; HttpOnly
== trace ascii | => Send header
=> Send header, 201 bytes (0xc9)
0000: GET / HTTP/1.1
0010: Authorization: Token «hex40»
0050: Host: ‹+host›
== oauth2 bearer option
curl --oauth2-bearer «jwths» -T out.tgz https://‹+host›/out.tgz
== wget password | Username/Password Authentication Failed.
wget --user=mirror --password=«pw» https://‹+host›/diracos.sh
Username/Password Authentication Failed.
== wget header | ---request begin---
---request begin---
GET /x.tar HTTP/1.1
PRIVATE-TOKEN: «glpat»
---request end---
== httpie | http: error
http --auth pilot:«pw» POST ‹+host›/api
http -A bearer -a «jwths» GET ‹host›/api
http: error: ConnectionError
== config file of curl | url =
url = "https://‹+host›/upload"
user = "pilot:«pw»"
""",
    )
    + parse(
        "http debug",
        r"""
== http.client | header: Content-Type
send: b'POST /log HTTP/1.1\r\nHost: ‹+host›\r\nAuthorization: Bearer «jwt»\r\nAccept: */*\r\n\r\n'
reply: 'HTTP/1.1 401 Unauthorized\r\n'
header: Content-Type: application/json
== request headers as a dict | 'User-Agent'
DEBUG:root:headers={'Authorization': 'Bearer «jwths»', 'User-Agent': 'python-requests/2.31', 'Host': '‹+host›'}
== httpx headers | (b'accept', b'*/*')
DEBUG httpcore: headers [(b'host', b'‹+host›'), (b'authorization', b'Bearer «jwt»'), (b'accept', b'*/*')]
== aiohttp | CIMultiDict
<CIMultiDict('Host': '‹+host›', 'X-Auth-Token': '«hex32»', 'Accept': 'application/json')>
== urllib3 url | "GET /jobs
DEBUG:urllib3.connectionpool:https://‹+host›:443 "GET /jobs?access_token=«toku»&limit=5 HTTP/1.1" 401 26
== access log | "curl/7.76.1"
10.1.4.7 - - [12/Mar/2025:10:11:12 +0000] "GET /pilots/files?token=«tok» HTTP/1.1" 403 512 "-" "curl/7.76.1"
== davix | DEBUG Davix
DEBUG Davix: > PROPFIND /vo/data HTTP/1.1
DEBUG Davix: > Authorization: Bearer «macaroon»
DEBUG Davix: > Host: ‹+host›
DEBUG Davix: < HTTP/1.1 403 Forbidden
== transfer header | COPY
> COPY /vo/out.root HTTP/1.1
> Source: https://‹+host›/vo/in.root
> TransferHeaderAuthorization: Bearer «jwt»
== rucio header | ExceptionClass: CannotAuthenticate
X-Rucio-Auth-Token: pilot-/CN=Robot-unknown-«hex32»
ExceptionClass: CannotAuthenticate
== set-cookie of a portal | HttpOnly
Set-Cookie: JSESSIONID=«hex32»; Path=/indigo; Secure; HttpOnly
== token response | "expires_in": 3599
Response body: {"access_token": "«jwt»", "token_type": "Bearer", "expires_in": 3599, "refresh_token": "«refresh»"}
== response of diracx | Status code: 200
Status code: 200
{"access_token":"«jwt»","expires_in":1900,"token_type":"Bearer","refresh_token":"«uuid»"}
== request body | POST https
POST https://‹+host›/api/pilots/token body='{"pilot_stamp": "‹hex32›", "pilot_secret": "«toku»"}'
== go dump | Accept-Encoding: gzip
2025/03/12 10:11:12 POST / HTTP/1.1
Accept-Encoding: gzip
Proxy-Authorization: Basic «basic»
== java wire | http-outgoing-0
DEBUG org.apache.http.headers - http-outgoing-0 >> Authorization: Bearer «jwths»
DEBUG org.apache.http.wire - http-outgoing-0 >> "{"passwd":"«pw»","user":"p"}"
== pycurl tuple | HEADER_OUT
HEADER_OUT ['Accept: */*', 'X-Api-Key: «tok»', 'Expect:']
== prepared request | 'Connection': 'keep-alive'
{'method': 'PUT', 'url': 'https://‹+host›/x', 'auth': ('pilot', '«pw»'), 'headers': {'Connection': 'keep-alive'}}
== wsgi environ | 'REQUEST_METHOD': 'GET'
{'REQUEST_METHOD': 'GET', 'HTTP_AUTHORIZATION': 'Bearer «jwths»', 'HTTP_COOKIE': 'sid=«tok»', 'SERVER_NAME': '‹+host›'}
== perl lwp | Authorization:
LWP::UserAgent::request: POST https://‹+host›/
Authorization: Basic «basic»
Content-Length: 42
""",
    )
    + parse(
        "url",
        r"""
== pip extra index | Looking in indexes
Looking in indexes: https://pypi.example.org/simple, https://__token__:«glpat»@‹+host›/api/v4/packages/pypi/simple
== pip vcs | Running command git clone
  Running command git clone --filter=blob:none https://gitlab-ci-token:«gljob»@‹+host›/dirac/ext.git /tmp/pip-req
== git remote | (fetch)
origin  https://pilot:«ghp»@github.com/vo/config.git (fetch)
== ftp | 550 Failed
--2025-03-12-- ftp://mirror:«pw»@‹+host›/pub/calib.db
550 Failed to open file.
== encoded password | Connection refused
requests.exceptions.ConnectionError: https://svc:«pwx|url»@‹+host›:8443/upload : Connection refused
== presigned s3 | X-Amz-Expires=3600
https://‹+host›/logs/p.tgz?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=«sig»
== presigned old | Expires=
GET https://‹+host›/bucket/a.root?AWSAccessKeyId=‹keyid›&Expires=1741774272&Signature=«awskey|url»
== azure sas | se=2025
azcopy copy out.root "https://‹+host›/c/out.root?sv=2022-11-02&se=2025-04-01&sp=rw&sig=«b64|url»"
== xrootd authz | [ERROR] Server responded with an error: [3010]
root://‹+host›:1094//vo/in.root?authz=Bearer%20«jwt»&oss.asize=1
[ERROR] Server responded with an error: [3010] permission denied
== xrootd opaque | TFile::TFile
TFile::TFile: file root://‹+host›//eos/x.root?authz=«macaroon»&eos.app=pilot does not exist
== redirect | Location:
Location: https://‹+host›/vo/f?authz=«macaroon»
== api key in the query | 429 Too Many
https://‹+host›/v1/geo?key=«google»&q=lyon -> 429 Too Many Requests
== web hook | channel_not_found
POST https://hooks.slack.com/services/«slack» -> 404 channel_not_found
== telegram | sendMessage
https://api.telegram.org/bot«telegram»/sendMessage
== fragment | state=
https://‹+host›/callback#access_token=«toku»&token_type=bearer&state=xyz
== conda channel | PackagesNotFoundError
conda install -c https://‹+host›/t/«tok20»/dirac diracos
PackagesNotFoundError
== markdown link
See [the log](https://‹+host›/pilot.log?auth_token=«tok») for the details
== reset link | Password reset
Password reset: https://‹+host›/reset?reset_token=«toku»
== download with a password | calib.tgz
wget 'https://‹+host›/share/s/‹num›/download?password=«weak»&path=/' -O calib.tgz
== websocket
wss://‹+host›/ws?jwt=«jwths»&room=1
""",
    )
    + parse(
        "oauth",
        r"""
== client credentials | grant_type=client_credentials
POST /token HTTP/1.1
Host: ‹+host›
grant_type=client_credentials&client_id=‹uuid#1›&client_secret=«toku»&scope=compute.create
== refresh | grant_type=refresh_token
data: grant_type=refresh_token&refresh_token=«refresh|url»&client_id=public
== exchange | subject_token_type
grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=«jwt»&subject_token_type=jwt
== registration | "client_name"
{"client_id": "‹uuid›", "client_secret": "«toku»", "registration_access_token": "«jwt»", "client_name": "pilot"}
== device flow | "user_code"
{"user_code": "ABCD-EFGH", "device_code": "«uuid»", "verification_uri": "https://‹+host›/device", "interval": 5}
== oidc-token
$ oidc-token -t 3600 dteam
«jwt»
== oidc-agent account | "issuer_url"
$ oidc-add -p wlcg
{
  "name": "wlcg",
  "issuer_url": "https://‹+host›/",
  "client_secret": "«toku»",
  "refresh_token": "«refresh»"
}
== htgettoken verbose | Storing bearer token in
Getting bearer token from https://‹+host›:8200
Vault token: «vault»
Storing bearer token in /run/user/1001/bt_u1001
== cat of a token file | $ cat
$ cat $BEARER_TOKEN_FILE
«jwt»
== bearer in a message | has expired
‹ts› ERROR [TokenManager] token «jwt» has expired
== python oauthlib | 'expires_at'
OAuth2Token({'access_token': '«jwt»', 'expires_in': 3599, 'refresh_token': '«refresh»', 'expires_at': 1741774272.1})
== id token | preferred_username
id_token: «jwt»
preferred_username: pilot
== vault response | "lease_duration": 2764800
{"auth": {"client_token": "«vault»", "accessor": "‹tok20›", "lease_duration": 2764800}, "warnings": null}
== vault table | token_policies
Key                  Value
---                  -----
token                «vault»
token_duration       768h
token_policies       ["default"]
== approle | role_id
vault write auth/approle/login role_id=‹uuid› secret_id=«uuid»
== iam admin | "scim:read"
iam_client = OAuth2Session(client_id='‹uuid›', client_secret='«toku»', scope="scim:read", host="‹+host›")
""",
    )
)
