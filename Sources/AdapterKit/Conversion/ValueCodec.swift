public import Bytes
public import Diagnostics
public import ProductModel
public import Profiles

/// A converter of the mapping language, compiled: turns the text of a place into a canonical value and back.
///
/// Common cases (text, codes that stand as they are, plain digits) answer without copying: the value is the text where it
/// lies in the arena. Other values are appended to the arena.
public struct ValueCodec: Sendable {
  /// What reading gave.
  public enum Reading {
    /// A canonical value in the arena.
    case value(offset: Int, length: Int)
    /// A canonical value in the arena, with a warning.
    case warned(offset: Int, length: Int, ConversionFinding)
    /// Nothing but blanks.
    case blank
    /// No value: the text is wrong.
    case fault(ConversionFinding)
  }

  /// What writing gave.
  public enum Writing {
    /// The value was written whole.
    case exact
    /// It was written, but not whole.
    case lossy(LossReason)
    /// It cannot be written.
    case fault(ConversionFinding)
  }

  /// The converter.
  public let converter: Converter
  /// The attribute's type.
  public let type: ValueType
  /// Whether writing copies the value as it is, so that callers may escape it straight from the batch.
  public let writesAsIs: Bool
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
