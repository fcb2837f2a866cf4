"""A report as text."""

MAX_SHOWN = 40


def of(report):
    """All that is worth telling, in some lines."""
    first, last = report.memory[0], report.memory[-1]
    done = report.kinds.total()
    lines = [
        f"{done} requests in {report.seconds:.0f} s: {done / max(report.seconds, 0.001):.0f}/s; {report.stored}",
        f"requests: {_listed(report.kinds)}",
        f"answers: {_listed(report.answers)}",
        f"slowest answer, s: {', '.join(f'{kind} {seconds:.2f}' for kind, seconds in sorted(report.slowest.items()))}",
        f"collector's memory: {first} before, {last} after; by window, MB: "
        + " ".join(f"{one.resident / 2**20:.0f}" for one in report.memory),
        *(f"explained, {number} times: {one}" for one, number in sorted(report.explained.items())),
        f"findings: {report.findings.total()} of {len(report.findings)} kinds",
    ]
    for said, number in report.findings.most_common(MAX_SHOWN):
        kept = f"   kept: {', '.join(map(str, report.kept[said][:2]))}" if said in report.kept else ""
        lines.append(f"  {number} x {said}{kept}")
    return "\n".join(lines)


def _listed(counts):
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
