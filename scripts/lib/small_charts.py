#!/usr/bin/env python3
"""Charts of about 640 by 420 points and few colours, for the fixtures that have many of them; scripts/draw-fixtures draws them."""

import io

import matplotlib.pyplot as plt
from PIL import Image

COLOURS = ["#1f3b57", "#2a9d8f", "#e9c46a", "#c8553d", "#8d99ae", "#5b8e55"]
NAVY, TEAL, _, RUST, GREY, _ = COLOURS
YEARS = ["2020", "2021", "2022", "2023", "2024"]
QUARTERS = [f"Q{quarter} {year}" for year in (23, 24) for quarter in (1, 2, 3, 4)]


def begin(title, unit=None):
    figure, axes = plt.subplots(figsize=(6.4, 4.2), dpi=100)
    axes.set_title(title, loc="left", fontweight="bold", color=NAVY)
    axes.set_ylabel(unit or "")
    return figure, axes


def finish(figure):
    raw = io.BytesIO()
    figure.tight_layout()
    figure.savefig(raw, format="png", metadata={"Software": None})
    plt.close(figure)
    image = Image.open(raw).convert("RGB").quantize(16, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="PNG", optimize=True)
    return small.getvalue()


def bars(title, unit, names, series, stacked=False, form="{:,.1f}"):
    figure, axes = begin(title, unit)
    lower = [0.0] * len(names)
    width = 0.6 if stacked else 0.8 / len(series)
    for number, (label, values) in enumerate(series.items()):
        shift = 0 if stacked else (number - (len(series) - 1) / 2) * width
        drawn = axes.bar([x + shift for x in range(len(names))], values, width * 0.95, lower if stacked else 0,
                         color=COLOURS[number], label=label)
        if stacked:
            lower = [a + b for a, b in zip(lower, values)]
        else:
            axes.bar_label(drawn, fmt=form, fontsize=7, padding=2)
    if stacked:
        for x, total in enumerate(lower):
            axes.text(x, total, form.format(total), ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(names)), names)
    axes.margins(y=0.22)
    if len(series) > 1:
        axes.legend(frameon=False, loc="upper left", ncol=3, fontsize=8)
    return finish(figure)


def rows(title, unit, values, form="{:,.1f}"):
    figure, axes = begin(title)
    drawn = axes.barh(list(values)[::-1], list(values.values())[::-1], color=COLOURS[1])
    axes.bar_label(drawn, fmt=form, fontsize=8, padding=3)
    axes.set_xlabel(unit)
    axes.margins(x=0.15)
    return finish(figure)


def lines(title, unit, names, series, form="{:.1f}"):
    figure, axes = begin(title, unit)
    for number, (label, values) in enumerate(series.items()):
        axes.plot(names, values, marker="os^"[number % 3], color=COLOURS[(0, 3, 4)[number % 3]], label=label)
        axes.annotate(form.format(values[-1]), (len(names) - 1, values[-1]), textcoords="offset points", xytext=(0, 7),
                      ha="center", fontsize=8)
    axes.margins(y=0.25)
    axes.legend(frameon=False, loc="upper left", ncol=3, fontsize=8)
    return finish(figure)


