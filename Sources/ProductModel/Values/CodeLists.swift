// Small code lists that do not depend on a partner: countries, currencies, languages. Facts from ISO 3166-1, ISO 4217 (with
// the minor units of its list one) and ISO 639-1. One text a list, rows of equal width, sorted, searched by halves.

/// Countries, ISO 3166-1.
public enum Country {
  /// The numeric code of an alpha-2 code: `VN` → `704`; nil when it is unknown.
  public static func numeric(alpha2: String) -> String? { CodeTable.countries.row(alpha2)?.text(5, 3) }

  /// The alpha-3 code of an alpha-2 code: `VN` → `VNM`; nil when it is unknown.
  public static func alpha3(alpha2: String) -> String? { CodeTable.countries.row(alpha2)?.text(2, 3) }

  /// The alpha-2 code of a numeric code, with or without leading zeros: `704` → `VN`; nil when it is unknown.
  public static func alpha2(numeric: String) -> String? {
    guard !numeric.isEmpty, numeric.utf8.count <= 3 else { return nil }
    let padded = String(repeating: "0", count: 3 - numeric.utf8.count) + numeric
    return CodeTable.countries.first(where: padded, at: 5)?.text(0, 2)
  }

  /// The alpha-2 code of an alpha-3 code: `VNM` → `VN`; nil when it is unknown.
  public static func alpha2(alpha3: String) -> String? { CodeTable.countries.first(where: alpha3, at: 2)?.text(0, 2) }

  /// Whether a text is an alpha-2 code, in capitals.
  public static func isKnown(_ alpha2: Span<UInt8>) -> Bool { CodeTable.countries.find(alpha2) != nil }

  /// All alpha-2 codes, sorted.
  public static var all: [String] { CodeTable.countries.keys }
}

/// Currencies, ISO 4217.
public enum Currency {
  /// How many decimals amounts have: 0 for `VND` and `JPY`, 2 for `USD`; nil when the code is unknown or, as for gold, has
  /// none.
  public static func decimals(_ code: String) -> Int? { CodeTable.currencies.row(code)?.text(6, 1).flatMap { Int($0) } }

  /// The numeric code: `VND` → `704`; nil when it is unknown.
  public static func numeric(_ code: String) -> String? { CodeTable.currencies.row(code)?.text(3, 3) }

  /// Whether a text is a code, in capitals.
  public static func isKnown(_ code: Span<UInt8>) -> Bool { CodeTable.currencies.find(code) != nil }

  /// All codes, sorted.
  public static var all: [String] { CodeTable.currencies.keys }
}

/// Languages, ISO 639-1.
public enum Language {
  /// Whether a text is a code of two small letters.
  public static func isKnown(_ code: Span<UInt8>) -> Bool { CodeTable.languages.find(code) != nil }

  /// Whether a text is a code of two small letters.
  public static func isKnown(_ code: String) -> Bool { isKnown(code.utf8.span) }

  /// All codes, sorted.
  public static var all: [String] { CodeTable.languages.keys }
}

/// Rows of equal width in one static text, sorted by the key in front.
struct CodeTable: Sendable {
  let bytes: StaticString
  let width: Int
  let key: Int

  static let countries = CodeTable(bytes: countryRows, width: 8, key: 2)
  static let currencies = CodeTable(bytes: currencyRows, width: 7, key: 3)
  static let languages = CodeTable(bytes: languageRows, width: 2, key: 2)

  var count: Int { bytes.utf8CodeUnitCount / width }

  var keys: [String] { (0..<count).map { Row(table: self, index: $0).text(0, key) ?? "" } }

  func find(_ text: Span<UInt8>) -> Int? {
    guard text.count == key else { return nil }
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      let order = compare(text, middle * width)
      if order == 0 { return middle }
      if order < 0 { high = middle } else { low = middle + 1 }
    }
    return nil
  }

  func row(_ text: String) -> Row? { find(text.utf8.span).map { Row(table: self, index: $0) } }

  func first(where text: String, at offset: Int) -> Row? {
    let span = text.utf8.span
    guard offset + span.count <= width, span.count == (offset == key ? 3 : width - offset) else { return nil }
    for i in 0..<count where compare(span, i * width + offset) == 0 { return Row(table: self, index: i) }
    return nil
  }

  private func compare(_ text: Span<UInt8>, _ at: Int) -> Int {
    for i in 0..<text.count {
      let difference = Int(text[i]) - Int(bytes.utf8Start[at + i])
      if difference != 0 { return difference }
    }
    return 0
  }

  struct Row {
    let table: CodeTable
    let index: Int

    func text(_ offset: Int, _ length: Int) -> String? {
      let start = table.bytes.utf8Start + index * table.width + offset
      return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }
  }
}

