"""Hold forms of command lines."""

from .maker import F


@F("cmdline", "kubectl create secret --from-literal")
def kubectl_create_secret_from_literal(g):
    return g.wrap(
        f"kubectl -n {g.k('harvester')} create secret generic db-creds --from-literal=username=panda --from-literal={g.k('password')}={g.s(g.pw())}\nsecret/db-creds created"
    )


@F("cmdline", "kubectl --token")
def kubectl_token(g):
    return g.wrap(
        f"+ kubectl --server=https://{g.k(g.host('k8s'))}:6443 --token={g.s(g.jwt())} get pods -n pilots", "shell"
    )


@F("cmdline", "ansible-playbook -e")
def ansible_playbook_e(g):
    return g.wrap(
        f'ansible-playbook -i hosts.ini site.yml --limit {g.k("workernodes")} -e "munge_restart=yes {g.k("db_password")}={g.s(g.pw())}"'
    )


@F("cmdline", "ps aux java keyStorePassword")
def ps_aux_java_keystorepassword(g):
    return g.wrap(
        f"storm     {g.n(1000, 30000)}  0.7  4.1 6012344 1340232 ?     Sl   Mar01 712:01 /usr/lib/jvm/java-11/bin/java -Xmx2g -Djavax.net.ssl.keyStore=/etc/storm/keystore.jks {g.k('-Djavax.net.ssl.keyStorePassword')}={g.s(g.pw())} -Dspring.profiles.active=prod -jar {g.k('/usr/share/java/storm-webdav/storm-webdav-server.jar')}",
        "misc",
    )


@F("cmdline", "ps -ef pilot wrapper with token argument")
def ps_ef_pilot_wrapper_with_token_argument(g):
    return g.wrap(
        f"{g.user():<8} {g.n(1000, 30000)} {g.n(1, 900)}  0 10:{g.n(10, 59)} ?  00:00:03 python3 dirac-pilot.py --debug --setup={g.k('DIRAC-Certification')} --CEQueue=cream-pbs --pilotUUID={g.uuid()} {g.k('--diracx_pilot_secret')}={g.s(g.b64u(32))} --MaxCycles=5"
    )


@F("cmdline", "redis-cli -a")
def redis_cli_a(g):
    return g.wrap(
        f"redis-cli -h {g.k(g.host('redis'))} -p 6379 -a {g.s(g.pw())} ping\n{g.k('Warning: Using a password with')} '-a' or '-u' option on the command line interface may not be safe.\nPONG"
    )


@F("cmdline", "mongo -u -p")
def mongo_u_p(g):
    return g.wrap(
        f"mongosh --host {g.k(g.host('mongo'))} --port 27017 -u admin -p {g.s(g.pw())} --authenticationDatabase {g.k('admin')}"
    )


@F("cmdline", "smbclient -U user%pw")
def smbclient_u_user_pw(g):
    return g.wrap(
        f"+ smbclient //{g.k(g.host('nas'))}/scratch -U {g.user()}%{g.s(g.pw())} -c 'put result.zip'", "shell"
    )


@F("cmdline", "mount cifs password=")
def mount_cifs_password(g):
    return g.wrap(
        f"+ mount -t cifs //{g.k(g.host('nas'))}/data /mnt/data -o username={g.user()},{g.k('password')}={g.s(g.pw())},vers=3.0,uid=1000",
        "shell",
    )


@F("cmdline", "7z/zip/unzip password")
def form_7z_zip_unzip_password(g):
    return g.wrap(
        ["+ unzip -P %s {a} -d sandbox", "+ 7z x -p%s -osandbox {a}", "+ zip -r -P %s {a} logs/"][g.n(0, 2)].replace(
            "{a}", g.k("sandbox.zip")
        )
        % g.s(g.pw()),
        "shell",
    )


@F("cmdline", "gpg --passphrase")
def gpg_passphrase(g):
    return g.wrap(
        f"+ gpg --batch --yes --pinentry-mode loopback {g.k('--passphrase')} {g.s(g.pw())} -o secrets.tar -d {g.k('secrets.tar.gpg')}",
        "shell",
    )


@F("cmdline", "htpasswd -b")
def htpasswd_b(g):
    return g.wrap(
        f"htpasswd -bc {g.k('/etc/httpd/conf/htpasswd')} {g.user()} {g.s(g.pw())}\nAdding password for user", "misc"
    )


@F("cmdline", "echo user:pw | chpasswd")
def echo_user_pw_chpasswd(g):
    return g.wrap(f"+ echo {g.k('root')}:{g.s(g.pw())}\n+ chpasswd", "shell")


