public import Diagnostics
public import ProductModel
public import Profiles

/// A converter of the mapping language, compiled: turns the text of a place into a canonical value and back.
///
/// Common cases (text, codes that stand as they are, plain digits) answer without copying: the value is the text where it
/// lies in the arena. Other values are appended to the arena. The text must be UTF-8 in NFC without odd control characters;
/// see `TextScan` for how engines make sure of that at the price of one pass over a record.
///
/// ```swift
/// let codec = try ValueCodec(rule.converter, type: declaration.type, codes: profile.codes, unit: rule.unit)
/// switch codec.read(offset: cell.offset, length: cell.length, in: &batch) {
/// case .value(let offset, let length): batch.set(attribute, on: node, offset: offset, length: length, origin: origin)
/// case .warned(let offset, let length, let finding): …
/// case .blank: break
/// case .fault(let finding): …
/// }
/// ```
public struct ValueCodec: Sendable {
  /// What reading gave.
  public enum Reading {
    /// A canonical value in the arena.
    case value(offset: Int, length: Int)
    /// A canonical value in the arena, with a warning.
    indirect case warned(offset: Int, length: Int, ConversionFinding)
    /// Nothing but blanks.
    case blank
    /// No value: the text is wrong.
    indirect case fault(ConversionFinding)
  }

  /// What writing gave.
  public enum Writing {
    /// The value was written whole.
    case exact
    /// It was written, but not whole.
    case lossy(LossReason)
    /// It cannot be written; nothing was.
    indirect case fault(ConversionFinding)
  }

  /// The attribute's type.
  public let type: ValueType
  /// Whether writing copies the value as it is, so that callers may escape it straight from the batch.
  public let writesAsIs: Bool
  let operation: Operation
  let style: Converter.NumberStyle
  /// Fewest decimals written.
  let minFraction: Int
  /// Most decimals written; a large number for no limit.
  let maxFraction: Int
  let details: Details

  /// The converter.
  public var converter: Converter { details.converter }

  /// For `money(STYLE, CUR)`: the canonical currency code, which the value's node has when read and must have when written.
  public var currency: [UInt8]? { details.currency }

  /// Whether the unit stands in a second place, so that `writeAmount` and `writeUnit` are to be used.
  public var hasUnitPlace: Bool { operation == .amount }

  /// Whether writing a measure copies its amount and its unit as they are, the unit into a place of its own.
  var writesAmountAsIs: Bool {
    operation == .amount && details.list == nil && style != .comma && minFraction == 0 && maxFraction >= 99
  }

  /// Compiles a converter.
  ///
  /// `text` on a type that is not text (numbers, dates, GTINs) takes the type's usual converter.
  ///
  /// - Parameters:
  ///   - converter: what the rule says.
  ///   - type: the type of the attribute.
  ///   - codes: the profile's code lists.
  ///   - unit: where the unit of a measure stands, when it has a place of its own.
  /// - Throws: `configuration` with the code `converter-unfit` for a code list or unit that does not exist.
  public init(
    _ converter: Converter, type: ValueType, codes: [String: CodeList], unit: UnitPlace? = nil
  ) throws(Fault) {
    var builder = Builder(converter: converter, type: type, codes: codes)
    try builder.build(unit: unit)
    self.type = type
    operation = builder.operation
    style = builder.style
    minFraction = builder.minFraction
    maxFraction = builder.maxFraction
    writesAsIs = builder.writesAsIs
    details = builder.details()
  }

  enum Operation: UInt8, Sendable {
    case text, url, gtin, gtin14, gln, integer, decimal, money, measure, amount, measureIn, quantity, duration, days,
      date
    case dateTimeOfDate, dateTime, boolean, codes, choice, affixed
  }

  /// What the rarer converters need; one reference, so that the codec is cheap to copy.
  final class Details: Sendable {
    let converter: Converter
    let currency: [UInt8]?
    let moneyWords: [String]
    let list: CodeIndex?
    let unit: UnitCode?
    let unitBytes: [UInt8]
    let dateStyle: Converter.DateStyle
    let offset: String
    let isEnd: Bool
    let isOpen: Bool
    let yes: [String]
    let no: [String]
    let prefix: [UInt8]
    let suffix: [UInt8]
    let inner: ValueCodec?

    init(_ b: Builder) {
      converter = b.converter
      currency = b.currency
      moneyWords = b.currency.map { CurrencyWords.words(of: String(decoding: $0, as: UTF8.self)) } ?? []
      list = b.list
      unit = b.unit
      unitBytes = b.unit.map { Array($0.code.utf8) } ?? []
      dateStyle = b.dateStyle
      offset = b.offset
      isEnd = b.isEnd
      isOpen = b.isOpen
      yes = b.yes
      no = b.no
      prefix = b.prefix
      suffix = b.suffix
      inner = b.inner.first
    }
  }
}

/// A finding about one value, before anybody knows its place.
public struct ConversionFinding: Sendable {
  /// The code.
  public var code: DiagnosticCode
  /// What is wrong with this value.
  public var message: LocalizedText
  /// What to do, when it is more than the code's remedy.
  public var hint: LocalizedText?

