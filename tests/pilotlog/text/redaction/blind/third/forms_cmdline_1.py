"""Hold forms of command lines."""

import base64

from .maker import F
from .words import B64, DI, UP


@F("cmdline", "curl -u user:password in set -x")
def curl_u_user_password_in_set_x(g):
    u, h = g.user(), g.host()
    return g.wrap(
        f"+ curl -s -S {g.k('--retry 3')} -u {u}:{g.s(g.pw())} https://{g.k(h)}/api/v1/sites/{g.site()}", "shell"
    )


@F("cmdline", "curl --user quoted")
def curl_user_quoted(g):
    return g.wrap(
        f"curl -L --user '{g.user()}:{g.s(g.pw(False))}' -o {g.k('payload.tar.gz')} https://{g.k(g.host())}/repository/raw/payload.tar.gz"
    )


@F("cmdline", "curl -H Authorization Bearer, traced")
def curl_h_authorization_bearer_traced(g):
    return g.wrap(
        f"+ curl -fsSL -H 'Authorization: {g.k('Bearer')} {g.s(g.jwt())}' 'https://{g.k(g.host())}:8443/vo/{g.vo()}/data.root' -o /dev/null",
        "shell",
    )


@F("cmdline", "curl with header double quoted, X-Auth-Token")
def curl_with_header_double_quoted_x_auth_token(g):
    return g.wrap(
        f'$ curl -i -H "{g.k("X-Auth-Token")}: {g.s(g.hex(32))}" -H "Accept: application/json" https://{g.k(g.host("keystone"))}:8774/v2.1/servers'
    )


@F("cmdline", "curl -d form password")
def curl_d_form_password(g):
    return g.wrap(
        f"+ curl -X POST -d grant_type=password -d username={g.user()} -d {g.k('password=')}{g.s(g.pw())} -d scope=openid https://{g.k(g.host('iam'))}/token",
        "shell",
    )


@F("cmdline", "curl --data client_id&client_secret")
def curl_data_client_id_client_secret(g):
    return g.wrap(
        f"+ curl --silent --data 'grant_type=client_credentials&client_id={g.uuid()}&{g.k('client_secret=')}{g.s(g.b64u(86))}' https://{g.k(g.host('iam'))}/token",
        "shell",
    )


@F("cmdline", "curl --proxy-user")
def curl_proxy_user(g):
    return g.wrap(
        f"curl --proxy http://{g.k(g.host('squid1'))}:3128 {g.k('--proxy-user')} {g.user()}:{g.s(g.pw())} http://cvmfs-stratum-one.cern.ch/cvmfs/lhcb.cern.ch/.cvmfspublished"
    )


@F("cmdline", "curl --cert with pass")
def curl_cert_with_pass(g):
    return g.wrap(
        f"+ curl --cert {g.k('/root/.globus/usercert.p12')}:{g.s(g.pw())} --cert-type P12 https://{g.k(g.host('voms2'))}:8443/voms/{g.vo()}",
        "shell",
    )


@F("cmdline", "curl --pass for key")
def curl_pass_for_key(g):
    return g.wrap(
        f"curl --capath /etc/grid-security/certificates --cert usercert.pem --key {g.k('userkey.pem')} --pass {g.s(g.pw())} https://{g.k(g.host('voms2'))}:8443/generate-ac"
    )


@F("cmdline", "wget --user --password")
def wget_user_password(g):
    return g.wrap(
        f"wget -nv --user={g.k(g.user())} {g.k('--password')}={g.s(g.pw())} https://{g.k(g.host('nexus'))}/dirac/pilot.tar -O pilot.tar"
    )


@F("cmdline", "wget --http-password quoted")
def wget_http_password_quoted(g):
    return g.wrap(
        f"+ wget --no-check-certificate --http-user {g.k(g.user())} --http-password '{g.s(g.pw(False))}' https://{g.k(g.host())}/sw/setup.sh",
        "shell",
    )


@F("cmdline", "wget --header bearer")
def wget_header_bearer(g):
    return g.wrap(
        f'+ wget -q "--header=Authorization: Bearer {g.s(g.jwt("ES256"))}" https://{g.k(g.host("se03"))}/dpm/file1',
        "shell",
    )


@F("cmdline", "mysql -pPASSWORD attached")
def mysql_ppassword_attached(g):
    return g.wrap(f"+ mysql -h {g.k(g.host('db12'))} -u Dirac -p{g.s(g.pw())} -e 'show databases'", "shell")


@F("cmdline", "mysqldump --password=")
def mysqldump_password(g):
    return g.wrap(
        f"mysqldump --single-transaction -u root {g.k('--password=')}{g.s(g.pw())} --host={g.k(g.host('db12'))} JobDB > /backup/{g.k('JobDB.sql')}"
    )


