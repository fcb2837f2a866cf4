"""Values of options that can't be used, and the words for them."""

import pytest

from PilotLoggingDIRAC.pilotlog.admin import option_rules as rules
from PilotLoggingDIRAC.pilotlog.read.source_chain import order, order_problem


@pytest.mark.parametrize(
    ("value", "kind", "field"),
    [
        ("nan", float, "commit_seconds"),
        ("inf", float, "batches_seconds"),
        ("1e300", float, "kept_seconds"),
        ("-1", float, "retry_seconds"),
        ("0", float, "probe_seconds"),
        ("0", float, "notice_forget_seconds"),
        ("0", int, "workers"),
        ("4 MB", int, "max_body_bytes"),
        ("99999", float, "scrub_days"),
    ],
)
def test_a_number_that_would_stop_its_component_is_not_used(value, kind, field):
    with pytest.raises(rules.BadValue):
        rules.number(value, kind, field)


@pytest.mark.parametrize(
    ("value", "kind", "field"),
    [
        ("0", float, "files_seconds"),
        ("0", int, "max_bytes_per_hour"),
        ("0", int, "diagnose_logs"),
        ("0", int, "unknown_groups"),
        ("0", int, "bundle_cache_mb"),
        ("0.5", float, "scrub_days"),
        ("1", int, "workers"),
    ],
)
def test_a_number_that_means_something_is(value, kind, field):
    assert rules.number(value, kind, field) == kind(value)


@pytest.mark.parametrize("path", ["/vo/logs", "/vo/logs/", "/vo", "/vo/2026-11/a_b.c"])
def test_a_folder_of_the_vo_is_right(path):
    assert rules.folder_problem("vo", path) == ""


@pytest.mark.parametrize(
    "path",
    ["/vo/logs, /vo/other", "/other/logs", "vo/logs", "/vo/../x", "/vo//x", "/vo/a b", "/vox/logs", "/vo/a\nb", ""],
)
def test_a_folder_that_is_a_list_or_not_the_vo_s_is_wrong(path):
    assert rules.folder_problem("vo", path)


def test_a_mistyped_storage_element_is_told_with_what_may_be_meant():
    assert rules.element_problem("ALPHA-disk", ["ALPHA-disk"]) == ""
    assert "there is ALPHA-disk" in rules.element_problem("ALPHA-dsk", ["ALPHA-disk", "BETA-tape"])
    assert rules.element_problem("ALPHA-disk, BETA-disk", ["ALPHA-disk", "BETA-disk"])


def test_sources_count_in_any_case_and_a_name_of_none_hurts_no_other():
    assert order(["collector", "ARCHIVE"], False) == ("Collector", "Archive")
    assert order(["colector", "archive"], False) == ("colector", "Archive")
    assert order(["colector"], False) == ("colector", *order([], False))
    assert "colector" in order_problem(["colector", "archive"])
    assert order_problem(["collector", "Archive"]) == ""


@pytest.mark.parametrize("value", ["Ture", "on", "2"])
def test_a_word_that_is_neither_yes_nor_no_is_told(value):
    assert rules.truth_problem(value)
    assert not any(map(rules.truth_problem, ["True", "no", "1", "Yes"]))


def test_addresses_and_names_of_options_are_told():
    assert rules.networks_problem(["192.0.2.1", "10.0.0.0/8", "2001:db8::/32"]) == ""
    assert "10.0.0.0/64" in rules.networks_problem(["10.0.0.0/64", "192.0.2.1"])
    assert "there is BatchesSeconds" in rules.unknown_problem("BatchSeconds", {"BatchesSeconds", "KeptSeconds"})
