"""Figures of the blind corpora by kind, as the table of the administrator guide: ``python -m tests…blind.figures``.

Of each kind the share of cases of which nothing is shown: as whole messages, with a pilot's header before each line, and
cut in two at every byte of a secret (the first case of each form; a piece of 8 characters may show).
"""

from collections import Counter, defaultdict

from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default

from .first import cases as first
from .second import cases as second
from .third import cases as third

HEADER = "2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] "
SHOWN_OF_A_CUT = 8


def redacted(*messages):
    """Return what is stored of messages that follow each other."""
    carry, stored = b"", []
    for message in messages:
        text, carry = default().redact(carry, message)
        stored.append(text)
    return b"".join(stored).decode(errors="replace")


def is_hidden(case, stored):
    """Tell if no secret of a case is in what is stored."""
    return not any(secret in stored for secret in case.secrets)


def with_headers(text):
    """Return a text with a pilot's header before each line."""
    return "".join(HEADER + line for line in text.splitlines(keepends=True))


def is_hidden_at_cuts(case):
    """Tell if no cut within a secret shows more of it than a few characters."""
    text = case.text.encode()
    for secret in case.secrets[:2]:
        start = text.find(secret.encode())
        for cut in range(start + 1, start + len(secret.encode()), max(1, len(secret) // 24)):
            stored = redacted(text[:cut], text[cut:])
            if any(secret[at : at + SHOWN_OF_A_CUT + 1] in stored for at in range(len(secret) - SHOWN_OF_A_CUT)):
                return False
    return True


def share(flags):
    """Return a share in per cent."""
    return f"{100 * sum(flags) / len(flags):.1f}"


def rows(corpus):
    """Yield (kind, cases, whole, with headers, at cuts) of a corpus, and of all of it."""
    whole, headed, cut, seen = defaultdict(list), defaultdict(list), defaultdict(list), Counter()
    for case in corpus.cases():
        whole[case.kind].append(is_hidden(case, redacted(case.text.encode())))
        headed[case.kind].append(is_hidden(case, redacted(with_headers(case.text).encode())))
        seen[case.form] += 1
        if seen[case.form] == 1:
            cut[case.kind].append(is_hidden_at_cuts(case))
    for kind in sorted(whole):
        yield kind, len(whole[kind]), share(whole[kind]), share(headed[kind]), share(cut[kind])
    sums = [[flag for flags in found.values() for flag in flags] for found in (whole, headed, cut)]
    yield "all", len(sums[0]), *map(share, sums)


def main():
    """Print all tables as CSV."""
    print("Corpus,Kind,Cases,Whole (%),With headers (%),Cut (%)")
    for name, corpus in (("first", first), ("second", second), ("third", third)):
        for row in rows(corpus):
            print(name, *row, sep=",", flush=True)


if __name__ == "__main__":
    main()
