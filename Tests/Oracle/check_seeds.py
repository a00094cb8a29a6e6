#!/usr/bin/env python3
"""Checks seeds/products.jsonl against the model's declarations and the vocabularies, without any project code.

Usage: check_seeds.py [products.jsonl]

It reads the Swift declarations as text (kinds, attributes, types, facets, vocabularies), then checks each record: known
kinds and attributes in their order, right JSON types and facets, codes in their vocabularies, check digits, NFC, unique
keys, ingredient shares, links between packs and prices, and for food whatever the five demo outputs require.
Prints one line a finding; exit code 1 when there is any.
"""
import datetime
import json
import pathlib
import re
import sys
import unicodedata
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECLARATIONS = ROOT / "Sources/ProductModel/Declarations"
FACET = re.compile(r"^(und|[a-z]{2,3})(/[a-z0-9-]+)?$")


def read_declarations():
    kinds = {}
    for path in sorted(DECLARATIONS.glob("*Kinds.swift")):
        text = path.read_text(encoding="utf-8")
        for name, parents, middle, body in re.findall(
                r"kind\(\s*\.(\w+), in: \[([^\]]*)\](.*?)\n\s*\[(.*?)\]\)(?:,|\n)", text, re.S):
            key = re.search(r"key: \[([^\]]*)\]", middle)
            attributes = {}
            body = re.sub(r"\s+", " ", body).replace("a( ", "a(")
            for attribute, kind_of, options in re.findall(
                    r'a\(\.(\w+), \.(\w+)((?:, (?:facet: \.\w+|many: true|codes: "[^"]+"))*), "', body):
                facet = re.search(r"facet: \.(\w+)", options)
                codes = re.search(r'codes: "([^"]+)"', options)
                attributes[attribute] = {
                    "type": kind_of, "facet": facet.group(1) if facet else "none",
                    "many": "many: true" in options, "codes": codes.group(1) if codes else None}
            kinds[name] = {
                "parents": re.findall(r"\.(\w+)", parents), "attributes": attributes,
                "key": re.findall(r"\.(\w+)", key.group(1)) if key else [],
                "many": "many: true" in middle or key is not None}
    enum = (DECLARATIONS / "NodeKind.swift").read_text(encoding="utf-8")
    order = re.findall(r"\w+", re.search(r"case (product,.*?)\n\n", enum, re.S).group(1))
    order = [k for k in order if k != "case"]
    if set(order) != set(kinds):
        sys.exit(f"declarations not understood: {sorted(set(order) ^ set(kinds))}")
    return kinds, order


def read_vocabulary(name):
    rows = []
    with open(ROOT / f"mappings/vocabulary/{name}.tsv", encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if not line.startswith("#")]
    header = lines[0].split("\t")
    for line in lines[1:]:
        rows.append(dict(zip(header, line.split("\t"))))
    return rows


KINDS, ORDER = read_declarations()
VOCABULARIES = {}


def codes(name):
    if name not in VOCABULARIES:
        VOCABULARIES[name] = {row["code"] for row in read_vocabulary(name)}
    return VOCABULARIES[name]


def check_digit(text):
    total = sum(int(c) * (3 if i % 2 == 0 else 1) for i, c in enumerate(reversed(text[:-1])))
    return text[-1] == str((10 - total % 10) % 10)


def value_fault(kind_of, value):
    """What is wrong with one canonical value, or None."""
    if kind_of == "boolean":
        return None if isinstance(value, bool) else "is not true or false"
    if kind_of == "integer":
        return None if isinstance(value, int) and not isinstance(value, bool) else "is not a whole number"
    if not isinstance(value, str):
        return "is not a string"
    if value != value.strip() or not value:
        return "has blanks at its ends or is empty"
    if unicodedata.normalize("NFC", value) != value:
        return "is not NFC"
    number = r"-?(0|[1-9]\d*)(\.\d*[1-9])?"
    patterns = {
        "decimal": number, "percent": number, "measure": number + " [A-Z0-9]{2,3}", "date": r"\d{4}-\d\d-\d\d",
        "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", "gtin": r"\d{14}", "gln": r"\d{13}",
        "url": r"https?://[!-~]+"}
    if kind_of in patterns and not re.fullmatch(patterns[kind_of], value):
        return f"is not a canonical {kind_of}"
    if kind_of == "measure" and value.split(" ")[1] not in codes("unit"):
        return "has a unit that is not in the vocabulary"
    if kind_of in ("gtin", "gln") and not check_digit(value):
        return "has a wrong check digit"
    if kind_of == "date":
        datetime.date.fromisoformat(value)
    return None


