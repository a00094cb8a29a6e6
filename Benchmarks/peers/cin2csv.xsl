<?xml version="1.0" encoding="UTF-8"?>
<!-- A peer for XML to CSV: GS1 notifications as rows, by any XSLT 1.0 processor. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" exclude-result-prefixes="tid ing alg nut mea life poa cons sal ref cin"
    xmlns:tid="urn:gs1:gdsn:trade_item_description:xsd:3"
    xmlns:ing="urn:gs1:gdsn:food_and_beverage_ingredient:xsd:3"
    xmlns:alg="urn:gs1:gdsn:allergen_information:xsd:3"
    xmlns:nut="urn:gs1:gdsn:nutritional_information:xsd:3"
    xmlns:mea="urn:gs1:gdsn:trade_item_measurements:xsd:3"
    xmlns:life="urn:gs1:gdsn:trade_item_lifespan:xsd:3"
    xmlns:poa="urn:gs1:gdsn:place_of_item_activity:xsd:3"
    xmlns:cons="urn:gs1:gdsn:consumer_instructions:xsd:3"
    xmlns:sal="urn:gs1:gdsn:sales_information:xsd:3"
    xmlns:ref="urn:gs1:gdsn:referenced_file_detail_information:xsd:3"
    xmlns:cin="urn:gs1:gdsn:catalogue_item_notification:xsd:3">
  <xsl:output method="text" encoding="UTF-8"/>

  <xsl:template name="doubled">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&quot;')">
        <xsl:value-of select="concat(substring-before($text, '&quot;'), '&quot;&quot;')"/>
        <xsl:call-template name="doubled"><xsl:with-param name="text" select="substring-after($text, '&quot;')"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="field">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&quot;') or contains($text, ',') or contains($text, '&#10;')">
        <xsl:text>"</xsl:text><xsl:call-template name="doubled"><xsl:with-param name="text" select="$text"/></xsl:call-template><xsl:text>"</xsl:text>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="/">
    <xsl:text>gtin,sku,name_vi,name_en,name_ja,name_ko,generic_vi,generic_en,brand,gpc,ingredients,allergen_statement,allergens,nutrients,price_vnd,net_content,gross_weight,depth,width,height,origin,shelf_life,images,updated,storage,usage&#13;&#10;</xsl:text>
    <xsl:for-each select="/*/transaction/documentCommand/cin:catalogueItemNotification/catalogueItem/tradeItem">
      <xsl:if test="(3 * substring(gtin, 1, 1) + substring(gtin, 2, 1) + 3 * substring(gtin, 3, 1) + substring(gtin, 4, 1) + 3 * substring(gtin, 5, 1) + substring(gtin, 6, 1) + 3 * substring(gtin, 7, 1) + substring(gtin, 8, 1) + 3 * substring(gtin, 9, 1) + substring(gtin, 10, 1) + 3 * substring(gtin, 11, 1) + substring(gtin, 12, 1) + 3 * substring(gtin, 13, 1) + substring(gtin, 14, 1)) mod 10 = 0">
        <xsl:variable name="x" select="tradeItemInformation/extension"/>
        <xsl:call-template name="field"><xsl:with-param name="text" select="gtin"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="additionalTradeItemIdentification"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/tradeItemDescription[@languageCode='vi']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/tradeItemDescription[@languageCode='en']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/tradeItemDescription[@languageCode='ja']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/tradeItemDescription[@languageCode='ko']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/functionalName[@languageCode='vi']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/functionalName[@languageCode='en']"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/tid:tradeItemDescriptionModule/tradeItemDescriptionInformation/brandNameInformation/brandName"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="gdsnTradeItemClassification/gpcCategoryCode"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/ing:foodAndBeverageIngredientModule/ingredientStatement"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/alg:allergenInformationModule/allergenRelatedInformation/allergenStatement"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:for-each select="$x/alg:allergenInformationModule/allergenRelatedInformation/allergen">
          <xsl:if test="position() &gt; 1">|</xsl:if><xsl:value-of select="allergenTypeCode"/>
        </xsl:for-each>
        <xsl:text>,</xsl:text>
        <xsl:for-each select="$x/nut:nutritionalInformationModule/nutrientHeader/nutrientDetail">
          <xsl:if test="position() &gt; 1">;</xsl:if><xsl:value-of select="concat(nutrientTypeCode, '=', quantityContained, ' ', quantityContained/@measurementUnitCode)"/>
        </xsl:for-each>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/sal:salesInformationModule/tradeItemPriceInformation/suggestedRetailPrice/tradeItemPrice"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/netContent, ' ', $x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/netContent/@measurementUnitCode)"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/tradeItemWeight/grossWeight, ' ', $x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/tradeItemWeight/grossWeight/@measurementUnitCode)"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/depth, ' ', $x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/depth/@measurementUnitCode)"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/width, ' ', $x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/width/@measurementUnitCode)"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/height, ' ', $x/mea:tradeItemMeasurementsModule/tradeItemMeasurements/height/@measurementUnitCode)"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="substring('VN', 1, 2 * ($x/poa:placeOfItemActivityModule/placeOfProductActivity/countryOfOrigin/countryCode = '704'))"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="concat($x/life:tradeItemLifespanModule/tradeItemLifespan/minimumTradeItemLifespanFromTimeOfProduction, ' DAY')"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:for-each select="$x/ref:referencedFileDetailInformationModule/referencedFileHeader">
          <xsl:if test="position() &gt; 1">|</xsl:if><xsl:value-of select="uniformResourceIdentifier"/>
        </xsl:for-each>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="tradeItemSynchronisationDates/lastChangeDateTime"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/cons:consumerInstructionsModule/consumerInstructions/consumerStorageInstructions"/></xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="field"><xsl:with-param name="text" select="$x/cons:consumerInstructionsModule/consumerInstructions/consumerUsageInstructions"/></xsl:call-template>
        <xsl:text>&#13;&#10;</xsl:text>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
