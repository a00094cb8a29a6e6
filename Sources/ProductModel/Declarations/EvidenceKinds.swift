// Proof and pictures: certificates, declarations, claims, media, quality system, traceability.
let evidenceKinds: [KindDeclaration] = [
  kind(
    .certificate, in: [.product], key: [.standard, .number], many: true, "One certificate or registration.",
    [
      a(
        .standard, .code, codes: "certificate-standard", "OCOP, HACCP, ISO22000, VIETGAP, HALAL, ORG_JAS, KR_FFR ….",
        "GDSN certificationStandard", "OCOP"),
      a(.number, .text, "Its number.", "GDSN certificationIdentification", "01/2022/OCOP-TV"),
      a(.value, .text, "Its grade in words.", "GDSN certificationValue", "4 sao"),
      a(.agency, .text, "Who issued it.", "GDSN certificationAgency", "UBND tỉnh Trà Vinh"),
      a(
        .issued, .date, "Issued on; OCOP certificates hold 36 months.", "GDSN certificationEffectiveStartDateTime",
        "2022-11-30"),
      a(.expires, .date, "Holds until.", "GDSN certificationEffectiveEndDateTime", "2025-11-30"),
      a(.file, .url, "A copy.", "GDSN referencedFileInformation", "https://example.vn/ocop.pdf"),
    ]),
  kind(
    .declaration, in: [.product], key: [.type], many: true, "A declaration to or permit of an authority.",
    [
      a(
        .type, .code, codes: "declaration-type", "self (tự công bố), registered (đăng ký bản công bố).",
        "NĐ 15/2018; NĐ 46/2026", "self"),
      a(.number, .text, "Its number; free form.", "GDSN regulatoryPermitIdentification", "01/TVFARM/2022"),
      a(.date, .date, "Its date.", "NĐ 15/2018", "2022-03-01"),
      a(.basis, .text, "The legal basis.", "NĐ 15/2018", "NĐ 15/2018/NĐ-CP"),
    ]),
  kind(
    .claim, in: [.product], key: [.type], many: true, "A claim or on-pack mark: organic, accreditation ….",
    [
      a(
        .type, .code, codes: "claim-type", "organic or accreditation.",
        "GDSN organicTradeItemCode, packagingMarkedLabelAccreditationCode", "organic"),
      a(.code, .code, many: true, "The GS1 code of the claim.", "GDSN", "5"),
    ]),
  kind(
    .media, in: [.product], many: true, "One picture or document; the order is the partner's order.",
    [
      a(
        .type, .code, codes: "media-type", "PRODUCT_IMAGE, PRODUCT_LABEL_IMAGE, NUTRITION_PANEL, VIDEO, DOCUMENT.",
        "GDSN referencedFileTypeCode", "PRODUCT_IMAGE"),
      a(.url, .url, "Where it is.", "GDSN uniformResourceIdentifier", "https://example.vn/img/1.jpg"),
      a(.mime, .code, "Its media type.", "GDSN fileFormatName", "image/jpeg"),
      a(.fileName, .text, "Its file name.", "GDSN fileName", "08938501234018_C1N1.jpg"),
      a(.isPrimary, .boolean, "Whether it is the main picture.", "GDSN isPrimaryFile", "true"),
    ]),
  kind(
    .quality, in: [.product], "How quality is kept, as Japanese buyers ask it.",
    [
      a(
        .inspection, .text, facet: .language, "Product inspection: whether, and of what.", "JP FCP 商品検査の有無", "有（微生物検査）"),
      a(.process, .text, facet: .language, "Control of the process.", "JP FCP 製造工程の管理", "HACCPに基づく管理"),
      a(.staff, .text, facet: .language, "Hygiene of staff.", "JP FCP 従業員の管理", "毎日の健康確認"),
      a(.facility, .text, facet: .language, "Control of the plant.", "JP FCP 施設設備の管理", "毎日清掃"),
      a(.crisisContact, .text, facet: .language, "Whom to call.", "JP FCP 危機管理体制", "品質管理部 +84 294 000 000"),
      a(
        .steps, .text, facet: .language, "Steps of manufacture with temperatures and times.",
        "JP import notification; KR 제조공정도", "採取 → 濾過 → 濃縮（65 ℃） → 充填"),
    ]),
  kind(
    .trace, in: [.product], "Traceability of the product or one lot.",
    [
      a(
        .digitalLink, .url, "GS1 Digital Link or the producer's tracing page.", "TCVN 13274:2020; GS1 Digital Link",
        "https://id.example.vn/01/08938501234018"),
      a(.qr, .text, "The text of the QR stamp.", "TT 02/2024/TT-BKHCN", "https://txng.example.vn/abc"),
      a(.lot, .code, "The lot.", "GS1 AI 10", "L221130"),
      a(.produced, .date, "Production date of the lot.", "GS1 AI 11", "2026-01-15"),
      a(.bestBefore, .date, "Best-before date of the lot.", "GS1 AI 15", "2028-01-15"),
    ]),
]

// Who makes, sells, ships and answers for it.
let partyKinds: [KindDeclaration] = [
  kind(
    .party, in: [.product], key: [.role], many: true, "One party in one role.",
    [
      a(
        .role, .code, codes: "party-role",
        "producer (chủ thể OCOP), manufacturer, supplier, brand-owner, exporter, importer or contact.",
        "GDSN party roles; OCOP dossier", "producer"),
      a(
        .name, .text, facet: .language, "Its name; without language the registered name.", "business register",
        "Công ty TNHH Trà Vinh Farm"),
      a(
        .kind, .code, codes: "subject-kind", "company, cooperative, cooperative-group or household.",
        "OCOP dossier system", "company"),
      a(.taxCode, .code, "Tax code: 10 digits, or 10-3.", "Vietnam tax law", "2100000000"),
      a(.gln, .gln, "Its GLN.", "GS1 General Specifications", "8938501234001"),
      a(
        .registration, .code, "Its registration with a foreign authority, such as the MFDS foreign facility number.",
        "KR 해외제조업소 등록번호", "2022-VN-001234"),
      a(.representative, .text, "Who represents it.", "OCOP dossier", "Phạm Đình Ngãi"),
      a(.contactName, .text, "Whom to ask.", "GDSN contactName", "Phòng kinh doanh"),
      a(.phone, .text, "Telephone with country code.", "GDSN communicationChannel", "+84294000000"),
      a(.email, .text, "E-mail.", "GDSN communicationChannel", "info@example.vn"),
      a(.website, .url, "Web site.", "GDSN communicationChannel", "https://example.vn"),
      a(.country, .code, codes: "country", "Country, ISO 3166-1 alpha-2.", "ISO 3166", "VN"),
      a(.address, .text, facet: .language, "Street address.", "business register", "Ấp Ngãi Hòa, xã Tam Ngãi"),
      a(.province, .code, codes: "province", "Province with its scheme.", "General Statistics Office", "gso-2025:86"),
      a(
        .district, .text, "District, abolished on 1 July 2025, kept as history.", "General Statistics Office", "Cầu Kè"),
      a(.commune, .code, codes: "commune", "Commune with its scheme.", "General Statistics Office", "gso-2024:29338"),
    ])
]
