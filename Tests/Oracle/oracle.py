#!/usr/bin/env python3
"""Checks the demonstration's five files against the seeds, without any project code.

Usage: oracle.py OUT [SEEDS]

OUT is a folder with gs1-cin.xml, buu-dien.csv, amazon-us.txt, japan.xlsx and korea.xlsx; SEEDS is the canonical JSON Lines
file (seeds/products.jsonl). Each file is read by lxml, csv or openpyxl, and what stands in it is compared with what
expectations.py derives from the seeds. Prints one line a difference and a table; exit code 1 when anything differs, when a
food is missing, or when fewer than 25 values of a product were compared.
"""
import csv
import datetime
import json
import pathlib
import re
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import openpyxl
from lxml import etree

import expectations
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAST = 25
KEYS = {
    "item": "id", "certificate": "standard", "declaration": "type", "party": "role", "market": "country",
    "category": "scheme", "allergen": "code", "nutrient": "code", "contains": "item", "tax": "market"}


# The canonical side.

def value_at(node, path):
    """The value at a path of the model, a node, a list of values for a kind without selector, or None."""
    for alternative in path.split(" ?? "):
        value = step_down(node, alternative.strip())
        if value not in (None, "", []):
            return value
    return None


def step_down(node, path):
    path, _, facet = path.partition("@")
    for name, selector in re.findall(r"([A-Za-z]\w*)(?:\[([^\]]*)\])?\.?", path):
        if isinstance(node, list):
            node = [n.get(name) for n in node if isinstance(n, dict) and n.get(name) is not None]
            continue
        node = node.get(name) if isinstance(node, dict) else None
        if selector and isinstance(node, list):
            if "=" in selector:
                wanted = dict(pair.split("=", 1) for pair in selector.split(","))
                node = next((n for n in node if all(str(n.get(k)) == v for k, v in wanted.items())), None)
            elif selector.isdigit():
                node = node[int(selector) - 1] if int(selector) <= len(node) else None
            else:
                node = next((n for n in node if n.get(KEYS[name]) == selector), None)
        if node is None:
            return None
    if isinstance(node, dict) and set(node) & {"und", "vi", "en", "ja", "ko", "en/amazon-us"}:
        return node.get(facet or "und")
    return None if facet and facet != "und" else node


def is_food(node):
    group = value_at(node, "category[ocop-2022].code")
    return node.get("type", "product") == "product" and group in ("food", "drink", "herb")


# Comparisons: (canonical value, what the file holds, argument) → what is wrong, or None.

def plain(value):
    return unicodedata.normalize("NFC", str(value)).strip() if value is not None else ""


