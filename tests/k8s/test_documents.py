import re

import yaml

from tests.k8s.checks.monitoring import exported
from tests.k8s.checks.references import SECRETS
from tests.k8s.rendering import REPOSITORY

DEPLOY = (REPOSITORY / "docs/deploy.md").read_text()
OPERATIONS = (REPOSITORY / "docs/operations.md").read_text()
_CREATED = re.compile(r"create secret (generic|tls) (\S+)((?: \\\n|[^\n])*)")


def test_the_guide_makes_every_secret_that_is_expected_with_all_its_keys():
    made = {}
    for kind, name, rest in _CREATED.findall(DEPLOY):
        keys = ["tls.crt", "tls.key"] if kind == "tls" else re.findall(r"literal=([\w-]+)=", rest)
        made[name] = set(keys)
    expected = yaml.safe_load(SECRETS.read_text())
    assert made == {name: set(keys) for name, keys in expected.items()}


def test_every_file_that_the_guide_names_is_there():
    named = set(re.findall(r"(?:k8s|tests)/[\w/.-]+\w", DEPLOY))
    assert [name for name in sorted(named) if not (REPOSITORY / name).exists()] == []


def test_the_guide_s_commands_have_the_version_of_the_manifests():
    version = yaml.safe_load((REPOSITORY / "k8s/components/version/kustomization.yaml").read_text())
    tags = {image["newTag"] for image in version["images"]}
    assert set(re.findall(r"stockcast-(?:worker|app):([\w.]+)", DEPLOY)) == tags


def test_it_is_written_of_every_alert_what_to_do():
    rules = yaml.safe_load((REPOSITORY / "k8s/components/monitoring/rules.yaml").read_text())
    alerts = [rule["alert"] for group in rules["spec"]["groups"] for rule in group["rules"]]
    assert re.findall(r"^### (\w+)$", OPERATIONS, re.MULTILINE) == alerts


def test_the_objectives_name_metrics_that_are_exported():
    named = set(re.findall(r"stockcast_[a-z_]+[a-z]", OPERATIONS))
    known = {re.sub("_(bucket|sum|count)$", "", name) for name in exported()}
    assert named - known == set()
