public import Bytes

/// Writes products as canonical JSON: one object a product, for JSON Lines.
///
/// The form is exact, so that equal products give equal bytes:
///
/// - The product's attributes stand at the top level in declared order, then its nodes by kind in the order of `NodeKind`; nodes
///   nest the same way.
/// - Nodes of a kind that can repeat are an array of objects in tree order, others an object.
/// - An attribute that has facets, and some value with one, is an object: `{"vi": …, "en/amazon-us": …}`, in the order
///   `und`, `vi`, `en`, `ja`, `ko`, then by alphabet. With only a plain value it is that value.
/// - An attribute that can hold many values is an array.
/// - `true` and `false`, whole numbers as numbers, everything else as strings: decimals and measures stay exact.
///
/// A tree that has several nodes or values where one is declared is written with an array there, which the reader reports;
/// nothing is dropped in silence. Writing allocates nothing once the writer's scratch memory has grown.
public struct CanonicalJSONWriter {
  /// Blanks per level for people; 0 for one line.
  public var indentation: Int
  /// Whether residue is written.
  public var includesResidue: Bool

  private var keys: [UInt64] = []
  private var facets = FacetOrder()

  /// Makes a writer.
  public init(indentation: Int = 0, includesResidue: Bool = false) {
    self.indentation = indentation
    self.includesResidue = includesResidue
  }

  /// Writes a product and a line feed.
  public mutating func writeLine(_ product: borrowing NodeView, to out: inout ByteBuffer) {
    write(product, to: &out)
    out.append(0x0A)
  }

  /// Writes a product, or any node with what is below it, as one object.
  public mutating func write(_ node: borrowing NodeView, to out: inout ByteBuffer) {
    keys.removeAll(keepingCapacity: true)
    object(node, &out, level: 1)
  }

  private mutating func object(_ node: borrowing NodeView, _ out: inout ByteBuffer, level: Int) {
    out.append(UInt8(ascii: "{"))
    let empty = out.count
    attributes(of: node, &out, level: level)
    children(of: node, &out, level: level)
    if out.count > empty { lineEnd(&out, level - 1) }
    out.append(UInt8(ascii: "}"))
  }

  // MARK: Attributes

  /// Writes a node's values. Each is sorted by one number: rank of the attribute, rank of the facet, place in the node.
  private mutating func attributes(of node: borrowing NodeView, _ out: inout ByteBuffer, level: Int) {
    let base = keys.count
    let range = node.entryRange
    let tables = ModelTables.shared
    // Learning a facet moves ranks, so all are known before the first is used.
    for i in range { facets.learn(node.entry(i).facet) }
    for i in range {
      let entry = node.entry(i)
      if entry.attribute == .residue, !includesResidue { continue }
      let rank = tables.rank(node.kind, entry.attribute)
      keys.append(UInt64(rank) << 32 | UInt64(facets.rank(entry.facet)) << 16 | UInt64(i))
    }
    sort(from: base)
    var at = base
    let end = keys.count
    while at < end {
      let rank = keys[at] >> 32
      var next = at + 1
      while next < end, keys[next] >> 32 == rank { next += 1 }
      let first = node.entry(Int(keys[at] & 0xFFFF))
      let shape = tables.shape(node.kind, first.attribute)
      name(first.attribute.rawValue, of: tables.attributeNames, &out, level)
      let isMany = shape?.isMany ?? false
      let type = shape?.type ?? .code
      if node.entry(Int(keys[next - 1] & 0xFFFF)).facet == 0 {
        values(at..<next, of: node, type, isMany, &out, level)
      } else {
        out.append(UInt8(ascii: "{"))
        var from = at
        while from < next {
          let facet = node.entry(Int(keys[from] & 0xFFFF)).facet
          var to = from + 1
          while to < next, node.entry(Int(keys[to] & 0xFFFF)).facet == facet { to += 1 }
          if from > at { out.append(UInt8(ascii: ",")) }
          lineEnd(&out, level + 1)
          out.append(0x22)
          facets.name(facet).withUnsafeBufferPointer { out.append($0) }
          closeName(&out)
          values(from..<to, of: node, type, isMany, &out, level + 1)
          from = to
        }
        lineEnd(&out, level)
        out.append(UInt8(ascii: "}"))
      }
      at = next
    }
    keys.removeSubrange(base...)
  }

