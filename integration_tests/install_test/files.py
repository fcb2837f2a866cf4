"""Files of a host that DIRACOS2, runit and DIRAC's installer want."""

VO, GROUP, PILOTS = "vo.example.org", "dirac_admin", "example_pilot"
PASSWORDS = {"Password": "dirac-password", "RootPwd": "root-password"}

#: In front of all else in DIRAC's environment: what DIRACOS2's tornado has and PyPI's lacks. DIRAC's set-up gives
#: its configuration server 5 s to start, too little on a busy machine: here it waits until that listens.
SITE = """
import collections, collections.abc, os, sys
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
if any(os.path.basename(word) in ("tornado-start-all", "tornado-start-CS") for word in sys.orig_argv):
    import dirac_tornado
    dirac_tornado.install("m2")
if any(os.path.basename(word) == "dirac-setup-site" for word in sys.orig_argv):
    import socket, time
    def patient(seconds, sleep=time.sleep):
        time.sleep = sleep
        sleep(seconds)
        for _ in range(120):
            try:
                return socket.create_connection(("dirac1.example.org", 9135), 5).close()
            except OSError:
                sleep(1)
    time.sleep = patient
"""
#: Older names of runit's commands, which DIRAC uses: DIRACOS2 has them, Debian's runit has only ``sv``.
RUNSVCTRL = """#!/bin/bash
mode=$1; shift
for folder; do printf %s "$mode" > "$folder/supervise/control" || exit 1; done
"""
RUNSVSTAT = """#!/bin/bash
for folder; do
    told=$(sv status "$folder" | sed -E 's/;.*//')
    case $told in
        run:*) sed -E 's/^run: (.*): \\(pid ([0-9]+)\\) ([0-9]+)s.*/\\1: run (pid \\2) \\3 seconds/' <<<"$told" ;;
        down:*) sed -E 's/^down: (.*): ([0-9]+)s.*/\\1: down \\2 seconds/' <<<"$told" ;;
        *) echo "$folder: runsv not running" ;;
    esac
done
"""
BASHRC = """
export DIRAC=/opt/dirac DIRAC_ROOT_PATH=/opt/dirac
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE PYTHONPATH
source /opt/dirac/diracos/bin/activate
export X509_CERT_DIR=/opt/dirac/etc/grid-security/certificates
export X509_VOMS_DIR=/opt/dirac/etc/grid-security/vomsdir X509_VOMSES=/opt/dirac/etc/grid-security/vomses
"""
INSTALL_CFG = """
LocalInstallation
{{
  ConfigurationName = Walk
  ConfigurationMaster = yes
  VirtualOrganization = {vo}
  Host = {name}
  HostDN = {host_dn}
  UseServerCertificate = yes
  AdminUserName = ada
  AdminUserDN = {admin_dn}
  AdminUserEmail = ada@example.org
  AdminGroupName = {group}
  Systems = Configuration, Framework, WorkloadManagement, ResourceStatus, Monitoring
  Databases = InstalledComponentsDB, ResourceStatusDB, ProxyDB, PilotAgentsDB, JobDB
  Services = {services}
  Database
  {{
    User = Dirac
    Password = {passwords[Password]}
    RootPwd = {passwords[RootPwd]}
    Host = {name}
    Port = 3306
  }}
}}
DIRAC
{{
  Security
  {{
    UseServerCertificate = yes
    CertFile = /opt/dirac/etc/grid-security/hostcert.pem
    KeyFile = /opt/dirac/etc/grid-security/hostkey.pem
  }}
}}
Registry
{{
  Hosts
  {{
    {second}
    {{
      DN = {second_dn}
      Properties = TrustedHost, CSAdministrator, ServiceAdministrator, FullDelegation, ProxyManagement, Operator
    }}
  }}
  VO
  {{
    {vo}
    {{
      VOName = {vo}
    }}
  }}
  Groups
  {{
    {pilots}
    {{
      Users = ada
      Properties = GenericPilot, LimitedDelegation
      VO = {vo}
    }}
  }}
}}
Operations
{{
  Defaults
  {{
    MonitoringBackends
    {{
      Default =
    }}
  }}
}}
"""
#: Of a further server: it asks the first one for its configuration, and has no database.
FURTHER_CFG = """
LocalInstallation
{{
  VirtualOrganization = {vo}
  Host = {name}
  UseServerCertificate = yes
  Systems = Framework
  Services = Framework/SystemAdministrator
  Database
  {{
    User = Dirac
    Password = {passwords[Password]}
    Host = {first}
    Port = 3306
  }}
}}
DIRAC
{{
  Configuration
  {{
    Servers = https://{first}:9135/Configuration/Server
  }}
  Security
  {{
    UseServerCertificate = yes
    CertFile = /opt/dirac/etc/grid-security/hostcert.pem
    KeyFile = /opt/dirac/etc/grid-security/hostkey.pem
  }}
}}
"""
SERVICES = (
    "Configuration/Server", "Framework/ComponentMonitoring", "Framework/ProxyManager", "Framework/SystemAdministrator",
    "ResourceStatus/ResourceStatus", "WorkloadManagement/PilotManager",
)  # fmt: skip
