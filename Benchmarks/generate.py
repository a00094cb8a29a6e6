#!/usr/bin/env python3
"""Writes product catalogues to measure with: the same invented products in each format, the same bytes every time.

usage: generate.py --n 100000 --out DIR [--formats buu-dien,cells,cin,amazon,canonical] [--seed 1]

  buu-dien.N.csv      the 41 columns of mappings/buu-dien.yaml, one value a cell
  cells.N.csv         25 columns; some cells hold lists: 10 nutrients, 5 pictures, allergens (Benchmarks/profiles/bench-cells.yaml)
  cin.N.xml           GS1 Catalogue Item Notifications, valid against the schema of GDSN 3.1.35, one base unit each
  amazon.N.txt        Amazon's unified template as tab-delimited text: 200 columns, about 40 filled
  canonical.N.jsonl   canonical products

Vietnamese, English, Japanese and Korean food names, quotes, commas and some line breaks inside values. One product in a
hundred has a GTIN with a wrong check digit: whoever checks drops it.
"""
import argparse
import json
import os
import random
from xml.sax.saxutils import escape

BRANDS = ["Vĩnh Hảo Farm", "Nông sản Đất Việt", "Trà Vinh Xanh", "Sen Hồng", "Mẹ Bầu & Bé", "Hương Quê", "Biển Bạc",
          "Núi Rừng Tây Bắc", "Cầu Kè", "Đồng Tháp Mười", "Làng Nghề", "Ba Miền", "Phù Sa", "An Cường & Sơn"]
BASES = [
    ("Nước mắm cá cơm", "Anchovy fish sauce", "カタクチイワシの魚醤", "멸치 액젓"),
    ("Cà phê phin rang xay", "Ground phin coffee", "フィンコーヒー 挽き豆", "핀 드립 분쇄 커피"),
    ("Mì ăn liền tôm chua cay", "Hot & sour shrimp noodles", "酸辣エビ即席麺", "새우 똠얌 라면"),
    ("Bánh tráng phơi sương", "Dew-dried rice paper", "夜露干しライスペーパー", "이슬 말린 라이스페이퍼"),
    ("Bún gạo khô", "Dried rice vermicelli", "乾燥ライスヌードル", "건조 쌀국수"),
    ("Tương ớt Mường Khương", "Muong Khuong chili sauce", "ムオンクオン・チリソース", "므엉크엉 칠리소스"),
    ("Hạt điều rang muối", "Salted roasted cashews", "塩炒りカシューナッツ", "소금 구운 캐슈넛"),
    ("Trà ô long Bảo Lộc", "Bao Loc oolong tea", "バオロック烏龍茶", "바오록 우롱차"),
    ("Mật hoa dừa", "Coconut nectar", "ココナッツネクター", "코코넛 넥타"),
    ("Xoài sấy dẻo", "Soft dried mango", "ソフトドライマンゴー", "반건조 망고"),
    ("Chả giò tôm cua", "Shrimp & crab spring rolls", "海老とカニの揚げ春巻き", "새우 게살 스프링롤"),
    ("Kẹo dừa Bến Tre", "Ben Tre coconut candy", "ベンチェ産ココナッツキャンディ", "벤쩨 코코넛 캔디"),
]
VARIANTS = [
    ("truyền thống", "traditional", "伝統風味", "전통"), ("ít muối", "low salt", "減塩", "저염"),
    ("hữu cơ", "organic", "オーガニック", "유기농"), ("vị cay", "spicy", "ピリ辛", "매운맛"),
    ("không đường", "no sugar", "無糖", "무가당"), ("thượng hạng", "premium", "特選", "프리미엄"),
    ("gia đình", "family pack", "お徳用", "가족용"), ("xuất khẩu", "export quality", "輸出用", "수출용"),
]
SENTENCES = [
    "Sản phẩm được chọn lọc từ nguồn nguyên liệu tươi, sạch của vùng duyên hải miền Trung.",
    "Ủ chượp tự nhiên 12 tháng trong thùng gỗ bời lời, giữ trọn hương vị \"mẹ nấu\".",
    "Không chất bảo quản, không phẩm màu tổng hợp; an toàn cho cả gia đình & trẻ nhỏ.",
    "Dùng trực tiếp hoặc chế biến: chấm, ướp, kho, xào, nấu canh.",
    "Đạt chứng nhận HACCP, ISO 22000:2018 và OCOP 4 sao.",
    "Bao bì hút chân không, tiện mang theo, thích hợp làm quà biếu dịp Tết.",
    "Lắc đều trước khi dùng, hàm lượng đạm < 40 gN/l, độ ẩm > 8 %.",
]
INGREDIENTS = ["cá cơm (65 %)", "muối biển", "đường mía", "nước", "tinh bột sắn", "bột mì", "dầu cọ tinh luyện", "ớt tươi",
               "tỏi", "hành tím", "chất điều vị (621, 631)", "chất tạo ngọt tự nhiên (950)", "chiết xuất trà",
               "sữa bò tươi", "đạm đậu nành", "hạt điều", "tôm sú", "màu tự nhiên (100(i))"]
