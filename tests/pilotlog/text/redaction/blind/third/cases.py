"""Build the cases of the corpus: texts with secrets in them, and what must stay readable around them."""

import importlib
import pathlib
from collections import Counter

from .maker import FORMS, Case, G

HERE = pathlib.Path(__file__).resolve().parent
PER_FORM = 3

for path in sorted(HERE.glob("forms_*.py")):
    importlib.import_module(f".{path.stem}", __package__)


def build(kind, form, make, seed, number):
    """Build one case of a form."""
    made = G(f"{seed}/{kind}/{form}/{number}")
    text = make(made)
    return Case(kind, form, text, tuple(dict.fromkeys(made.S)), tuple(dict.fromkeys(made.K)))


def cases(seed=1):
    """Return all cases, the same ones for the same seed."""
    return [build(*form, seed, number) for form in FORMS for number in range(PER_FORM)]


def check_case(case):
    """Verify one case."""
    where = f"{case.kind}/{case.form}"
    if not case.secrets or not 1 <= case.text.count("\n") <= 40:
        raise ValueError(f"{where}: no secret or {case.text.count(chr(10))} lines")
    rest = case.text
    for secret in sorted(case.secrets, key=len, reverse=True):
        if secret not in case.text or len(secret) < 6:
            raise ValueError(f"{where}: not in the text or too short: {secret!r}")
        rest = rest.replace(secret, "\0")
    for kept in case.keep:
        if kept not in rest:
            raise ValueError(f"{where}: not outside of the secrets: {kept!r}")


if __name__ == "__main__":
    for case in cases():
        check_case(case)
    for kind, number in sorted(Counter(case.kind for case in cases()).items()):
        print(f"{kind:12} {number}")