  private func values(
    _ range: Range<Int>, of node: borrowing NodeView, _ type: ValueType, _ isMany: Bool, _ out: inout ByteBuffer,
    _ level: Int
  ) {
    if range.count == 1, !isMany {
      value(node.bytes(of: Int(keys[range.lowerBound] & 0xFFFF)), type, &out)
      return
    }
    out.append(UInt8(ascii: "["))
    for i in range {
      if i > range.lowerBound { out.append(UInt8(ascii: ",")) }
      lineEnd(&out, level + 1)
      value(node.bytes(of: Int(keys[i] & 0xFFFF)), type, &out)
    }
    lineEnd(&out, level)
    out.append(UInt8(ascii: "]"))
  }

  @inline(__always) private func value(_ bytes: Span<UInt8>, _ type: ValueType, _ out: inout ByteBuffer) {
    // A boolean or number that is not canonical could break the text: it is written as a string.
    let isBare = type == .boolean || type == .integer
    if isBare, type.check(bytes) == nil {
      out.append(bytes)
    } else {
      bytes.withUnsafeBufferPointer { out.appendJSON($0) }
    }
  }

  // MARK: Nodes

  private mutating func children(of node: borrowing NodeView, _ out: inout ByteBuffer, level: Int) {
    let base = keys.count
    let tables = ModelTables.shared
    var child = node.index + 1
    let last = node.descendants.upperBound
    while child < last {
      keys.append(UInt64(node.node(at: child).kind.rawValue) << 16 | UInt64(child))
      child = node.end(of: child)
    }
    sort(from: base)
    var at = base
    let end = keys.count
    while at < end {
      let kind = keys[at] >> 16
      var next = at + 1
      while next < end, keys[next] >> 16 == kind { next += 1 }
      name(UInt16(kind), of: tables.kindNames, &out, level)
      let isMany = next - at > 1 || tables.isMany(UInt16(kind))
      if isMany { out.append(UInt8(ascii: "[")) }
      for i in at..<next {
        if i > at { out.append(UInt8(ascii: ",")) }
        if isMany { lineEnd(&out, level + 1) }
        object(node.node(at: Int(keys[i] & 0xFFFF)), &out, level: level + (isMany ? 2 : 1))
      }
      if isMany {
        lineEnd(&out, level)
        out.append(UInt8(ascii: "]"))
      }
      at = next
    }
    keys.removeSubrange(base...)
  }

  // MARK: Helpers

  /// Sorts the scratch from a place on. Entries mostly come sorted or nearly so.
  private mutating func sort(from base: Int) {
    let n = keys.count
    guard n - base > 1 else { return }
    if n - base > 64 {
      keys[base...].sort()
      return
    }
    for i in base + 1..<n {
      let key = keys[i]
      var j = i
      while j > base, keys[j - 1] > key {
        keys[j] = keys[j - 1]
        j -= 1
      }
      keys[j] = key
    }
  }

  private func name(_ number: UInt16, of names: NameBytes, _ out: inout ByteBuffer, _ level: Int) {
    if out.bytes[out.count - 1] != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
    lineEnd(&out, level)
    out.append(0x22)
    names.bytes.withUnsafeBufferPointer { out.append(UnsafeBufferPointer(rebasing: $0[names.range(Int(number))])) }
    closeName(&out)
  }

  @inline(__always) private func closeName(_ out: inout ByteBuffer) {
    out.append(0x22)
    out.append(UInt8(ascii: ":"))
    if indentation > 0 { out.append(0x20) }
  }

  @inline(__always) private func lineEnd(_ out: inout ByteBuffer, _ level: Int) {
    guard indentation > 0 else { return }
    out.append(0x0A)
    for _ in 0..<level * indentation { out.append(0x20) }
  }
}
