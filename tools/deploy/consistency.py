"""What the files say must agree: with each other, with the executable's source, with docs/configuration.md."""

import collections
import re
import tomllib

import policies
import yaml

SERVICES = ["catalog", "design", "transition", "operations", "improvement"]
PORTS = {"gateway": 4000} | {name: 4001 + place for place, name in enumerate(SERVICES)}
PINNED = re.compile(r"^[^\s:@]+(/[^\s:@]+)*(:v?\d+[\w.-]*|@sha256:[0-9a-f]{64})$")
# Every path that there shall be inside the namespace; the mesh's tunnel has its own rules.
ALLOWED = (
    {("gateway", name, PORTS[name]) for name in SERVICES}
    | {(name, "collector", 4317) for name in PORTS}
    | {(name, "postgres", 5432) for name in SERVICES}
    | {(f"migrate-{name}", "postgres", 5432) for name in SERVICES}
    | {(name, "kafka", 9093) for name in SERVICES}
)
# The pods of the operators' clusters, by the labels that they get.
OPERATED = {
    "postgres": {"cnpg.io/cluster": "ciclo-postgres"},
    "kafka": {"strimzi.io/cluster": "ciclo-kafka", "strimzi.io/name": "ciclo-kafka-kafka"},
}


def check(root, renderings):
    compose = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    dockerfile = (root / "Dockerfile").read_text()
    yield from names(root)
    yield from settings(root, compose, dockerfile, renderings)
    yield from images(root, compose, dockerfile, renderings)
    yield from hardened(compose)
    yield from components(root)
    examples = [one for name, all_of in renderings.items() if name.startswith("examples/") for one in all_of]
    for name, resources in renderings.items():
        if name.startswith("overlays/"):
            for mistake in overlay(root, compose, resources, examples):
                yield f"{name}: {mistake}"


def names(root):
    """The services are those of the source, in its order: the ports go by it."""
    source = (root / "services/ciclo/src/services.rs").read_text()
    found = re.findall(r"ciclo_(\w+)::NAME,", source)
    if found[: len(SERVICES)] != SERVICES:
        yield f"services.rs names {found}, tools/deploy names {SERVICES}"
    sent = (root / ".dockerignore").read_text().splitlines()
    for member in tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["members"]:
        if f"!{member.split('/')[0]}" not in sent:
            yield f".dockerignore keeps {member}, which is built, from the image's build"


def variables(compose, dockerfile, renderings):
    """Each variable of ours or of OpenTelemetry's that is set, with where."""
    for name, service in compose.items():
        yield from ((key, f"docker-compose.yml: {name}") for key in service.get("environment", {}))
    yield from ((key, "Dockerfile") for key in re.findall(r"^(?:ENV|\s+)\s*(\w+)=", dockerfile, re.M))
    for name, resources in renderings.items():
        for one in resources:
            if one["kind"] == "ConfigMap":
                yield from ((key, f"{name}: {one['metadata']['name']}") for key in one.get("data", {}))
            for container in containers(one):
                yield from ((e["name"], f"{name}: {one['metadata']['name']}") for e in container.get("env", []))


def settings(root, compose, dockerfile, renderings):
    table = re.findall(r"^\| `(\w+)` \|", (root / "docs/configuration.md").read_text(), re.M)
    for key, times in collections.Counter(table).items():
        if times > 1:
            yield f"docs/configuration.md has {key} twice"
    for key, where in variables(compose, dockerfile, renderings):
        if key.startswith(("CICLO_", "OTEL_")) and key not in table:
            yield f"{where}: {key} is not in docs/configuration.md"
    for source in (root / "services/ciclo/src").rglob("*.rs"):
        for key in re.findall(r'env = "(CICLO_\w+)"', source.read_text()):
            if key not in table:
                yield f"{source.relative_to(root)}: {key} is not in docs/configuration.md"


