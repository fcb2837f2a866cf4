"""Secrets that only what comes after them, or the line above, tells of: found where a message has both."""

import pytest

from . import redaction_forms as forms
from .redaction_corpus import Case, Makers, leaked
from .test_redaction import shown

FORMS = (
    "bash -c \"export TOKEN='\\''«op»'\\''; x\"",
    "ssh h 'bash -c \"export TOKEN='\"'\"'«op»'\"'\"'; x\"'",
    "postgresql+psycopg2//bob:«b12»@h/db",
    "<token>⏎   «op»⏎</token>",
    '{"key":"token","type":"string","value":"«op»"}',
    'variable "db_password" {⏎  type = string⏎  default = "«pw»"⏎}',
    '["password":protected]=>⏎  string(12) "«pw»"',
    'if "«op»" == token:',
    "Your new token is:⏎⏎    «op»",
    "token from file: '«op»'",
    "Prime1: «b64»",
)


def case_of(form, dressed=str):
    """A form filled in, between other lines, as ``dressed`` makes it of the text."""
    text, secrets = forms.fill(form, Makers(1))
    return Case(form, dressed(f"free disk 37 MB\n{text}\nnext line\n"), secrets)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dressed", [str, forms.with_headers], ids=["plain", "headed"])
def test_a_secret_that_another_part_of_the_text_tells_of_is_found(form, dressed):
    case = case_of(form, dressed)
    assert not leaked(case, shown(case.text))


@pytest.mark.parametrize("form", FORMS)
def test_one_marker_stands_for_a_secret_and_the_next_line_stays(form):
    out = shown(case_of(form).text)
    assert out.count("[redacted:") == 1
    assert out.endswith("\nnext line\n")


@pytest.mark.parametrize("gap", [" " * 8000, "\t" * 600, "\r", " \x1b[0m "], ids=["blanks", "tabs", "return", "colour"])
def test_a_value_far_behind_its_name_is_found(gap):
    assert shown(f"password:{gap}Ab1!xY9z\nnext\n") == f"password:{gap}[redacted:secret]\nnext\n"


@pytest.mark.parametrize("value", ["\\x41b1xY9zQ", "\\x7eAb1xY9zQ", "Ab1\\x2fxY9zQ"])
def test_a_value_with_letters_written_as_escapes_is_hidden_whole(value):
    assert shown(f"token={value} x\n") == "token=[redacted:secret] x\n"
    for cut in range(len("token="), len(f"token={value}")):
        text = f"token={value} x\n".encode()
        assert b"xY9zQ" not in b"".join(stored_of(text[:cut], text[cut:]))


def stored_of(*messages):
    """Return what is stored of each message of one log."""
    from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default

    carry, stored = b"", []
    for message in messages:
        text, carry = default().redact(carry, message)
        stored.append(text)
    return stored


@pytest.mark.parametrize(
    "line",
    [
        "Token request id of the server is shown in the log: 9fQ2xLmZ7TqW4bRk8SvYc\n",
        "sha256 of the token file below:\n  Qz7Lm2Tq9WxRb4Kd8SvYcPa\n",
        "Read the token from here:\n  /tmp/x509up_u1000 is no proxy\n",
        "key: " + "8ee652aac9207a446b396f714290fbfc5c730441" + "\n",
    ],
)
def test_what_is_about_a_secret_or_public_stays(line):
    assert shown(line) == line