class Record:
    def __init__(self, number, node):
        self.findings = []
        self.node = node
        self.name = identity(node) or f"line {number}"

    def find(self, path, text):
        self.findings.append(f"{self.name}: {path}: {text}")

    def walk(self, node, kind, path):
        declared = KINDS[kind]
        children = [k for k in ORDER if kind in KINDS[k]["parents"]]
        expected = list(declared["attributes"]) + [k for k in children if k not in declared["attributes"]]
        unknown = [k for k in node if k not in expected]
        for name in unknown:
            self.find(f"{path}{name}", "unknown attribute or kind")
        names = [k for k in node if k in expected]
        if names != sorted(names, key=expected.index):
            self.find(path or "record", "names are not in declared order")
        for name in names:
            if name in declared["attributes"]:
                self.attribute(declared["attributes"][name], node[name], path + name)
                continue
            nodes = node[name]
            if KINDS[name]["many"] != isinstance(nodes, list):
                self.find(path + name, "array expected" if KINDS[name]["many"] else "object expected")
                continue
            seen = set()
            for i, child in enumerate(nodes if isinstance(nodes, list) else [nodes]):
                place = f"{path}{name}[{i + 1}]." if isinstance(nodes, list) else f"{path}{name}."
                self.walk(child, name, place)
                key = tuple(str(child.get(a)) for a in KINDS[name]["key"])
                if key and key in seen:
                    self.find(place, f"second node with the key {key}")
                seen.add(key)

    def attribute(self, declared, value, path):
        if declared["facet"] != "none" and isinstance(value, dict):
            rank = ["und", "vi", "en", "ja", "ko"]
            order = sorted(value, key=lambda f: (rank.index(f) if f in rank else len(rank), f))
            if list(value) != order:
                self.find(path, "facets are not in order")
            if list(value) == ["und"]:
                self.find(path, "a single value without language is written plainly")
            for facet, text in value.items():
                if not FACET.match(facet) or ("/" in facet and declared["facet"] != "languageAndChannel"):
                    self.find(f"{path}@{facet}", "facet not allowed")
                self.value(declared, text, f"{path}@{facet}")
            return
        values = value if declared["many"] else [value]
        if not isinstance(values, list):
            self.find(path, "array expected")
            return
        for one in values:
            self.value(declared, one, path)

    def value(self, declared, value, path):
        fault = value_fault(declared["type"], value)
        if fault:
            self.find(path, f"{value!r} {fault}")
        elif declared["codes"] and value not in codes(declared["codes"]):
            self.find(path, f"{value!r} is not in the vocabulary {declared['codes']}")


def identity(node):
    for item in node.get("item", []):
        if item.get("id") == "each":
            return item.get("gtin") or item.get("sku")
    return node.get("family", {}).get("id")


def get(node, path):
    """The value at a simple path: names, [i] positions and [name=value] selectors."""
    for step in re.findall(r"(\w[\w]*)(?:\[([^\]]*)\])?(?:@([\w/-]+))?", path):
        name, selector, facet = step
        node = node.get(name) if isinstance(node, dict) else None
        if node is None:
            return None
        if selector:
            conditions = dict(c.split("=", 1) for c in selector.split(",")) if "=" in selector else None
            if conditions is None:
                index = int(selector) - 1
                node = node[index] if index < len(node) else None
            else:
                node = next((n for n in node if all(str(n.get(k)) == v for k, v in conditions.items())), None)
            if node is None:
                return None
        if facet:
            node = node.get(facet) if isinstance(node, dict) else None
            if node is None:
                return None
    return node


