"""Counts products in third-party documents without any project code, for corpus_peer.py.

Each function takes a path and gives how many products, records and different valid GTINs there are, or raises when the
document is no such document.
"""
import csv
import io
import pathlib
import re

import openpyxl
from lxml import etree

MAPPINGS = pathlib.Path(__file__).resolve().parents[1] / "mappings"


def is_gtin(text):
    """Digits of a GTIN's length with the right check digit (GS1 General Specifications, section 7.9)."""
    if not re.fullmatch("[0-9]{8}|[0-9]{12,14}", text) or not int(text):
        return False
    digits = [int(digit) for digit in reversed(text)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0


def gtins(texts):
    return len({text.zfill(14) for text in texts if is_gtin(text)})


def gs1_cin(path):
    """A record is a notification, a product one item that no other contains; notifications of one item are one product."""
    spaces = {"cin": "urn:gs1:gdsn:catalogue_item_notification:xsd:3"}
    root = etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False))
    records = root.xpath("//documentCommand/cin:catalogueItemNotification", namespaces=spaces)
    if not records:
        raise ValueError("no notification")
    tops = [record.xpath("string(catalogueItem/tradeItem/gtin)") for record in records]
    return {
        "products": len(set(tops)), "records": len(records),
        "gtins": gtins(item.strip() for item in root.xpath("//catalogueItem/tradeItem/gtin/text()"))}


def amazon_us(path):
    """Rows below the data row that the settings name; columns by their attribute's path."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    settings = next(cell for cell in rows[0] if cell.startswith("settings="))
    numbers = dict(re.findall("(attributeRow|dataRow)=([0-9]+)", settings))
    header, data = rows[int(numbers["attributeRow"]) - 1], rows[int(numbers["dataRow"]) - 1:]
    for needed in ["contribution_sku#1.value", "item_name[marketplace_id=ATVPDKIKX0DER][language_tag=en_US]#1.value"]:
        if needed not in header:
            raise ValueError(needed)
    full = [row for row in data if any(row)]
    column = header.index("amzn1.volt.ca.product_id_value")
    return {"products": len(full), "records": len(full), "gtins": gtins(row[column] for row in full)}


def sheet(path, profile, name, column, case=None):
    """Rows of the main sheet that have a GTIN, and the GTINs of their cases; `_meta` says from which template the workbook was made."""
    book = openpyxl.load_workbook(path, data_only=True)
    if name not in book.sheetnames:
        raise ValueError("no main sheet")
    template = re.search(r"(?m)^  template: (.+)/", (MAPPINGS / f"{profile}.yaml").read_text("utf-8")).group(1)
    if "_meta" in book.sheetnames and book["_meta"]["B1"].value != template:
        raise ValueError("another template")
    rows = list(book[name].iter_rows(values_only=True))
    at = next(row.index(column) for row in rows if column in row)
    found = [str(row[at]) for row in rows if row[at] and is_gtin(str(row[at]))]
    cases = [str(row[next(r.index(case) for r in rows if case in r)] or "") for row in rows] if case else []
    return {"products": len(found), "records": len(found), "gtins": gtins(found + cases)}


PROFILES = {
    "gs1-cin": ("lxml", gs1_cin),
    "amazon-us": ("csv", amazon_us),
    "japan": ("openpyxl", lambda path: sheet(path, "japan", "商品一覧", "JANコード")),
    "korea": ("openpyxl", lambda path: sheet(path, "korea", "제품목록", "바코드(GTIN)*")),
    "japan-fcp-style": ("openpyxl", lambda path: sheet(path, "japan-fcp-style", "商品一覧", "JANコード*", "ITFコード")),
    "korea-import-label": ("openpyxl", lambda path: sheet(path, "korea-import-label", "제품목록", "바코드(GTIN)*")),
}
