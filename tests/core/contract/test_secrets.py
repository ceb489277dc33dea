"""What looks like a secret, and what does not."""

import pytest

from stockcast_lib.core.contract import find_secrets, hide_outputs, hide_secrets
from tests.model_notebooks import bundled

SECRETS = {
    "AKIAIOSFODNN7EXAMPLE": "an AWS access key",
    "ghp_" + "aB3d" * 9: "a GitHub token",
    "glpat-" + "x1Y2" * 6: "a GitLab token",
    "xoxb-1234567890-abcdef": "a Slack token",
    "AIza" + "Sy0aB" * 7: "a Google key",
    "sk-proj-" + "a1B2" * 8: "a secret API key",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln": "a JSON web token",
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----": "a private key",
    "Authorization: Bearer 0123456789abcdef0123": "a bearer token",
    "redis://:hunter2hunter@127.0.0.1:6379/0": "a password in a URL",
    'TIINGO_API_KEY = "9f3a77c1e0b24d5f8a61"': "a random value of TIINGO_API_KEY",
    "{'password': 'x9!kQ2#vB7m$'}": "a random value of password",
    'os.environ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"': "a random value",
    "AWS_SECRET_ACCESS_KEY=5f0c9a7be21d4e83a6": "a random value",
}


@pytest.mark.parametrize(("text", "what"), SECRETS.items())
def test_a_secret_is_found_and_hidden(text, what):
    (found,) = find_secrets(f"before {text} after")
    assert found.what.startswith(what)
    hidden = hide_secrets(f"before {text} after")
    assert text[found.start - 7 : found.end - 7] not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@pytest.mark.parametrize(
    "text",
    [
        'key = "adjusted_close_price"',
        "token = settings.read_token()",
        'password = os.environ["PASSWORD"]',
        'keys = {"prices/AAPL/20260104T120000.000000Z-0123456789abcdef.json"}',
        "https://example.org/a@b",
        'secret = ""',
        "sk-learn is a library",
        "",
        str(bundled()),
    ],
)
def test_what_is_none_is_left_alone(text):
    assert find_secrets(text) == []
    assert hide_secrets(text) == text


def test_a_known_value_is_hidden_whatever_it_looks_like():
    assert hide_secrets("so plain a word", ["plain"]) == "so [hidden] a word"


def test_outputs_keep_their_form_and_pictures_their_bytes():
    token = "ghp_" + "a1B2" * 9
    bundle = {
        "application/vnd.plotly.v1+json": {
            "data": [{"x": ["2016-01-04", "2016-01-05"], "y": [1, 2]}]
        },
        "image/png": f"iVBOR{token}",
        "text/plain": ["a\n", f"{token}\n", "b"],
        token: None,
    }
    hidden = hide_outputs(bundle)
    figure = "application/vnd.plotly.v1+json"
    assert hidden[figure] == bundle[figure]
    assert hidden["image/png"] == bundle["image/png"]
    assert hidden["text/plain"] == ["a\n", "[hidden]\n", "b"]
    assert token not in hidden


def test_a_secret_that_stretches_over_lines_is_hidden_whole():
    key = ["-----BEGIN PRIVATE KEY-----\n", "abcdef\n", "-----END PRIVATE KEY-----\n", "after"]
    assert hide_outputs(key) == ["[hidden]\n", "after"]