ALLERGENS = ["AF", "AC", "AM", "AN", "AP", "AS", "AY", "AW", "AU", "BM"]
NUTRIENTS = [("ENER-", "KJO"), ("FAT", "GRM"), ("FASAT", "GRM"), ("CHOAVL", "GRM"), ("SUGAR-", "GRM"), ("PRO-", "GRM"),
             ("SALTEQ", "GRM"), ("FIBTG", "GRM"), ("NA", "MGM"), ("CA", "MGM")]
GPC = ["10000050", "10000115", "10000159", "10000163", "10000043", "10000212", "10000045", "10000589"]
STORAGE = ["Bảo quản nơi khô ráo, thoáng mát, tránh ánh nắng trực tiếp.", "Giữ lạnh 2–6 °C; dùng trong 5 ngày sau khi mở.",
           "Bảo quản đông -18 °C, không cấp đông lại sau khi rã đông."]
USAGE = ["Dùng ngay sau khi mở.", "Pha 10 g với 150 ml nước sôi, đợi 3 phút.", "Rã đông, chiên ngập dầu đến khi vàng."]
CATEGORIES = ["Thực phẩm > Gia vị", "Thực phẩm > Cà phê, trà", "Thực phẩm > Đồ khô", "Thực phẩm > Bánh kẹo"]
SUPPLIERS = ["HTX Nông nghiệp Ví dụ", "Công ty TNHH Chế biến Ví dụ", "Hộ kinh doanh Ví dụ", "Tổ hợp tác \"Ví dụ\""]
PROVINCES = ["Hà Nội", "Cao Bằng", "Tuyên Quang"]
SALE_UNITS = [("chai", "BO"), ("hũ", "JR"), ("hộp", "BX"), ("túi", "BG")]


def check_digit(digits):
    total = sum((3 if (len(digits) - n) % 2 else 1) * int(digit) for n, digit in enumerate(digits))
    return (10 - total % 10) % 10


def product(i, r):
    base, variant, brand = r.choice(BASES), r.choice(VARIANTS), r.choice(BRANDS)
    weight = r.choice((100, 180, 250, 330, 500, 750, 1000))
    digits = "893%09d" % (i * 7919 % 1000000000)
    digit = check_digit(digits)
    if i % 100 == 41:
        digit = (digit + 1) % 10
    gtin = digits + str(digit)
    separator = " " if i % 33 else "\n"
    year, month, day = r.randint(2024, 2025), r.randint(1, 12), r.randint(1, 28)
    retail = r.randint(9, 950) * 1000
    images = [f"https://cdn.catalogue.example.vn/media/{gtin}/{name}"
              for name in ("front-c1n1.jpg", "back-c1n2.jpg", "nutrition.jpg", "lifestyle-01.jpg", "lifestyle-02.jpg")]
    return dict(
        n=i, gtin=gtin, sku=f"VN-{i:07d}",
        names=tuple(f"{brand if n < 2 else 'VN'} {base[n]} {variant[n]} {weight} g" for n in range(4)),
        functional=base, brand=brand, gpc=r.choice(GPC), category=r.choice(CATEGORIES),
        supplier=r.choice(SUPPLIERS), tax_code="%010d" % (2100000000 + i % 5000),
        short=r.choice(SENTENCES), description=separator.join(r.sample(SENTENCES, 4)), story=" ".join(r.sample(SENTENCES, 2)),
        ingredients=", ".join(r.sample(INGREDIENTS, 7)), allergens=r.sample(ALLERGENS, r.randint(0, 4)),
        nutrients=[(code, unit, f"{r.random() * 89 + 0.1:.1f}".removesuffix(".0")) for code, unit in NUTRIENTS],
        province=r.choice(PROVINCES), retail=retail, listed=retail + r.randint(0, 20) * 1000, usd=f"{r.randint(1, 39)}.{r.randint(1, 99):02d}",
        vat=r.choice(("5", "8", "10")), unit=r.choice(SALE_UNITS), weight=weight, gross=weight + r.randint(20, 400),
        size=(r.randint(3, 40), r.randint(3, 30), r.randint(2, 35)), stock=r.randint(0, 999), stars=r.randint(3, 5),
        certificate=f"{r.randint(1, 999):03d}/{year}/OCOP", issued=(year, month, day), expires=(year + 3, month, day),
        declared=f"{r.randint(1, 99):02d}/VD/{year}", storage=r.choice(STORAGE), usage=r.choice(USAGE),
        life=r.choice((6, 9, 12, 18, 24)), images=images, status=r.choice((True, True, True, False)),
        updated=f"2026-{r.randint(1, 11):02d}-{r.randint(1, 28):02d}T{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:00+07:00")


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",\n') else text