def images(root, compose, dockerfile, renderings):
    used = [(image, "Dockerfile") for image in re.findall(r"^FROM (\S+)", dockerfile, re.M) if image != "scratch"]
    used += [(s["image"].replace("${CICLO_VERSION:-0.1.0}", "0.1.0"), f"docker-compose.yml: {n}") for n, s in compose.items()]
    for name, resources in renderings.items():
        used += [(c["image"], f"{name}: {one['metadata']['name']}") for one in resources for c in containers(one)]
        used += [(one["spec"]["imageName"], name) for one in resources if one["kind"] == "Cluster"]
    for image, where in used:
        if not PINNED.match(image):
            yield f"{where}: the image {image} is not pinned"
    collectors = {image for image, _ in used if "collector" in image}
    if len(collectors) != 1:
        yield f"the collector has several versions: {collectors}"
    pom = root / "tools/broker/pom.xml"
    if pom.exists():
        tested = re.search(r"<kafka.version>(.*)</kafka.version>", pom.read_text())[1]
        if compose["kafka"]["image"] != f"apache/kafka:{tested}":
            yield f"docker-compose.yml: {compose['kafka']['image']}, but tests run against Kafka {tested}"


def hardened(compose):
    once = {name for service in compose.values() for name, how in service.get("depends_on", {}).items()
            if how["condition"] == "service_completed_successfully"}
    for name, service in compose.items():
        say = f"docker-compose.yml: {name}"
        if not service.get("read_only"):
            yield f"{say}: its root can be written"
        if service.get("cap_drop") != ["ALL"] or service.get("cap_add") or service.get("privileged"):
            yield f"{say}: it keeps capabilities"
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield f"{say}: it may gain privileges"
        # The collector's image has no program that could ask; nothing waits for it.
        if name not in once and "healthcheck" not in service and name != "collector":
            yield f"{say}: it has no health check"
        if any(not str(port).startswith("127.0.0.1:") for port in service.get("ports", [])):
            yield f"{say}: a port is open to more than this machine"
        if name in PORTS:
            port, grace = PORTS[name], int(service["environment"]["CICLO_GRACE"])
            if service["environment"]["CICLO_LISTEN"] != f"0.0.0.0:{port}":
                yield f"{say}: it listens on {service['environment']['CICLO_LISTEN']}, not on {port}"
            if service["healthcheck"]["test"][-1] != f"http://127.0.0.1:{port}/health/ready":
                yield f"{say}: its health check asks somewhere else"
            if int(service["stop_grace_period"].rstrip("s")) <= grace:
                yield f"{say}: it is killed before its grace is over"


def components(root):
    used = "".join(path.read_text() for path in (root / "k8s/overlays").glob("*/kustomization.yaml"))
    for path in (root / "k8s/components").iterdir():
        if f"../../components/{path.name}\n" not in used:
            yield f"k8s/components/{path.name} is in no overlay, so nothing checks it"


def pod(one):
    return one["spec"]["template"] if one["kind"] in ("Deployment", "Job") else None


def containers(one):
    return pod(one)["spec"]["containers"] if pod(one) else []


def overlay(root, compose, resources, examples):
    of = collections.defaultdict(dict)
    for one in resources:
        of[one["kind"]][one["metadata"]["name"]] = one
    pods = {name: pod(one)["metadata"]["labels"] for kind in ("Deployment", "Job") for name, one in of[kind].items()}
    yield from processes(of, compose)
    yield from selections(of, pods)
    yield from references(root, of, examples)
    network = [one for one in [*resources, *examples] if one["kind"] == "NetworkPolicy"]
    network = list({one["metadata"]["name"]: one for one in network}.values())
    ports = {port for *_, port in ALLOWED} | {p["port"] for one in network for p in ports_of(one)}
    found = policies.paths(network, pods | OPERATED, ports - {policies.MESH_TUNNEL})
    yield from (f"the network policies allow {a} to reach {b} on {port}" for a, b, port in sorted(found - ALLOWED))
    yield from (f"the network policies keep {a} from {b} on {port}" for a, b, port in sorted(ALLOWED - found))


def ports_of(policy):
    for direction in ("ingress", "egress"):
        for rule in policy["spec"].get(direction) or []:
            yield from rule.get("ports") or []


