import pytest

from tests.k8s.rendering import K8S, render
from tests.pods.cluster import Cluster
from tests.pods.images import build, derived
from tests.pods.podman import podman, require_containers


@pytest.fixture(scope="session")
def manifests():
    require_containers()
    return render(K8S / "overlays/local")


@pytest.fixture(scope="session")
def built(manifests):
    """Has both images built."""
    images = {container["image"] for _, container in manifests.containers()}
    (redis,) = (image for image in images if image.startswith("redis:"))
    build(redis)
    return {owner: container["image"] for owner, container in manifests.containers()}


@pytest.fixture(scope="session")
def derive(built):
    """Makes a further image of the workers', under a tag and with a few lines more; its name."""
    made = []

    def make(tag, *lines):
        made.append(derived(built["forecast"], tag, *lines))
        return made[-1]

    yield make
    for name in made:
        podman("image", "rm", name)


@pytest.fixture(scope="session")
def cluster(manifests, derive):  # noqa: ARG001  # they are gone before the images are
    with Cluster(manifests) as running:
        yield running
