"""Answers of the page: its files by name and version, and what remains of questions for others."""

import re

import pytest

from PilotLoggingDIRAC.web.answers import file_answer, page_answer


@pytest.fixture
def version():
    """The version that the page names its files by."""
    return re.search(rb"/static/([0-9a-f]{16})/", page_answer(False).body)[1].decode()


def test_a_file_of_the_page_is_had_in_the_present_version_alone(version):
    assert file_answer(version, "main.js", False).cacheable
    assert file_answer(version, "main.js", True).compressed
    assert file_answer("0" * 16, "main.js", False) is None
    assert file_answer(version, "other.js", False) is None


@pytest.mark.parametrize("gzip", [False, True])
def test_files_that_are_not_there_leave_nothing_in_memory(version, gzip, peak_bytes):
    with peak_bytes(below=100_000):
        for number in range(1000):
            assert file_answer(f"{number:016x}", "main.js", gzip) is None
            assert file_answer(version, f"{number:0500}.js", gzip) is None
