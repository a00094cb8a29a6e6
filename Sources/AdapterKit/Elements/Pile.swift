/// A growing array in raw memory, for the inner loops: no reference counts, no uniqueness checks. A copy shares the memory;
/// whoever made it frees it. Only what never shrinks may hold references.
struct Pile<Value> {
  private(set) var base: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 256) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  /// The same values as an array.
  init(_ values: [Value]) {
    self.init(capacity: max(values.count, 1))
    for value in values { append(value) }
  }

  /// Some copies of a value.
  init(repeating value: Value, count: Int) {
    self.init(capacity: max(count, 1))
    base.initialize(repeating: value, count: count)
    self.count = count
  }

  func free() {
    base.deinitialize(count: count)
    base.deallocate()
  }

  var indices: Range<Int> { 0..<count }

  subscript(i: Int) -> Value {
    @inline(__always) unsafeAddress { UnsafePointer(base + i) }
    @inline(__always) nonmutating unsafeMutableAddress { base + i }
  }

  @inline(__always) mutating func append(_ value: Value) {
    if count == capacity { grow() }
    (base + count).initialize(to: value)
    count += 1
  }

  mutating func removeAll() { count = 0 }

  @inline(__always) mutating func removeLast() { count -= 1 }

  /// Removes what stands behind the first values.
  @inline(__always) mutating func truncate(to length: Int) { count = min(count, length) }

  @inline(never) private mutating func grow() {
    let new = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    new.moveInitialize(from: base, count: count)
    base.deallocate()
    base = new
    capacity *= 2
  }
}