class BuuDien:
    file = "buu-dien.{n}.csv"
    head = "\ufeff" + ",".join(quoted(c) for c in [
        "Mã SKU", "Tên sản phẩm", "Danh mục", "Thương hiệu", "Tên nhà cung cấp", "Mã số thuế", "Mô tả ngắn", "Mô tả chi tiết",
        "Câu chuyện sản phẩm", "Xuất xứ", "Tỉnh/Thành phố", "Xã/Phường", "Giá niêm yết (VND)", "Giá bán (VND)", "Thuế GTGT (%)",
        "Đơn vị tính", "Quy cách đóng gói", "Khối lượng tịnh", "Đơn vị khối lượng tịnh", "Trọng lượng vận chuyển (gram)",
        "Dài (cm)", "Rộng (cm)", "Cao (cm)", "Số lượng tồn kho", "Mã vạch (GTIN)", "Số sao OCOP", "Số giấy chứng nhận OCOP",
        "Ngày cấp OCOP", "Ngày hết hạn OCOP", "Số tự công bố", "Thành phần", "Hướng dẫn sử dụng", "Bảo quản", "Hạn sử dụng",
        "Ảnh đại diện", "Ảnh 2", "Ảnh 3", "Ảnh 4", "Ảnh 5", "Đường dẫn truy xuất nguồn gốc", "Trạng thái"]) + "\r\n"
    tail = ""

    def record(self, p):
        net, net_unit = (str(p["weight"]), "g") if p["n"] % 4 else (str(p["weight"] / 1000).removesuffix(".0").replace(".", ","), "kg")
        date = "{2:02d}/{1:02d}/{0}"
        return ",".join(quoted(c) for c in [
            p["sku"], p["names"][0], p["category"], p["brand"], p["supplier"], p["tax_code"], p["short"], p["description"], p["story"],
            "Việt Nam", p["province"], "", str(p["listed"]), str(p["retail"]), p["vat"], p["unit"][0], f"{p['unit'][0]} {p['weight']} g",
            net, net_unit, str(p["gross"]), *map(str, p["size"]), str(p["stock"]), p["gtin"], str(p["stars"]), p["certificate"],
            date.format(*p["issued"]), date.format(*p["expires"]), p["declared"], p["ingredients"], p["usage"], p["storage"],
            f"{p['life']} tháng", *p["images"], f"https://id.example.vn/01/0{p['gtin']}",
            "Đang bán" if p["status"] else "Ngừng bán"]) + "\r\n"


