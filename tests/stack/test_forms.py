"""Bodies of forms are those of the standard library."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from integration_tests.forms import urlencoded


@given(st.dictionaries(st.text(), st.text()))
def test_a_form_is_encoded_as_by_the_standard_library(form):
    assert urlencoded(form) == urlencode(form).encode()


def test_all_characters_are():
    form = {"all": "".join(map(chr, range(0x300))) * 2, "those that others become": "%% ++ %20 %2B+", "empty": ""}
    assert urlencoded(form) == urlencode(form).encode()
