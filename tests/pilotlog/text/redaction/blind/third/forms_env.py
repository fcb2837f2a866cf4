"""Hold forms of environments and traces of a shell."""

from .maker import F, envblock
from .words import B64, UP


@F("env", "env dump: AWS keys")
def env_dump_aws_keys(g):
    return (
        envblock(
            g,
            [
                f"AWS_ACCESS_KEY_ID=AKIA{g.st(UP + '234567', 16)}",
                f"{g.k('AWS_SECRET_ACCESS_KEY')}={g.s(g.st(B64, 40))}",
            ],
        )
        + "\n"
    )


@F("env", "env dump: several *_PASSWORD")
def env_dump_several_password(g):
    a, b = g.c("FTS", "STOMP", "MQ", "CORAL_AUTH", "DIRAC_DB", "KRB5"), g.c("GRAFANA", "MYSQL", "DB", "RABBITMQ")
    return (
        envblock(g, [f"{g.k(a + '_PASSWORD')}={g.s(g.pw(False))}", f"{g.k(b + '_PASSWORD')}={g.s(g.pw(False))}"]) + "\n"
    )


@F("env", "env dump: BEARER_TOKEN")
def env_dump_bearer_token(g):
    return envblock(g, [f"{g.k('BEARER_TOKEN')}={g.s(g.jwt())}", "BEARER_TOKEN_FILE=/tmp/bt_u1000"]) + "\n"


@F("env", "env dump: CI tokens")
def env_dump_ci_tokens(g):
    return (
        envblock(
            g,
            [
                f"{g.k('CI_JOB_TOKEN')}={g.s(g.c('glcbt-64_' + g.b64u(20), '64_' + g.b64u(20)))}",
                f"CI_REGISTRY={g.host('gitlab')}",
                f"{g.k('CI_REGISTRY_PASSWORD')}={g.s(g.b64u(20))}",
                f"{g.k('CI_REPOSITORY_URL')}=https://gitlab-ci-token:{g.s(g.b64u(20))}@gitlab.cern.ch/lhcb/x.git",
            ],
        )
        + "\n"
    )


@F("env", "env dump: GITHUB_TOKEN")
def env_dump_github_token(g):
    return (
        envblock(
            g,
            [
                f"{g.k('GITHUB_TOKEN')}={g.s(g.c('ghs_', 'ghp_', 'gho_') + g.an(36))}",
                "GITHUB_REPOSITORY=DIRACGrid/Pilot",
            ],
        )
        + "\n"
    )


@F("env", "env dump: http_proxy with credentials")
def env_dump_http_proxy_with_credentials(g):
    h = g.host("squid1")
    return (
        envblock(g, [f"{g.k('http_proxy')}=http://{g.user()}:{g.s(g.pw())}@{g.k(h)}:3128", f"no_proxy=localhost,{h}"])
        + "\n"
    )


@F("env", "env dump: PIP_INDEX_URL")
def env_dump_pip_index_url(g):
    return (
        envblock(g, [f"{g.k('PIP_INDEX_URL')}=https://{g.user()}:{g.s(g.pw())}@{g.k(g.host('nexus'))}/simple/"]) + "\n"
    )


@F("env", "env dump: SINGULARITY/APPTAINER docker password")
def env_dump_singularity_apptainer_docker_password(g):
    x = g.c("SINGULARITY", "APPTAINER")
    return (
        envblock(
            g,
            [f"{x}_DOCKER_USERNAME=robot", f"{g.k(x + '_DOCKER_PASSWORD')}={g.s(g.pw())}", f"{x}_CACHEDIR=/tmp/cache"],
        )
        + "\n"
    )


@F("env", "env dump: SLURM_JWT, OIDC, RUCIO")
def env_dump_slurm_jwt_oidc_rucio(g):
    return (
        envblock(
            g,
            [
                f"{g.k('SLURM_JWT')}={g.s(g.jwt('HS256'))}",
                f"{g.k('OIDC_CLIENT_SECRET')}={g.s(g.b64u(64))}",
                "RUCIO_ACCOUNT=pilot",
            ],
        )
        + "\n"
    )


@F("env", "env dump: PANDA / HARVESTER tokens")
def env_dump_panda_harvester_tokens(g):
    return (
        envblock(
            g,
            [
                f"{g.k('PANDA_AUTH_ID_TOKEN')}={g.s(g.jwt())}",
                "PANDA_AUTH_VO=atlas:pilot",
                f"{g.k('PANDA_JSID_SECRET')}={g.s(g.hex(32))}",
            ],
        )
        + "\n"
    )