// alpha-2, alpha-3, numeric
private let countryRows: StaticString = """
  ADAND020AEARE784AFAFG004AGATG028AIAIA660ALALB008AMARM051AOAGO024AQATA010ARARG032ASASM016ATAUT040AUAUS036\
  AWABW533AXALA248AZAZE031BABIH070BBBRB052BDBGD050BEBEL056BFBFA854BGBGR100BHBHR048BIBDI108BJBEN204BLBLM652\
  BMBMU060BNBRN096BOBOL068BQBES535BRBRA076BSBHS044BTBTN064BVBVT074BWBWA072BYBLR112BZBLZ084CACAN124CCCCK166\
  CDCOD180CFCAF140CGCOG178CHCHE756CICIV384CKCOK184CLCHL152CMCMR120CNCHN156COCOL170CRCRI188CUCUB192CVCPV132\
  CWCUW531CXCXR162CYCYP196CZCZE203DEDEU276DJDJI262DKDNK208DMDMA212DODOM214DZDZA012ECECU218EEEST233EGEGY818\
  EHESH732ERERI232ESESP724ETETH231FIFIN246FJFJI242FKFLK238FMFSM583FOFRO234FRFRA250GAGAB266GBGBR826GDGRD308\
  GEGEO268GFGUF254GGGGY831GHGHA288GIGIB292GLGRL304GMGMB270GNGIN324GPGLP312GQGNQ226GRGRC300GSSGS239GTGTM320\
  GUGUM316GWGNB624GYGUY328HKHKG344HMHMD334HNHND340HRHRV191HTHTI332HUHUN348IDIDN360IEIRL372ILISR376IMIMN833\
  ININD356IOIOT086IQIRQ368IRIRN364ISISL352ITITA380JEJEY832JMJAM388JOJOR400JPJPN392KEKEN404KGKGZ417KHKHM116\
  KIKIR296KMCOM174KNKNA659KPPRK408KRKOR410KWKWT414KYCYM136KZKAZ398LALAO418LBLBN422LCLCA662LILIE438LKLKA144\
  LRLBR430LSLSO426LTLTU440LULUX442LVLVA428LYLBY434MAMAR504MCMCO492MDMDA498MEMNE499MFMAF663MGMDG450MHMHL584\
  MKMKD807MLMLI466MMMMR104MNMNG496MOMAC446MPMNP580MQMTQ474MRMRT478MSMSR500MTMLT470MUMUS480MVMDV462MWMWI454\
  MXMEX484MYMYS458MZMOZ508NANAM516NCNCL540NENER562NFNFK574NGNGA566NINIC558NLNLD528NONOR578NPNPL524NRNRU520\
  NUNIU570NZNZL554OMOMN512PAPAN591PEPER604PFPYF258PGPNG598PHPHL608PKPAK586PLPOL616PMSPM666PNPCN612PRPRI630\
  PSPSE275PTPRT620PWPLW585PYPRY600QAQAT634REREU638ROROU642RSSRB688RURUS643RWRWA646SASAU682SBSLB090SCSYC690\
  SDSDN729SESWE752SGSGP702SHSHN654SISVN705SJSJM744SKSVK703SLSLE694SMSMR674SNSEN686SOSOM706SRSUR740SSSSD728\
  STSTP678SVSLV222SXSXM534SYSYR760SZSWZ748TCTCA796TDTCD148TFATF260TGTGO768THTHA764TJTJK762TKTKL772TLTLS626\
  TMTKM795TNTUN788TOTON776TRTUR792TTTTO780TVTUV798TWTWN158TZTZA834UAUKR804UGUGA800UMUMI581USUSA840UYURY858\
  UZUZB860VAVAT336VCVCT670VEVEN862VGVGB092VIVIR850VNVNM704VUVUT548WFWLF876WSWSM882YEYEM887YTMYT175ZAZAF710\
  ZMZMB894ZWZWE716
  """

// code, numeric, decimals (- where there are none)
private let currencyRows: StaticString = """
  AED7842AFN9712ALL0082AMD0512ANG5322AOA9732ARS0322AUD0362AWG5332AZN9442BAM9772BBD0522BDT0502BGN9752BHD0483\
  BIF1080BMD0602BND0962BOB0682BOV9842BRL9862BSD0442BTN0642BWP0722BYN9332BZD0842CAD1242CDF9762CHE9472CHF7562\
  CHW9482CLF9904CLP1520CNY1562COP1702COU9702CRC1882CUC9312CUP1922CVE1322CZK2032DJF2620DKK2082DOP2142DZD0122\
  EGP8182ERN2322ETB2302EUR9782FJD2422FKP2382GBP8262GEL9812GHS9362GIP2922GMD2702GNF3240GTQ3202GYD3282HKD3442\
  HNL3402HRK1912HTG3322HUF3482IDR3602ILS3762INR3562IQD3683IRR3642ISK3520JMD3882JOD4003JPY3920KES4042KGS4172\
  KHR1162KMF1740KPW4082KRW4100KWD4143KYD1362KZT3982LAK4182LBP4222LKR1442LRD4302LSL4262LYD4343MAD5042MDL4982\
  MGA9692MKD8072MMK1042MNT4962MOP4462MRU9292MUR4802MVR4622MWK4542MXN4842MXV9792MYR4582MZN9432NAD5162NGN5662\
  NIO5582NOK5782NPR5242NZD5542OMR5123PAB5902PEN6042PGK5982PHP6082PKR5862PLN9852PYG6000QAR6342RON9462RSD9412\
  RUB6432RWF6460SAR6822SBD0902SCR6902SDG9382SEK7522SGD7022SHP6542SLE9252SLL6942SOS7062SRD9682SSP7282STN9302\
  SVC2222SYP7602SZL7482THB7642TJS9722TMT9342TND7883TOP7762TRY9492TTD7802TWD9012TZS8342UAH9802UGX8000USD8402\
  USN9972UYI9400UYU8582UYW9274UZS8602VED9262VES9282VND7040VUV5480WST8822XAF9500XAG961-XAU959-XBA955-XBB956-\
  XBC957-XBD958-XCD9512XCG5322XDR960-XOF9520XPD964-XPF9530XPT962-XSU994-XTS963-XUA965-XXX999-YER8862ZAR7102\
  ZMW9672ZWG9242ZWL9322
  """

private let languageRows: StaticString = """
  aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfyga\
  gdglgngugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulv\
  mgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsr\
  ssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu
  """
