"""Where each canonical value must be found in each output, and how it is compared.

One line a value: place | canonical path | comparison. Paths are those of the model (`item[each].gtin`, `name@vi`); `a ?? b`
takes b where a is absent. Comparisons are the functions of oracle.py: `text`, `gtin` (13 digits), `gtin14`, `number`,
`money`, `measure UNIT`, `quantity`, `duration`, `days`, `dmy`, `code TABLE`, `codes TABLE`, `contains`, `instant`.
"""

# Header of the column; decimal comma, dd/mm/yyyy, whole dong.
BUU_DIEN = """
Mã SKU | item[each].sku | text
Tên sản phẩm | name@vi | text
Danh mục | category[buu-dien].code | text
Thương hiệu | brand | text
Tên nhà cung cấp | party[supplier].name | text
Mã số thuế | party[supplier].taxCode | text
Mô tả ngắn | shortDescription@vi | text
Mô tả chi tiết | description@vi | text
Câu chuyện sản phẩm | story@vi | text
Xuất xứ | originCountry | code country-vi
Tỉnh/Thành phố | originProvince | code province-vi
Xã/Phường | originCommune | code commune-vi
Giá niêm yết (VND) | price[market=VN,item=each,type=list].amount | money
Giá bán (VND) | price[market=VN,item=each,type=retail].amount | money
Thuế GTGT (%) | tax[market=VN].rate | number
Đơn vị tính | item[each].saleUnit | code sale-unit-vi
Quy cách đóng gói | item[each].packDescription@vi | text
Trọng lượng vận chuyển (gram) | item[each].grossWeight | measure GRM
Dài (cm) | item[each].depth | measure CMT
Rộng (cm) | item[each].width | measure CMT
Cao (cm) | item[each].height | measure CMT
Số lượng tồn kho | item[each].stock | money
Mã vạch (GTIN) | item[each].gtin | gtin
Số sao OCOP | ocop.stars | number
Số giấy chứng nhận OCOP | certificate[OCOP].number | text
Ngày cấp OCOP | certificate[OCOP].issued | dmy
Ngày hết hạn OCOP | certificate[OCOP].expires | dmy
Số tự công bố | declaration[self].number | text
Thành phần | ingredientStatement@vi | text
Hướng dẫn sử dụng | usageInstructions@vi | text
Bảo quản | storage.instructions@vi | text
Hạn sử dụng | shelfLife.fromProduction | duration
Ảnh đại diện | media[1].url | text
Ảnh 2 | media[2].url | text
Ảnh 3 | media[3].url | text
Ảnh 4 | media[4].url | text
Ảnh 5 | media[5].url | text
Đường dẫn truy xuất nguồn gốc | trace.digitalLink | text
Trạng thái | status | code status-vi
"""

# Attribute path of the column; M and L stand for the selectors of the US marketplace and of en_US.
AMAZON = """
contribution_sku#1.value | item[each].sku | text
product_type#1.value | category[amazon-us].code | text
item_name{L}#1.value | title@en/amazon-us ?? name@en | text
brand{L}#1.value | brand@en ?? brand | text
amzn1.volt.ca.product_id_value | item[each].gtin | gtin
item_type_keyword{M}#1.value | category[amazon-us-item-type].code | text
manufacturer{L}#1.value | party[manufacturer].name@en | text
main_product_image_locator{M}#1.media_location | media[1].url | text
other_product_image_locator_1{M}#1.media_location | media[2].url | text
other_product_image_locator_2{M}#1.media_location | media[3].url | text
product_description{L}#1.value | description@en/amazon-us ?? description@en | text
bullet_point{L}#1.value | bullet[1].text@en/amazon-us ?? bullet[1].text@en | text
bullet_point{L}#2.value | bullet[2].text@en/amazon-us ?? bullet[2].text@en | text
bullet_point{L}#3.value | bullet[3].text@en/amazon-us ?? bullet[3].text@en | text
bullet_point{L}#4.value | bullet[4].text@en/amazon-us ?? bullet[4].text@en | text
bullet_point{L}#5.value | bullet[5].text@en/amazon-us ?? bullet[5].text@en | text
generic_keyword{L}#1.value | keywords@en/amazon-us ?? keywords@en | text
ingredients{L}#1.value | ingredientStatement@en | text
country_of_origin{M}#1.value | originCountry | code country-amazon
supplier_declared_dg_hz_regulation{M}#1.value | isDangerous | code dangerous-amazon
temperature_rating{M}#1.value | storage.zone | code storage-amazon
fulfillment_availability#1.quantity | item[each].stock | number
purchasable_offer{M}[audience=ALL]#1.our_price#1.schedule#1.value_with_tax | price[market=US,item=each,type=retail].amount | number
child_parent_sku_relationship{M}#1.parent_sku | family.id | text
"""
# Number and unit in two columns.
AMAZON_MEASURES = """
unit_count{M}#1.value + unit_count{M}#1.type[language_tag=en_US].value | item[each].netContent
item_package_weight{M}#1.value + item_package_weight{M}#1.unit | item[each].grossWeight
item_package_dimensions{M}#1.length.value + item_package_dimensions{M}#1.length.unit | item[each].depth
item_package_dimensions{M}#1.width.value + item_package_dimensions{M}#1.width.unit | item[each].width
item_package_dimensions{M}#1.height.value + item_package_dimensions{M}#1.height.unit | item[each].height
fc_shelf_life{M}#1.value + fc_shelf_life{M}#1.unit | shelfLife.fromProduction
"""
AMAZON_CONSTANTS = {
    "amzn1.volt.ca.product_id_type": "EAN", "condition_type{M}#1.value": "New",
    "is_expiration_dated_product{M}#1.value": "Yes"}

