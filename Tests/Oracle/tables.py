"""What codes become in the five outputs, written down again by hand.

Nothing here comes from mappings/vocabulary or from the project's code: a wrong word there must show up as a difference.
Only what seeds/products.jsonl needs is listed.
"""

COUNTRY = {
    "gs1": {"VN": "704"}, "vi": {"VN": "Việt Nam"}, "ja": {"VN": "ベトナム"}, "ko": {"VN": "베트남"},
    "amazon": {"VN": "Vietnam"}}
INGREDIENT_COUNTRY = {
    "ja": {"VN": "ベトナム", "NZ": "ニュージーランド", "AU": "オーストラリア", "MY": "マレーシア", "CN": "中国", "ID": "インドネシア"},
    "ko": {"VN": "베트남", "NZ": "뉴질랜드", "AU": "호주", "MY": "말레이시아", "CN": "중국", "ID": "인도네시아"}}
# ISO 3166-2 and the name of the province as it is since 1 July 2025.
PROVINCE = {
    "gso-2025:86": ("VN-49", "Vĩnh Long"), "gso-2025:96": ("VN-59", "Cà Mau"), "gso-2025:92": ("VN-CT", "Cần Thơ"),
    "gso-2025:82": ("VN-45", "Đồng Tháp"), "gso-2025:04": ("VN-04", "Cao Bằng")}
COMMUNE = {
    "gso-2025:29341": "Xã Tiểu Cần", "gso-2025:29335": "Xã Tam Ngãi", "gso-2025:31975": "Xã Đông Hải (Cà Mau)",
    "gso-2025:31972": "Xã Gành Hào", "gso-2025:31843": "Xã Hồng Dân", "gso-2025:31684": "Phường Mỹ Xuyên",
    "gso-2025:31569": "Xã Phú Tâm", "gso-2025:31783": "Phường Vĩnh Châu", "gso-2025:28306": "Phường Gò Công",
    "gso-2025:28516": "Xã Ngũ Hiệp", "gso-2025:28273": "Phường Mỹ Phong", "gso-2025:28696": "Xã Tân Phú Đông",
    "gso-2025:01726": "Xã Nguyên Bình", "gso-2025:01321": "Xã Bảo Lạc", "gso-2025:01477": "Xã Trùng Khánh",
    "gso-2025:29419": "Xã Mỹ Long", "gso-2025:29308": "Xã Cầu Kè", "gso-2025:29374": "Xã Châu Thành"}
# Words of units → UN/ECE Recommendation 20 code.
UNIT_WORDS = {
    "g": "GRM", "gam": "GRM", "Gram": "GRM", "Grams": "GRM", "kg": "KGM", "Kilograms": "KGM", "ml": "MLT", "mL": "MLT",
    "lít": "LTR", "l": "LTR", "L": "LTR", "個": "H87", "개": "H87", "Millimeters": "MMT", "Centimeters": "CMT",
    "Fl Oz": "OZA", "Days": "DAY", "日": "DAY", "일": "DAY", "ngày": "DAY", "か月": "MON", "개월": "MON", "tháng": "MON",
    "年": "ANN", "년": "ANN", "năm": "ANN"}
