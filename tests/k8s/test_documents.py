import re

import yaml

from tests.k8s.checks.references import SECRETS
from tests.k8s.rendering import REPOSITORY

DEPLOY = (REPOSITORY / "docs/deploy.md").read_text()
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
