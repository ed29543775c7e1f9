#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The picture of what honest.py has measured: honest_plot.py FILE.json > FILE.svg"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, PANEL, GAP, LEFT, TOP = 760, 190, 62, 78, 58
PLOT = WIDTH - LEFT - 30
COLOURS = {"weir_memif": "#1f6fb2", "weir_veth": "#2a9d5c", "linux_veth": "#c0392b"}
NAMES = {"weir_memif": "weir, memif", "weir_veth": "weir, veth (net_af_packet)",
         "linux_veth": "Linux with syncookies, the same veth"}


class Panel:
    """One diagram: a scale up the side, percent of the capacity along the bottom."""

    def __init__(self, number, title, low, high, is_log, widest):
        self.top = TOP + number * (PANEL + GAP)
        self.title = title
        self.low, self.high, self.is_log = low, high, is_log
        self.widest = widest
        self.parts = []

    def x(self, part):
        return LEFT + PLOT * part / self.widest

    def y(self, value):
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        return self.top + PANEL * (1 - (min(value, high) - low) / (high - low))

    def text(self, x, y, text, anchor="middle", more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>'
                          f"{escape(text)}</text>")

    def frame(self, ticks, label):
        bottom = self.top + PANEL
        self.text(LEFT, self.top - 8, self.title, "start", 'font-weight="bold"')
        for value in ticks:
            y = self.y(value)
            self.parts.append(f'<path d="M{LEFT} {y:.1f}h{PLOT}" stroke="#ddd"/>')
            self.text(LEFT - 6, y + 4, label(value), "end")
        for part in range(0, self.widest + 1, 20):
            self.parts.append(f'<path d="M{self.x(part):.1f} {bottom}v5" stroke="#444"/>')
            self.text(self.x(part), bottom + 18, f"{part} %")
        x = self.x(100)
        self.parts.append(f'<path d="M{x:.1f} {self.top}V{bottom}" stroke="#999" '
                          'stroke-dasharray="2 4"/>')
        self.parts.append(f'<path d="M{LEFT} {self.top}V{bottom}H{LEFT + PLOT}" fill="none" '
                          'stroke="#444"/>')

    def line(self, points, colour, is_dashed=False):
        at = [(self.x(part), self.y(value)) for part, value in points]
        dash = ' stroke-dasharray="5 4"' if is_dashed else ""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
        self.parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" '
                          f'stroke-width="2"{dash}/>')
        for x, y in at:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')


def series(row, figure):
    return [(point["part"], figure(point)) for point in row["points"]]


def draw_success(number, rows, widest):
    panel = Panel(number, "Honest connections completed", 0, 100, False, widest)
    panel.frame(range(0, 101, 25), lambda value: f"{value} %")
    for row in rows:
        panel.line(series(row, lambda p: 100 * p["success"]),
                   COLOURS[row["name"]])
    return panel.parts


def draw_latency(number, rows, widest):
    values = [p["connect_us"][key] for row in rows for p in row["points"]
              for key in ("p50", "p99") if p["connect_us"][key] > 0]
    low, high = (math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))
    panel = Panel(number, "SYN to SYN-ACK: p99 (solid) and p50 (dashed)", 10 ** low,
                  10 ** max(high, low + 1), True, widest)
    panel.frame([10 ** i for i in range(low, max(high, low + 1) + 1)],
                lambda us: f"{us / 1000:g} ms" if us >= 1000 else f"{us:g} us")
    for row in rows:
        panel.line(series(row, lambda p: p["connect_us"]["p99"]), COLOURS[row["name"]])
        panel.line(series(row, lambda p: p["connect_us"]["p50"]), COLOURS[row["name"]], True)
    return panel.parts


def draw_goodput(number, rows, widest):
    panel = Panel(number, "Goodput of established connections, of that without a flood", 0, 120,
                  False, widest)
    panel.frame(range(0, 121, 20), lambda value: f"{value} %")
    for row in rows:
        idle = row["points"][0]["goodput_mbps"] or math.inf
        panel.line(series(row, lambda p, idle=idle: 100 * p["goodput_mbps"] / idle),
                   COLOURS[row["name"]])
    return panel.parts


def draw(result):
    rows = result["rows"]
    widest = max(point["part"] for row in rows for point in row["points"])
    height = TOP + 3 * (PANEL + GAP) + 18 * len(rows) + 14
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             'font-family="sans-serif" font-size="12" fill="#222">',
             f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">Honest clients while a '
             "SYN flood grows: percent of what each can answer</text>"]
    for number, draw_panel in enumerate((draw_success, draw_latency, draw_goodput)):
        parts += draw_panel(number, rows, widest)
    for number, row in enumerate(rows):
        y = TOP + 3 * (PANEL + GAP) + 18 * number
        parts.append(f'<rect x="{LEFT}" y="{y - 9}" width="22" height="4" '
                     f'fill="{COLOURS[row["name"]]}"/>')
        parts.append(f'<text x="{LEFT + 30}" y="{y - 2}">{escape(NAMES[row["name"]])}: 100 % is '
                     f'{row["capacity_pps"] / 1e6:.2f} million SYN-ACKs a second</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as measured:
        sys.stdout.write(draw(json.load(measured)))
