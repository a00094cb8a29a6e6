/// A growing array of plain values (no references inside) in raw memory, for the inner loops of reading: no reference counts, no uniqueness checks.
/// A copy shares the memory; whoever made it frees it.
struct Pile<Value> {
  private var base: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 256) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  func free() { base.deallocate() }

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

  @inline(never) private mutating func grow() {
    let new = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    new.moveInitialize(from: base, count: count)
    base.deallocate()
    base = new
    capacity *= 2
  }
}