@F("cmdline", "ipmitool -P")
def ipmitool_p(g):
    return g.wrap(
        f"ipmitool -I lanplus -H {g.k(g.host('ipmi-wn042'))} -U ADMIN -P {g.s(g.pw())} chassis power status\n{g.k('Chassis Power is on')}",
        "misc",
    )


@F("cmdline", "snmp v3 -A -X")
def snmp_v3_a_x(g):
    return g.wrap(
        f"snmpwalk -v3 -l authPriv -u {g.k('monitor')} -a SHA -A {g.s(g.pw())} -x AES -X {g.s(g.pw())} {g.k(g.ip())} 1.3.6.1.2.1.1",
        "misc",
    )


@F("cmdline", "sqlplus user/pw@db")
def sqlplus_user_pw_db(g):
    return g.wrap(
        f"+ sqlplus -S ATLAS_CONF_R/{g.s(g.pw())}@{g.k('ADCR_ADG')} @check.sql\n{g.k('ORA-28000: the account is locked')}",
        "shell",
    )


@F("cmdline", "rucio -u -pwd")
def rucio_u_pwd(g):
    return g.wrap(f"+ rucio -S userpass -u {g.k(g.user())} {g.k('-pwd')} {g.s(g.pw())} whoami", "shell")


@F("cmdline", "condor_store_cred -p")
def condor_store_cred_p(g):
    return g.wrap(f"condor_store_cred add -c -p {g.s(g.pw())}\n{g.k('Operation succeeded.')}", "misc")


@F("cmdline", "oidc-gen with secret and refresh token")
def oidc_gen_with_secret_and_refresh_token(g):
    return g.wrap(
        f"+ oidc-gen --client-id={g.uuid()} {g.k('--client-secret')}={g.s(g.b64u(86))} --rt={g.s(g.b64u(64))} --issuer=https://{g.k(g.host('iam'))}/ --scope=max --pw-cmd='echo x' wlcg",
        "shell",
    )


@F("cmdline", "openstack --os-password")
def openstack_os_password(g):
    return g.wrap(
        f"openstack --os-auth-url https://{g.k(g.host('keystone'))}:5000/v3 --os-username {g.k(g.user())} {g.k('--os-password')} {g.s(g.pw())} --os-project-name IT-Batch server list"
    )


@F("cmdline", "ssh-keygen -N / -P")
def ssh_keygen_n_p(g):
    return g.wrap(
        f"+ ssh-keygen -t ed25519 -f {g.k('id_pilot')} -N '{g.s(g.phrase())}' -C pilot@vobox\nGenerating public/private ed25519 key pair.",
        "shell",
    )


@F("cmdline", "az login service principal")
def az_login_service_principal(g):
    return g.wrap(
        f"az login --service-principal -u {g.k(g.uuid())} -p {g.s(g.an(3) + '8Q~' + g.b64u(34))} --tenant {g.k(g.uuid())}",
        "misc",
    )


@F("cmdline", "gitlab-runner register")
def gitlab_runner_register(g):
    return g.wrap(
        f"gitlab-runner register --non-interactive --url https://{g.k(g.host('gitlab'))}/ --registration-token {g.s('GR1348941' + g.b64u(20))} --executor docker"
    )


@F("cmdline", "vault login")
def vault_login(g):
    return g.wrap(
        f"vault login -address=https://{g.k(g.host('vault'))}:8200 {g.s(g.c('hvs.' + g.b64u(90), 's.' + g.an(24)))}\n{g.k('Success! You are now authenticated.')}"
    )


@F("cmdline", "lftp -u")
def lftp_u(g):
    return g.wrap(f"lftp -u {g.user()},{g.s(g.pw())} -e 'mirror -R out/; bye' ftps://{g.k(g.host('ftp'))}")


@F("cmdline", "globus-url-copy ftp url creds")
def globus_url_copy_ftp_url_creds(g):
    return g.wrap(
        f"globus-url-copy -vb ftp://{g.user()}:{g.s(g.pw())}@{g.k(g.host('ftp'))}:21/data/x.dat file://{g.k(g.wd())}/x.dat"
    )


@F("cmdline", "gfal-copy davs authz query")
def gfal_copy_davs_authz_query(g):
    return g.wrap(
        f"gfal-copy -f file://{g.wd()}/out.root 'davs://{g.k(g.host('dcdoor17'))}:2880/{g.k('pnfs/data')}/out.root?authz={g.s(g.jwt('ES256'))}'\nCopying file   [FAILED]  after 1s"
    )


