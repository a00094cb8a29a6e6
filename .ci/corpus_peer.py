#!/usr/bin/env python3
"""Counts what is in third-party files by other people's readers, and writes it beside what our readers found.

usage: corpus_peer.py [--check] [--only TEXT]

Tests/CorpusTests/files.tsv says for each file whether our readers read or refuse it, and what they count. This program
reads the same files with lxml and expat, Python's csv and json, and openpyxl (or zipfile and lxml where openpyxl gives up),
and fills the column `peer`: `equal`, `differs` with the peer's numbers, `cannot`; for what we refuse, `refuses` or `reads`.
Whatever is neither equal nor refused by both needs a reason in the column `note`; a few reasons are the same for all files of
a kind and are put there by this program, the others are written by people. Tests/CorpusTests/adapters.tsv says the same of
documents that are read by a profile; their products and GTINs are counted by corpus_products.py. With --check nothing is
written, and a peer that says something else than a table makes the exit code 1. --only takes the files whose path contains
a text. The files are looked for in $OCOP_SHARED, or ../shared.
"""
import argparse
import collections
import csv
import io
import json
import os
import pathlib
import re
import resource
import sys
import unicodedata
import warnings
import xml.parsers.expat
import zipfile
import zlib

import openpyxl
from lxml import etree

import corpus_products

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLES = ROOT / "Tests/CorpusTests"
DATA = pathlib.Path(os.environ.get("OCOP_SHARED", ROOT / "../shared")) / "data"
COLUMNS = {
    "files.tsv": ["file", "reader", "outcome", "code", "counts", "peer", "note"],
    "adapters.tsv": ["file", "profile", "outcome", "code", "counts", "findings", "peer", "note"],
}

# Reasons that hold for every file of a kind.
NOTES = {
    "xml-doctype": "a DOCTYPE is refused: it can read files, call the network and grow without end",
    "dtd": "a document type, not a document",
    "dcl": "an SGML declaration, not a document",
    "md": "notes for people",
    "quotes": "quotes that RFC 4180 does not allow are kept as they stand; csv drops or joins them",
    "malicious": "made to do harm; a peer is not put at risk",
}


def crc(data):
    return f"{zlib.crc32(data):08x}"


# XML

def xml_lxml(data):
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser)
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    text = root.xpath("string()").encode("utf-8", "surrogatepass")
    return {
        "elements": len(elements), "attributes": sum(len(e.attrib) for e in elements), "text": len(text), "crc": crc(text)}


def xml_expat(data):
    """A parser with no line of code in common with libxml2."""
    counts = {"elements": 0, "attributes": 0}
    text = []

    def start(_, attributes):
        counts["elements"] += 1
        counts["attributes"] += len(attributes)

    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text.append
    parser.Parse(data, True)
    joined = "".join(text).encode("utf-8", "surrogatepass")
    return dict(counts, text=len(joined), crc=crc(joined))


# Delimited text

CODECS = {"utf-8": "utf-8-sig", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "windows-1258": "cp1258",
          "windows-1252": "cp1252", "iso-8859-1": "latin-1"}


def decoded(data, counts):
    """The text in the encoding that our reader found, and the delimiter."""
    encoding = counts["encoding"].removesuffix("(stated)")
    delimiter = {"TAB": "\t"}.get(counts["delimiter"], counts["delimiter"])
    text = data.decode(CODECS.get(encoding, encoding), "surrogateescape").removeprefix("\ufeff")
    lines = text.split("\n", 1)
    if re.fullmatch(r"(?i)sep=.\r?", lines[0]) and lines[0][4] == delimiter:
        text = lines[1] if len(lines) > 1 else ""
    return text, delimiter


