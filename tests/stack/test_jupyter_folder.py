"""What a Jupyter server beside a small stack is told."""

import json
import os

from stockcast_lib.execution import kernelspec_file
from stockcast_lib.stack.jupyter_folder import jupyter_environment


def test_its_kernel_is_the_usual_one_started_plainly_on_one_thread(tmp_path):
    jupyter_environment(tmp_path, {})
    plain = json.loads((tmp_path / "kernels" / "stockcast" / "kernel.json").read_text())
    usual = json.loads(kernelspec_file().read_text())
    assert "kernel_provisioner" in usual["metadata"]
    assert plain["metadata"] == {"debugger": True}
    assert plain["argv"] == usual["argv"]
    assert plain["env"] == usual["env"] | {
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1",
    }  # fmt: skip


def test_its_folder_comes_first_and_what_was_there_stays(tmp_path):
    known = {"JUPYTER_PATH": "/here", "JUPYTER_CONFIG_PATH": "/there"}
    told = jupyter_environment(tmp_path, known)
    paths = told["JUPYTER_PATH"].split(os.pathsep)
    assert (paths[0], paths[-1]) == (str(tmp_path), "/here")
    assert any(path.endswith("stockcast_lib/dashboard") for path in paths)
    assert told["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(tmp_path), "/there"]
    assert jupyter_environment(tmp_path, {})["JUPYTER_CONFIG_PATH"] == str(tmp_path)


def test_voila_and_jupyterlab_read_the_same(tmp_path):
    jupyter_environment(tmp_path, {})
    server, lab = (
        json.loads((tmp_path / f"jupyter_{name}_config.json").read_text())
        for name in ("server", "lab")
    )
    assert server == lab
    assert server["VoilaConfiguration"]["template"] == "stockcast"
    assert server["LabApp"]["news_url"] is None
    assert server["MappingKernelManager"]["cull_idle_timeout"] > 0