class Cells:
    file = "cells.{n}.csv"
    head = ("gtin,sku,name_vi,name_en,name_ja,name_ko,brand,gpc,description,ingredients,allergens,nutrients,price_vnd,price_usd,"
            "unit,net_weight_g,depth_mm,width_mm,height_mm,origin,shelf_life_days,images,updated,storage,status\r\n")
    tail = ""

    def record(self, p):
        return ",".join(quoted(c) for c in [
            p["gtin"], p["sku"], *p["names"], p["brand"], p["gpc"], p["description"], p["ingredients"], "|".join(p["allergens"]),
            ";".join(f"{code}={amount} {unit}" for code, unit, amount in p["nutrients"]), str(p["retail"]), p["usd"], p["unit"][1],
            str(p["weight"]), *(str(10 * side) for side in p["size"]), "VN", str(30 * p["life"]), "|".join(p["images"]), p["updated"],
            p["storage"], "active" if p["status"] else "discontinued"]) + "\r\n"


class CIN:
    file = "cin.{n}.xml"
    head = """<?xml version="1.0" encoding="UTF-8"?>
<cin:catalogueItemNotificationMessage xmlns:cin="urn:gs1:gdsn:catalogue_item_notification:xsd:3" xmlns:sh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader" xmlns:tid="urn:gs1:gdsn:trade_item_description:xsd:3" xmlns:ing="urn:gs1:gdsn:food_and_beverage_ingredient:xsd:3" xmlns:alg="urn:gs1:gdsn:allergen_information:xsd:3" xmlns:nut="urn:gs1:gdsn:nutritional_information:xsd:3" xmlns:mea="urn:gs1:gdsn:trade_item_measurements:xsd:3" xmlns:life="urn:gs1:gdsn:trade_item_lifespan:xsd:3" xmlns:poa="urn:gs1:gdsn:place_of_item_activity:xsd:3" xmlns:cons="urn:gs1:gdsn:consumer_instructions:xsd:3" xmlns:sal="urn:gs1:gdsn:sales_information:xsd:3" xmlns:ref="urn:gs1:gdsn:referenced_file_detail_information:xsd:3" xmlns:pkg="urn:gs1:gdsn:packaging_information:xsd:3">
  <sh:StandardBusinessDocumentHeader>
    <sh:HeaderVersion>1.0</sh:HeaderVersion>
    <sh:Sender><sh:Identifier Authority="GS1">8930000009999</sh:Identifier></sh:Sender>
    <sh:Receiver><sh:Identifier Authority="GS1">8930000009982</sh:Identifier></sh:Receiver>
    <sh:DocumentIdentification>
      <sh:Standard>GS1</sh:Standard>
      <sh:TypeVersion>3.1</sh:TypeVersion>
      <sh:InstanceIdentifier>MSG-0001</sh:InstanceIdentifier>
      <sh:Type>catalogueItemNotification</sh:Type>
      <sh:CreationDateAndTime>2026-06-15T08:00:00+07:00</sh:CreationDateAndTime>
    </sh:DocumentIdentification>
  </sh:StandardBusinessDocumentHeader>
  <transaction>
    <transactionIdentification>
      <entityIdentification>TRX-0001</entityIdentification>
      <contentOwner><gln>8930000009999</gln></contentOwner>
    </transactionIdentification>
    <documentCommand>
      <documentCommandHeader type="ADD">
        <documentCommandIdentification>
          <entityIdentification>CMD-0001</entityIdentification>
          <contentOwner><gln>8930000009999</gln></contentOwner>
        </documentCommandIdentification>
      </documentCommandHeader>
"""
    tail = """    </documentCommand>
  </transaction>
</cin:catalogueItemNotificationMessage>
"""

    def record(self, p):
        names, functional, size = p["names"], p["functional"], p["size"]
        nutrients = "".join(f"""
              <nutrientDetail>
                <nutrientTypeCode>{code}</nutrientTypeCode>
                <measurementPrecisionCode>APPROXIMATELY</measurementPrecisionCode>
                <quantityContained measurementUnitCode="{unit}">{amount}</quantityContained>
              </nutrientDetail>""" for code, unit, amount in p["nutrients"])
        allergens = "".join(f"""
              <allergen>
                <allergenTypeCode>{code}</allergenTypeCode>
                <levelOfContainmentCode>CONTAINS</levelOfContainmentCode>
              </allergen>""" for code in p["allergens"])
        images = "".join(f"""
            <referencedFileHeader>
              <referencedFileTypeCode>PRODUCT_IMAGE</referencedFileTypeCode>
              <uniformResourceIdentifier>{url}</uniformResourceIdentifier>
            </referencedFileHeader>""" for url in p["images"])
        return f"""      <cin:catalogueItemNotification>
        <creationDateTime>{p['updated']}</creationDateTime>
        <documentStatusCode>ORIGINAL</documentStatusCode>
        <catalogueItemNotificationIdentification>
          <entityIdentification>CIN-{p['n']:07d}</entityIdentification>
          <contentOwner><gln>8930000009999</gln></contentOwner>
        </catalogueItemNotificationIdentification>
        <isReload>false</isReload>
        <catalogueItem>
        <dataRecipient>8930000009982</dataRecipient>
        <sourceDataPool>8930000009999</sourceDataPool>
        <catalogueItemState><catalogueItemStateCode>REGISTERED</catalogueItemStateCode></catalogueItemState>
        <tradeItem>
          <gtin>0{p['gtin']}</gtin>
          <additionalTradeItemIdentification additionalTradeItemIdentificationTypeCode="SUPPLIER_ASSIGNED">{p['sku']}</additionalTradeItemIdentification>
          <isTradeItemABaseUnit>true</isTradeItemABaseUnit>
          <isTradeItemAConsumerUnit>true</isTradeItemAConsumerUnit>
          <isTradeItemADespatchUnit>false</isTradeItemADespatchUnit>
          <isTradeItemAnInvoiceUnit>true</isTradeItemAnInvoiceUnit>
          <isTradeItemAnOrderableUnit>true</isTradeItemAnOrderableUnit>
          <tradeItemUnitDescriptorCode>BASE_UNIT_OR_EACH</tradeItemUnitDescriptorCode>
          <brandOwner><gln>8930000009999</gln><partyName>{escape(p['supplier'])}</partyName></brandOwner>
          <informationProviderOfTradeItem><gln>8930000009999</gln><partyName>{escape(p['supplier'])}</partyName></informationProviderOfTradeItem>
          <gdsnTradeItemClassification><gpcCategoryCode>{p['gpc']}</gpcCategoryCode></gdsnTradeItemClassification>
          <targetMarket><targetMarketCountryCode>704</targetMarketCountryCode></targetMarket>
          <tradeItemInformation><extension>
            <tid:tradeItemDescriptionModule><tradeItemDescriptionInformation>
              <descriptionShort languageCode="vi">{escape(functional[0])}</descriptionShort>
              <functionalName languageCode="vi">{escape(functional[0])}</functionalName>
              <functionalName languageCode="en">{escape(functional[1])}</functionalName>
              <tradeItemDescription languageCode="vi">{escape(names[0])}</tradeItemDescription>
              <tradeItemDescription languageCode="en">{escape(names[1])}</tradeItemDescription>
              <tradeItemDescription languageCode="ja">{escape(names[2])}</tradeItemDescription>
              <tradeItemDescription languageCode="ko">{escape(names[3])}</tradeItemDescription>
              <brandNameInformation><brandName>{escape(p['brand'])}</brandName></brandNameInformation>
            </tradeItemDescriptionInformation></tid:tradeItemDescriptionModule>
            <ing:foodAndBeverageIngredientModule>
              <ingredientStatement languageCode="vi">{escape(p['ingredients'])}</ingredientStatement>
            </ing:foodAndBeverageIngredientModule>
            <alg:allergenInformationModule><allergenRelatedInformation>
              <allergenStatement languageCode="vi">{escape(p['short'])}</allergenStatement>{allergens}
            </allergenRelatedInformation></alg:allergenInformationModule>
            <nut:nutritionalInformationModule><nutrientHeader>
              <preparationStateCode>UNPREPARED</preparationStateCode>
              <nutrientBasisQuantity measurementUnitCode="GRM">100</nutrientBasisQuantity>{nutrients}
            </nutrientHeader></nut:nutritionalInformationModule>
            <poa:placeOfItemActivityModule><placeOfProductActivity>
              <countryOfOrigin><countryCode>704</countryCode></countryOfOrigin>
            </placeOfProductActivity></poa:placeOfItemActivityModule>
            <life:tradeItemLifespanModule><tradeItemLifespan>
              <minimumTradeItemLifespanFromTimeOfProduction>{30 * p['life']}</minimumTradeItemLifespanFromTimeOfProduction>
            </tradeItemLifespan></life:tradeItemLifespanModule>
            <cons:consumerInstructionsModule><consumerInstructions>
              <consumerStorageInstructions languageCode="vi">{escape(p['storage'])}</consumerStorageInstructions>
              <consumerUsageInstructions languageCode="vi">{escape(p['usage'])}</consumerUsageInstructions>
            </consumerInstructions></cons:consumerInstructionsModule>
            <ref:referencedFileDetailInformationModule>{images}
            </ref:referencedFileDetailInformationModule>
            <mea:tradeItemMeasurementsModule><tradeItemMeasurements>
              <depth measurementUnitCode="MMT">{10 * size[0]}</depth>
              <height measurementUnitCode="MMT">{10 * size[2]}</height>
              <netContent measurementUnitCode="GRM">{p['weight']}</netContent>
              <width measurementUnitCode="MMT">{10 * size[1]}</width>
              <tradeItemWeight><grossWeight measurementUnitCode="GRM">{p['gross']}</grossWeight></tradeItemWeight>
            </tradeItemMeasurements></mea:tradeItemMeasurementsModule>
            <pkg:packagingInformationModule><packaging><packagingTypeCode>{p['unit'][1]}</packagingTypeCode></packaging></pkg:packagingInformationModule>
            <sal:salesInformationModule><tradeItemPriceInformation>
              <suggestedRetailPrice>
                <tradeItemPrice currencyCode="VND">{p['retail']}</tradeItemPrice>
              </suggestedRetailPrice>
            </tradeItemPriceInformation></sal:salesInformationModule>
          </extension></tradeItemInformation>
          <tradeItemSynchronisationDates>
            <lastChangeDateTime>{p['updated']}</lastChangeDateTime>
            <effectiveDateTime>{p['updated']}</effectiveDateTime>
          </tradeItemSynchronisationDates>
        </tradeItem>
        </catalogueItem>
      </cin:catalogueItemNotification>
"""