def count_rows(rows):
    found = {"rows": 0, "cells": 0, "widest": 0, "faulted": 0}
    sum_ = 0
    for row in rows:
        if not row:
            continue
        # Rows that we must not take: zero bytes, bytes that are no text, more columns than a sheet has.
        if len(row) > 16384 or any("\0" in cell or re.search("[\ud800-\udfff]", cell) for cell in row):
            found["faulted"] += 1
            continue
        found["rows"] += 1
        found["cells"] += len(row)
        found["widest"] = max(found["widest"], len(row))
        for cell in row:
            sum_ = zlib.crc32(unicodedata.normalize("NFC", cell).encode() + b"\x1f", sum_)
        sum_ = zlib.crc32(b"\x1e", sum_)
    if not found["faulted"]:
        del found["faulted"]
    return dict(found, crc=f"{sum_:08x}")


def delimited_csv(data, counts):
    csv.field_size_limit(1 << 30)
    text, delimiter = decoded(data, counts)
    return count_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def delimited_rule(data, counts):
    """The rule for quotes that RFC 4180 does not allow, without which csv guesses otherwise: a cell is quoted when it begins
    with a quote that closes right before a delimiter or line end, and before any zero byte or a cap; else it is as it is."""
    text, delimiter = decoded(data, counts)
    quoted = re.compile('"((?:[^"\0]|"")*)"(?=[\r\n' + re.escape(delimiter) + "]|\\Z)")
    raw = re.compile("[^\r\n" + re.escape(delimiter) + "]*")
    end = re.compile("\r\n|\r|\n|\\Z")

    def rows():
        at = 0
        while at < len(text):
            row, start = [], at
            while True:
                cell = quoted.match(text, at, at + 200_000)
                if cell and len(cell.group().encode("utf-8", "surrogateescape")) <= 196_602:
                    row.append(cell.group(1).replace('""', '"'))
                else:
                    cell = raw.match(text, at)
                    row.append(cell.group())
                    if "\0" in cell.group():
                        # What follows in this line is not looked at.
                        at = re.compile("[^\r\n]*").match(text, at).end()
                        break
                at = cell.end()
                if text[at:at + 1] != delimiter:
                    break
                at += 1
            yield [] if at == start else row
            at = end.match(text, at).end()

    return count_rows(rows())


def delimited_guess(data):
    """What a program does that is told nothing: UTF-8, comma, quotes as they should be."""
    text = data.decode("utf-8-sig")
    if "\0" in text:
        raise ValueError("a zero byte")
    csv.field_size_limit(1 << 30)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    return {"rows": len(rows), "cells": sum(map(len, rows))}


# Workbooks