JAPAN = [
    "name@ja", "name@en", "item[id=each].gtin", "item[id=each].netContent", "shelfLife.kind", "shelfLife.fromProduction",
    "originCountry", "tax[market=JP].rate", "storage.zone", "description@ja", "functionalName@ja", "ingredient[1].name@ja",
    "ingredient[1].originText@ja", "storage.instructions@ja", "nutrition[1].derivation", "quality.inspection@ja",
    "quality.crisisContact@ja", "quality.steps@ja", "party[role=manufacturer].name@en",
    "party[role=manufacturer].address@en", "item[id=each].packagingMaterial", "seasonBest@ja", "seasonAvailable@ja",
    "price[market=JP,type=retail].amount", "price[market=JP,type=export].amount", "targetCustomers@ja",
    "usageInstructions@ja", "market[country=JP].agreement", "category[scheme=hs-jp].code", "category[scheme=gpc].code"]
KOREA = [
    "name@ko", "name@en", "item[id=each].sku", "category[scheme=kr-food-type].code", "party[role=manufacturer].registration",
    "ingredient[1].name@ko", "gmo", "warnings@ko", "tax[market=KR].category", "description@ko", "usageInstructions@ko",
    "storage.instructions@ko", "price[market=KR,type=export].amount", "price[market=KR,type=retail].amount",
    "market[country=KR].agreement", "category[scheme=hs-kr].code", "item[id=each].recyclingMark@ko", "media[1].url"]
BUU_DIEN = [
    "name@vi", "category[scheme=buu-dien].code", "party[role=supplier].name@und", "party[role=supplier].taxCode",
    "description@vi", "originProvince", "originCommune", "price[market=VN,type=list].amount", "item[id=each].saleUnit",
    "item[id=each].grossWeight", "item[id=each].stock", "media[1].url", "declaration[type=self].number",
    "ingredientStatement@vi", "certificate[standard=OCOP].issued", "certificate[standard=OCOP].expires"]
AMAZON = [
    "title@en/amazon-us", "brand", "category[scheme=amazon-us].code", "category[scheme=amazon-us-item-type].code",
    "description@en", "ingredientStatement@en", "bullet[5].text@en", "keywords@en/amazon-us",
    "price[market=US,type=retail].amount", "isDangerous", "item[id=each].depth", "item[id=each].width",
    "item[id=each].height"]
GS1 = [
    "lastChange", "effectiveFrom", "shortName@vi", "functionalName@vi", "legalName@vi", "party[role=supplier].gln",
    "party[role=manufacturer].gln", "party[role=brand-owner].gln", "party[role=contact].phone",
    "price[market=VN,item=each,type=catalogue].amount", "tax[market=VN].rate", "category[scheme=hs].code",
    "originText@vi", "media[1].fileName"]
NUTRIENTS = ["ENER-", "PRO-", "FAT", "FASAT", "FATRN", "CHOL-", "CHO-", "SUGAR-", "NA"]
VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơưĐƠƯ]")


def is_food(node):
    group = get(node, "category[scheme=ocop-2022].code")
    return node.get("type", "product") == "product" and group in ("food", "drink", "herb")


