"""The curves as a picture: SVG, both axes logarithmic, every line named at its end."""

import math
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 860, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 290, 30, 60
_COLOURS = ("#0b6e99", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e", "#34495e", "#d81b60", "#00796b")
_LABEL_STEP = 17

_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
font-family="sans-serif" font-size="13">
<title>{title}</title>
<rect width="100%" height="100%" fill="#fff"/>
"""


def draw(title, series, across, upwards):
    """The picture: ``series`` has lists of (x, y), both above 0, by name; ``across`` and ``upwards`` name the axes."""
    points = [point for line in series.values() for point in line]
    x = _Axis([place for place, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _Axis([value for _, value in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [_HEAD.format(width=_WIDTH, height=_HEIGHT, title=escape(title))]
    parts += [*_grid(x, y), *_names(across, upwards), *_lines(series, x, y)]
    return "".join(parts) + "</svg>\n"


class _Axis:
    """Whole decades from ``start`` to ``end`` (pixels) around some values."""

    def __init__(self, values, start, end):
        self._low = math.floor(math.log10(min(values)))
        self._high = max(math.ceil(math.log10(max(values))), self._low + 1)
        self._start, self._end = start, end
        self.ticks = [10.0**power for power in range(self._low, self._high + 1)]

    def place(self, value):
        """Return where a value is, in pixels."""
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)


def _grid(x, y):
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    for value in x.ticks:
        at = x.place(value)
        yield f'<line x1="{at:.0f}" y1="{top}" x2="{at:.0f}" y2="{bottom}" stroke="#ddd"/>\n'
        yield f'<text x="{at:.0f}" y="{bottom + 20}" text-anchor="middle">{value:,.0f}</text>\n'
    for value in y.ticks:
        at = y.place(value)
        yield f'<line x1="{left}" y1="{at:.0f}" x2="{right}" y2="{at:.0f}" stroke="#ddd"/>\n'
        yield f'<text x="{left - 8}" y="{at + 4:.0f}" text-anchor="end">{value:,g}</text>\n'


def _names(across, upwards):
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle:.0f}" y="{_HEIGHT - 15}" text-anchor="middle">{escape(across)}</text>\n'
    turned = f'transform="rotate(-90 18 {_HEIGHT / 2:.0f})"'
    yield f'<text x="18" y="{_HEIGHT / 2:.0f}" text-anchor="middle" {turned}>{escape(upwards)}</text>\n'


def _lines(series, x, y):
    ends = {name: y.place(line[-1][1]) for name, line in series.items()}
    labels = dict(zip(sorted(ends, key=ends.get), _spread(sorted(ends.values())), strict=True))
    for colour, (name, line) in zip(_COLOURS, series.items(), strict=False):
        path = " ".join(f"{x.place(place):.1f},{y.place(value):.1f}" for place, value in line)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>\n'
        for place, value in line:
            yield f'<circle cx="{x.place(place):.1f}" cy="{y.place(value):.1f}" r="3" fill="{colour}"/>\n'
        yield f'<text x="{_WIDTH - _RIGHT + 12}" y="{labels[name] + 4:.0f}" fill="{colour}">{escape(name)}</text>\n'


def _spread(places):
    """The same places, in their order, moved down where they are too near to each other."""
    found = []
    for place in places:
        found.append(max(place, found[-1] + _LABEL_STEP) if found else place)
    return found
