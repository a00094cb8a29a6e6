#!/usr/bin/env python3
"""Compares outputs of one task before anybody times them; a peer that does less work has nothing to be compared with.

usage: compare.py rows FILE OTHER     delimited files: the same rows in the same order after parsing
       compare.py nested FILE OTHER   notifications: every value of OTHER stands in FILE at the same element
"""
import csv
import sys
from collections import Counter


def rows(path, other):
    a, b = (list(csv.reader(open(p, newline="", encoding="utf-8-sig"))) for p in (path, other))
    for number, (left, right) in enumerate(zip(a, b), 1):
        if left != right:
            column = next((k for k, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
            value = [side[column] if column < len(side) else "(none)" for side in (left, right)]
            return f"row {number}, column {column + 1} ({a[0][column] if column < len(a[0]) else '?'}): {value[0]!r} and {value[1]!r}"
    if len(a) != len(b):
        return f"{len(a)} rows and {len(b)}"
    print(f"equal: {len(a) - 1} rows")


def notifications(path):
    """For each notification its GTIN and how often each (path, attributes, text) stands in it."""
    from lxml import etree
    tag = "{urn:gs1:gdsn:catalogue_item_notification:xsd:3}catalogueItemNotification"
    for _, notification in etree.iterparse(path, tag=tag):
        values = Counter()
        for element in notification.iter():
            text = (element.text or "").strip()
            if text and not len(element):
                steps = [etree.QName(e).localname for e in element.iterancestors()]
                steps = steps[:steps.index("catalogueItemNotification")][::-1] + [etree.QName(element).localname]
                values[("/".join(steps), tuple(sorted(element.attrib.items())), text)] += 1
        yield notification.findtext("catalogueItem/tradeItem/gtin"), values
        notification.clear()
        while notification.getprevious() is not None:
            del notification.getparent()[0]


def nested(path, other):
    count = held = asked = 0
    theirs = notifications(other)
    for gtin, values in notifications(path):
        peer = next(theirs, None)
        if peer is None or peer[0] != gtin:
            return f"notification {count + 1}: {gtin} and {peer and peer[0]}"
        missing = peer[1] - values
        if missing:
            return f"{gtin}: {next(iter(missing))} is missing"
        count, held, asked = count + 1, held + sum(values.values()), asked + sum(peer[1].values())
    if next(theirs, None) is not None:
        return f"only {count} notifications"
    print(f"equal: {count} notifications; {held / count:.0f} values each, the peer writes {asked / count:.0f} of them")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("rows", "nested"):
        sys.exit(__doc__)
    problem = {"rows": rows, "nested": nested}[sys.argv[1]](sys.argv[2], sys.argv[3])
    if problem:
        sys.exit(f"{sys.argv[2]} and {sys.argv[3]} differ: {problem}")
