"""Redaction, measured on the list of forms (``redaction_forms.txt``) and of ordinary lines that look like them."""

import pytest

from . import redaction_forms as forms
from .redaction_corpus import Case, leaked
from .test_redaction import redacted, shown

#: Forms whose secret is told by what comes after it, or in two lines: a message that ends there shows more of it.
MOST_SHOWN_BY_CUTS = 49


def found_forms(seed):
    return [case for case in forms.cases(seed) if not case.name.startswith("gaps")]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_secret_of_every_form_is_found_whole(seed):
    assert [case.name for case in found_forms(seed) if leaked(case, shown(case.text))] == []


def test_the_secret_of_every_form_is_found_behind_a_pilot_s_header():
    cases = [Case(case.name, forms.with_headers(case.text), case.secrets) for case in found_forms(1)]
    assert [case.name for case in cases if leaked(case, shown(case.text))] == []


def test_no_ordinary_line_of_the_list_is_changed():
    assert [line for line in forms.ordinary(1) if shown(line) != line] == []


def test_few_forms_show_more_than_a_few_characters_when_a_message_ends_in_them():
    shown_by = [case.name for case in found_forms(1) if forms.worst_of_cuts(case, redacted)[0] > case.partly]
    print(len(shown_by), "forms:", *shown_by, sep="\n")
    assert len(shown_by) <= MOST_SHOWN_BY_CUTS


def test_what_is_redacted_stays_as_it_is_but_for_few_forms():
    """Words before a marker may go in a second pass: a scheme, a user's name."""
    twice = [case.name for case in found_forms(1) if shown(shown(case.text)) != shown(case.text)]
    assert len(twice) <= 5, twice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -u bob:Ab1!x https://x failed: 403\n", "curl -u bob:[redacted:secret] https://x failed: 403\n"),
        ("Authorization: Token abc1 rejected: expired\n", "Authorization: Token [redacted:secret] rejected: expired\n"),
        ("password: |\n  a\n  b\nnext: 1\n", "password: |[redacted:secret]\nnext: 1\n"),
        ("<password>abc1</password>\n", "<password>[redacted:secret]</password>\n"),
    ],
)
def test_the_rest_of_the_line_says_why_it_failed(text, expected):
    assert shown(text) == expected


@pytest.mark.parametrize("lines", ["STDOUT: {}\n", "{}$\n", "{}^M$\n", "12:{}\n"])
def test_a_key_whose_lines_stand_between_other_signs_is_found(lines):
    key, body = forms.Makers(1).key()
    text = "".join(lines.format(line) for line in key.splitlines()) + "STDOUT: done in 3 s\n"
    assert [line for line in body if line in shown(text)] == []
    assert shown(text).endswith("STDOUT: done in 3 s\n")