def processes(of, compose):
    """Ports, addresses and times of the six, as in Compose and inside the grace period."""
    for name, port in PORTS.items():
        template = pod(of["Deployment"][name])["spec"]
        container = template["containers"][0]
        values = {e["name"]: e.get("value") for e in container["env"]}
        ports = [p["containerPort"] for p in container["ports"]], [p["port"] for p in of["Service"][name]["spec"]["ports"]]
        if ports != ([port], [port]) or values["CICLO_LISTEN"] != f"0.0.0.0:{port}":
            yield f"{name} is not on port {port} everywhere"
        if container["args"] != ["serve", name] or compose[name]["command"] != ["serve", name]:
            yield f"{name} serves something else"
        shared = {}
        for source in container["envFrom"]:
            shared |= of["ConfigMap"][source["configMapRef"]["name"]]["data"]
        stop = container["lifecycle"]["preStop"]["sleep"]["seconds"] + int(shared["CICLO_GRACE"])
        if template["terminationGracePeriodSeconds"] <= stop:
            yield f"{name} is killed before its {stop} s of stopping are over"
        if name == "gateway" and values["CICLO_SERVICES"] != compose[name]["environment"]["CICLO_SERVICES"]:
            yield "the gateway looks for the services elsewhere than in docker-compose.yml"
        if name != "gateway" and f"migrate-{name}" not in of["Job"]:
            yield f"{name} has no job that migrates its database"


def selections(of, pods):
    """A selector that takes nothing is a slip of the pen."""
    for kind in ("Service", "PodDisruptionBudget", "NetworkPolicy", "Deployment"):
        for name, one in of[kind].items():
            spec = one["spec"]
            selector = {"matchLabels": spec["selector"]} if kind == "Service" else spec.get("selector", spec.get("podSelector"))
            if not any(policies.matches(selector, labels) for labels in [*pods.values(), *OPERATED.values()]):
                yield f"{kind} {name} selects nothing"
    for name, one in of["HorizontalPodAutoscaler"].items():
        target = of["Deployment"].get(one["spec"]["scaleTargetRef"]["name"])
        if not target or "replicas" in target["spec"]:
            yield f"the autoscaler {name} has no deployment that leaves the number to it"
    for name, one in of["ServiceMonitor"].items():
        chosen = [s for s in of["Service"].values() if policies.matches(one["spec"]["selector"], s["metadata"].get("labels", {}))]
        ends = {endpoint["port"] for endpoint in one["spec"]["endpoints"]}
        if not chosen or any(ends - {p["name"] for p in s["spec"]["ports"]} for s in chosen):
            yield f"ServiceMonitor {name} finds no such port"


def references(root, of, examples):
    """Accounts are there; secrets are made by an operator's resource or in docs/deployment.md."""
    made = {one["metadata"]["name"] for one in examples if one["kind"] == "KafkaUser"}
    made |= {f"{one['metadata']['name']}-ca" for one in examples if one["kind"] == "Cluster"}
    made |= {f"{one['metadata']['name']}-cluster-ca-cert" for one in examples if one["kind"] == "Kafka"}
    made |= {f"{name}-database" for name in SERVICES}
    document = (root / "docs/deployment.md").read_text()
    for kind in ("Deployment", "Job"):
        for name, one in of[kind].items():
            spec = pod(one)["spec"]
            if spec["serviceAccountName"] not in of["ServiceAccount"]:
                yield f"{kind} {name}: there is no service account {spec['serviceAccountName']}"
            for volume in spec.get("volumes", []):
                if "configMap" in volume and volume["configMap"]["name"] not in of["ConfigMap"]:
                    yield f"{kind} {name}: there is no such config map: {volume['configMap']['name']}"
                parts = volume.get("projected", {}).get("sources", [])
                secrets = [part["secret"]["name"] for part in parts] + [volume.get("secret", {}).get("secretName")]
                for secret in filter(None, secrets):
                    if secret not in made and secret not in document:
                        yield f"{kind} {name}: nothing makes the secret {secret}"
