import pytest

from tests.k8s.rendering import K8S, render, with_components

ADDED = ("lab", "monitoring", "scaling", "tracing")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """Every overlay, and the local one with all that can be added to it."""
    everything = with_components(tmp_path_factory.mktemp("k8s"), "local", *ADDED)
    return {
        "local": render(K8S / "overlays/local"),
        "prod": render(K8S / "overlays/prod"),
        "everything": render(everything),
    }