M, L = "[marketplace_id=ATVPDKIKX0DER]", "[marketplace_id=ATVPDKIKX0DER][language_tag=en_US]"
AMAZON_FILLED = [
    "contribution_sku#1.value", "product_type#1.value", "::record_action", f"item_name{L}#1.value", f"brand{L}#1.value",
    "amzn1.volt.ca.product_id_type", "amzn1.volt.ca.product_id_value", f"item_type_keyword{M}#1.value", f"condition_type{M}#1.value",
    f"main_product_image_locator{M}#1.media_location",
    *[f"other_product_image_locator_{k}{M}#1.media_location" for k in range(1, 5)],
    f"product_description{L}#1.value", *[f"bullet_point{L}#{k}.value" for k in range(1, 6)], f"ingredients{L}#1.value",
    f"item_weight{M}#1.value", f"item_weight{M}#1.unit", f"country_of_origin{M}#1.value",
    f"supplier_declared_dg_hz_regulation{M}#1.value", f"fc_shelf_life{M}#1.value", f"fc_shelf_life{M}#1.unit",
    "fulfillment_availability#1.fulfillment_channel_code", "fulfillment_availability#1.quantity",
    f"purchasable_offer{M}[audience=ALL]#1.our_price#1.schedule#1.value_with_tax",
    f"item_package_dimensions{M}#1.length.value", f"item_package_dimensions{M}#1.length.unit",
    f"item_package_dimensions{M}#1.width.value", f"item_package_dimensions{M}#1.width.unit",
    f"item_package_dimensions{M}#1.height.value", f"item_package_dimensions{M}#1.height.unit",
    f"item_package_weight{M}#1.value", f"item_package_weight{M}#1.unit",
]
width = 200
AMAZON_WIDTH = 200
# Filled columns are spread over the row, as they are in a real template.
AMAZON_PLACES = sorted(random.Random(7).sample(range(AMAZON_WIDTH), len(AMAZON_FILLED)))
AMAZON_NAMES = [f"attribute_{k:03d}{M}#1.value" for k in range(AMAZON_WIDTH)]
for place, name in zip(AMAZON_PLACES, AMAZON_FILLED):
    AMAZON_NAMES[place] = name