def workbook_openpyxl(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        found = {"sheets": 0, "rows": 0, "cells": 0, "dates": 0, "text": 0}
        for sheet in book.worksheets:
            found["sheets"] += 1
            # The dimension that the file states is not to be trusted.
            sheet.reset_dimensions()
            for row in sheet.iter_rows():
                cells = [cell for cell in row if cell.value is not None and cell.value != ""]
                found["rows"] += bool(cells)
                found["cells"] += len(cells)
                found["dates"] += sum(cell.data_type == "d" for cell in cells)
                found["text"] += sum(len(cell.value.encode()) for cell in cells if cell.data_type in ("s", "inlineStr", "str"))
        return found


def workbook_raw(path):
    """Counts without any spreadsheet library. Numbers shown as dates are not told from other numbers; white space around a
    text counts where the file says that it does, as in Excel."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    archive = zipfile.ZipFile(path)
    names = {name.lower().replace("\\", "/").lstrip("/"): name for name in archive.namelist()}

    def part(name):
        return etree.fromstring(archive.read(names[name.lower()]), parser) if name.lower() in names else None

    def local(element):
        return etree.QName(element).localname if isinstance(element.tag, str) else ""

    def relations(of):
        folder, name = of.rsplit("/", 1) if "/" in of else ("", of)
        root = part(f"{folder}/_rels/{name}.rels".lstrip("/"))
        targets = {}
        for item in root if root is not None else []:
            if local(item) == "Relationship" and item.get("TargetMode") != "External":
                target = item.get("Target", "").replace("\\", "/")
                full = target if target.startswith("/") else f"{folder}/{target}"
                targets[item.get("Id")] = (item.get("Type", "").rsplit("/", 1)[-1], os.path.normpath(full).lstrip("/"))
        return targets

    def plain(item):
        """A rich text's runs joined, without the readings of Japanese words."""
        parts = [child for child in item if local(child) == "t"]
        parts += [t for child in item if local(child) == "r" for t in child if local(t) == "t"]
        text = ""
        for t in parts:
            space = next(iter(t.xpath("ancestor-or-self::*/@xml:space[last()]")), "default")
            text += unescaped((t.text or "") if space == "preserve" else (t.text or "").strip(" \t\r\n"))
        return text

    def unescaped(text):
        return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found.group(1), 16)), text)

    main = next(target for kind, target in relations("").values() if kind == "officeDocument")
    book, links = part(main), relations(main)
    strings = []
    for kind, target in links.values():
        if kind == "sharedStrings" and part(target) is not None:
            strings = [plain(item) for item in part(target) if local(item) == "si"]
    found = {"sheets": 0, "rows": 0, "cells": 0, "text": 0}
    for sheet in book.iter("{*}sheet"):
        key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        kind, target = links.get(key, ("worksheet", ""))
        if kind != "worksheet":
            continue
        found["sheets"] += 1
        for row in part(target).iterfind("{*}sheetData/{*}row"):
            values = {}
            for position, cell in enumerate(c for c in row if local(c) == "c"):
                value = next((c.text or "" for c in cell if local(c) == "v"), "")
                inline = next((plain(c) for c in cell if local(c) == "is"), "")
                type_ = cell.get("t", "n")
                if type_ == "s":
                    value = strings[int(value)] if value.strip() else ""
                elif type_ in ("inlineStr", "n"):
                    value, type_ = (inline, "inlineStr") if inline else (value, type_)
                elif type_ == "str":
                    value = unescaped(value)
                values[re.sub("[0-9]", "", cell.get("r", "")) or position] = (type_, value)
            full = [value for value in values.values() if value[1] != ""]
            found["rows"] += bool(full)
            found["cells"] += len(full)
            found["text"] += sum(len(value.encode()) for type_, value in full if type_ in ("s", "inlineStr", "str"))
    if not found["sheets"]:
        raise ValueError("no sheet")
    return found


# JSON

def json_tokens(data):
    def count(value):
        if isinstance(value, tuple):  # an object, as pairs: a name may come twice
            return 2 + sum(1 + count(member) for _, member in value)
        if isinstance(value, list):
            return 2 + sum(map(count, value))
        return 1

    return {"tokens": count(json.loads(data.decode("utf-8-sig"), object_pairs_hook=lambda pairs: tuple(pairs)))}


# The table

def readers(line, path):
    """The peers of a line, by name; each is called without arguments."""
    if "profile" in line:
        name, read = corpus_products.PROFILES[line["profile"]]
        return {name: lambda: read(path)}
    data = path.read_bytes()
    if line["reader"] == "xml":
        return {"lxml": lambda: xml_lxml(data), "expat": lambda: xml_expat(data)}
    if line["reader"] == "delimited":
        if line["outcome"] == "read":
            counts = dict(pair.split("=", 1) for pair in line["counts"].split(" "))
            return {"csv": lambda: delimited_csv(data, counts), "rule": lambda: delimited_rule(data, counts)}
        return {"csv": lambda: delimited_guess(data)}
    if line["reader"] == "workbook":
        return {"openpyxl": lambda: workbook_openpyxl(path), "zipfile": lambda: workbook_raw(path)}
    return {"json": lambda: json_tokens(data)}


