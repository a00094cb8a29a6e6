"""The tasks that the gateway, its peers and the limit programs all do on the same files: which column of the input becomes which
column of the output. The gateway has the same knowledge in Benchmarks/profiles/; compare.py proves that outputs agree."""
import re

import generate

# buu-dien.N.csv → shop: (target, source). Dates, decimal commas and periods change their form; see `shop_value`.
SHOP = [
    ("seller_sku", "Mã SKU"), ("barcode", "Mã vạch (GTIN)"), ("title", "Tên sản phẩm"), ("category", "Danh mục"),
    ("brand", "Thương hiệu"), ("supplier", "Tên nhà cung cấp"), ("tax_code", "Mã số thuế"),
    ("price_list", "Giá niêm yết (VND)"), ("price", "Giá bán (VND)"), ("vat", "Thuế GTGT (%)"),
    ("stock", "Số lượng tồn kho"), ("sale_unit", "Đơn vị tính"), ("pack", "Quy cách đóng gói"),
    ("net_content", "Khối lượng tịnh"), ("net_unit", "Đơn vị khối lượng tịnh"), ("gross_g", "Trọng lượng vận chuyển (gram)"),
    ("depth_cm", "Dài (cm)"), ("width_cm", "Rộng (cm)"), ("height_cm", "Cao (cm)"), ("origin", "Xuất xứ"),
    ("province", "Tỉnh/Thành phố"), ("commune", "Xã/Phường"), ("stars", "Số sao OCOP"),
    ("ocop_certificate", "Số giấy chứng nhận OCOP"), ("ocop_issued", "Ngày cấp OCOP"), ("ocop_expires", "Ngày hết hạn OCOP"),
    ("self_declaration", "Số tự công bố"), ("ingredients", "Thành phần"), ("usage", "Hướng dẫn sử dụng"),
    ("storage", "Bảo quản"), ("shelf_life", "Hạn sử dụng"), ("image_1", "Ảnh đại diện"), ("image_2", "Ảnh 2"),
    ("image_3", "Ảnh 3"), ("image_4", "Ảnh 4"), ("image_5", "Ảnh 5"), ("trace_url", "Đường dẫn truy xuất nguồn gốc"),
    ("status", "Trạng thái"), ("short_description", "Mô tả ngắn"), ("description", "Mô tả chi tiết"),
    ("story", "Câu chuyện sản phẩm"),
]
SHOP_DATES = ("ocop_issued", "ocop_expires")

# cells.N.csv → lists: the cells stay as they are; the gateway opens them into nodes and puts them together again.
LISTS = [
    ("seller_sku", "sku"), ("barcode", "gtin"), ("title", "name_en"), ("title_vi", "name_vi"), ("title_ja", "name_ja"),
    ("title_ko", "name_ko"), ("brand", "brand"), ("category", "gpc"), ("price", "price_vnd"), ("price_usd", "price_usd"),
    ("unit", "unit"), ("net_weight_g", "net_weight_g"), ("depth_mm", "depth_mm"), ("width_mm", "width_mm"),
    ("height_mm", "height_mm"), ("origin", "origin"), ("shelf_life_days", "shelf_life_days"), ("status", "status"),
    ("updated", "updated"), ("storage", "storage"), ("images", "images"), ("nutrients", "nutrients"),
    ("allergens", "allergens"), ("ingredients", "ingredients"), ("description", "description"),
]

# cin.N.xml → flat.
FLAT = [
    "gtin", "sku", "name_vi", "name_en", "name_ja", "name_ko", "generic_vi", "generic_en", "brand", "gpc", "ingredients",
    "allergen_statement", "allergens", "nutrients", "price_vnd", "net_content", "gross_weight", "depth", "width", "height",
    "origin", "shelf_life", "images", "updated", "storage", "usage",
]

