#!/usr/bin/env python3
"""Python peers: the same tasks with the tools that people use for them.

usage: peers.py PEER INPUT OUTPUT      PEER: the functions below
"""
import csv
import os
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import tasks  # noqa: E402

BUFFER = 1 << 20
NAMESPACE = "{urn:gs1:gdsn:%s:xsd:3}"


def reading(path):
    return open(path, newline="", encoding="utf-8-sig", buffering=BUFFER)


def writing(path):
    return open(path, "w", newline="", encoding="utf-8", buffering=BUFFER)


# CSV → CSV with the standard library.

def flat_python(source, target):
    rows = csv.reader(reading(source))
    head = next(rows)
    order = [head.index(name) for _, name in tasks.SHOP]
    gtin = head.index("Mã vạch (GTIN)")
    names = [name for name, _ in tasks.SHOP]
    dates = [names.index(name) for name in tasks.SHOP_DATES]
    net, life = names.index("net_content"), names.index("shelf_life")
    out = csv.writer(writing(target))
    out.writerow(names)
    for row in rows:
        if not tasks.good_gtin(row[gtin]):
            continue
        values = [row[k] for k in order]
        for k in dates:
            values[k] = tasks.iso_date(values[k])
        values[net] = values[net].replace(",", ".")
        values[life] = values[life].replace("tháng", "months")
        out.writerow(values)


def _copied(rows, columns, gtin_name, target):
    head = next(rows)
    order = [head.index(name) for _, name in columns]
    gtin = head.index(gtin_name)
    out = csv.writer(writing(target))
    out.writerow([name for name, _ in columns])
    for row in rows:
        if tasks.good_gtin(row[gtin]):
            out.writerow([row[k] for k in order])


def lists_python(source, target):
    _copied(csv.reader(reading(source)), tasks.LISTS, "gtin", target)


def listing_python(source, target):
    rows = csv.reader(reading(source), delimiter="\t", quoting=csv.QUOTE_NONE)
    for _ in range(4):
        next(rows)
    head = next(rows)
    next(rows)

    def data():
        yield head
        yield from rows

    _copied(data(), tasks.LISTING, "amzn1.volt.ca.product_id_value", target)


# CSV → CSV with engines for tables, on both cores; these two run in an environment of their own (requirements.txt).

def flat_duckdb(source, target):
    import duckdb

    def column(name):
        return '"' + name.replace('"', '""') + '"'

    values = []
    for target_name, name in tasks.SHOP:
        value = column(name)
        if target_name in tasks.SHOP_DATES:
            value = f"{value}[7:10] || '-' || {value}[4:5] || '-' || {value}[1:2]"
        if target_name == "net_content":
            value = f"replace({value}, ',', '.')"
        if target_name == "shelf_life":
            value = f"replace({value}, 'tháng', 'months')"
        values.append(f"{value} AS {target_name}")
    digits = " + ".join(f"{3 if k % 2 else 1} * CAST(g[{k}:{k}] AS INTEGER)" for k in range(1, 15))
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(
        f"COPY (SELECT {', '.join(values)} FROM (SELECT *, lpad({column('Mã vạch (GTIN)')}, 14, '0') AS g "
        f"FROM read_csv('{source}', header = true, all_varchar = true)) WHERE ({digits}) % 10 = 0) TO '{target}' (HEADER)")


def flat_polars(source, target):
    import polars as pl
    gtin = pl.col("Mã vạch (GTIN)").str.zfill(14)
    digits = sum((3 if k % 2 == 0 else 1) * gtin.str.slice(k, 1).cast(pl.Int32) for k in range(14))
    values = []
    for target_name, name in tasks.SHOP:
        value = pl.col(name)
        if target_name in tasks.SHOP_DATES:
            value = value.str.slice(6, 4) + "-" + value.str.slice(3, 2) + "-" + value.str.slice(0, 2)
        if target_name == "net_content":
            value = value.str.replace(",", ".", literal=True)
        if target_name == "shelf_life":
            value = value.str.replace("tháng", "months", literal=True)
        values.append(value.alias(target_name))
    pl.scan_csv(source, infer_schema=False).filter(digits % 10 == 0).select(values).sink_csv(target)


# XML → CSV with lxml, streaming.

