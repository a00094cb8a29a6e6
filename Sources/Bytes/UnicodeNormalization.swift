internal import COcopShims
// Normalisation form C without Foundation: the standard library has it for comparing strings, and gives it out under this
// name only. Should the name go away, the tests here fail to build and a table of our own must take its place.
@_spi(_Unicode) internal import Swift

/// Puts UTF-8 text into normalisation form C (Unicode Standard Annex 15), the form of every text inside the gateway.
///
/// Texts that plainly are NFC already, such as ASCII, composed Vietnamese, kana, kanji and Hangul syllables, are only
/// scanned. Text from macOS comes decomposed: Hangul in jamo, Vietnamese letters with separate marks.
///
/// - Returns: the normalised bytes, or nil when the text is NFC already or is no UTF-8.
public func nfc(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
  guard let start = bytes.baseAddress else { return nil }
  // Bit 0: no UTF-8; bit 1: some character might not be NFC here.
  guard ocop_scan_text(start, bytes.count, nil) == 2 else { return nil }
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  for scalar in String(decoding: bytes, as: UTF8.self)._nfc {
    if scalar.isASCII {
      result.append(UInt8(truncatingIfNeeded: scalar.value))
    } else if let encoded = UTF8.encode(scalar) {
      result.append(contentsOf: encoded)
    }
  }
  return result.elementsEqual(bytes) ? nil : result
}

extension String {
  /// The string in normalisation form C. `==` does not tell forms apart, but bytes, hashes of bytes and other programs do.
  public var nfcForm: String {
    var copy = self
    guard let normalised = copy.withUTF8({ nfc($0) }) else { return self }
    return String(decoding: normalised, as: UTF8.self)
  }
}