# Code of the column of 商品一覧 and value cell of the form.
JAPAN = """
name_ja D6 | name@ja | text
name_en J6 | name@en | text
jan D7 | item[each].gtin | gtin
itf J7 | item[level=CASE].gtin | gtin14
category D8 | category[gpc].code | contains
net_content J8 | item[each].netContent | quantity
season D9 | seasonBest@ja | text
supply_period J9 | seasonAvailable@ja | text
date_kind D10 | shelfLife.kind | code date-ja
shelf_days J10 | shelfLife.fromProduction | days
origin_main D11 | ingredient[1].originText@ja | text
origin_country J11 | originCountry | code country-ja
price_ex D13 | price[market=JP,item=each,type=retail].amount | money
tax_rate J13 | tax[market=JP].rate | code rate-ja
price_fob J14 | price[market=JP,item=each,type=export] | price
case_qty D15 | item[level=CASE].contains[each].quantity | number
case_size J15 | item[level=CASE] | size
case_weight D16 | item[level=CASE].grossWeight | measure KGM
storage_zone J16 | storage.zone | code storage-ja
lead_time D17 | item[level=CASE].leadTime | duration
moq J17 | item[level=CASE].minimumOrder | number
area_limit D18 | market[JP].hasAreaRestriction | code limit-ja
certs D19 | certificate.standard | certificates certificate-ja
target D21 | targetCustomers@ja | text
usage D22 | usageInstructions@ja | text
features D23 | description@ja | text
meisho D26 | functionalName@ja | text
ingredients D27 | ingredientStatement@ja | text
label_storage D29 | storage.instructions@ja | text
photo D24 | media | pictures PRODUCT_IMAGE
label_photo J24 | media | pictures PRODUCT_LABEL_IMAGE
nutri_basis D31 | nutrition[1].basis | code basis-ja
nutri_estimate J31 | nutrition[1].derivation | code derivation-ja
energy D33 | nutrition[1].nutrient[ENER-].amount | measure E14
protein J33 | nutrition[1].nutrient[PRO-].amount | measure GRM
fat D34 | nutrition[1].nutrient[FAT].amount | measure GRM
carb J34 | nutrition[1].nutrient[CHO-].amount | measure GRM
sodium D35 | nutrition[1].nutrient[NA].amount | measure MGM
inspect D41 | quality.inspection@ja | text
hygiene_process D42 | quality.process@ja | text
hygiene_staff D43 | quality.staff@ja | text
hygiene_plant D44 | quality.facility@ja | text
crisis D45 | quality.crisisContact@ja | text
hs_jp D47 | category[hs-jp].code | text
origin_rule J47 | market[JP].agreement | code agreement-ja
maker_en D48 | party[manufacturer].name@en | contains
maker_en D48 | party[manufacturer].address@en | contains
process D49 | quality.steps@ja | text
pack_material D50 | item[each].packagingMaterial | codes material-ja
"""

# Code of the column of 제품목록 and value cell of the form.
KOREA = """
name_ko D4 | name@ko | text
name_en J4 | name@en | text
barcode D5 | item[each].gtin | gtin
barcode_box J5 | item[level=CASE].gtin | gtin14
sku D6 | item[each].sku | text
food_type J6 | category[kr-food-type].code | text
origin D7 | originCountry | code country-ko
maker J7 | party[manufacturer].name@en | text
maker_addr D8 | party[manufacturer].address@en | contains
ffr J8 | certificate[KR_FFR].number | text
net D11 | item[each].netContent | quantity
date_kind D12 | shelfLife.kind | code date-ko
shelf J12 | shelfLife.fromProduction | duration
storage D13 | storage.zone | code storage-ko
storage_note J13 | storage.instructions@ko | text
pack D14 | item[each].packagingMaterial | codes material-ko
recycle J14 | item[each].recyclingMark@ko | text
ingredients D15 | ingredientStatement@ko | text
gmo D18 | gmo | code gmo-ko
caution D19 | warnings@ko | text
case_qty D25 | item[level=CASE].contains[each].quantity | number
case_size J25 | item[level=CASE] | size
case_weight D26 | item[level=CASE].grossWeight | measure KGM
price_fob J26 | price[market=KR,item=each,type=export] | price
price_krw D27 | price[market=KR,item=each,type=retail].amount | money
vat J27 | tax[market=KR].category | code vat-ko
moq D28 | item[level=CASE].minimumOrder | number
lead J28 | item[level=CASE].leadTime | days
hsk D29 | category[hs-kr].code | text
fta J29 | market[KR].agreement | code agreement-ko
certs D30 | certificate.standard | certificates certificate-ko
features D32 | description@ko | text
usage D33 | usageInstructions@ko | text
image D34 | media | pictures
"""
KOREA_CONSTANTS = {
    "report1399 D21": "부정·불량식품 신고는 국번없이 1399", "declared D22": "수입식품안전관리특별법에 따른 수입신고를 필함"}