class Amazon:
    file = "amazon.{n}.txt"
    settings = ("settings=attributeRow=5&contentLanguageTag=en_US&dataRow=7&feedType=256&headerLanguageTag=en_US&labelRow=4&"
                "primaryMarketplaceId=amzn1.mp.o.ATVPDKIKX0DER&timestamp=2026-11-22T00%3A00%3A00.000Z")
    blank = "\t" * (AMAZON_WIDTH - 1)
    head = "\r\n".join([settings + blank, blank, "Listing Identity" + blank,
                        "\t".join(f"Label {k}" for k in range(AMAZON_WIDTH)), "\t".join(AMAZON_NAMES),
                        "ABC123\tGROCERY" + "\t" * (AMAZON_WIDTH - 2)]) + "\r\n"
    tail = ""

    def record(self, p):
        values = [
            p["sku"], "GROCERY", "Edit (Partial Update)", p["names"][1], p["brand"], "EAN", p["gtin"], "condiments", "New",
            *p["images"], p["description"].replace("\n", " ").replace('"', "'"),
            *(f"{p['functional'][1]}, reason {k}: {p['names'][1]}" for k in range(1, 6)),
            p["ingredients"], str(p["weight"]), "Grams", "Vietnam", "Not Applicable", str(30 * p["life"]), "Days", "DEFAULT",
            str(p["stock"]), p["usd"], str(p["size"][0]), "Centimeters", str(p["size"][1]), "Centimeters", str(p["size"][2]),
            "Centimeters", str(p["gross"]), "Grams"]
        row = [""] * AMAZON_WIDTH
        for place, value in zip(AMAZON_PLACES, values, strict=True):
            row[place] = value
        return "\t".join(row) + "\r\n"


