internal import Bytes
internal import Diagnostics

/// The shared strings of a workbook: one run of bytes and where each string ends. Readings (phonetic runs) are left out.
final class SharedStrings {
  // Without checks of exclusive access: the handler alone writes, at each event.
  @exclusivity(unchecked) private(set) var bytes = ByteBuffer(capacity: 1 << 12)
  @exclusivity(unchecked) private var ends: [UInt32] = []

  /// How many strings there are.
  var count: Int { ends.count }

  /// Where a string lies in the bytes.
  func place(_ index: Int) -> (start: UInt32, length: UInt32) {
    let start = index == 0 ? 0 : ends[index - 1]
    return (start, ends[index] - start)
  }

  /// An empty table, for workbooks without one.
  init() {}

  /// Reads the table from its part.
  init(_ part: String, in package: WorkbookPackage) throws(Fault) {
    let handler = Handler(self, package.limits)
    _ = try package.parse(part, handler)
  }

  private final class Handler: XMLHandler {
    // The table outlives its handler, which it makes.
    unowned let table: SharedStrings
    let limits: WorkbookLimits
    @exclusivity(unchecked) var skipped = 0
    @exclusivity(unchecked) var isInString = false
    @exclusivity(unchecked) var isInText = false
    @exclusivity(unchecked) var keepsSpace = false
    @exclusivity(unchecked) var textStart = 0
    @exclusivity(unchecked) var stringStart = 0

    init(_ table: SharedStrings, _ limits: WorkbookLimits) {
      self.table = table
      self.limits = limits
    }

    override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
      if skipped > 0 {
        skipped += 1
      } else if name.is("si") {
        isInString = true
        stringStart = table.bytes.count
      } else if name.is("t") {
        isInText = isInString
        textStart = table.bytes.count
        keepsSpace = attributes.keepsSpace
      } else if name.is("rPh") || name.is("rPr") || name.is("phoneticPr") || name.is("extLst") {
        skipped = 1
      }
    }

    override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
      if isInText, skipped == 0 { table.bytes.append(bytes) }
    }

    override func endElement(_ name: XMLName) {
      if skipped > 0 {
        skipped -= 1
      } else if name.is("t") {
        if isInText { CellText.finish(&table.bytes, from: textStart, keepsSpace: keepsSpace) }
        isInText = false
        // One string may have many runs.
        if table.bytes.count > limits.sharedStringBytes { check() }
      } else if name.is("si") {
        isInString = false
        table.ends.append(UInt32(table.bytes.count))
        check()
      }
    }

    private func check() {
      if table.bytes.count - stringStart > limits.textBytes {
        fail(
          WorkbookPackage.limit(
            parser.place, .init("bytes of one text", vi: "số byte của một văn bản"), UInt64(limits.textBytes)))
      } else if table.bytes.count > limits.sharedStringBytes {
        fail(
          WorkbookPackage.limit(
            parser.place, .init("bytes of shared strings", vi: "số byte chuỗi dùng chung"),
            UInt64(limits.sharedStringBytes)))
      } else if table.ends.count > limits.sharedStrings {
        fail(
          WorkbookPackage.limit(
            parser.place, .init("number of shared strings", vi: "số chuỗi dùng chung"), UInt64(limits.sharedStrings)))
      }
    }
  }
}

extension XMLName {
  /// Whether the local name is a given one. For the short names of sheets: a few byte compares, no call.
  @inline(__always) func `is`(_ text: StaticString) -> Bool {
    let expected = text.utf8Start
    var i = 0
    while i < text.utf8CodeUnitCount {
      if local[i] != expected[i] { return false }
      i += 1
    }
    return local[i] == 0
  }
}

extension XMLAttributes {
  /// Whether the element says `xml:space="preserve"`.
  var keepsSpace: Bool {
    for i in 0..<count where self[i].name.prefix != nil && self[i].name.is("space") {
      return self[i].string == "preserve"
    }
    return false
  }
}
