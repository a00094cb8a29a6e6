internal import ProductModel

/// What is written for products of a shape: most products of a run differ in their values and in little else.
///
/// The shape of a product (`ProductShape`) decides which steps of the program have something to do, which tags are written, which
/// entry goes where and through which converter, what is marked as carried and what is missed. So this is noted while one product
/// goes through the steps, and the next ones of its shape are filled in like a form:
///
///     <tradeItem><gtin>|entry 3|</gtin><depth unit="|entry 7|</depth> …
///
/// What hangs on more than shapes is not noted but done again: texts that are computed (`Way.computed`), and questions about values
/// (`Check`). A value that is not as usual makes the product go through the steps, which leaves the same bytes, marks and findings
/// as the form would have. A product that went through the steps with anything to say about a value has no form. And before a form
/// is used by itself, it must give for a second product just what the steps give.
final class ProductForm {
  enum Way: UInt8 {
    /// A value as it stands.
    case copy
    /// A number and its unit.
    case measure
    /// A value through a converter whose results are remembered.
    case converted
    /// A value, or that of a fallback, in the general way.
    case put
    /// The unit of a value.
    case unit
    /// A list, pattern or derived text.
    case computed
    /// The end of the product.
    case end
  }

  /// A piece of the form: fixed bytes, and behind them what is made of a value.
  struct Piece {
    /// The fixed bytes, as a place in `bytes` and a length.
    var start: Int32 = 0
    var count: Int32 = 0
    /// The value of the plan.
    var value: Int32 = -1
    /// The entry; for a computed text the node.
    var entry: Int32 = -1
    /// For a computed text the top item at hand, or -1.
    var topItem: Int32 = -1
    /// The number of the fallback, or -1 for the value's own.
    var fallback: Int16 = -1
    var way: Way
    var isInAttribute = false
  }

  /// A question about values, and its answer.
  enum Check {
    /// Whether the value of an entry is the constant that stands for it.
    case constant(value: Int, entry: Int, isSame: Bool)
    /// Whether reading would give an item its id by itself.
    case implied(item: Int, isImplied: Bool)
    /// Whether a computed text has anything to be made of, where it is not written.
    case computed(value: Int, node: Int, topItem: Int, isMissing: Bool)
  }

  /// A longer form is not kept.
  static let byteLimit = 64 << 10

  let shape: ProductShape
  let pieces: Pile<Piece>
  let bytes: Pile<UInt8>
  let checks: [Check]
  let findings: [ElementWriteFinding]
  /// The entries that are carried, a bit each, but for those of computed texts.
  let marks: Pile<UInt64>
  /// Nodes for which there is no place.
  let surplus: [(node: Int, reason: LossReason)]

  enum Standing { case unproven, proven, refuted }
  /// Whether it has given what the steps give.
  var standing = Standing.unproven
  private var uses = 0
  private var misses = 0

  /// Makes the form of a product that went through the steps.
  ///
  /// - Parameters:
  ///   - text: what was written.
  ///   - coverage: the account of what was carried, without that of computed texts.
  ///   - entries: how many entries the product has.
  init(
    _ shape: consuming ProductShape, _ recording: FormRecording, _ text: UnsafeBufferPointer<UInt8>,
    _ coverage: Coverage, entries: Int
  ) {
    self.shape = shape
    var pieces = Pile<Piece>(capacity: recording.notes.count + 1)
    var bytes = Pile<UInt8>(capacity: text.count + XMLSink.slack)
    var at = 0
    func fixed(to end: Int) -> (Int32, Int32) {
      let start = bytes.count
      for i in at..<end { bytes.append(text[i]) }
      return (Int32(start), Int32(end - at))
    }
    for note in recording.notes {
      var piece = note.piece
      (piece.start, piece.count) = fixed(to: note.start)
      pieces.append(piece)
      at = note.end
    }
    var last = Piece(way: .end)
    (last.start, last.count) = fixed(to: text.count)
    pieces.append(last)
    // Copied in blocks, which may go beyond the end.
    for _ in 0..<XMLSink.slack { bytes.append(0) }
    self.pieces = pieces
    self.bytes = bytes
    marks = Pile(Array(coverage.words(of: entries)))
    surplus = coverage.surplus
    checks = recording.checks
    findings = recording.findings
  }

  deinit {
    pieces.free()
    bytes.free()
    marks.free()
  }

  /// Notes whether it could be used; one that seldom can is given up.
  @inline(__always) func note(isUsed: Bool) {
    uses &+= 1
    if isUsed { return }
    misses &+= 1
    if misses > 16, misses &* 2 > uses { standing = .refuted }
  }
}

/// Notes what is made of values while a product goes through the steps.
struct FormRecording {
  struct Note {
    /// Where its bytes stand in the sink, from the product's first byte.
    var start: Int
    var end: Int
    var piece: ProductForm.Piece
  }

  private(set) var notes: [Note] = []
  private(set) var checks: [ProductForm.Check] = []
  var findings: [ElementWriteFinding] = []
  /// Whether something came that no form knows.
  private(set) var isSpecial = false
  /// What computed texts carried.
  var computed = Coverage()

  mutating func note(_ start: Int, _ end: Int, _ piece: ProductForm.Piece) {
    // Whether there is a text decides about its tags.
    if end <= start { isSpecial = true }
    notes.append(Note(start: start, end: end, piece: piece))
  }

  mutating func check(_ check: ProductForm.Check) { checks.append(check) }

  /// Forgets what was noted from a place on, since its bytes are taken back. That a computed text was there may have decided
  /// about what is around it.
  mutating func truncate(to place: Int) {
    while let last = notes.last, last.end > place {
      if last.piece.way == .computed {
        checks.append(
          .computed(
            value: Int(last.piece.value), node: Int(last.piece.entry), topItem: Int(last.piece.topItem),
            isMissing: false))
      }
      notes.removeLast()
    }
  }
}