@F("cmdline", "PGPASSWORD prefix psql")
def pgpassword_prefix_psql(g):
    return g.wrap(
        f"{g.k('PGPASSWORD')}={g.s(g.pw())} psql -h {g.k(g.host('db12'))} -U rucio -d rucio -c 'select count(*) from requests'"
    )


@F("cmdline", "sshpass -p")
def sshpass_p(g):
    return g.wrap(
        f"+ sshpass -p {g.s(g.pw())} scp -o StrictHostKeyChecking=no {g.k('pilot.out')} {g.user()}@{g.k(g.host('vobox02'))}:/var/log/pilots/",
        "shell",
    )


@F("cmdline", "sshpass -p quoted, ssh")
def sshpass_p_quoted_ssh(g):
    return g.wrap(
        f"sshpass -p '{g.s(g.pw(False))}' ssh -p 22 {g.k('root@' + g.host('wn042'))} uptime\n{g.k('Permission denied, please try again.')}"
    )


@F("cmdline", "ldapsearch -w")
def ldapsearch_w(g):
    return g.wrap(
        f'ldapsearch -x -H ldaps://{g.k(g.host("ldap"))} -D "cn=admin,dc=grid,dc=org" -w {g.s(g.pw())} -b {g.k("ou=people,dc=grid,dc=org")} "(uid={g.user()})"'
    )


@F("cmdline", "docker login -p")
def docker_login_p(g):
    return g.wrap(
        f"+ docker login -u {g.k(g.user())} -p {g.s(g.pw())} {g.k(g.host('harbor'))}\n{g.k('WARNING! Using --password via the CLI is insecure. Use --password-stdin.')}\nLogin Succeeded",
        "shell",
    )


@F("cmdline", "echo pw | docker login --password-stdin")
def echo_pw_docker_login_password_stdin(g):
    return g.wrap(
        f"$ echo {g.s('dckr_pat_' + g.b64u(27))} | docker login -u {g.k(g.user())} --password-stdin\n{g.k('Login Succeeded')}"
    )


@F("cmdline", "apptainer pull --docker-password")
def apptainer_pull_docker_password(g):
    return g.wrap(
        f"+ apptainer pull --docker-username {g.k(g.user())} {g.k('--docker-password')} {g.s(g.pw())} docker://{g.k(g.host('harbor'))}/{g.vo()}/el9:latest",
        "shell",
    )


@F("cmdline", "apptainer exec --env token")
def apptainer_exec_env_token(g):
    return g.wrap(
        f"Running: apptainer exec --contain --bind {g.k('/cvmfs')} --env {g.k('BEARER_TOKEN')}={g.s(g.jwt('ES256'))} --env OMP_NUM_THREADS=1 /cvmfs/unpacked.cern.ch/el9 ./job.sh"
    )


@F("cmdline", "openssl -passin pass:")
def openssl_passin_pass(g):
    return g.wrap(
        f"+ openssl rsa -in {g.k('userkey.pem')} -out plain.pem -passin {g.k('pass:')}{g.s(g.pw())}\nwriting RSA key",
        "shell",
    )


@F("cmdline", "openssl pkcs12 -passout")
def openssl_pkcs12_passout(g):
    return g.wrap(
        f"openssl pkcs12 -export -in hostcert.pem -inkey hostkey.pem -out {g.k('host.p12')} -name {g.k('tomcat')} -passout pass:{g.s(g.pw())}"
    )


@F("cmdline", "keytool -storepass -keypass")
def keytool_storepass_keypass(g):
    return g.wrap(
        f"keytool -importkeystore -srckeystore host.p12 -srcstoretype PKCS12 {g.k('-srcstorepass')} {g.s(g.pw())} -destkeystore {g.k('/etc/storm/keystore.jks')} -deststorepass {g.s(g.pw())} -alias tomcat"
    )


@F("cmdline", "echo pw | kinit")
def echo_pw_kinit(g):
    return g.wrap(
        f"+ echo {g.s(g.pw())}\n+ kinit {g.k(g.user() + '@CERN.CH')}\nPassword for {g.user()}@CERN.CH:", "shell"
    )


@F("cmdline", "echo pw | voms-proxy-init -pwstdin")
def echo_pw_voms_proxy_init_pwstdin(g):
    vo = g.vo()
    return g.wrap(
        f'echo "{g.s(g.pw(False))}" | voms-proxy-init -voms {g.k(vo)}:/{vo}/Role=production {g.k("-pwstdin")} -out /tmp/x509up_u1000'
    )


@F("cmdline", "echo pw | myproxy-logon -S")
def echo_pw_myproxy_logon_s(g):
    return g.wrap(
        f"echo '{g.s(g.pw())}' | myproxy-logon -s {g.k('myproxy.cern.ch')} -l {g.k(g.user())} -S -o /tmp/x509up_u501\nA credential has been received for user {g.user()} in /tmp/x509up_u501."
    )


