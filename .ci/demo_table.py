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


def counted(report, wanted, by):
    """Findings for which `wanted` holds, counted by what `by` says of them; most frequent first."""
    return Counter(by(finding) for finding in report["diagnostics"] if wanted(finding)).most_common()


def place(finding):
    return finding.get("attribute") or finding.get("field") or finding["code"]


def lacks(report):
    """(required and missing, wrong in another way, recommended and missing, worth a look)."""
    return (
        counted(report, lambda f: f["code"] == "required-missing", place),
        counted(report, lambda f: f["severity"] in ("error", "fatal") and f["code"] != "required-missing",
                lambda f: f"{place(f)}: {f['code']}"),
        counted(report, lambda f: f["code"] == "recommended-missing", place),
        counted(report, lambda f: f["severity"] == "warning" and f["code"] != "recommended-missing", lambda f: f["code"]))


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
            str(sum(count for _, count in lacks(report)[2])), str(sum(loss["count"] for loss in report["losses"])),
        ])
    table(rows)
    print(f"""
{reports[0]["products"]["read"]} products were read. Not applicable: the market's profile does not want such products. Quarantined:
something required is missing or wrong; the records are kept beside the output, ready to be mended. To complete:
recommended values that are missing. Not carried: values that the market's file leaves out or changes.
What each market still lacks, with the number of times:
""")
    for report in reports:
        print(f"{report['to']}  {report['output']}")
        lines = list(zip(("required", "wrong", "recommended", "worth a look"), lacks(report)))
        changed = [(f"{loss['path']} {loss['reason']}", loss["count"]) for loss in report["losses"] if loss["reason"] != "not-carried"]
        lines.append(("changed", sorted(changed, key=lambda pair: -pair[1])))
        for name, pairs in lines:
            if pairs:
                print(f"  {name + ':':14}" + listed(pairs, 5))
        dropped = [loss["count"] for loss in report["losses"] if loss["reason"] == "not-carried"]
        if dropped:
            print(f"  {'not carried:':14}{sum(dropped)} values of {len(dropped)} kinds, for which the format has no place")
        for path in report["quarantine"]:
            print(f"  {'quarantine:':14}{path}")
    print("\nEvery finding with its cell, and every loss, is in out/reports/; `ocop explain CODE` says what a code means.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
