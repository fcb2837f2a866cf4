"""Hold forms of vendors' tokens, continuous integration, containers and Kubernetes."""

from .cases import Form


def F(kind, form, template, *keep):
    """Make a form."""
    return Form(kind, form, template, keep)


V, CI, D, K = "vendor-token", "ci", "container", "kubernetes"
FORMS = [
    F(V, "github-bare", "using @{github} for +{host}", "using "),
    F(V, "github-fine", "login with @{github_fine}\nBad credentials", "Bad credentials"),
    F(V, "gitlab-bare", "INFO gitlab client @{gitlab} at +{host}: insufficient_scope", "insufficient_scope"),
    F(V, "slack-bot", "slack: @{slack} -> not_in_channel", "not_in_channel"),
    F(V, "stripe", "Stripe.api_key @{stripe} rejected", "rejected"),
    F(V, "google-api", "maps client created (@{google_api})\nREQUEST_DENIED", "REQUEST_DENIED"),
    F(V, "google-oauth", "gcloud auth print-access-token\n@{google_oauth}\nexit 0", "exit 0"),
    F(V, "pypi", "Uploading with @{pypi}\n403 Invalid or non-existent authentication", "403 Invalid"),
    F(V, "npm", "npm ERR! token @{npm} is expired", "npm ERR!"),
    F(
        V,
        "hf",
        "huggingface_hub login: @{hf}\nToken is valid (permission: read).",
        "Token is valid (permission: read).",
    ),
    F(V, "openai", "Incorrect API key provided: @{openai}", "Incorrect API key provided"),
    F(V, "docker-pat", "dockerd: pull denied for @{docker_pat}", "pull denied"),
    F(V, "vault", "vault: lookup-self @{vault} permission denied", "permission denied"),
    F(V, "sendgrid", "mailer key @{sendgrid} unauthorised", "unauthorised"),
    F(V, "telegram", "bot @{telegram} getUpdates 409 Conflict", "409 Conflict"),
    F(V, "aws-pair", "aws key ~{aws_key_id} / @{aws_secret}\nSignatureDoesNotMatch", "SignatureDoesNotMatch"),
    F(
        V,
        "aws-sts-json",
        '{"Credentials": {"AccessKeyId": "~{aws_key_id}", "SecretAccessKey": "@{aws_secret}", "SessionToken":'
        ' "@{aws_session}", "Expiration": "2026-03-12T10:11:12Z"}}',
        "Expiration",
        "2026-03-12T10:11:12Z",
    ),
    F(
        V,
        "instance-metadata",
        '{\n  "Code" : "Success",\n  "SecretAccessKey" : "@{aws_secret}",\n  "Token" : "@{aws_session}"\n}',
        '"Code" : "Success"',
    ),
    F(V, "grafana", "grafana token glsa_@{alnum32}_~{pin} forbidden", "forbidden"),
    F(V, "sentry-auth", "sentry-cli --auth-token sntrys_@{url86} releases list", "releases list"),
    F(
        V,
        "digitalocean",
        "doctl auth init --access-token dop_v1_@{hex64}\nValidating token... invalid",
        "Validating token...",
    ),
    F(
        V,
        "azure-client",
        "AZURE_TENANT_ID=~{uuid}\nAZURE_CLIENT_SECRET=@{alnum40}\nAZURE_CLOUD=public",
        "AZURE_CLOUD=public",
        "AZURE_CLIENT_SECRET",
    ),
    F(V, "datadog", "DD_SITE=datadoghq.eu\nDD_API_KEY=@{hex32}", "DD_SITE=datadoghq.eu", "DD_API_KEY"),
    F(V, "wandb", "wandb: Appending key for api.wandb.ai: @{hex40}\nwandb: offline", "wandb: offline"),
    F(
        V,
        "zenodo",
        "curl https://zenodo.org/api/deposit/depositions?access_token=@{alnum40}\n403",
        "zenodo.org/api/deposit",
    ),
    F(
        CI,
        "gitlab-job-token",
        "$ git clone https://gitlab-ci-token:@{gitlab_job}@+{host}/grid/x.git\nERROR: Job failed: exit code 128",
        "ERROR: Job failed: exit code 128",
    ),
    F(
        CI,
        "gitlab-variables",
        "export CI_JOB_ID='~{num}'\nexport CI_JOB_TOKEN='@{gitlab_job}'\nexport CI_COMMIT_SHA='~{hex40}'",
        "CI_JOB_ID",
        "CI_COMMIT_SHA",
    ),
    F(
        CI,
        "gitlab-runner-register",
        "gitlab-runner register --url https://+{host} --registration-token @{alnum20}\nRuntime platform",
        "Runtime platform",
    ),
    F(
        CI,
        "github-actions-env",
        "Run ./deploy.sh\n  env:\n    DEPLOY_KEY: @{alnum40}\n    STAGE: prod\nError: Process completed with exit"
        " code 1.",
        "STAGE: prod",
        "Error: Process completed with exit code 1.",
    ),
    F(
        CI,
        "github-actions-with",
        "  with:\n    username: ~{user}\n    password: @{pw}\n    registry: ghcr.io",
        "registry: ghcr.io",
    ),
    F(CI, "actions-runtime", "ACTIONS_RUNTIME_TOKEN=@{jwt}\nACTIONS_CACHE_URL=https://+{host}/", "ACTIONS_CACHE_URL"),
    F(
        CI,
        "jenkins",
        "[Pipeline] sh\n+ mvn deploy -Dnexus.password=@{pw} -DskipTests\nFinished: FAILURE",
        "Finished: FAILURE",
        "-DskipTests",
    ),
    F(CI, "jenkins-crumb", "crumb: {'Jenkins-Crumb': '@{hex64}'} from +{host}", "crumb"),
    F(
        CI,
        "travis",
        "Setting environment variables from repository settings\n$ export COVERALLS_TOKEN=@{alnum32}\n$ python -m"
        " pytest",
        "$ python -m pytest",
    ),
    F(
        CI,
        "codecov",
        "codecov -t @{uuid} -f coverage.xml\n==> Uploading reports",
        "==> Uploading reports",
        "coverage.xml",
    ),
    F(CI, "sonar", "sonar-scanner -Dsonar.login=@{hex40} -Dsonar.host.url=https://+{host}", "-Dsonar.host.url"),
    F(
        CI,
        "set-output",
        "::set-output name=token::@{alnum40}\n::warning::deprecated command",
        "::warning::deprecated command",
    ),
    F(
        CI,
        "gradle",
        "./gradlew publish -PossrhPassword=@{pw} -PossrhUsername=~{user}\nBUILD FAILED in 3s",
        "BUILD FAILED in 3s",
    ),
    F(
        D,
        "inspect-env",
        '"Env": [\n    "PATH=/usr/bin",\n    "POSTGRES_PASSWORD=@{pw}",\n    "LANG=C"\n],',
        '"LANG=C"',
        "POSTGRES_PASSWORD",
    ),
    F(
        D,
        "compose-map",
        "services:\n  db:\n    image: mysql:8\n    environment:\n      MYSQL_ROOT_PASSWORD: @{pw}\n    ports: ['3306']",
        "ports: ['3306']",
    ),
    F(
        D,
        "compose-list",
        "    environment:\n      - SITE=+{site}\n      - RABBITMQ_DEFAULT_PASS=@{pw}\n    restart: always",
        "restart: always",
    ),
    F(
        D,
        "dockerfile-env",
        "Step 4/9 : ENV ADMIN_TOKEN=@{alnum40}\n ---> Running in ~{hex16}",
        "Step 4/9 : ENV ADMIN_TOKEN",
        " ---> Running in",
    ),
    F(
        D,
        "dockerfile-arg",
        '#9 [4/7] RUN curl -H "PRIVATE-TOKEN: @{gitlab}" https://+{host}/x.tgz\n#9 ERROR: exit code: 22',
        "#9 ERROR: exit code: 22",
    ),
    F(
        D,
        "build-arg",
        "docker build --build-arg NPM_TOKEN=@{npm} --tag app:1 .\nSending build context",
        "--tag app:1",
        "Sending build context",
    ),
    F(
        D,
        "history",
        '<missing>  3 days ago  /bin/sh -c #(nop)  ENV SECRET_KEY=@{hex32}  0B\n<missing>  3 days ago  CMD ["bash"]',
        'CMD ["bash"]',
    ),
    F(
        D,
        "entrypoint-log",
        "[Entrypoint]: GENERATED ROOT PASSWORD: @{b64_32}\n[Entrypoint]: ready for start up.",
        "ready for start up.",
    ),
    F(
        D,
        "entrypoint-created",
        "Created superuser admin with password: @{pw_alnum}\nListening at +{host}:8080",
        "Listening at",
    ),
    F(D, "inspect-cmd", '"Cmd": ["redis-server", "--requirepass", "@{pw}", "--port", "6379"],', '"--port", "6379"'),
    F(D, "swarm-join", "docker swarm join --token SWMTKN-1-@{alnum40}-@{alnum20} 192.0.2.4:2377", "192.0.2.4:2377"),
    F(
        D,
        "docker-env-file-line",
        "docker run --env-file - image <<< 'API_SECRET=@{pw}'\nimage: not found",
        "image: not found",
    ),
    F(
        K,
        "secret-yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: @{pw|b64}\n  username: cGlsb3Q=\ntype:"
        " Opaque",
        "type: Opaque",
        "kind: Secret",
    ),
    F(K, "secret-stringdata", "kind: Secret\nstringData:\n  token: @{alnum40}\ntype: Opaque", "type: Opaque"),
    F(
        K,
        "secret-json",
        '{"apiVersion":"v1","data":{"client-secret":"@{url43|b64}"},"kind":"Secret"}',
        '"kind":"Secret"',
    ),
    F(
        K,
        "dockerconfigjson",
        "data:\n  .dockerconfigjson: @{docker_json}\ntype: kubernetes.io/dockerconfigjson",
        "type: kubernetes.io/dockerconfigjson",
    ),
    F(
        K,
        "service-account-file",
        "$ cat /var/run/secrets/kubernetes.io/serviceaccount/token\n@{jwt}\n$ exit",
        "/var/run/secrets/kubernetes.io",
    ),
    F(
        K,
        "kubeconfig-token",
        "users:\n- name: +{user}\n  user:\n    token: @{jwt}\ncurrent-context: grid",
        "current-context: grid",
    ),
    F(
        K,
        "kubeconfig-client-key",
        "    client-certificate-data: ~{b64_64}\n    client-key-data: @{pem_text|b64}\ncurrent-context: grid",
        "current-context: grid",
    ),
    F(
        K,
        "pod-env",
        "    env:\n    - name: SITE\n      value: +{site}\n    - name: DB_PASSWORD\n      value: @{pw}\n    image:"
        " pilot:9",
        "image: pilot:9",
    ),
    F(
        K,
        "describe-pod",
        "    Environment:\n      SITE:         +{site}\n      DB_PASSWORD:  @{pw}\n    Mounts:",
        "Mounts:",
    ),
    F(
        K,
        "describe-secret",
        "Name:  pilot-token\nData\n====\nnamespace:  7 bytes\ntoken:      @{jwt}",
        "namespace:  7 bytes",
    ),
    F(
        K,
        "kubeadm-join",
        "kubeadm join +{host}:6443 --token abcdef.@{hex16} --discovery-token-ca-cert-hash sha256:~{hex64}",
        "kubeadm join",
    ),
    F(K, "helm-release", "kind: Secret\ndata:\n  release: @{kube_gz}\ntype: helm.sh/release.v1", "helm.sh/release.v1"),
    F(
        K,
        "helm-values",
        "USER-SUPPLIED VALUES:\nauth:\n  rootPassword: @{pw}\n  database: jobs\nreplicas: 2",
        "replicas: 2",
    ),
    F(
        K,
        "k3s-token",
        'k3s agent --server https://+{host}:6443 --token K10@{hex64}::server:@{hex32}\nlevel=fatal msg="failed"',
        'msg="failed"',
    ),
    F(
        K,
        "get-jsonpath",
        "kubectl get secret db -o jsonpath={.data.password} | base64 -d\n@{pw}\n$ kubectl get pods",
        "$ kubectl get pods",
    ),
    F(K, "etcd", "/registry/secrets/grid/db\nk8s\nv1Secret password @{pw} Opaque", "/registry/secrets/grid/db"),
]
