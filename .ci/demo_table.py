#!/usr/bin/env python3
"""Prints what conversions wrote and what is still lacking, from the reports of `ocop convert --report`.

usage: demo_table.py REPORT.json …
"""
import json
import os
import sys
from collections import Counter


def size(path):
    count = os.path.getsize(path) if os.path.exists(path) else 0
    return f"{count / 1024:.0f} KB" if count >= 1024 else f"{count} B"


def lacks(report, severities):
    """What findings of these severities are about: the attribute where there is one, else the code. Most frequent first."""
    about = Counter()
    for finding in report["diagnostics"]:
        if finding["severity"] in severities:
            about[finding.get("attribute") or finding.get("field") or finding["code"]] += 1
    return about.most_common()


def listed(pairs, most):
    text = ", ".join(f"{name} ({count})" for name, count in pairs[:most])
    return text + (f" and {len(pairs) - most} more" if len(pairs) > most else "")


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if n < 2 else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def main(paths):
    reports = [json.load(open(path, encoding="utf-8")) for path in paths]
    rows = [["market", "file", "size", "written", "not applicable", "quarantined", "to complete", "not carried"]]
    for report in reports:
        products = report["products"]
        rows.append([
            report["to"], report["output"], size(report["output"]), str(products["written"]),
            str(products["notApplicable"]), str(products["quarantined"]),
            str(sum(count for _, count in lacks(report, ("warning",)))),
            str(sum(loss["count"] for loss in report["losses"])),
        ])
    table(rows)
    print(f"""
{reports[0]["products"]["read"]} products were read. Not applicable: the market does not want them (each profile says what it
accepts). Quarantined: something required is missing or wrong; the records are kept beside the output, ready to be mended.
To complete: recommended or doubtful values. Not carried: values for which that format has no place.
What each market still lacks, with the number of findings:
""")
    for report in reports:
        print(f"{report['to']}  ({report['output']})")
        errors, warnings = lacks(report, ("error",)), lacks(report, ("warning",))
        losses = sorted(((loss["path"], loss["count"]) for loss in report["losses"]), key=lambda pair: -pair[1])
        if errors:
            print("  required:     " + listed(errors, 5))
        if warnings:
            print("  recommended:  " + listed(warnings, 5))
        if losses:
            print("  not carried:  " + listed(losses, 5))
        if not errors and not warnings and not losses:
            print("  nothing")
    print("\nEvery finding with its cell is in out/reports/; `ocop explain CODE` says what one means.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