@F("cmdline", "xrdcp authz Bearer%20")
def xrdcp_authz_bearer_20(g):
    return g.wrap(
        f"+ xrdcp -f -d 1 'root://{g.k(g.host('xrootd-gw'))}:1094//store/{g.vo()}/f.root?authz=Bearer%20{g.s(g.jwt('ES256'))}&xrd.wantprot=ztn' /dev/null\n{g.k('[ERROR] Server responded with an error: [3010] Unable to open file')}",
        "shell",
    )


@F("cmdline", "screen of failed subprocess with env prefix")
def screen_of_failed_subprocess_with_env_prefix(g):
    return g.wrap(
        f"sh -c {g.k('RUCIO_ACCOUNT')}=pilot RUCIO_AUTH_TYPE=userpass RUCIO_CFG_CLIENT_PASSWORD={g.s(g.pw())} rucio list-rses 2>&1"
    )


@F("cmdline", "expect send password")
def expect_send_password(g):
    return g.wrap(
        f'expect: does "{g.user()}@{g.k(g.host())}\'s password: " (spawn_id exp4) match glob pattern "*assword:"? {g.k("yes")}\nsend: sending "{g.s(g.pw())}\\r" to {{ exp4 }}',
        "misc",
    )


@F("cmdline", "condor_submit -append environment")
def condor_submit_append_environment(g):
    return g.wrap(
        f"""condor_submit -append 'environment = "{g.k("EOS_USER")}={g.user()} KRB_PASSWORD={g.s(g.pw())}"' -pool {g.k(g.host("htcondor3"))} job.sub"""
    )


@F("cmdline", "influx write token")
def influx_write_token(g):
    return g.wrap(
        f"influx write --host https://{g.k(g.host('influx'))}:8086 --org {g.vo()} --bucket pilots --token {g.s(g.b64u(86) + '==')} 'pilot,site={g.site()} cpu=1'"
    )


@F("cmdline", "lxplus cern-get-sso / auth-get-sso-token secret")
def lxplus_cern_get_sso_auth_get_sso_token_secret(g):
    return g.wrap(
        f"+ curl --location -X POST https://auth.cern.ch/auth/realms/cern/api-access/token --header 'Content-Type: application/x-www-form-urlencoded' --data-urlencode grant_type=client_credentials --data-urlencode client_id={g.k('lhcb-pilots')} --data-urlencode {g.k('client_secret')}={g.s(g.an(32))} --data-urlencode audience=lb-api",
        "shell",
    )


@F("cmdline", "ctest/cmake -D password")
def ctest_cmake_d_password(g):
    return g.wrap(
        f"+ cmake -S . -B build -DCMAKE_BUILD_TYPE=Release {g.k('-DNIGHTLIES_PASSWORD')}={g.s(g.pw())} -GNinja", "shell"
    )


@F("cmdline", "mvn -Dpassword")
def mvn_dpassword(g):
    return g.wrap(f"[INFO] mvn deploy -B -DskipTests -Drepo.user={g.k('ci')} {g.k('-Drepo.password')}={g.s(g.pw())}")


@F("cmdline", "cadaver/lynx -auth")
def cadaver_lynx_auth(g):
    return g.wrap(f"lynx -dump -auth={g.user()}:{g.s(g.pw())} https://{g.k(g.host('monitor'))}/status.html")


@F("cmdline", "freerdp / vnc /p:")
def freerdp_vnc_p(g):
    return g.wrap(f"xfreerdp /v:{g.k(g.host('winadm'))} /u:{g.user()} /p:{g.s(g.pw())} /cert:ignore", "misc")


@F("cmdline", "net ads join / adcli -U user%pw")
def net_ads_join_adcli_u_user_pw(g):
    return g.wrap(f"+ net ads join -U administrator%{g.s(g.pw())} createcomputer={g.k('Grid/WorkerNodes')}", "shell")


@F("cmdline", "etcdctl --user")
def etcdctl_user(g):
    return g.wrap(f"etcdctl --endpoints=https://{g.k(g.host('etcd'))}:2379 --user=root:{g.s(g.pw())} endpoint health")


@F("cmdline", "skopeo --creds")
def skopeo_creds(g):
    return g.wrap(
        f"skopeo copy --dest-creds={g.user()}:{g.s(g.pw())} docker://{g.k('almalinux:9')} docker://{g.k(g.host('harbor'))}/library/almalinux:9"
    )


@F("cmdline", "oras/regctl login -p")
def oras_regctl_login_p(g):
    return g.wrap(f"oras login {g.k(g.host('harbor'))} -u {g.k('robot$pilots')} -p {g.s(g.an(32))}")
