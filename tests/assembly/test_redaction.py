"""Rules and names of an installation, and what redaction makes of single texts."""

import pytest
from DIRAC import gConfig

from PilotLoggingDIRAC.assembly import redaction
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor, default
from PilotLoggingDIRAC.pilotlog.text.redaction.rules.own import compiled


def shown(text, redactor=None):
    return (redactor or default()).redact(b"", text.encode())[0].decode()


def own(**patterns):
    return Redactor(compiled(patterns, pytest.fail))


class TestOwnRules:
    def test_the_whole_match_is_the_secret_where_there_is_no_group(self):
        assert shown("a XYZ-123 b\n", own(Badge=r"XYZ-\d+")) == "a [redacted:Badge] b\n"

    def test_the_first_group_is_the_secret(self):
        assert (
            shown("badge 123, badge 456\n", own(Badge=r"badge (\d+)"))
            == "badge [redacted:Badge], badge [redacted:Badge]\n"
        )

    def test_it_sees_the_line_that_a_message_before_began(self):
        redactor = own(Badge=r"badge (\d+)")
        first, carry = redactor.redact(b"", b"his bad")
        second, _ = redactor.redact(carry, b"ge 123\n")
        assert first + second == b"his badge [redacted:Badge]\n"

    def test_the_rules_of_here_hold_beside_it(self):
        assert (
            shown("TOKEN=abc badge 1\n", own(Badge=r"badge (\d+)"))
            == "TOKEN=[redacted:secret] badge [redacted:Badge]\n"
        )

    @pytest.mark.parametrize("pattern", ["(", "(?=x)y", r"(a)\1", "x*", ""])
    def test_one_that_can_t_be_used_is_told_of_and_the_others_hold(self, pattern):
        told = []
        rules = compiled({"Bad": pattern, "Good": "XYZ"}, lambda name, reason: told.append((name, reason)))
        assert [name for name, _ in told] == ["Bad"] and told[0][1]
        assert shown("XYZ\n", Redactor(rules)) == "[redacted:Good]\n"

    def test_what_it_is_called_can_t_break_a_line(self):
        told = []
        assert compiled({"a]\n": "x", "-a": "x"}, lambda *words: told.append(words)) == ()
        assert [name for name, reason in told if "the first a letter or digit" in reason] == ["a]\n", "-a"]

    def test_a_match_behind_a_long_line_is_found(self):
        text = "y" * 100_000 + "badge 123" + "\n"
        assert shown(text, own(Badge=r"badge (\d+)")) == "y" * 100_000 + "badge [redacted:Badge]\n"


class TestNames:
    def test_more_names_are_secret(self):
        redactor = Redactor(secret_names=["voBadge"])
        assert shown("VOBADGE=1234567 x\n", redactor) == "VOBADGE=[redacted:secret] x\n"
        assert shown("VOBADGE=1234567 x\n") == "VOBADGE=1234567 x\n"

    def test_names_can_be_declared_plain(self):
        redactor = Redactor(plain_names=["PILOT_TOKEN"])
        assert shown("pilot_token=abc TOKEN=abc\n", redactor) == "pilot_token=abc TOKEN=[redacted:secret]\n"


class TestConfiguration:
    @pytest.fixture
    def cs(self, monkeypatch):
        """A local CS that holds a section Redaction."""

        def fill(options):
            answer = {"OK": True, "Value": options} if options is not None else {"OK": False, "Message": "no section"}
            monkeypatch.setattr(
                gConfig, "getOptionsDict", lambda section: answer if section == redaction.SECTION else None
            )

        return fill

    def test_without_a_section_the_rules_of_here_hold(self, cs):
        cs(None)
        assert shown("TOKEN=abc\n", redaction.redactor()) == "TOKEN=[redacted:secret]\n"

    def test_rules_and_names_come_from_it(self, cs):
        cs({"Badge": r"badge (\d+)", "SecretNames": "voBadge, other", "PlainNames": "PILOT_TOKEN"})
        text = "badge 1 OTHER=x PILOT_TOKEN=y\n"
        assert shown(text, redaction.redactor()) == "badge [redacted:Badge] OTHER=[redacted:secret] PILOT_TOKEN=y\n"

    def test_a_bad_rule_is_reported_at_error_level_and_the_others_hold(self, cs, monkeypatch):
        told = []
        monkeypatch.setattr(redaction._log, "error", lambda *words: told.append(words))
        cs({"Bad": "(", "Badge": r"badge (\d+)"})
        assert shown("badge 1\n", redaction.redactor()) == "badge [redacted:Badge]\n"
        assert len(told) == 1 and "Bad" in told[0][1]

    def test_no_option_switches_redaction_off(self, cs):
        for name in ("Enabled", "Redaction", "Off", "PlainNames"):
            cs({name: "False"})
            assert "abc" not in shown("TOKEN=abc\n", redaction.redactor())


@pytest.mark.parametrize(
    "text",
    [
        "X509_USER_PROXY=/tmp/x509up_u1000\n",
        "X509_USER_KEY=/etc/grid-security/hostkey.pem\n",
        "SSH_PRIVATE_KEY=~/.ssh/id_rsa\n",
        "BEARER_TOKEN_FILE=/run/user/1000/bt_u1000\n",
        "TOKEN=$BEARER_TOKEN\n",
        "tokens: 5, Token expires in 300 s\n",
        "[redacted:jwt] TOKEN=[redacted:secret]\n",
        "root://user@host//eos/x https://host:8443/y\n",
    ],
)
def test_what_an_administrator_needs_to_see_stays(text):
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "AWS_SECRET_ACCESS_KEY=/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
            "AWS_SECRET_ACCESS_KEY=[redacted:secret]\n",
        ),
        ("TOKEN=[redacted:x]really\n", "TOKEN=[redacted:secret]\n"),
        ('{"a": "b", "password": "c d"}\n', '{"a": "b", "password": "[redacted:secret]"}\n'),
        ("Authorization: Bearer abc\n", "Authorization: Bearer [redacted:secret]\n"),
        ("https://bob:pw@x/ y\n", "https://bob:[redacted:url-password]@x/ y\n"),
    ],
)
def test_the_marker_names_the_rule_and_the_rest_stays(text, expected):
    assert shown(text) == expected