def xml_lxml(source, target):
    from lxml import etree
    ns = NAMESPACE
    cin = ns % "catalogue_item_notification" + "catalogueItemNotification"
    description = ns % "trade_item_description" + "tradeItemDescriptionModule/tradeItemDescriptionInformation"
    ingredient = ns % "food_and_beverage_ingredient" + "foodAndBeverageIngredientModule/ingredientStatement"
    allergen = ns % "allergen_information" + "allergenInformationModule/allergenRelatedInformation"
    nutrient = ns % "nutritional_information" + "nutritionalInformationModule/nutrientHeader/nutrientDetail"
    measurement = ns % "trade_item_measurements" + "tradeItemMeasurementsModule/tradeItemMeasurements"
    origin = ns % "place_of_item_activity" + "placeOfItemActivityModule/placeOfProductActivity/countryOfOrigin/countryCode"
    life = ns % "trade_item_lifespan" + "tradeItemLifespanModule/tradeItemLifespan/minimumTradeItemLifespanFromTimeOfProduction"
    media = ns % "referenced_file_detail_information" + "referencedFileDetailInformationModule/referencedFileHeader/uniformResourceIdentifier"
    consumer = ns % "consumer_instructions" + "consumerInstructionsModule/consumerInstructions"
    price = ns % "sales_information" + "salesInformationModule/tradeItemPriceInformation/suggestedRetailPrice/tradeItemPrice"
    countries = {"704": "VN"}
    out = csv.writer(writing(target))
    out.writerow(tasks.FLAT)

    def measure(element):
        return f"{element.text} {element.get('measurementUnitCode')}"

    for _, notification in etree.iterparse(source, tag=cin):
        item = notification.find("catalogueItem/tradeItem")
        gtin = item.findtext("gtin")
        if tasks.good_gtin(gtin):
            information = item.find("tradeItemInformation/extension")
            text = information.find(description)
            names = {e.get("languageCode"): e.text for e in text.findall("tradeItemDescription")}
            generic = {e.get("languageCode"): e.text for e in text.findall("functionalName")}
            allergens, size, consumers = information.find(allergen), information.find(measurement), information.find(consumer)
            out.writerow([
                gtin, item.findtext("additionalTradeItemIdentification"), names.get("vi"), names.get("en"), names.get("ja"),
                names.get("ko"), generic.get("vi"), generic.get("en"), text.findtext("brandNameInformation/brandName"),
                item.findtext("gdsnTradeItemClassification/gpcCategoryCode"), information.findtext(ingredient),
                allergens.findtext("allergenStatement"),
                "|".join(e.text for e in allergens.iterfind("allergen/allergenTypeCode")),
                ";".join(f"{e.findtext('nutrientTypeCode')}={measure(e.find('quantityContained'))}" for e in information.iterfind(nutrient)),
                information.findtext(price), measure(size.find("netContent")), measure(size.find("tradeItemWeight/grossWeight")),
                measure(size.find("depth")), measure(size.find("width")), measure(size.find("height")),
                countries[information.findtext(origin)], information.findtext(life) + " DAY",
                "|".join(e.text for e in information.iterfind(media)),
                item.findtext("tradeItemSynchronisationDates/lastChangeDateTime"),
                consumers.findtext("consumerStorageInstructions"), consumers.findtext("consumerUsageInstructions")])
        notification.clear()
        while notification.getprevious() is not None:
            del notification.getparent()[0]


# CSV with lists → nested XML. What stands in the gateway's file for the same products must contain all of this (compare.py).

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n<cin:catalogueItemNotificationMessage'
        ' xmlns:cin="urn:gs1:gdsn:catalogue_item_notification:xsd:3" xmlns:tid="urn:gs1:gdsn:trade_item_description:xsd:3"'
        ' xmlns:ing="urn:gs1:gdsn:food_and_beverage_ingredient:xsd:3" xmlns:alg="urn:gs1:gdsn:allergen_information:xsd:3"'
        ' xmlns:nut="urn:gs1:gdsn:nutritional_information:xsd:3" xmlns:mea="urn:gs1:gdsn:trade_item_measurements:xsd:3"'
        ' xmlns:life="urn:gs1:gdsn:trade_item_lifespan:xsd:3" xmlns:poa="urn:gs1:gdsn:place_of_item_activity:xsd:3"'
        ' xmlns:cons="urn:gs1:gdsn:consumer_instructions:xsd:3" xmlns:sal="urn:gs1:gdsn:sales_information:xsd:3"'
        ' xmlns:ref="urn:gs1:gdsn:referenced_file_detail_information:xsd:3">\n<transaction><documentCommand>\n')
TAIL = "</documentCommand></transaction>\n</cin:catalogueItemNotificationMessage>\n"


