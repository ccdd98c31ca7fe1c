"""Each slip of the pen that consistency.py is there for is made on purpose, and must be told."""

import copy
import os
import pathlib
import shutil
import tempfile
import unittest

import consistency
import yaml
from check import ROOT, render, strictly

PRODUCTION = "overlays/production"


class Slips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folders = [PRODUCTION, "examples/postgres", "examples/kafka"]
        cls.whole = {name: list(yaml.safe_load_all(render(ROOT / "k8s" / name))) for name in folders}

    def setUp(self):
        self.renderings = copy.deepcopy(self.whole)

    def one(self, kind, name):
        return next(r for r in self.renderings[PRODUCTION] if (r["kind"], r["metadata"]["name"]) == (kind, name))

    def told(self, *words, root=ROOT):
        """Exactly these mistakes are told, each by a part of its words."""
        found = list(consistency.check(root, self.renderings))
        self.assertEqual(len(found), len(words), found)
        for word, mistake in zip(words, found):
            self.assertIn(word, mistake)

    def container(self, name):
        return self.one("Deployment", name)["spec"]["template"]["spec"]["containers"][0]

    def test_as_it_is(self):
        self.told()

    def test_a_policy_too_many(self):
        self.one("NetworkPolicy", "design")["spec"]["ingress"][0]["from"] = [{"podSelector": {}}]
        self.one("NetworkPolicy", "services")["spec"]["egress"].append({})
        senders = ["catalog", "improvement", "operations", "transition"]
        self.told(*[f"allow {name} to reach design on 4002" for name in senders])

    def test_a_policy_too_few(self):
        self.one("NetworkPolicy", "migrations")["spec"]["podSelector"]["matchLabels"]["x"] = "y"
        services = sorted(consistency.SERVICES)
        self.told("migrations selects nothing", *[f"keep migrate-{name} from postgres" for name in services])

    def test_an_unknown_field(self):
        self.container("gateway")["resource"] = {}
        self.assertIn("resource", "".join(strictly("", self.one("Deployment", "gateway"))))

    def test_a_setting_that_nobody_knows(self):
        self.container("catalog")["env"].append({"name": "CICLO_KAFKA_BROKER", "value": "x"})
        self.told("CICLO_KAFKA_BROKER is not in")

    def test_a_floating_image(self):
        for image in ("ciclo", "ciclo:latest", "images.example.org:5000/ciclo", "ciclo:main"):
            self.container("catalog")["image"] = image
            self.told("is not pinned")
        self.container("catalog")["image"] = "images.example.org/ciclo@sha256:" + "0" * 64
        self.told()

    def test_another_port(self):
        self.container("design")["ports"][0]["containerPort"] = 4001
        self.told("design is not on port 4002")

    def test_a_kill_before_the_grace_is_over(self):
        self.one("Deployment", "operations")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 25
        self.told("killed before its 25 s")

    def test_a_secret_that_nobody_makes(self):
        sources = self.one("Job", "migrate-design")["spec"]["template"]["spec"]["volumes"][1]["projected"]["sources"]
        sources[0]["secret"]["name"] = "design-databas"
        self.told("nothing makes the secret design-databas")

    def test_a_soft_container(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copy(ROOT / "docker-compose.yml", root)
            for part in ("Dockerfile", ".dockerignore", "Cargo.toml", "k8s", "docs", "services", "tools"):
                os.symlink(ROOT / part, root / part)
            compose = (root / "docker-compose.yml").read_text()
            for name, old, new in [
                ("read_only", "  read_only: true\n", ""),
                ("capabilities", "cap_drop: [ALL]", "cap_drop: [NET_RAW]"),
                ("port is open", '"127.0.0.1:${CICLO_PORT', '"0.0.0.0:${CICLO_PORT'),
            ]:
                (root / "docker-compose.yml").write_text(compose.replace(old, new))
                self.assertTrue(list(consistency.check(root, self.renderings)), name)
            (root / "docker-compose.yml").write_text(compose)
            self.told(root=root)


if __name__ == "__main__":
    unittest.main()