  /// Makes a finding.
  public init(_ code: DiagnosticCode, _ message: LocalizedText, hint: LocalizedText? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

extension ValueCodec {
  /// Gathers the parts of a codec.
  struct Builder {
    let converter: Converter
    let type: ValueType
    let codes: [String: CodeList]
    var operation = Operation.text
    var style = Converter.NumberStyle.plain
    var minFraction = 0
    var maxFraction = 99
    var writesAsIs = false
    var currency: [UInt8]?
    var list: CodeIndex?
    var unit: UnitCode?
    var dateStyle = Converter.DateStyle.iso
    var offset = "+07:00"
    var isEnd = false
    var isOpen = false
    var yes: [String] = []
    var no: [String] = []
    var prefix: [UInt8] = []
    var suffix: [UInt8] = []
    var inner: [ValueCodec] = []

    init(converter: Converter, type: ValueType, codes: [String: CodeList]) {
      self.converter = converter
      self.type = type
      self.codes = codes
    }

    func details() -> Details { Details(self) }

    mutating func build(unit place: UnitPlace?) throws(Fault) {
      if let place, type == .measure {
        switch converter {
        case .integer(let style): self.style = style
        case .decimal(let style, let least, let most):
          self.style = style
          minFraction = least
          maxFraction = most ?? 99
        case .text, .measure: break
        default:
          throw Self.unfit("a unit place needs integer or decimal", vi: "đơn vị ở cột riêng cần integer hoặc decimal")
        }
        operation = .amount
        if let name = place.codes { list = try index(name) }
        return
      }
      try build(converter)
    }

    private mutating func build(_ converter: Converter) throws(Fault) {
      switch converter {
      case .text: try buildText()
      case .gtin: operation = type == .gln ? .gln : .gtin
      case .gtin14:
        operation = .gtin14
        writesAsIs = true
      case .integer(let style):
        operation = .integer
        self.style = style
        writesAsIs = type == .integer
      case .decimal(let style, let least, let most):
        operation = .decimal
        self.style = style
        minFraction = max(least, 0)
        maxFraction = most ?? 99
        writesAsIs = style != .comma && minFraction == 0 && most == nil
      case .money(let style, let currency):
        operation = .money
        self.style = style
        guard let decimals = Currency.decimals(currency) else {
          throw Self.unfit("“\(currency)” is no ISO 4217 currency", vi: "“\(currency)” không phải tiền tệ ISO 4217")
        }
        minFraction = decimals
        maxFraction = decimals
        self.currency = Array(currency.utf8)
      case .measure:
        operation = .measure
        writesAsIs = true
      case .measureIn(let unit, let style, let most):
        guard let code = UnitCode(unit) else {
          throw Self.unfit("“\(unit)” is no known unit code", vi: "“\(unit)” không phải mã đơn vị đã biết")
        }
        operation = .measureIn
        self.unit = code
        self.style = style
        maxFraction = most ?? 99
      case .quantity(let name, let style):
        operation = .quantity
        self.style = style
        list = try index(name)
      case .duration(let name):
        operation = .duration
        list = try index(name)
      case .days:
        operation = .days
        unit = UnitCode("DAY")
      case .date(let style):
        operation = .date
        dateStyle = style
        writesAsIs = style == .iso && type == .date
      case .dateTimeOfDate(let isEnd, let offset):
        operation = .dateTimeOfDate
        self.isEnd = isEnd
        self.offset = offset
        guard DateAndTime("2026-01-01T00:00:00" + offset) != nil else {
          throw Self.unfit("“\(offset)” is no offset such as +07:00", vi: "“\(offset)” không phải múi giờ dạng +07:00")
        }
      case .dateTime:
        operation = .dateTime
        writesAsIs = true
      case .boolean(let yes, let no): buildBoolean(yes, no)
      case .codes(let name, let isOpen):
        operation = .codes
        list = try index(name)
        self.isOpen = isOpen
      case .choice(let name):
        operation = .choice
        list = try index(name)
      case .affixed(let prefix, let converter, let suffix):
        operation = .affixed
        self.prefix = Array(prefix.utf8)
        self.suffix = Array(suffix.utf8)
        inner = [try ValueCodec(converter, type: type, codes: codes)]
        currency = inner[0].currency
      }
    }

    private mutating func buildText() throws(Fault) {
      switch type {
      case .text, .code:
        operation = .text
        writesAsIs = true
      case .url:
        operation = .url
        writesAsIs = true
      case .gtin: operation = .gtin
      case .gln:
        operation = .gln
        writesAsIs = true
      case .integer: try build(.integer(.plain))
      case .decimal, .percent: try build(.decimal(.plain, minFraction: 0, maxFraction: nil))
      case .measure: try build(.measure)
      case .date: try build(.date(.iso))
      case .dateTime: try build(.dateTime)
      case .boolean: buildBoolean("true|1", "false|0")
      }
    }

    private mutating func buildBoolean(_ yes: String, _ no: String) {
      operation = .boolean
      self.yes = yes.split(separator: "|").map(String.init)
      self.no = no.split(separator: "|").map(String.init)
      writesAsIs = self.yes.first == "true" && self.no.first == "false"
    }

    private func index(_ name: String) throws(Fault) -> CodeIndex {
      guard let list = codes[name] else {
        throw Self.unfit("there is no code list “\(name)”", vi: "không có danh mục mã “\(name)”")
      }
      return CodeIndex(list)
    }

    static func unfit(_ en: String, vi: String) -> Fault {
      Fault(.configuration, Diagnostic(.converterUnfit, message: .init(en, vi: vi)))
    }
  }
}