def nested_python(source, target):
    out = writing(target)
    out.write(HEAD)
    e = escape
    for row in csv.DictReader(reading(source)):
        if not tasks.good_gtin(row["gtin"]):
            continue
        allergens = "".join(f"<allergen><allergenTypeCode>{code}</allergenTypeCode><levelOfContainmentCode>CONTAINS</levelOfContainmentCode></allergen>"
                            for code in row["allergens"].split("|") if code)
        nutrients = []
        for cell in row["nutrients"].split(";"):
            code, _, quantity = cell.partition("=")
            amount, _, unit = quantity.partition(" ")
            nutrients.append(f'<nutrientDetail><nutrientTypeCode>{code}</nutrientTypeCode><quantityContained measurementUnitCode="{unit}">{amount}</quantityContained></nutrientDetail>')
        media = "".join(f"<referencedFileHeader><referencedFileTypeCode>PRODUCT_IMAGE</referencedFileTypeCode><uniformResourceIdentifier>{e(url)}</uniformResourceIdentifier></referencedFileHeader>"
                        for url in row["images"].split("|"))
        names = "".join(f'<tradeItemDescription languageCode="{language}">{e(row["name_" + language])}</tradeItemDescription>'
                        for language in ("vi", "en", "ja", "ko"))
        out.write(f"""<cin:catalogueItemNotification><catalogueItem><tradeItem><gtin>0{row['gtin']}</gtin><additionalTradeItemIdentification additionalTradeItemIdentificationTypeCode="SUPPLIER_ASSIGNED">{e(row['sku'])}</additionalTradeItemIdentification>
<gdsnTradeItemClassification><gpcCategoryCode>{row['gpc']}</gpcCategoryCode></gdsnTradeItemClassification>
<tradeItemInformation><extension><tid:tradeItemDescriptionModule><tradeItemDescriptionInformation>
<additionalTradeItemDescription languageCode="vi">{e(row['description'])}</additionalTradeItemDescription>{names}
<brandNameInformation><brandName>{e(row['brand'])}</brandName></brandNameInformation></tradeItemDescriptionInformation></tid:tradeItemDescriptionModule>
<ing:foodAndBeverageIngredientModule><ingredientStatement languageCode="vi">{e(row['ingredients'])}</ingredientStatement></ing:foodAndBeverageIngredientModule>
<alg:allergenInformationModule><allergenRelatedInformation>{allergens}</allergenRelatedInformation></alg:allergenInformationModule>
<nut:nutritionalInformationModule><nutrientHeader><nutrientBasisQuantity measurementUnitCode="GRM">100</nutrientBasisQuantity>{''.join(nutrients)}</nutrientHeader></nut:nutritionalInformationModule>
<poa:placeOfItemActivityModule><placeOfProductActivity><countryOfOrigin><countryCode>704</countryCode></countryOfOrigin></placeOfProductActivity></poa:placeOfItemActivityModule>
<life:tradeItemLifespanModule><tradeItemLifespan><minimumTradeItemLifespanFromTimeOfProduction>{row['shelf_life_days']}</minimumTradeItemLifespanFromTimeOfProduction></tradeItemLifespan></life:tradeItemLifespanModule>
<cons:consumerInstructionsModule><consumerInstructions><consumerStorageInstructions languageCode="vi">{e(row['storage'])}</consumerStorageInstructions></consumerInstructions></cons:consumerInstructionsModule>
<ref:referencedFileDetailInformationModule>{media}</ref:referencedFileDetailInformationModule>
<mea:tradeItemMeasurementsModule><tradeItemMeasurements><depth measurementUnitCode="MMT">{row['depth_mm']}</depth><height measurementUnitCode="MMT">{row['height_mm']}</height><netContent measurementUnitCode="GRM">{row['net_weight_g']}</netContent><width measurementUnitCode="MMT">{row['width_mm']}</width></tradeItemMeasurements></mea:tradeItemMeasurementsModule>
</extension></tradeItemInformation>
<tradeItemSynchronisationDates><lastChangeDateTime>{row['updated']}</lastChangeDateTime></tradeItemSynchronisationDates></tradeItem></catalogueItem></cin:catalogueItemNotification>
""")
    out.write(TAIL)


