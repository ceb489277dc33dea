import subprocess
import sys

import pytest

from stockcast_lib.stack.quick import quick

MODULE = """
import sys
import nbformat
nbformat.validate(nbformat.v4.new_notebook())
print(sys.argv[1:], "lark" in sys.modules)
raise SystemExit(7)
"""


def test_a_module_runs_as_ever_but_builds_no_grammar(tmp_path):
    (tmp_path / "sample_module.py").write_text(MODULE)
    told = subprocess.run(
        quick([sys.executable, "-m", "sample_module", "--option", "a b"]),
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "['--option', 'a b'] False\n", told.stderr
    assert told.returncode == 7


def test_only_a_module_can_be_started_so():
    with pytest.raises(ValueError, match="does not run a module"):
        quick([sys.executable, "script.py"])
