"""Checks what deploys the suite. tools/deploy/check installs what this needs and runs it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import consistency
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = "1.37"
CHECKOV = pathlib.Path(sys.executable).with_name("checkov")
# Kinds that operators bring: their schemas are not Kubernetes' own, so nothing here validates them.
OPERATORS = {
    "kafka.strimzi.io/v1": {"Kafka", "KafkaNodePool", "KafkaUser", "KafkaTopic"},
    "postgresql.cnpg.io/v1": {"Cluster", "Database"},
    "monitoring.coreos.com/v1": {"ServiceMonitor"},
    "security.istio.io/v1": {"PeerAuthentication", "AuthorizationPolicy"},
}


def render(folder):
    """What kustomize makes of a folder, as text."""
    command = [os.environ["KUSTOMIZE"], "build", str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def strictly(name, resource):
    """What Kubernetes' schema says against a resource; unknown fields too."""
    kind, version = resource["kind"], resource["apiVersion"]
    if kind in OPERATORS.get(version, ()):
        return
    try:
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as why:
        yield f"{name}: {kind} {resource['metadata']['name']}: {getattr(why, 'message', why)}"


def scan(rendered):
    """What checkov finds in what was rendered, in the Dockerfile and (secrets) in what is committed for deployment."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in rendered.items():
            pathlib.Path(folder, f"{name.replace('/', '-')}.yaml").write_text(text)
        yield from checkov("kubernetes", "--directory", folder)
    yield from checkov("dockerfile", "--file", str(ROOT / "Dockerfile"))
    yield from checkov("secrets", "--file", str(ROOT / "docker-compose.yml"))
    for folder in ("k8s", "deploy"):
        yield from checkov("secrets", "--directory", str(ROOT / folder))


def checkov(framework, *what):
    """The failed checks of one run: the check, what it is about, and its words."""
    command = [CHECKOV, "--framework", framework, *what, "--compact", "--skip-download", "--output", "json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 1) or not run.stdout.strip():
        raise SystemExit(f"checkov on {framework} did not run:\n{run.stdout}{run.stderr}")
    reports = json.loads(run.stdout)
    for report in reports if isinstance(reports, list) else [reports]:
        if report.get("parsing_errors") or report.get("summary", {}).get("parsing_errors"):
            raise SystemExit(f"checkov on {framework} could not read all of it")
        for found in report.get("results", {}).get("failed_checks", []):
            yield found["check_id"], f"{found['file_path']}:{found['resource']}", found["check_name"]


def waived(findings):
    """The findings that no waiver covers, and the waivers that cover nothing."""
    waivers = yaml.safe_load((ROOT / "tools/deploy/waivers.yaml").read_text())
    used = set()
    for check, where, words in findings:
        fitting = [w for w in waivers if w["check"] == check and (w["where"] == "*" or w["where"] in where)]
        used.update(id(w) for w in fitting)
        if not fitting:
            yield f"{check} {where}: {words}"
    for waiver in waivers:
        if not waiver.get("reason", "").strip():
            yield f"the waiver of {waiver['check']} has no reason"
        if id(waiver) not in used:
            yield f"the waiver of {waiver['check']} is not needed: take it out"


def main():
    folders = sorted(path.parent for path in (ROOT / "k8s").glob("[oe]*/*/kustomization.yaml"))
    rendered = {f"{path.parent.name}/{path.name}": render(path) for path in folders}
    resources = {name: list(yaml.safe_load_all(text)) for name, text in rendered.items()}
    mistakes = [say for name, all_of in resources.items() for one in all_of for say in strictly(name, one)]
    mistakes += waived(list(scan(rendered)))
    mistakes += consistency.check(ROOT, resources)
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    count = sum(len(all_of) for all_of in resources.values())
    print(f"{count} resources in {len(resources)} renderings, Kubernetes {KUBERNETES}: {len(mistakes)} mistakes")
    sys.exit(bool(mistakes))


if __name__ == "__main__":
    main()