def combined(title, unit, names, series, label, line):
    """Bars, and a line over them, on the same scale or one of its own in percent."""
    figure, axes = begin(title, unit)
    axes.bar(names, series, 0.7, color=TEAL, label="_")
    other = axes.twinx() if max(line) < max(series) / 4 else axes
    other.plot(names, line, marker="o", color=RUST, label=label)
    for x, value in enumerate(line):
        other.annotate(f"{value:,}", (x, value), textcoords="offset points", xytext=(0, 6), ha="center", fontsize=7)
    other.set_ylim(0, max(line) * 1.25)
    other.legend(frameon=False, loc="upper left", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    return finish(figure)


def bridge(title, unit, first, steps, last, form="{:+.1f}"):
    figure, axes = begin(title, unit)
    (name, level), close = first, last
    highest = level
    axes.bar(name, level, color=GREY)
    axes.text(name, level, f"{level:,.1f}", ha="center", va="bottom", fontsize=8)
    for name, change in steps:
        axes.bar(name, change, bottom=level, color=TEAL if change > 0 else RUST)
        axes.text(name, max(level, level + change), form.format(change), ha="center", va="bottom", fontsize=8)
        level += change
        highest = max(highest, level)
    assert abs(level - close[1]) < 0.051, (title, level, close)
    axes.bar(*close, color=NAVY)
    axes.text(close[0], close[1], f"{close[1]:,.1f}", ha="center", va="bottom", fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_ylim(0, highest * 1.12)
    return finish(figure)


def shares(title, values):
    figure, axes = plt.subplots(figsize=(6.4, 4.2), dpi=100)
    axes.set_title(title, loc="left", fontweight="bold", color=NAVY)
    axes.pie(values.values(), labels=[f"{name}\n{value:,.1f}" for name, value in values.items()], colors=COLOURS,
             autopct="%.1f %%", startangle=90, pctdistance=0.78, wedgeprops={"width": 0.42, "edgecolor": "white"},
             textprops={"fontsize": 8})
    return finish(figure)


def sensitivity(title, unit, values):
    figure, axes = begin(title)
    names = list(values)[::-1]
    numbers = [values[name] for name in names]
    axes.barh(names, numbers, color=TEAL, label="10 % stronger")
    axes.barh(names, [-value for value in numbers], color=RUST, label="10 % weaker")
    for y, value in enumerate(numbers):
        axes.text(abs(value) + 0.2, y, f"±{abs(value):.1f}", va="center", fontsize=8)
    axes.set_xlabel(unit)
    axes.margins(x=0.2)
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return finish(figure)


def hours(title, spans):
    """Without words but the title, for a notice in many languages."""
    figure, axes = begin(title)
    for y, (name, start, end) in enumerate(reversed(spans)):
        axes.barh(name, end - start, left=start, color=COLOURS[y % 4])
        axes.text(end + 0.2, y, f"{start:02d}:00–{end:02d}:00", va="center", fontsize=8)
    axes.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.set_xlim(0, 24)
    return finish(figure)


MILLION = "USD million"

FORM_10K = {
    "RevenueBySegment": lambda: bars("Revenue by segment", MILLION, YEARS, {
        "Analytical Instruments": [612.4, 668.9, 731.5, 779.2, 842.6],
        "Process Sensors": [388.1, 421.7, 470.3, 498.6, 521.9],
        "Laboratory Services": [154.8, 171.2, 196.4, 229.7, 268.3]}, stacked=True),
    "RevenueByRegion": lambda: shares("Revenue by region, fiscal 2024", {
        "United States": 716.8, "EMEA": 489.9, "Asia Pacific": 321.9, "Rest of Americas": 104.2}),
    "RevenueByIndustry": lambda: rows("Revenue by customer industry, fiscal 2024", MILLION, {
        "Pharmaceuticals": 489.8, "Chemicals": 359.2, "Food and water": 244.9, "Semiconductors": 212.3,
        "Academic": 179.6, "Other": 147.0}),
    "Research": lambda: combined("Research and development", MILLION, YEARS, [96.2, 105.1, 118.8, 131.2, 146.9],
                                 "% of revenue", [8.3, 8.3, 8.5, 8.7, 9.0]),
    "Patents": lambda: combined("Patents in force and granted", "in force", YEARS, [842, 891, 947, 1012, 1086],
                                "granted in the year", [96, 104, 118, 127, 139]),
    "Employees": lambda: rows("Employees by function at year end", "", {
        "Manufacturing": 2310, "Service and laboratories": 1485, "Sales and marketing": 1120,
        "Research and development": 940, "Administration": 565}, form="{:,.0f}"),
    "TotalReturn": lambda: lines("Total return on $100", "USD", ["2019", *YEARS], {
        "Calder": [100, 118.4, 142.6, 121.9, 149.7, 168.2], "Large companies": [100, 118.0, 152.0, 125.0, 158.0, 197.0],
        "Peers": [100, 121.3, 149.8, 127.2, 146.1, 158.9]}),
    "Repurchases": lambda: bars("Share repurchases by quarter, fiscal 2024", MILLION, ["Q1", "Q2", "Q3", "Q4"],
                                {"Repurchases": [15.2, 22.4, 28.6, 22.5]}),
    "RevenueBridge": lambda: bridge("Revenue, fiscal 2023 to 2024", MILLION, ("2023", 1507.5), [
        ("Volume", 71.6), ("Price", 33.2), ("Acquisitions", 29.7), ("Currency", -9.2)], ("2024", 1632.8)),
    "Margins": lambda: lines("Gross and operating margin", "% of revenue", YEARS, {
        "Gross margin": [48.9, 49.7, 50.4, 51.4, 52.6], "Operating margin": [12.4, 14.2, 15.2, 15.9, 17.5]}),
    "SegmentIncome": lambda: bars("Segment operating income", MILLION, ["2022", "2023", "2024"], {
        "Analytical Instruments": [168.2, 188.6, 214.9], "Process Sensors": [86.4, 95.2, 104.1],
        "Laboratory Services": [31.6, 38.7, 47.8]}),
    "Expenses": lambda: bars("Operating expenses", "% of revenue", ["2022", "2023", "2024"], {
        "Selling and administration": [24.5, 24.0, 23.7], "Research": [8.5, 8.7, 9.0],
        "Amortization": [2.2, 2.2, 2.2]}, stacked=True),
    "Backlog": lambda: combined("Orders and backlog", MILLION, QUARTERS,
                                [366.0, 377.2, 371.9, 412.8, 398.4, 415.1, 421.6, 452.3], "Backlog at the end",
                                [426.2, 432.0, 425.3, 432.7, 449.5, 461.7, 472.5, 487.3]),
    "TaxRate": lambda: bridge("Effective tax rate, fiscal 2024", "%", ("Statutory", 21.0), [
        ("State", 1.6), ("Credits", -2.3), ("Export income", -0.9), ("Stock awards", -0.3), ("Other", 1.1)],
        ("Effective", 20.2)),
    "CashBridge": lambda: bridge("Cash, fiscal 2024", MILLION, ("Opening", 212.6), [
        ("Operations", 274.8), ("Capital\nspending", -84.3), ("Acquisitions", -96.0), ("Debt", -40.0),
        ("Repurchases", -88.7), ("Dividends", -33.5), ("Currency", -2.1)], ("Closing", 142.8)),
    "CapitalSpending": lambda: bars("Capital spending by purpose", MILLION, ["2022", "2023", "2024"], {
        "Capacity": [31.4, 38.2, 47.5], "Maintenance": [18.9, 19.6, 21.1], "Information technology": [12.5, 13.7, 15.7]},
        stacked=True),
    "Maturities": lambda: bars("Debt maturities", MILLION, ["2025", "2026", "2027", "2028", "2029", "later"], {
        "Term loan": [20, 20, 110, 0, 0, 0], "Senior notes": [0, 0, 0, 200, 0, 250]}, stacked=True, form="{:,.0f}"),
    "Leverage": lambda: lines("Net debt to adjusted EBITDA", "times", YEARS, {
        "Net debt to adjusted EBITDA": [2.43, 1.93, 1.60, 1.28, 1.19], "Limit of the agreement": [3.5] * 5}, form="{:.2f}"),
    "Currencies": lambda: sensitivity("Operating income and currencies", MILLION, {
        "Euro": 9.8, "Renminbi": 5.4, "Swiss franc": -4.6, "Yen": 3.7, "Pound sterling": -2.1}),
    "Goodwill": lambda: bars("Goodwill by segment at year end", MILLION, ["2023", "2024"], {
        "Analytical Instruments": [318.2, 335.6], "Process Sensors": [207.4, 205.9],
        "Laboratory Services": [96.3, 137.8]}, stacked=True),
}


def notice():
    return hours("14 – 17", [("1", 8, 12), ("2", 9, 15), ("3", 13, 18), ("4", 20, 23)])


SURVEY = {
    "Interviews": lambda: lines("Interviews completed", "", [str(year) for year in range(2017, 2025)], {
        "Interviews": [38912, 39404, 40187, 31260, 36875, 40211, 41966, 42470]}, form="{:,.0f}"),
    "Response": lambda: lines("Response rate", "% of households invited", [str(year) for year in range(2017, 2025)], {
        "Response": [66.8, 66.1, 65.9, 58.2, 61.0, 62.4, 62.9, 62.7]}),
}