def nested_lxml(source, target):
    from lxml import etree
    prefixes = {name: f"urn:gs1:gdsn:{module}:xsd:3" for name, module in (
        ("cin", "catalogue_item_notification"), ("tid", "trade_item_description"), ("ing", "food_and_beverage_ingredient"),
        ("alg", "allergen_information"), ("nut", "nutritional_information"), ("mea", "trade_item_measurements"),
        ("life", "trade_item_lifespan"), ("poa", "place_of_item_activity"), ("cons", "consumer_instructions"),
        ("ref", "referenced_file_detail_information"))}
    tags = {}

    def add(parent, name, text=None, **attributes):
        tag = tags.get(name)
        if tag is None:
            prefix, _, local = name.rpartition(":")
            tag = tags[name] = f"{{{prefixes[prefix]}}}{local}" if prefix else local
        element = etree.SubElement(parent, tag, **attributes)
        element.text = text
        return element

    with etree.xmlfile(target, encoding="utf-8") as file:
        file.write_declaration()
        with file.element(f"{{{prefixes['cin']}}}catalogueItemNotificationMessage", nsmap=prefixes), file.element("transaction"), \
                file.element("documentCommand"):
            for row in csv.DictReader(reading(source)):
                if not tasks.good_gtin(row["gtin"]):
                    continue
                notification = etree.Element(f"{{{prefixes['cin']}}}catalogueItemNotification", nsmap=prefixes)
                item = add(add(notification, "catalogueItem"), "tradeItem")
                add(item, "gtin", "0" + row["gtin"])
                add(item, "additionalTradeItemIdentification", row["sku"], additionalTradeItemIdentificationTypeCode="SUPPLIER_ASSIGNED")
                add(add(item, "gdsnTradeItemClassification"), "gpcCategoryCode", row["gpc"])
                extension = add(add(item, "tradeItemInformation"), "extension")
                text = add(add(extension, "tid:tradeItemDescriptionModule"), "tradeItemDescriptionInformation")
                add(text, "additionalTradeItemDescription", row["description"], languageCode="vi")
                for language in ("vi", "en", "ja", "ko"):
                    add(text, "tradeItemDescription", row["name_" + language], languageCode=language)
                add(add(text, "brandNameInformation"), "brandName", row["brand"])
                add(add(extension, "ing:foodAndBeverageIngredientModule"), "ingredientStatement", row["ingredients"], languageCode="vi")
                allergens = add(add(extension, "alg:allergenInformationModule"), "allergenRelatedInformation")
                for code in row["allergens"].split("|"):
                    if code:
                        allergen = add(allergens, "allergen")
                        add(allergen, "allergenTypeCode", code)
                        add(allergen, "levelOfContainmentCode", "CONTAINS")
                header = add(add(extension, "nut:nutritionalInformationModule"), "nutrientHeader")
                add(header, "nutrientBasisQuantity", "100", measurementUnitCode="GRM")
                for cell in row["nutrients"].split(";"):
                    code, _, quantity = cell.partition("=")
                    amount, _, unit = quantity.partition(" ")
                    detail = add(header, "nutrientDetail")
                    add(detail, "nutrientTypeCode", code)
                    add(detail, "quantityContained", amount, measurementUnitCode=unit)
                activity = add(add(extension, "poa:placeOfItemActivityModule"), "placeOfProductActivity")
                add(add(activity, "countryOfOrigin"), "countryCode", "704")
                add(add(add(extension, "life:tradeItemLifespanModule"), "tradeItemLifespan"),
                    "minimumTradeItemLifespanFromTimeOfProduction", row["shelf_life_days"])
                add(add(add(extension, "cons:consumerInstructionsModule"), "consumerInstructions"),
                    "consumerStorageInstructions", row["storage"], languageCode="vi")
                files = add(extension, "ref:referencedFileDetailInformationModule")
                for url in row["images"].split("|"):
                    entry = add(files, "referencedFileHeader")
                    add(entry, "referencedFileTypeCode", "PRODUCT_IMAGE")
                    add(entry, "uniformResourceIdentifier", url)
                size = add(add(extension, "mea:tradeItemMeasurementsModule"), "tradeItemMeasurements")
                for side in ("depth", "height"):
                    add(size, side, row[side + "_mm"], measurementUnitCode="MMT")
                add(size, "netContent", row["net_weight_g"], measurementUnitCode="GRM")
                add(size, "width", row["width_mm"], measurementUnitCode="MMT")
                add(add(item, "tradeItemSynchronisationDates"), "lastChangeDateTime", row["updated"])
                file.write(notification)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1].startswith("_") or sys.argv[1] not in globals():
        sys.exit(__doc__)
    globals()[sys.argv[1]](sys.argv[2], sys.argv[3])