@F("env", "env dump: OS_* openstack")
def env_dump_os_openstack(g):
    return (
        envblock(
            g,
            [
                f"OS_USERNAME={g.user()}",
                f"{g.k('OS_PASSWORD')}={g.s(g.pw(False))}",
                "OS_PROJECT_NAME=grid",
                f"{g.k('OS_APPLICATION_CREDENTIAL_SECRET')}={g.s(g.b64u(86))}",
            ],
        )
        + "\n"
    )


@F("env", "env dump: private key with literal newlines")
def env_dump_private_key_with_literal_newlines(g):
    L = g.key(g.c("RSA1024", "EC8"))
    return envblock(g, [f"{g.k('JALIEN_TOKEN_KEY')}=" + "\\n".join(L)]) + "\n"


@F("env", "env dump: private key multi-line value")
def env_dump_private_key_multi_line_value(g):
    return envblock(g, [f"{g.k('SSH_PRIVATE_KEY')}=" + "\n".join(g.key("RSA1024"))]) + "\n"


@F("env", "env dump: database URL")
def env_dump_database_url(g):
    return (
        envblock(
            g,
            [
                f"{g.k('DIRACX_DB_URL_AUTHDB')}=mysql+aiomysql://Dirac:{g.s(g.pw())}@{g.k(g.host('db12'))}/DiracXAuthDB",
                f"{g.k('DIRACX_SERVICE_AUTH_STATE_KEY')}={g.s(g.b64(32))}",
            ],
        )
        + "\n"
    )


@F("env", "export statements")
def export_statements(g):
    return g.wrap(
        f"export {g.k('RUCIO_AUTH_HOST')}=https://{g.host('rucio-auth')}\nexport {g.k('KEYCLOAK_CLIENT_SECRET')}=\"{g.s(g.uuid())}\"\nexport {g.k('DB_PASS')}='{g.s(g.pw(False))}'"
    )


@F("env", "set -x assignment and nested ++")
def set_x_assignment_and_nested(g):
    t = g.jwt("ES256")
    return g.wrap(
        f"++ oidc-token --aud https://wlcg.cern.ch/jwt/v1/any {g.k('wlcg')}\n+ {g.k('TOKEN')}={g.s(t)}\n+ export BEARER_TOKEN={t}",
        "shell",
    )


@F("env", "set -x local password quoted")
def set_x_local_password_quoted(g):
    return g.wrap(f"+ local {g.k('db_pass')}={g.s(g.pw())}\n+ [[ -z {g.S[0]} ]]\n+ echo {g.k('connecting')}", "shell")


@F("env", "declare -x")
def declare_x(g):
    return g.wrap(
        f'declare -x HOME="/home/{g.user()}"\ndeclare -x {g.k("MYPROXY_PASSPHRASE")}="{g.s(g.pw())}"\ndeclare -x {g.k("X509_VOMS_DIR")}="/etc/grid-security/vomsdir"',
        "misc",
    )


@F("env", "python os.environ repr")
def python_os_environ_repr(g):
    return g.wrap(
        f"environ({{'HOME': '/home/{g.user()}', '{g.k('LCG_GFAL_INFOSYS')}': '{g.host('bdii')}:2170', '{g.k('DB_PASSWORD')}': '{g.s(g.pw())}', 'TERM': 'dumb', '{g.k('API_KEY')}': '{g.s(g.an(32))}'}})",
        "dirac",
    )


@F("env", "docker inspect Env list")
def docker_inspect_env_list(g):
    return f'''        "Config": {{
            "Hostname": "{g.k(g.hex(12))}",
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/bin",
                "{g.k("MYSQL_ROOT_PASSWORD")}={g.s(g.pw())}",
                "{g.k("MYSQL_DATABASE")}=FileCatalogDB"
            ],
            "Image": "{g.k("mysql:8.0")}"
        }}
'''


@F("env", "systemd Environment=")
def systemd_environment(g):
    return f'''# /etc/systemd/system/{g.k("pilot-agent.service")}
[Service]
User=dirac
Environment="{g.k("STOMP_USER")}=pilot" "{g.k("STOMP_PASSCODE")}={g.s(g.pw())}"
ExecStart=/opt/dirac/bin/runsvdir
Restart=always
'''


@F("env", "/proc/PID/environ with NULs as ^@")
def proc_pid_environ_with_nuls_as(g):
    return g.wrap(
        f"HOME=/root^@USER=root^@{g.k('VAULT_TOKEN')}={g.s('hvs.' + g.b64u(90))}^@{g.k('LANG')}=C^@LOGNAME=root^@",
        "misc",
    )


