"""What guards ask of functions before they replace them."""

import functools

import pytest

from PilotLoggingDIRAC.transport.guards.replacing import guard_of, is_guard, takes


def original(one, two):
    return one, two


@functools.wraps(original)
def wrapped(*arguments):
    return original(*arguments)


@pytest.mark.parametrize("found", [original, wrapped, lambda one, two=None: one, lambda one, two, three=None: one])
def test_what_can_be_called_with_so_many_arguments_is_known(found):
    assert takes(found, 2)


@pytest.mark.parametrize(
    "found", [None, "text", lambda one: one, lambda one, two, three: one, lambda one, two, *, more: one, dict, min]
)
def test_another_function_is_not_and_nor_is_what_can_t_tell_its_arguments(found):
    assert not takes(found, 2)


def test_a_guard_is_known_also_where_a_library_wraps_it():
    guard = guard_of(original)(lambda *arguments: original(*arguments))
    assert is_guard(guard)
    assert is_guard(functools.wraps(guard)(lambda *arguments: guard(*arguments)))
    assert (guard.__name__, guard.__wrapped__) == ("original", original)


@pytest.mark.parametrize("found", [None, original, wrapped])
def test_what_has_no_guard_is_none(found):
    assert not is_guard(found)
