"""Curves as SVG, without a library: a picture in the documentation changes only where its figures changed."""

from dataclasses import dataclass
from html import escape
from math import ceil, log10

_COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#5b6770", "#00838f")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 190, 62, 150, 34, 34


@dataclass(frozen=True)
class Panel:
    """One diagram: a title with the unit, and curves by name, each a list of (x, y)."""

    title: str
    curves: dict[str, list[tuple[float, float]]]


def picture(panels, x_title):
    """The SVG of panels below each other, over the same x."""
    x_most = max((x for panel in panels for points in panel.curves.values() for x, _ in points), default=1.0) or 1.0
    height = len(panels) * _HEIGHT + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, number * _HEIGHT, x_most)
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, height - 6, x_title, "middle"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def round_up(value):
    """The next of 1, 2, 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** ceil(log10(value) - 1e-9)
    return next(power * share for share in (0.2, 0.5, 1.0) if power * share >= value * (1 - 1e-9))


def _panel(panel, offset, x_most):
    y_most = round_up(max((y for points in panel.curves.values() for _, y in points), default=1.0))
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(x, y):
        return _LEFT + width * x / x_most, offset + _TOP + height * (1 - y / y_most)

    parts = [_text(_LEFT, offset + 20, panel.title, "start", "bold")]
    for step in range(5):
        x, y = place(0, y_most * step / 4)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{_LEFT + width}" stroke="#dddddd"/>')
        parts.append(_text(x - 6, y + 4, f"{y_most * step / 4:g}", "end"))
    for step in range(6):
        x, y = place(x_most * step / 5, 0)
        parts.append(_text(x, y + 15, f"{x_most * step / 5:.0f}", "middle"))
    for number, (name, points) in enumerate(panel.curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        way = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts.append(_text(_WIDTH - _RIGHT + 12, offset + _TOP + 10 + 16 * number, name, "start", colour=colour))
    return parts


def _text(x, y, words, anchor, weight="normal", colour="#222222"):
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