@F("env", "HTCondor ad Environment, new syntax")
def htcondor_ad_environment_new_syntax(g):
    return f'''JobUniverse = 5
{g.k("Environment")} = "HOME=/home/{g.user()} DIRAC_PILOT_STAMP={g.hex(32)} {g.k("X_AUTH_SECRET")}={g.s(g.an(24))} OMP_NUM_THREADS=8"
Owner = "{g.k(g.user())}"
Iwd = "{g.wd()}"
'''


@F("env", "HTCondor ad Env, semicolons")
def htcondor_ad_env_semicolons(g):
    return f"""ClusterId = {g.n(1, 99999)}
{g.k("Env")} = "PANDA_JSID=harvester-CERN_central_A;HARVESTER_ID=CERN;{g.k("SECRET_KEY")}={g.s(g.an(32))};GTAG=https://{g.host()}/logs"
{g.k("RequestMemory")} = 2000
"""


@F("env", "kubectl describe pod environment")
def kubectl_describe_pod_environment(g):
    return f"""Containers:
  diracx:
    Image:          {g.k("ghcr.io/diracgrid/diracx/services:dev")}
    Environment:
      DIRACX_CONFIG_BACKEND_URL:    git+file:///cs_store/initialRepo
      {g.k("DIRACX_SANDBOX_STORE_SECRET_KEY")}:    {g.s(g.an(40))}
      {g.k("OTEL_ENABLED")}:    false
    Mounts:
      /cs_store/ from cs-mount (rw)
"""


@F("env", "csh setenv")
def csh_setenv(g):
    return g.wrap(f"setenv {g.k('RUCIO_HOME')} /opt/rucio\nsetenv {g.k('ORACLE_PASSWD')} {g.s(g.pw())}", "misc")


@F("env", "PBS -v variable list")
def pbs_v_variable_list(g):
    return g.wrap(
        f"    Variable_List = PBS_O_HOME=/home/{g.user()},PBS_O_LANG=C,{g.k('GLITE_PASS')}={g.s(g.pw())},{g.k('PBS_O_WORKDIR')}={g.wd()}",
        "misc",
    )


@F("env", "sbatch --export")
def sbatch_export(g):
    return g.wrap(
        f"sbatch --export=ALL,{g.k('CE_TOKEN')}={g.s(g.jwt('ES256'))},NCORES=8 --partition={g.k('grid')} pilotwrapper.sh",
        "shell",
    )


@F("env", "windows/Jenkins set")
def windows_jenkins_set(g):
    return g.wrap(
        f"[Pipeline] sh\n+ printenv\nBUILD_NUMBER={g.n(1, 999)}\n{g.k('NEXUS_CREDS')}=deployer:{g.s(g.pw())}\n{g.k('NEXUS_CREDS_PSW')}={g.S[-1]}\nJOB_NAME=pilot-integration",
        "misc",
    )


@F("env", "printenv in python json.dumps")
def printenv_in_python_json_dumps(g):
    return g.wrap(
        g.dlog(
            f'payload environment: {{"DIRACSITE": "{g.site()}", "{g.k("ALIEN_JDL_TOKEN")}": "{g.s(g.an(32))}", "{g.k("EDG_WL_JOBID")}": "https://{g.host()}:9000/{g.b64u(22)}"}}'
        ),
        "dirac",
    )


@F("env", "bash set output with quoting")
def bash_set_output_with_quoting(g):
    return g.wrap(
        f"BASH_VERSION='5.1.8(1)-release'\n{g.k('PS4')}='+ '\n{g.k('SE_PASSWORD')}='{g.s(g.pw(False))}'\nSECONDS={g.n(1, 900)}\nUID=1000",
        "misc",
    )


@F("env", "ssh-agent style + HTCondor _CONDOR_ password")
def ssh_agent_style_htcondor_condor_password(g):
    return (
        envblock(
            g,
            [
                "_CONDOR_JOB_AD=.job.ad",
                f"{g.k('_CONDOR_SEC_PASSWORD')}={g.s(g.pw())}",
                f"{g.k('X509_USER_KEY_PASSWORD')}={g.s(g.pw())}",
            ],
        )
        + "\n"
    )


@F("env", "dotenv file")
def dotenv_file(g):
    return f"""# .env for docker compose
COMPOSE_PROJECT_NAME={g.k("rucio-dev")}
POSTGRES_USER=rucio
{g.k("POSTGRES_PASSWORD")}={g.s(g.pw())}
SECRET_KEY={g.s(g.an(50))}
{g.k("DEBUG")}=0
"""


@F("env", "GitHub Actions env echo with with: block")
def github_actions_env_echo_with_with_block(g):
    return f"""##[group]Run docker/login-action@v2
with:
  registry: {g.k("ghcr.io")}
  username: {g.user()}
  {g.k("password")}: {g.s(g.an(20))}
  logout: true
##[endgroup]
"""