# amazon.N.txt → listing.
_M, _L = generate.M, generate.L
LISTING = [
    ("sku", "contribution_sku#1.value"), ("gtin", "amzn1.volt.ca.product_id_value"), ("title", f"item_name{_L}#1.value"),
    ("brand", f"brand{_L}#1.value"),
    ("price_usd", f"purchasable_offer{_M}[audience=ALL]#1.our_price#1.schedule#1.value_with_tax"),
    ("stock", "fulfillment_availability#1.quantity"), ("description", f"product_description{_L}#1.value"),
    *[(f"bullet_{k}", f"bullet_point{_L}#{k}.value") for k in range(1, 6)], ("ingredients", f"ingredients{_L}#1.value"),
    ("image_1", f"main_product_image_locator{_M}#1.media_location"),
    *[(f"image_{k + 1}", f"other_product_image_locator_{k}{_M}#1.media_location") for k in range(1, 5)],
    ("net_g", f"item_weight{_M}#1.value"), ("gross_g", f"item_package_weight{_M}#1.value"),
    ("depth_cm", f"item_package_dimensions{_M}#1.length.value"), ("width_cm", f"item_package_dimensions{_M}#1.width.value"),
    ("height_cm", f"item_package_dimensions{_M}#1.height.value"), ("shelf_life_days", f"fc_shelf_life{_M}#1.value"),
]


def good_gtin(text):
    """Whether a GTIN of 13 or 14 digits has the right check digit."""
    if not text.isdigit() or len(text) not in (13, 14):
        return False
    d = text if len(text) == 14 else "0" + text
    return (3 * (int(d[0]) + int(d[2]) + int(d[4]) + int(d[6]) + int(d[8]) + int(d[10]) + int(d[12]))
            + int(d[1]) + int(d[3]) + int(d[5]) + int(d[7]) + int(d[9]) + int(d[11]) + int(d[13])) % 10 == 0


def iso_date(text):
    return text[6:10] + "-" + text[3:5] + "-" + text[0:2]


# The same tasks as Miller expressions.

def _field(name):
    # Miller's braces do not take every letter beyond ASCII.
    return "${" + name + "}" if name.isascii() else f'$["{name}"]'


def miller(task):
    """A Miller program: the GTIN check, then one assignment a column."""
    columns, gtin = {"flat": (SHOP, "Mã vạch (GTIN)"), "lists": (LISTS, "gtin"),
                     "listing": (LISTING, "amzn1.volt.ca.product_id_value")}[task]
    digits = " + ".join(f"{'3 * ' if k % 2 == 0 else ''}int(g[{k}:{k}])" for k in range(1, 14))
    values = []
    for target, source in columns:
        value = _field(source)
        if task == "flat" and target in SHOP_DATES:
            value = f'{value}[7:10] . "-" . {value}[4:5] . "-" . {value}[1:2]'
        if task == "flat" and target == "net_content":
            value = f'sub({value} . "", ",", ".")'
        if task == "flat" and target == "shelf_life":
            value = f'sub({value}, "tháng", "months")'
        values.append(f'"{target}": {value}')
    guard = "NR > 1 && " if task == "listing" else ""
    return f"g = {_field(gtin)} . \"\";\nif ({guard}({digits}) % 10 == 0) {{\n  emit1 {{{', '.join(values)}}};\n}}\n"


def copy_arguments(task):
    """Delimiter, rows to skip, GTIN column, header and columns for limits/copy.c."""
    if task == "listing":
        names, columns, delimiter, skip = generate.AMAZON_NAMES, LISTING, "tab", 6
    elif task == "lists":
        names, columns, delimiter, skip = generate.Cells.head.strip().split(","), LISTS, ",", 1
    else:
        names, columns, delimiter, skip = re.sub("\ufeff|\"", "", generate.BuuDien.head).strip().split(","), SHOP, ",", 1
    gtin = names.index({"flat": "Mã vạch (GTIN)", "lists": "gtin", "listing": "amzn1.volt.ca.product_id_value"}[task])
    return [delimiter, str(skip), str(gtin), ",".join(t for t, _ in columns), *(str(names.index(s)) for _, s in columns)]