SALE_UNIT = {"BO": "chai", "PA": "gói", "BX": "hộp", "BG": "túi", "JR": "hũ", "SET": "bộ", "H87": "cái", "CT": "thùng"}
TABLES = {
    "country-gs1": COUNTRY["gs1"], "country-vi": COUNTRY["vi"], "country-ja": COUNTRY["ja"], "country-ko": COUNTRY["ko"],
    "country-amazon": COUNTRY["amazon"],
    "province-iso": {k: v[0] for k, v in PROVINCE.items()}, "province-vi": {k: v[1] for k, v in PROVINCE.items()},
    "commune-vi": COMMUNE, "sale-unit-vi": SALE_UNIT,
    "status-vi": {"active": "Đang bán", "discontinued": "Ngừng bán"},
    "storage-ja": {"AMBIENT": "常温", "CHILLED": "冷蔵", "FROZEN": "冷凍"},
    "storage-ko": {"AMBIENT": "실온", "CHILLED": "냉장", "FROZEN": "냉동"},
    "storage-amazon": {"AMBIENT": "ambient: room temperature", "CHILLED": "chilled: 33 to 38 degrees"},
    "date-ja": {"BEST_BEFORE": "賞味期限", "USE_BY": "消費期限"}, "date-ko": {"BEST_BEFORE": "소비기한", "USE_BY": "소비기한"},
    "derivation-ja": {"ANALYSED": "分析値", "CALCULATED": "推定値", "GUIDELINE": "この表示値は、目安です。"},
    "basis-ja": {"100 GRM": "100gあたり", "100 MLT": "100mlあたり"},
    "rate-ja": {"8": "8%", "10": "10%"}, "limit-ja": {False: "無", True: "有"},
    "agreement-ja": {"CPTPP": "CPTPP", "RCEP": "RCEP", "VJEPA": "VJEPA", "AJCEP": "AJCEP"},
    "agreement-ko": {"VKFTA": "VKFTA(VK)", "RCEP": "RCEP", "AKFTA": "AKFTA(AK)"},
    "vat-ko": {"STANDARD": "과세", "EXEMPT": "면세"}, "gmo-ko": {"NONE": "해당없음"},
    "dangerous-amazon": {False: "Not Applicable"},
    "material-ja": {
        "GLASS": "ガラスびん", "COMPOSITE": "複合フィルム（例 PET/AL/PE）", "POLYMER_OPP": "二軸延伸ポリプロピレン（OPP）",
        "PAPER_PAPERBOARD": "板紙", "POLYMER_PET": "ポリエチレンテレフタレート（PET）", "POLYMER_PA": "ナイロン（PA）",
        "POLYMER_PE": "ポリエチレン（PE）", "POLYMER_PP": "ポリプロピレン（PP）", "PAPER_PAPER": "紙"},
    "material-ko": {
        "GLASS": "유리", "COMPOSITE": "복합재질(예 PET/AL/PE)", "POLYMER_OPP": "연신폴리프로필렌(OPP)", "PAPER_PAPERBOARD": "판지",
        "POLYMER_PET": "폴리에틸렌테레프탈레이트(PET)", "POLYMER_PA": "나일론(PA)", "POLYMER_PE": "폴리에틸렌(PE)",
        "POLYMER_PP": "폴리프로필렌(PP)", "PAPER_PAPER": "종이"},
    "certificate-ja": {
        "OCOP": "OCOP認定", "HACCP": "HACCP", "ISO22000": "ISO22000", "KR_FFR": "韓国海外製造業所登録",
        "VIETGAP": "VietGAP（ベトナムGAP）", "ATTP": "ベトナム食品安全適合証明"},
    "certificate-ko": {
        "OCOP": "OCOP 인증", "HACCP": "HACCP", "ISO22000": "ISO 22000", "KR_FFR": None,
        "VIETGAP": "베트남GAP(VietGAP)", "ATTP": "베트남 식품안전적합증명"},
}
# Japanese law since 2026-04-01: 9 mandatory, 20 recommended; Korean law: 19 labels. Codes outside are not declared there.
ALLERGEN_JA_MANDATORY = {
    "ABL": "えび", "ABG": "かに", "SC": "カシューナッツ", "SW": "くるみ", "UW": "小麦", "BWD": "そば", "AE": "卵", "AM": "乳",
    "AP": "落花生"}
ALLERGEN_JA_RECOMMENDED = {
    "SA": "アーモンド", "ABN": "あわび", "SQU": "いか", "SMR": "いくら", "OGD": "オレンジ", "KWD": "キウイフルーツ", "BF": "牛肉",
    "AS": "ごま", "ADR": "さけ", "MAC": "さば", "AY": "大豆", "CM": "鶏肉", "BND": "バナナ", "ST": "ピスタチオ", "PO": "豚肉",
    "SM": "マカダミアナッツ", "PHD": "もも", "YMD": "やまいも", "APL": "りんご", "GTD": "ゼラチン"}
ALLERGEN_KO = {
    "AE": "알류(가금류)", "AM": "우유", "BWD": "메밀", "AP": "땅콩", "AY": "대두", "UW": "밀", "MAC": "고등어", "ABG": "게",
    "ABL": "새우", "PO": "돼지고기", "PHD": "복숭아", "TTD": "토마토", "AU": "아황산류", "SW": "호두", "CM": "닭고기",
    "BF": "쇠고기", "SQU": "오징어", "UM": "조개류", "PN": "잣"}
ALLERGEN_AMAZON = {
    "AC": "crustacean", "ABL": "crustacean", "AE": "eggs", "AF": "fish", "ADC": "fish", "AM": "milk", "AP": "peanuts",
    "AS": "sesame_seeds", "AY": "soy", "UW": "wheat"}
MARK_JA = {"CONTAINS": "○", "MAY_CONTAIN": "△", "FREE_FROM": "－"}
MARK_KO = {"CONTAINS": "O", "MAY_CONTAIN": "△", "FREE_FROM": "X"}
# Factors to a common unit of the same dimension.
FACTORS = {
    "MGM": ("g", "0.001"), "GRM": ("g", "1"), "KGM": ("g", "1000"), "MLT": ("ml", "1"), "LTR": ("ml", "1000"),
    "OZA": ("ml", "29.5735295625"), "MMT": ("mm", "1"), "CMT": ("mm", "10"), "MTR": ("mm", "1000"), "DAY": ("d", "1"),
    "MON": ("mo", "1"), "ANN": ("mo", "12"), "H87": ("pc", "1"), "E14": ("kcal", "1"), "KJO": ("kj", "1"),
    "CEL": ("c", "1")}
