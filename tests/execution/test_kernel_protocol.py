"""The Jupyter message protocol, as its own test suite checks it, in a forked kernel."""

from unittest import mock

import jupyter_kernel_test
import psutil
import pytest
from jupyter_kernel_test.msgspec_v5 import validate_message

from stockcast_lib.execution import fork_client
from stockcast_lib.execution.counts import COUNTS

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(60)]
KERNEL = "stockcast"
SECONDS = 10.0


class TestProtocol(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('oops', file=sys.stderr)"
    completion_samples = [  # noqa: RUF012  # as the base class has it
        {"text": "impor", "matches": {"import"}},
        {"text": "from collections import nam", "matches": {"namedtuple"}},
    ]
    complete_code_samples = ("1", "print('hello')", "def f(x):\n  return x * 2\n\n\n")
    incomplete_code_samples = ("print('''hello", "def f(x):\n  x * 2", "for _ in ():")
    invalid_code_samples = ("import = 7q", "1 +* 2")
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('wrong')"
    code_execute_result = (
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "display.__name__", "result": "'display'"},
        {"code": "from IPython.display import HTML; HTML('<b>x</b>')", "mime": "text/html"},
    )
    code_display_data = (
        {"code": "from IPython.display import HTML; display(HTML('<b>x</b>'))",
         "mime": "text/html"},
        {"code": "from IPython.display import Math; display(Math('x^2'))", "mime": "text/latex"},
        {"code": "import plotly.graph_objects as go; go.Figure().show()",
         "mime": "application/vnd.plotly.v1+json"},
    )  # fmt: skip
    code_history_pattern = "6?*7*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    def flush_channels(self):
        """Take what is under way, which the base class takes to come within 0.1 seconds."""
        asked, idle = self.kc.kernel_info(), False
        while self.kc.get_shell_msg(timeout=SECONDS)["parent_header"]["msg_id"] != asked:
            pass
        while not idle:
            message = self.kc.get_iopub_msg(timeout=SECONDS)
            validate_message(message)
            idle = (message["parent_header"].get("msg_id") == asked
                    and message["content"].get("execution_state") == "idle")  # fmt: skip

    def execute_helper(self, *args, **options):
        def patient(get_message):
            return lambda timeout: get_message(timeout=max(timeout, SECONDS))

        with mock.patch.object(jupyter_kernel_test, "ensure_sync", patient):
            return super().execute_helper(*args, **options)

    def history_helper(self, *args, **options):
        reply = super().history_helper(*args, **options)
        if options["hist_access_type"] == "range":
            # IPython says 0 there for the session under way.
            history = reply["content"]["history"]
            reply["content"]["history"] = [(session or options["session"], *line)
                                           for session, *line in history]  # fmt: skip
        return reply

    @classmethod
    def setUpClass(cls):
        cls.fallbacks = COUNTS.fallbacks
        super().setUpClass()

    def test_the_kernel_under_test_is_a_forked_one(self):
        server = fork_client.shared_fork_server("stockcast_lib.warm").pid
        assert psutil.Process(self.km.provisioner.pid).ppid() == server
        assert COUNTS.fallbacks == self.fallbacks


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True
