"""What comes around a call over HTTPS: names that are names, credentials in DIRAC's two forms, and nothing else."""

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.receive import form


@pytest.mark.parametrize("name", ["sendMessage", "ping", "get_log2"])
def test_methods_names_pass(name):
    form.check_method(name)


@pytest.mark.parametrize("name", ["", "a b", "x\nforged line", "x\n", "../x", "é", "2x", "x" * 65, "a.b"])
def test_what_is_no_name_is_refused_without_being_shown(name):
    with pytest.raises(InvalidInput) as refusal:
        form.check_method(name)
    assert str(refusal.value) == "Not a method's name"


@pytest.mark.parametrize("encoded", ["", '"hosts"', '"alpha_pilot"', '["/C=zz/O=stack/CN=Zoë", "alpha_user"]'])
def test_extra_credentials_as_dirac_sends_them_pass(encoded):
    form.check_extra_credentials(encoded)


@pytest.mark.parametrize(
    "encoded",
    ["[]", '["x"]', '["a", "b", "c"]', '["a", null]', "[[]]", "{}", "null", "1", "{", "[" * 2000, '"\\ud800"',
     '"x\\nforged"', '{"__dCls": "x", "__dMod": "y"}', '"' + "x" * 3000 + '"'],
)  # fmt: skip
def test_any_other_extra_credentials_are_refused(encoded):
    with pytest.raises(InvalidInput):
        form.check_extra_credentials(encoded)