def check_food(record):
    node = record.node
    for path in JAPAN + KOREA + BUU_DIEN + AMAZON + GS1:
        if get(node, path) is None:
            record.find(path, "required by an output and absent")
    total = sum(Decimal(i["share"]) for i in node.get("ingredient", []))
    if total != 100:
        record.find("ingredient", f"shares sum to {total}")
    shares = [Decimal(i["share"]) for i in node.get("ingredient", [])]
    if shares != sorted(shares, reverse=True):
        record.find("ingredient", "shares do not descend")
    found = [n["code"] for n in get(node, "nutrition[1].nutrient") or []]
    for code in NUTRIENTS:
        if code not in found:
            record.find("nutrition", f"{code} is absent")
    amounts = {n["code"]: n["amount"] for n in get(node, "nutrition[1].nutrient") or []}
    if [a.split(" ")[1] for a in amounts.get("ENER-", [])] != ["KJO", "E14"]:
        record.find("nutrition", "energy needs kJ and kcal")
    declared = {a["code"] for a in node.get("allergen", []) if a["level"] == "CONTAINS"}
    for ingredient in node.get("ingredient", []):
        if ingredient.get("allergen") and ingredient["allergen"] not in declared:
            record.find("allergen", f"{ingredient['allergen']} is in an ingredient and not declared")
    generic = {"AC": {"ABL", "ABK", "ABG"}, "AF": {"ADC", "MAC", "ADR"}, "AN": {"SC", "SW", "SA"}}
    for code, species in generic.items():
        if code in declared and not species & declared:
            record.find("allergen", f"{code} has no species, which Japan and Korea ask for")
    title = get(node, "title@en/amazon-us") or ""
    if len(title) > 75 or re.search(r"[!$?_{}^¬¦]", title):
        record.find("title@en/amazon-us", f"{len(title)} characters or a banned one")
    words = re.findall(r"[a-z]+", title.lower())
    if any(words.count(w) > 2 for w in words if len(w) > 2):
        record.find("title@en/amazon-us", "a word more than twice")
    for path in ("title@en/amazon-us", "keywords@en/amazon-us", "description@en", "ingredientStatement@en", "brand@en"):
        if VIETNAMESE.search(get(node, path) or ""):
            record.find(path, "Vietnamese letters")
    if len((get(node, "keywords@en/amazon-us") or "").encode()) >= 250:
        record.find("keywords", "250 bytes or more")
    for path, limit in (("shortName@vi", 40), ("functionalName@vi", 35), ("functionalName@en", 35), ("name@vi", 120),
                        ("shortDescription@vi", 500), ("shortName@en", 40), ("name@ja", 100)):
        if len(get(node, path) or "") > limit:
            record.find(path, f"longer than {limit}")
    if len(get(node, "name@vi") or "") < 10 or len(get(node, "description@vi") or "") < 50:
        record.find("name@vi", "name under 10 or description under 50 characters")
    certificate = get(node, "certificate[standard=OCOP]")
    if certificate:
        issued, expires = certificate["issued"], certificate["expires"]
        if expires != f"{int(issued[:4]) + 3}{issued[4:]}":
            record.find("certificate[OCOP].expires", "is not 36 months after issue")
    net = Decimal((get(node, "item[id=each].netWeight") or "0 GRM").split(" ")[0])
    if Decimal(get(node, "item[id=each].grossWeight").split(" ")[0]) < net:
        record.find("item[each].grossWeight", "is less than the net weight")
    sale, retail = get(node, "price[market=VN,type=list].amount"), get(node, "price[market=VN,type=retail].amount")
    if retail and Decimal(retail) > Decimal(sale):
        record.find("price", "retail price above list price")
    food_types = {row["code"]: row for row in read_vocabulary("kr-food-type")}
    food_type = get(node, "category[scheme=kr-food-type].code")
    if food_type not in food_types:
        record.find("category[kr-food-type].code", f"{food_type!r} is not in the vocabulary")


def check_links(record, gtins):
    node = record.node
    ids = {i["id"] for i in node.get("item", [])}
    for i in node.get("item", []):
        for held in i.get("contains", []):
            if "item" in held and held["item"] not in ids:
                record.find(f"item[{i['id']}].contains", f"no item {held['item']!r}")
            if "gtin" in held and held["gtin"] not in gtins:
                record.find(f"item[{i['id']}].contains", f"no product has the GTIN {held['gtin']}")
    for price in node.get("price", []):
        if price.get("item") not in ids:
            record.find("price", f"no item {price.get('item')!r}")


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "seeds/products.jsonl"
    text = path.read_text(encoding="utf-8")
    records, findings = [], []
    for number, line in enumerate(text.splitlines(), 1):
        node = json.loads(line)
        if json.dumps(node, ensure_ascii=False, separators=(",", ":")) != line:
            findings.append(f"line {number}: not in compact form")
        records.append(Record(number, node))
    gtins, skus = {}, {}
    for record in records:
        for item in record.node.get("item", []):
            for table, value in ((gtins, item.get("gtin")), (skus, item.get("sku"))):
                if value in table:
                    record.find("item", f"{value} is used twice")
                if value:
                    table[value] = record.name
    for record in records:
        record.walk(record.node, "product", "")
        check_links(record, gtins)
        if is_food(record.node):
            check_food(record)
        findings += record.findings
    for finding in findings:
        print(finding)
    foods = sum(is_food(r.node) for r in records)
    print(f"{len(records)} records, {foods} foods, {len(gtins)} GTINs, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