def decimal(text):
    text = plain(text).replace("\u00a0", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    return Decimal(text)


def common(measure):
    """A measure in the common unit of its dimension: (dimension, amount)."""
    amount, unit = measure.split(" ")
    dimension, factor = tables.FACTORS[unit]
    return dimension, Decimal(amount) * Decimal(factor)


def in_unit(measure, unit):
    dimension, amount = common(measure)
    other, factor = tables.FACTORS[unit]
    if dimension != other:
        raise ValueError(f"{measure} in {unit}")
    return amount / Decimal(factor)


def first(value):
    return value[0] if isinstance(value, list) else value


def parse_quantity(text):
    match = re.fullmatch(r"(-?[\d.,]+)\s*(\D+)", plain(text))
    if not match or match.group(2).strip() not in tables.UNIT_WORDS:
        raise ValueError(f"no quantity: {text!r}")
    return f"{decimal(match.group(1))} {tables.UNIT_WORDS[match.group(2).strip()]}"


def as_text(want, got, _):
    return plain(want) == plain(got)


def as_gtin(want, got, _):
    return want[1:] == plain(got) if want.startswith("0") else want == plain(got)


def as_gtin14(want, got, _):
    return want == plain(got)


def as_number(want, got, _):
    return Decimal(str(want)) == decimal(got)


def as_money(want, got, _):
    return re.fullmatch(r"\d+", plain(got)) is not None and Decimal(str(want)) == Decimal(plain(got))


def as_measure(want, got, unit):
    values = want if isinstance(want, list) else [want]
    value = next(v for v in values if tables.FACTORS[v.split(" ")[1]][0] == tables.FACTORS[unit][0])
    return in_unit(value, unit) == decimal(got)


def as_quantity(want, got, _):
    return common(first(want)) == common(parse_quantity(got))


def as_days(want, got, _):
    text = plain(got)
    text = text if text.isdigit() else parse_quantity(text)
    return common(want) == common(f"{text} DAY" if text.isdigit() else text)


def as_dmy(want, got, _):
    return datetime.date.fromisoformat(want).strftime("%d/%m/%Y") == plain(got)


def as_code(want, got, table):
    return tables.TABLES[table][want] == plain(got)


def as_codes(want, got, table):
    words = {tables.TABLES[table][code] for code in (want if isinstance(want, list) else [want])}
    return words - {None} == split_list(got)


def as_certificates(want, got, table):
    """Labels with numbers behind them; the plant's registration in Korea stands in a field of its own."""
    words = {tables.TABLES[table][code] for code in (want if isinstance(want, list) else [want]) if code != "KR_FFR"}
    return words - {None} == {re.sub(r" No\..*$", "", part) for part in split_list(got)}


def as_contains(want, got, _):
    return plain(want) in plain(got)


def as_any(want, got, _):
    return plain(want) in [plain(g) for g in got]


def as_flag(want, got, _):
    return ("true" if want else "false") == plain(got)


def as_price(want, got, _):
    currency, amount, term, place = plain(got).split(" ", 3)
    return (currency, term, place) == (want["currency"], want["incoterm"], want["place"]) and (
        Decimal(amount) == Decimal(want["amount"]))


def as_size(want, got, _):
    sides = [in_unit(want[side], "CMT") for side in ("depth", "width", "height")]
    return sides == [decimal(x) for x in re.split(r"[×xX]", plain(got))]


def as_measured(want, got, _):
    return common(first(want)) == common(got)


def as_pictures(want, got, kind):
    """The addresses of all pictures, or those of a kind, one a line."""
    return [m["url"] for m in want if kind in ("", m["type"])] == got.split("\n")


COMPARISONS = {
    "text": as_text, "gtin": as_gtin, "gtin14": as_gtin14, "number": as_number, "money": as_money, "measure": as_measure,
    "quantity": as_quantity, "duration": as_quantity, "days": as_days, "dmy": as_dmy, "code": as_code, "codes": as_codes,
    "certificates": as_certificates, "pictures": as_pictures,
    "contains": as_contains, "anyOf": as_any, "flag": as_flag, "price": as_price, "size": as_size, "measured": as_measured}


def split_list(text):
    return {part.strip() for part in re.split(r"[、,，]", plain(text)) if part.strip()}


class Output:
    """One file: what was compared with it and what differed."""

    def __init__(self, name):
        self.name = name
        self.products = {}
        self.differences = []

    def differ(self, product, place, text):
        self.differences.append(f"{self.name}: {product}: {place}: {text}")

    def count(self, product):
        self.products[product] = self.products.get(product, 0) + 1

    def compare(self, product, place, how, want, got):
        """Compares one value; an absent canonical value must be a blank place, and does not count."""
        if want in (None, "", []):
            if got not in (None, "", []):
                self.differ(product, place, f"blank expected, found {got!r}")
            return
        self.count(product)
        name, _, argument = how.partition(" ")
        try:
            same = got not in (None, "", []) and COMPARISONS[name](want, got, argument)
        except (ValueError, KeyError, InvalidOperation, AttributeError, StopIteration) as fault:
            same = False
            got = f"{got!r} ({type(fault).__name__} {fault})"
        if not same:
            self.differ(product, place, f"expected {short(want)} ({how}), found {short(got)}")

    def equal(self, product, place, want, got):
        self.count(product)
        if want != got:
            self.differ(product, place, f"expected {short(want)}, found {short(got)}")


def short(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 160 else text[:157] + "…"


class Seeds:
    def __init__(self, path):
        self.all = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.by_gtin = {}
        self.by_sku = {}
        for node in self.all:
            base = value_at(node, "item[each]") or {}
            if base.get("gtin"):
                self.by_gtin[base["gtin"]] = node
            if base.get("sku"):
                self.by_sku[base["sku"]] = node
        self.foods = [n for n in self.all if is_food(n)]

    @staticmethod
    def name(node):
        return value_at(node, "item[each].sku")


# The five files.

def check_buu_dien(path, seeds):
    out = Output("buu-dien.csv")
    raw = path.read_bytes()
    if not raw.startswith(b"\xef\xbb\xbf"):
        out.differ("file", "start", "no byte order mark")
    if b"\r\n" not in raw:
        out.differ("file", "lines", "do not end in CR LF")
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            node = seeds.by_sku.get(row["Mã SKU"])
            if node is None:
                out.differ(row["Mã SKU"], "Mã SKU", "is not in the seeds")
                continue
            product = seeds.name(node)
            for place, where, how in expectations.rows(expectations.BUU_DIEN):
                out.compare(product, place, how, value_at(node, where), row.get(place))
            quantity = f"{row.get('Khối lượng tịnh')} {row.get('Đơn vị khối lượng tịnh')}"
            out.compare(product, "Khối lượng tịnh", "quantity", value_at(node, "item[each].netContent"), quantity)
            if len(row) != 41:
                out.differ(product, "columns", f"{len(row)}, not 41")
    return out


def check_amazon(path, seeds):
    out = Output("amazon-us.txt")
    lines = re.split("\r?\n", path.read_bytes().decode("utf-8"))
    while lines and not lines[-1]:
        lines.pop()
    if lines[0].startswith("\ufeff") or not lines[0].startswith("settings="):
        out.differ("file", "row 1", "does not start with settings=")
    settings = dict(pair.split("=", 1) for pair in lines[0].split("\t")[0].removeprefix("settings=").split("&"))
    names = lines[int(settings["attributeRow"]) - 1].split("\t")
    if int(settings["attributeRow"]) != 5 or int(settings["dataRow"]) != 7:
        out.differ("file", "settings", f"attributeRow {settings['attributeRow']}, dataRow {settings['dataRow']}")
    for name in sorted({n for n in names if n and names.count(n) > 1}):
        out.differ("file", name, "two columns of this name")
    market = "[marketplace_id=ATVPDKIKX0DER]"

    def column(place):
        return place.replace("{M}", market).replace("{L}", market + "[language_tag=en_US]")

    for line in lines[int(settings["dataRow"]) - 1:]:
        row = dict(zip(names, line.split("\t")))
        node = seeds.by_sku.get(row.get("contribution_sku#1.value"))
        if node is None:
            families = {n["family"]["id"] for n in seeds.all if "family" in n}
            if row.get("contribution_sku#1.value") not in families:
                out.differ(row.get("contribution_sku#1.value"), "SKU", "is not in the seeds")
            continue
        product = seeds.name(node)
        for place, where, how in expectations.rows(expectations.AMAZON):
            out.compare(product, place, how, value_at(node, where), row.get(column(place)))
        for place, want in expectations.AMAZON_CONSTANTS.items():
            out.equal(product, place, want, row.get(column(place)))
        for place, where in expectations.rows(expectations.AMAZON_MEASURES):
            number, unit = (row.get(column(p)) or "" for p in place.split(" + "))
            check_amazon_measure(out, product, place.split(" + ")[0], value_at(node, where), number, unit)
        suffixes = {"CONTAINS": "", "MAY_CONTAIN": "_may_contain"}
        tokens = {tables.ALLERGEN_AMAZON[a["code"]] + suffixes[a["level"]] for a in node.get("allergen", [])
                  if a["level"] in suffixes and tables.ALLERGEN_AMAZON.get(a["code"])}
        found = {row.get(column(f"allergen_information{{M}}#{i}.value")) for i in range(1, 11)}
        out.equal(product, "allergen_information", sorted(tokens - {None}), sorted(found - {None, ""}))
    return out


def check_amazon_measure(out, product, place, want, number, unit):
    if want is None:
        return
    want = first(want)
    out.count(product)
    code = tables.UNIT_WORDS.get(unit)
    try:
        exact = in_unit(want, code)
        # Millilitres have no word in unit_count: fluid ounces with two decimals.
        same = abs(exact - Decimal(number)) <= (Decimal("0.01") if code == "OZA" else 0)
    except (KeyError, ValueError, InvalidOperation, AttributeError, TypeError):
        same = False
    if not same:
        out.differ(product, place, f"expected {want}, found {number!r} {unit!r}")


def sheet_rows(sheet, data_row=4):
    """Rows of a table sheet whose codes stand in row 1 and data from row 4."""
    names = [c.value for c in sheet[1]]
    for row in sheet.iter_rows(min_row=data_row, values_only=True):
        if any(v not in (None, "") for v in row):
            yield dict(zip(names, row))


def check_workbook(path, seeds, market):
    japan = market == "JP"
    out = Output(path.name)
    book = openpyxl.load_workbook(path, data_only=True)
    listing, form, ingredients, nutrition, allergens = (
        ("商品一覧", "商品シート_", "原材料", "栄養成分", "アレルゲン") if japan
        else ("제품목록", "한글표시사항_", "성분표", "영양성분", "알레르기"))
    gtin_code = "jan" if japan else "barcode"
    places = expectations.rows(expectations.JAPAN if japan else expectations.KOREA)
    details = {}
    for name in (ingredients, nutrition, allergens):
        for row in sheet_rows(book[name]) if name in book.sheetnames else []:
            details.setdefault((name, plain(row.get("gtin"))), []).append(row)
        if name not in book.sheetnames:
            out.differ("file", name, "sheet is missing")
    for number, row in enumerate(sheet_rows(book[listing]), 1):
        gtin = plain(row.get(gtin_code))
        node = seeds.by_gtin.get(gtin.zfill(14))
        if node is None:
            out.differ(gtin, gtin_code, "is not in the seeds")
            continue
        product = seeds.name(node)
        if not isinstance(row.get(gtin_code), str):
            out.differ(product, gtin_code, "is not a text cell")
        sheet = book[f"{form}{number}"] if f"{form}{number}" in book.sheetnames else None
        for place, where, how in places:
            code, cell = place.split(" ")
            want = value_at(node, where)
            out.compare(product, f"{listing}!{code}", how, want, row.get(code))
            if sheet is not None:
                out.compare(product, f"{sheet.title}!{cell}", how, want, sheet[cell].value)
        if sheet is None:
            out.differ(product, form, "has no form")
        if japan:
            check_japan_lists(out, product, node, row)
        else:
            check_korea_lists(out, product, node, row)
        check_ingredients(out, product, node, details.get((ingredients, gtin), []), market)
        check_nutrition(out, product, node, details.get((nutrition, gtin), []), japan)
        check_matrix(out, product, node, details.get((allergens, gtin), []), japan)
    return out


def declared(node, level, table):
    return {table[a["code"]] for a in node.get("allergen", []) if a["level"] == level and a["code"] in table}


def check_japan_lists(out, product, node, row):
    for code, table in (("allergen_m", tables.ALLERGEN_JA_MANDATORY), ("allergen_r", tables.ALLERGEN_JA_RECOMMENDED)):
        want = declared(node, "CONTAINS", table) or {"該当なし"}
        out.equal(product, f"商品一覧!{code}", sorted(want), sorted(split_list(row.get(code))))
    both = tables.ALLERGEN_JA_MANDATORY | tables.ALLERGEN_JA_RECOMMENDED
    for word in sorted(declared(node, "MAY_CONTAIN", both)):
        out.compare(product, "商品一覧!contamination", "contains", word, row.get("contamination"))
    sodium = first(value_at(node, "nutrition[1].nutrient[NA].amount"))
    salt = (in_unit(sodium, "MGM") * Decimal("2.54") / 1000).quantize(Decimal("0.1"), ROUND_HALF_UP)
    out.compare(product, "商品一覧!salt", "number", str(salt), row.get("salt"))
    price = value_at(node, "price[market=JP,item=each,type=retail].amount")
    if price:
        gross = int(Decimal(price) * (100 + Decimal(value_at(node, "tax[market=JP].rate"))) / 100)
        out.compare(product, "商品一覧!price_inc", "number", str(gross), row.get("price_inc"))
    if not any(i.get("function") for i in node.get("ingredient", [])):
        out.equal(product, "商品一覧!additives", "なし", plain(row.get("additives")))


def check_korea_lists(out, product, node, row):
    want = declared(node, "CONTAINS", tables.ALLERGEN_KO) or {"해당없음"}
    found = {re.sub(r"\s*함유$", "", word) for word in split_list(row.get("allergen"))}
    out.equal(product, "제품목록!allergen", sorted(want), sorted(found))
    for word in sorted(declared(node, "MAY_CONTAIN", tables.ALLERGEN_KO)):
        out.compare(product, "제품목록!cross", "contains", word, row.get("cross"))
    for place, want in expectations.KOREA_CONSTANTS.items():
        out.equal(product, f"제품목록!{place}", want, plain(row.get(place.split(" ")[0])))
    energy = value_at(node, "nutrition[1].nutrient[ENER-].amount")
    net, basis = common(first(value_at(node, "item[each].netContent"))), common(value_at(node, "nutrition[1].basis"))
    if energy and net[0] == basis[0]:
        kcal = next(Decimal(e.split(" ")[0]) for e in energy if e.endswith("E14")) * net[1] / basis[1]
        out.compare(product, "제품목록!net_kcal", "number", str(kcal.quantize(Decimal(1), ROUND_HALF_UP)), row.get("net_kcal"))


def check_ingredients(out, product, node, rows, market):
    language, share = ("ja", "share") if market == "JP" else ("ko", "pct")
    rows = [r for r in rows if r.get("name") not in ("合計", "합계")]
    want = [(i["name"][language], i["name"]["en"], Decimal(i["share"]),
             tables.INGREDIENT_COUNTRY[language][i["origin"]], i.get("allergen", "")) for i in node.get("ingredient", [])]
    found = [(plain(r.get("name")), plain(r.get("name_en")), Decimal(str(r.get(share) if r.get(share) is not None else r.get("pct"))),
              plain(r.get("origin")), plain(r.get("allergen"))) for r in rows]
    if len(want) != len(found):
        out.differ(product, "ingredients", f"{len(found)} rows, expected {len(want)}")
    for i, (a, b) in enumerate(zip(want, found), 1):
        out.equal(product, f"ingredients row {i}", a, b)


def check_nutrition(out, product, node, rows, japan):
    codes = ["ENER-", "PRO-", "FAT", "FASAT", "CHOL-", "CHO-", "SUGAR-", "NA"] + ([] if japan else ["FATRN"])
    if len(rows) != 1:
        out.differ(product, "nutrition", f"{len(rows)} rows, expected 1")
        return
    units = {"ENER-": "E14", "CHOL-": "MGM", "NA": "MGM"}
    for code in codes:
        want = value_at(node, f"nutrition[1].nutrient[{code}].amount")
        out.compare(product, f"nutrition {code}", f"measure {units.get(code, 'GRM')}", want, rows[0].get(code))


def check_matrix(out, product, node, rows, japan):
    table = tables.ALLERGEN_JA_MANDATORY | tables.ALLERGEN_JA_RECOMMENDED if japan else tables.ALLERGEN_KO
    marks = tables.MARK_JA if japan else tables.MARK_KO
    if len(rows) != 1:
        out.differ(product, "allergen matrix", f"{len(rows)} rows, expected 1")
        return
    for code in sorted(set(table) - set(rows[0])):
        out.differ(product, "allergen matrix", f"no column {code}")
    declared_levels = {a["code"]: a["level"] for a in node.get("allergen", [])}
    for code in table:
        level = declared_levels.get(code)
        if level:
            out.equal(product, f"allergen matrix {code}", marks[level], plain(rows[0].get(code)))
        elif plain(rows[0].get(code)) not in ("", marks["FREE_FROM"]):
            out.differ(product, f"allergen matrix {code}", f"nothing declared, found {rows[0].get(code)!r}")


# GS1: elements are found by local name.

def local(element):
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def elements(scope, path):
    """All elements of a path: the first step anywhere below, the others children; [name=value] is an XML attribute."""
    steps = path.split("/")
    found = [scope]
    for index, step in enumerate(steps):
        name, attribute, value = re.fullmatch(r"(\w+)(?:\[(\w+)=([^\]]*)\])?", step).groups()
        nexts = []
        for element in found:
            for candidate in element.iter() if index == 0 else element:
                if candidate is not element and local(candidate) == name and (not attribute or candidate.get(attribute) == value):
                    nexts.append(candidate)
        found = nexts
    return found


def element_value(trade_item, path, how):
    found = elements(trade_item, path)
    if how == "anyOf":
        return [e.text for e in found]
    if not found:
        return None
    if how == "measured":
        unit = found[0].get("measurementUnitCode") or found[0].get("temperatureMeasurementUnitCode")
        return f"{found[0].text} {unit}"
    return found[0].text


def check_gs1(path, seeds):
    out = Output("gs1-cin.xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.parse(str(path), parser).getroot()
    links = {}
    trade_items = {}
    for item in root.iter():
        if local(item) != "catalogueItem":
            continue
        own = next(c for c in item if local(c) == "tradeItem")
        gtin = next(c.text for c in own if local(c) == "gtin")
        trade_items.setdefault(gtin, []).append(own)
        for link in (c for c in item if local(c) == "catalogueItemChildItemLink"):
            child = next(c for c in link if local(c) == "catalogueItem")
            child_gtin = next(e.text for e in next(c for c in child if local(c) == "tradeItem") if local(e) == "gtin")
            quantity = next(c.text for c in link if local(c) == "quantity")
            links.setdefault(gtin, set()).add((child_gtin, int(quantity)))
    known = {i["gtin"] for n in seeds.all for i in n.get("item", []) if i.get("gtin")}
    for gtin in sorted(set(trade_items) - known):
        out.differ(gtin, "gtin", "is not in the seeds")
    for node in seeds.all:
        base = value_at(node, "item[each].gtin")
        product = seeds.name(node)
        if base not in trade_items:
            if node.get("type") == "assortment":
                out.differ(product, "product", "the mixed case is missing")
            continue
        for place, where, how in expectations.rows(expectations.GS1_BASE):
            out.compare(product, place, how, value_at(node, where), element_value(trade_items[base][0], place, how))
        check_gs1_lists(out, product, node, trade_items[base][0])
        for item in node["item"]:
            if not item.get("gtin"):
                continue
            if item["gtin"] not in trade_items:
                out.differ(product, item["id"], "the item is missing")
                continue
            for trade_item in trade_items[item["gtin"]]:
                check_gs1_item(out, product, node, item, trade_item, links)
    return out


def check_gs1_item(out, product, node, item, trade_item, links):
    for place, where, how in expectations.rows(expectations.GS1_ITEM):
        out.compare(product, f"{item['id']} {place}", how, value_at(item, where), element_value(trade_item, place, how))
    ids = {i["id"]: i.get("gtin") for i in node["item"]}
    want = {(c.get("gtin") or ids[c["item"]], c["quantity"]) for c in item.get("contains", [])}
    if want:
        # Items of other products, as a mixed case holds them, are notified on their own.
        nested = {(ids[c["item"]], c["quantity"]) for c in item["contains"] if "item" in c}
        out.equal(product, f"{item['id']} children", sorted(nested), sorted(links.get(item["gtin"], set())))
        below = {(elements(c, "gtin")[0].text, int(elements(c, "quantityOfNextLowerLevelTradeItem")[0].text))
                 for c in elements(trade_item, "childTradeItem")}
        out.equal(product, f"{item['id']} nextLowerLevel", sorted(want), sorted(below))
        total = element_value(trade_item, "totalQuantityOfNextLowerLevelTradeItem", "text")
        out.equal(product, f"{item['id']} total", str(sum(q for _, q in want)), plain(total))
    price = next((p for p in node.get("price", []) if p["type"] == "catalogue" and p["item"] == item["id"]), None)
    if price:
        found = elements(trade_item, "cataloguePrice/tradeItemPrice")
        amounts = [(Decimal(e.text), e.get("currencyCode")) for e in found]
        out.equal(product, f"{item['id']} cataloguePrice", [(Decimal(price["amount"]), price["currency"])], amounts)


def check_gs1_lists(out, product, node, trade_item):
    want = {(a["code"], a["level"]) for a in node.get("allergen", [])}
    found = {(elements(a, "allergenTypeCode")[0].text, elements(a, "levelOfContainmentCode")[0].text)
             for a in elements(trade_item, "allergenRelatedInformation/allergen")}
    out.equal(product, "allergens", sorted(want), sorted(found))
    want = [(i["name"]["vi"], Decimal(i["share"])) for i in node.get("ingredient", [])]
    found = []
    for e in elements(trade_item, "foodAndBeverageIngredient"):
        names = elements(e, "ingredientName[languageCode=vi]") or elements(e, "ingredientName")
        found.append((names[0].text, Decimal(elements(e, "ingredientContentPercentage")[0].text)))
    out.equal(product, "ingredients", want, found)
    for nutrient in value_at(node, "nutrition[1].nutrient") or []:
        detail = next((d for d in elements(trade_item, "nutrientDetail")
                       if elements(d, "nutrientTypeCode")[0].text == nutrient["code"]), None)
        amounts = [] if detail is None else [
            (Decimal(q.text), q.get("measurementUnitCode")) for q in elements(detail, "quantityContained")]
        want = [(Decimal(a.split(" ")[0]), a.split(" ")[1]) for a in nutrient["amount"]]
        out.equal(product, f"nutrient {nutrient['code']}", want, amounts)
    want = [m["url"] for m in node.get("media", [])]
    found = [e.text for e in elements(trade_item, "referencedFileHeader/uniformResourceIdentifier")]
    out.equal(product, "referenced files", want, found)


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        return 64
    folder = pathlib.Path(sys.argv[1])
    seeds = Seeds(pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "seeds/products.jsonl")
    checks = {
        "gs1-cin.xml": check_gs1, "buu-dien.csv": check_buu_dien, "amazon-us.txt": check_amazon,
        "japan.xlsx": lambda path, s: check_workbook(path, s, "JP"),
        "korea.xlsx": lambda path, s: check_workbook(path, s, "KR")}
    outputs = []
    for name, check in checks.items():
        if (folder / name).exists():
            outputs.append(check(folder / name, seeds))
        else:
            outputs.append(Output(name))
            outputs[-1].differ("file", name, "is missing")
    for out in outputs:
        for node in seeds.foods:
            compared = out.products.get(seeds.name(node), 0)
            if compared == 0:
                out.differ(seeds.name(node), "product", "is missing")
            elif compared < LEAST:
                out.differ(seeds.name(node), "product", f"only {compared} values compared")
        for line in out.differences:
            print(line)
    print(f"{'output':<16}{'products':>9}{'values':>9}{'differences':>13}")
    for out in outputs:
        print(f"{out.name:<16}{len(out.products):>9}{sum(out.products.values()):>9}{len(out.differences):>13}")
    return 1 if any(out.differences for out in outputs) else 0


if __name__ == "__main__":
    sys.exit(main())