# Element path below the tradeItem of the base unit: local names, the first anywhere below; [name=value] is an XML attribute.
GS1_BASE = """
tradeItemDescription[languageCode=vi] | name@vi | text
tradeItemDescription[languageCode=en] | name@en | text
descriptionShort[languageCode=vi] | shortName@vi | text
functionalName[languageCode=vi] | functionalName@vi | text
functionalName[languageCode=en] | functionalName@en | text
regulatedProductName[languageCode=vi] | legalName@vi | text
additionalTradeItemDescription[languageCode=vi] | description@vi | text
additionalTradeItemDescription[languageCode=en] | description@en | text
variantDescription[languageCode=vi] | variant@vi | text
brandNameInformation/brandName | brand | text
gdsnTradeItemClassification/gpcCategoryCode | category[gpc].code | text
informationProviderOfTradeItem/gln | party[supplier].gln | text
informationProviderOfTradeItem/partyName | party[supplier].name | text
manufacturerOfTradeItem/gln | party[manufacturer].gln | text
brandOwner/gln | party[brand-owner].gln | text
ingredientStatement[languageCode=vi] | ingredientStatement@vi | text
ingredientStatement[languageCode=en] | ingredientStatement@en | text
allergenStatement[languageCode=vi] | allergenStatement@vi | text
nutrientHeader/nutrientBasisQuantity | nutrition[1].basis | measured
tradeItemLifespan/minimumTradeItemLifespanFromTimeOfProduction | shelfLife.fromProduction | days
tradeItemLifespan/minimumTradeItemLifespanFromTimeOfArrival | shelfLife.onArrival | days
tradeItemLifespan/openedTradeItemLifespan | shelfLife.afterOpening | days
tradeItemTemperatureInformation/minimumTemperature | storage.temperatureMin | measure CEL
tradeItemTemperatureInformation/maximumTemperature | storage.temperatureMax | measure CEL
consumerStorageInstructions[languageCode=vi] | storage.instructions@vi | text
consumerUsageInstructions[languageCode=vi] | usageInstructions@vi | text
countryOfOrigin/countryCode | originCountry | code country-gs1
countryOfOrigin/countrySubdivisionCode | originProvince | code province-iso
provenanceStatement[languageCode=vi] | originText@vi | text
importClassificationValue | category[hs].code | text
dutyFeeTax/dutyFeeTaxRate | tax[market=VN].rate | number
dutyFeeTax/dutyFeeTaxCategoryCode | tax[market=VN].category | text
certificationIdentification | certificate[OCOP].number | anyOf
certificationAgency | certificate[OCOP].agency | anyOf
certificationValue | certificate[OCOP].value | anyOf
regulatoryPermitIdentification | declaration[self].number | text
isTradeItemAVariableUnit | item[each].isVariableMeasure | flag
"""
# The same below the tradeItem of every item that has a GTIN; the paths start at the item.
GS1_ITEM = """
gtin | gtin | gtin14
additionalTradeItemIdentification[additionalTradeItemIdentificationTypeCode=SUPPLIER_ASSIGNED] | sku | text
tradeItemUnitDescriptorCode | level | text
isTradeItemABaseUnit | isBaseUnit | flag
isTradeItemAConsumerUnit | isConsumerUnit | flag
isTradeItemADespatchUnit | isDespatchUnit | flag
isTradeItemAnInvoiceUnit | isInvoiceUnit | flag
isTradeItemAnOrderableUnit | isOrderable | flag
tradeItemMeasurements/netContent | netContent | measured
tradeItemMeasurements/depth | depth | measured
tradeItemMeasurements/width | width | measured
tradeItemMeasurements/height | height | measured
tradeItemWeight/grossWeight | grossWeight | measured
tradeItemWeight/netWeight | netWeight | measured
packaging/packagingTypeCode | packagingType | text
orderQuantityMinimum | minimumOrder | number
orderQuantityMultiple | orderMultiple | number
distributionDetails/orderingLeadTime | leadTime | measured
quantityOfLayersPerPallet | layersPerPallet | number
quantityOfTradeItemsPerPallet | itemsPerPallet | number
"""


def rows(text):
    return [tuple(cell.strip() for cell in line.split(" | ")) for line in text.strip().splitlines()]