class Canonical:
    file = "canonical.{n}.jsonl"
    head = tail = ""

    def record(self, p):
        date = "{0}-{1:02d}-{2:02d}"
        return json.dumps(dict(
            status="active" if p["status"] else "discontinued", name=dict(zip(("vi", "en", "ja", "ko"), p["names"])),
            brand=p["brand"], description=dict(vi=p["description"]), ingredientStatement=dict(vi=p["ingredients"]),
            originCountry="VN", lastChange=p["updated"],
            category=[dict(scheme="gpc", code=p["gpc"])], ocop=dict(stars=p["stars"]),
            item=[dict(id="each", gtin="0" + p["gtin"], sku=p["sku"], saleUnit=p["unit"][1], netContent=[f"{p['weight']} GRM"],
                       grossWeight=f"{p['gross']} GRM", depth=f"{p['size'][0]} CMT", width=f"{p['size'][1]} CMT",
                       height=f"{p['size'][2]} CMT", stock=p["stock"])],
            price=[dict(market="VN", item="each", type="retail", amount=str(p["retail"]), currency="VND"),
                   dict(market="US", item="each", type="retail", amount=p["usd"].rstrip("0"), currency="USD")],
            allergen=[dict(code=code, level="CONTAINS") for code in p["allergens"]],
            nutrition=[dict(basis="100 GRM", nutrient=[dict(code=code, amount=[f"{amount} {unit}"]) for code, unit, amount in p["nutrients"]])],
            storage=dict(instructions=dict(vi=p["storage"])), shelfLife=dict(fromProduction=f"{p['life']} MON"),
            certificate=[dict(standard="OCOP", number=p["certificate"], issued=date.format(*p["issued"]), expires=date.format(*p["expires"]))],
            media=[dict(type="PRODUCT_IMAGE", url=url) for url in p["images"]]), ensure_ascii=False, separators=(",", ":")) + "\n"


FORMATS = {"buu-dien": BuuDien, "cells": Cells, "cin": CIN, "amazon": Amazon, "canonical": Canonical}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    writers = []
    for name in options.formats.split(","):
        form = FORMATS[name]()
        path = os.path.join(options.out, form.file.format(n=options.n))
        file = open(path + ".part", "w", encoding="utf-8", newline="", buffering=1 << 20)
        file.write(form.head)
        writers.append((form, path, file))
    generator = random.Random(options.seed)
    for i in range(options.n):
        p = product(i, generator)
        for form, _, file in writers:
            file.write(form.record(p))
    for form, path, file in writers:
        file.write(form.tail)
        file.close()
        os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
