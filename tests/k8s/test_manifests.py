import pytest
import yaml

from tests.k8s.checks.every import CHECKS
from tests.k8s.rendering import K8S, kustomize, render, with_components


def _name(check):
    return f"{check.__module__.rpartition('.')[2]}.{check.__name__}"


@pytest.mark.parametrize("overlay", ["local", "prod", "everything"])
@pytest.mark.parametrize("check", CHECKS, ids=_name)
def test_each_overlay_passes_every_check(rendered, overlay, check):
    assert check(rendered[overlay]) == []


def test_each_overlay_there_is_is_checked(rendered):
    assert {path.name for path in (K8S / "overlays").iterdir()} <= rendered.keys()


def test_each_manifest_file_is_part_of_what_is_rendered():
    named = set()
    for kustomization in K8S.rglob("kustomization.yaml"):
        document = yaml.safe_load(kustomization.read_text())
        entries = document.get("resources", []) + [
            patch["path"] for patch in document.get("patches", []) if "path" in patch
        ]
        named |= {(kustomization.parent / entry).resolve() for entry in entries}
    files = set(K8S.rglob("*.yaml")) - set(K8S.rglob("kustomization.yaml"))
    assert files - named == {K8S / "base/expected-secrets.yaml"}


def test_the_lab_can_be_added_in_production(tmp_path):
    added = render(with_components(tmp_path, "prod", "lab"))
    assert [check(added) for check in CHECKS] == [[] for _ in CHECKS]


def test_a_key_that_is_given_twice_is_refused(tmp_path):
    (tmp_path / "kustomization.yaml").write_text("resources: [twice.yaml]")
    (tmp_path / "twice.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, a: c}\n"
    )
    assert kustomize(tmp_path).returncode != 0