@F("cmdline", "printf pw | dirac-proxy-init -p")
def printf_pw_dirac_proxy_init_p(g):
    return g.wrap(f"printf '%s\\n' {g.s(g.pw())} | dirac-proxy-init -g {g.k(g.vo() + '_prod')} --pwstdin --debug")


@F("cmdline", "git clone https user:token@")
def git_clone_https_user_token(g):
    return g.wrap(
        f"+ git clone --depth 1 https://{g.k('gitlab-ci-token')}:{g.s(g.an(20))}@{g.k(g.host('gitlab'))}/{g.vo()}/production.git\nCloning into 'production'...",
        "shell",
    )


@F("cmdline", "git clone https token@")
def git_clone_https_token(g):
    return g.wrap(
        f"git clone https://{g.s('ghp_' + g.an(36))}@{g.k('github.com/DIRACGrid/Pilot.git')}\nCloning into 'Pilot'..."
    )


@F("cmdline", "git -c http.extraheader basic")
def git_c_http_extraheader_basic(g):
    return g.wrap(
        f'[command]/usr/bin/git -c http.https://{g.k("github.com")}/.extraheader="AUTHORIZATION: basic {g.s(base64.b64encode(("x-access-token:ghs_" + g.an(36)).encode()).decode())}" fetch --depth=1 origin {g.k("refs/heads/integration")}'
    )


@F("cmdline", "pip --index-url user:pw")
def pip_index_url_user_pw(g):
    return g.wrap(
        f"+ python3 -m pip install --index-url https://{g.user()}:{g.s(g.pw())}@{g.k(g.host('nexus'))}/repository/pypi/simple {g.k('LHCbDIRAC')}==11.0.{g.n(1, 30)}",
        "shell",
    )


@F("cmdline", "pip --extra-index-url __token__ glpat")
def pip_extra_index_url_token_glpat(g):
    return g.wrap(
        f"pip install --extra-index-url https://__token__:{g.s('glpat-' + g.b64u(20))}@{g.k(g.host('gitlab'))}/api/v4/projects/{g.n(10, 9999)}/packages/pypi/simple {g.k('beam-tools')}"
    )


@F("cmdline", "pip install git+https token")
def pip_install_git_https_token(g):
    return g.wrap(
        f"Collecting git+https://{g.s('github_pat_' + g.an(22) + '_' + g.an(59))}@{g.k('github.com')}/ctaproject/prod-tools.git@v0.{g.n(1, 9)}\n  Running command git clone --filter=blob:none --quiet"
    )


@F("cmdline", "conda channel /t/ token")
def conda_channel_t_token(g):
    return g.wrap(
        f"conda install -y -c https://conda.anaconda.org/t/{g.s(g.c('tk-', g.user()[:2] + '-') + g.uuid())}/{g.k('diracgrid')} dirac-grid={g.n(7, 9)}.0"
    )


@F("cmdline", "twine upload -p")
def twine_upload_p(g):
    return g.wrap(
        f"twine upload --repository-url https://{g.k(g.host('nexus'))}/repository/pypi-hosted/ -u {g.k('deploy')} -p {g.s(g.pw())} dist/{g.k('pilot-1.2.0.tar.gz')}"
    )


@F("cmdline", "twine pypi token")
def twine_pypi_token(g):
    return g.wrap(
        f"+ twine upload -u __token__ -p {g.s('pypi-AgEIcHlwaS5vcmcC' + g.b64u(150))} dist/*\n{g.k('Uploading distributions to https://upload.pypi.org/legacy/')}",
        "shell",
    )


@F("cmdline", "rclone s3 flags")
def rclone_s3_flags(g):
    return g.wrap(
        f"+ rclone copy --s3-endpoint https://{g.k(g.host('s3'))} --s3-access-key-id {g.hex(32)} {g.k('--s3-secret-access-key')} {g.s(g.hex(32))} out.root :s3:bucket/{g.vo()}/",
        "shell",
    )


@F("cmdline", "s3cmd --secret_key=")
def s3cmd_secret_key(g):
    return g.wrap(
        f"s3cmd --host={g.k(g.host('s3'))} --access_key={g.st(UP + DI, 20)} --secret_key={g.s(g.st(B64, 40))} put {g.k('logs.tgz')} s3://pilot-logs/"
    )


@F("cmdline", "aws configure set")
def aws_configure_set(g):
    return g.wrap(
        f"+ aws configure set {g.k('aws_secret_access_key')} {g.s(g.st(B64, 40))} --profile {g.k(g.vo())}\n+ aws s3 ls --profile {g.vo()}",
        "shell",
    )


@F("cmdline", "helm --set password")
def helm_set_password(g):
    return g.wrap(
        f"helm upgrade --install diracx ./diracx-charts --set global.activeDeadlineSeconds=900,mysql.auth.{g.k('rootPassword')}={g.s(g.pw())} --set {g.k('rabbitmq.enabled')}=true -n diracx"
    )