def compare(line):
    """What the peers say about a line."""
    if line["outcome"] == "not read" or line["outcome"] == "refused" and "/malicious/" in line["file"]:
        return "not asked"
    ours = dict(pair.split("=", 1) for pair in line["counts"].split(" ") if pair)
    equal, other = [], []
    for name, read in readers(line, DATA / line["file"]).items():
        try:
            found = {key: str(value) for key, value in read().items()}
        except Exception as error:  # whatever a peer throws at a file, it cannot read it
            other.append(("refuses" if line["outcome"] == "refused" else "cannot", name, type(error).__name__))
            continue
        if line["outcome"] == "refused":
            other.append(("reads", name, " ".join(f"{key}={value}" for key, value in found.items())))
            continue
        differing = {key: value for key, value in found.items() if ours.get(key) != value}
        if differing:
            other.append(("differs", name, " ".join(f"{key}={value}" for key, value in differing.items())))
        else:
            equal.append(name)
    # One peer that agrees in everything is enough; the worst of the others is told beside it.
    if equal:
        rest = "".join(f"; {name} {verdict}: {detail}" for verdict, name, detail in other)
        return f"equal ({', '.join(equal)}){rest}"
    order = ["reads", "differs", "cannot", "refuses"]
    other.sort(key=lambda one: order.index(one[0]))
    return "; ".join(f"{verdict} ({name}): {detail}" for verdict, name, detail in other)


def reason(line):
    """The reason that holds for all files of a kind; empty when a person has to give one."""
    if line["peer"] == "not asked":
        return NOTES["malicious"] if "/malicious/" in line["file"] else NOTES[line["file"].rsplit(".", 1)[-1]]
    if line["peer"].startswith("reads") and line["code"].endswith("/xml-doctype"):
        return NOTES["xml-doctype"]
    if line["peer"].startswith("equal (rule)"):
        return NOTES["quotes"]
    return ""


def renew(name, only):
    """Asks the peers about a table's lines; gives its new text, what changed, what nobody has explained, and a tally."""
    columns = COLUMNS[name]
    lines = (TABLES / name).read_text(encoding="utf-8").split("\n")
    if lines[0].split("\t") != columns or lines.pop() != "":
        sys.exit(f"{name}: not the columns {columns}")
    changed, unexplained, tally = [], [], collections.Counter()
    for number, text in enumerate(lines[1:], 1):
        line = dict(zip(columns, text.split("\t"), strict=True))
        if only in line["file"]:
            peer = compare(line)
            if peer != line["peer"]:
                changed.append(f"{line['file']}: {line['peer'] or 'nothing'} -> {peer}")
                line["peer"] = peer
            line["note"] = line["note"] or reason(line)
        verdict = re.split("[ :;]", line["peer"])[0]
        tally[line["outcome"], verdict] += 1
        if not line["note"] and (verdict not in ("equal", "refuses") or "differs" in line["peer"]):
            unexplained.append(f"{line['file']}: {line['counts']} -- {line['peer']}")
        lines[number] = "\t".join(line.values())
    return "\n".join(lines) + "\n", changed, unexplained, tally


def main():
    options = argparse.ArgumentParser(usage="corpus_peer.py [--check] [--only TEXT]")
    options.add_argument("--check", action="store_true")
    options.add_argument("--only", default="")
    arguments = options.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    is_bad = False
    for name in COLUMNS:
        text, changed, unexplained, tally = renew(name, arguments.only)
        print("\n".join(unexplained))
        for (outcome, verdict), count in sorted(tally.items()):
            print(f"{name:12} {outcome:9} peer {verdict:9} {count:5}")
        print(f"{name:12} {len(changed)} peers changed, {len(unexplained)} differences without a reason")
        if arguments.check:
            print("\n".join(changed))
            is_bad = is_bad or bool(changed or unexplained)
        else:
            (TABLES / name).write_text(text, encoding="utf-8")
    sys.exit(1 if is_bad else 0)


main()
