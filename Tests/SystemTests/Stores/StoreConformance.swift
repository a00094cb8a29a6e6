import Diagnostics
import Testing

@testable import Transfer

/// What every store promises, checked in one call against a real server. `folder` is empty and writable; `replaces` says
/// whether this server lets a rename replace, where its protocol leaves that open.
func conformance(of endpoint: Endpoint, in folder: RemotePath, replaces: Bool = true) async throws {
  let engine = try CurlEngine()
  defer { engine.close() }
  let store = try StoreRegistry.open(endpoint, on: engine)
  let abilities = store.abilities
  let file = try folder.appending("mật hoa dừa #1 (50%).csv")
  let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

  // Nothing there yet.
  #expect(try await store.status(of: file) == nil)
  await #expect(throws: TransferFault.self) { try await store.read(file, from: 0, of: nil, into: RecordingSink()) }

  // Written, seen, read back.
  _ = try await store.write(file, from: MemorySource(bytes), at: 0, if: .always)
  if abilities.tellsSize { #expect(try await store.status(of: file)?.version.size == 300_000) }
  let sink = RecordingSink()
  let version = try await store.read(file, from: 0, of: nil, into: sink)
  #expect(sink.bytes == bytes)
  #expect(sink.heads.count == 1)
  #expect(sink.heads.first?.length == 300_000)
  #expect(version.size == 300_000)
  if abilities.lists {
    let listing = try await store.list(folder)
    #expect(listing.files.map(\.name) == [file.name])
    #expect(listing.files.first?.version.size == 300_000)
    #expect(listing.files.first?.kind == .file)
  }

  // The rest of what was read in part; all of it when it is another version.
  if abilities.resumesReads {
    let rest = RecordingSink()
    _ = try await store.read(file, from: 200_000, of: version, into: rest)
    #expect(rest.heads.first?.offset == 200_000)
    #expect(rest.bytes == Array(bytes[200_000...]))
    let other = RemoteVersion(size: 1, modified: 1, etag: "\"another\"")
    let anew = RecordingSink()
    _ = try await store.read(file, from: 200_000, of: other, into: anew)
    #expect(anew.heads.first?.offset == 0)
    #expect(anew.bytes == bytes)
    let complete = RecordingSink()
    _ = try await store.read(file, from: 300_000, of: version, into: complete)
    #expect(complete.bytes.isEmpty || complete.bytes == bytes)
  }

  // A write that goes on.
  let part = try folder.appending("part.bin")
  if abilities.resumesWrites {
    _ = try await store.write(part, from: MemorySource(Array(bytes[..<100_000])), at: 0, if: .always)
    _ = try await store.write(part, from: MemorySource(bytes), at: 100_000, if: .always)
    let whole = RecordingSink()
    _ = try await store.read(part, from: 0, of: nil, into: whole)
    #expect(whole.bytes == bytes)
    try await store.remove(part)
  }

  // Replaced by another write.
  _ = try await store.write(file, from: MemorySource([1, 2, 3]), at: 0, if: .always)
  #expect(try await store.status(of: file)?.version.size == 3)
  if abilities.writesIfAbsent {
    await #expect(throws: TransferFault.self) {
      try await store.write(file, from: MemorySource([9]), at: 0, if: .absent)
    }
    #expect(try await store.status(of: file)?.version.size == 3)
  }

  // Empty files are files.
  let empty = try folder.appending("empty")
  _ = try await store.write(empty, from: MemorySource([]), at: 0, if: .always)
  let nothing = RecordingSink()
  _ = try await store.read(empty, from: 0, of: nil, into: nothing)
  #expect(nothing.bytes.isEmpty)
  #expect(nothing.heads.count == 1)
  #expect(try await store.status(of: empty)?.version.size == 0)

  // Renamed; over another file only where the store says so.
  if abilities.moves {
    let target = try folder.appending("tên mới \"hai\".csv")
    try await store.move(file, to: target, replacing: false)
    #expect(try await store.status(of: file) == nil)
    #expect(try await store.status(of: target)?.version.size == 3)
    _ = try await store.write(file, from: MemorySource([4, 5]), at: 0, if: .always)
    if abilities.movesOver, replaces {
      try await store.move(file, to: target, replacing: true)
      #expect(try await store.status(of: target)?.version.size == 2)
    } else {
      await #expect(throws: TransferFault.self) { try await store.move(file, to: target, replacing: false) }
      #expect(try await store.status(of: target)?.version.size == 3)
      try await store.remove(file)
    }
    await #expect(throws: TransferFault.self) { try await store.move(file, to: target, replacing: true) }
    if abilities.removes { try await store.remove(target) }
  }

  // Removed; removing nothing is no error.
  if abilities.removes {
    try await store.remove(empty)
    try await store.remove(empty)
    #expect(try await store.status(of: empty) == nil)
    if !abilities.moves { try await store.remove(file) }
  }

  // Several side by side.
  let names = (0..<12).map { "many-\($0).txt" }
  try await withThrowingTaskGroup(of: Void.self) { group in
    for (number, name) in names.enumerated() {
      let path = try folder.appending(name)
      group.addTask {
        let content = [UInt8](repeating: UInt8(number), count: 1000 * number)
        _ = try await store.write(path, from: MemorySource(content), at: 0, if: .always)
        let back = RecordingSink()
        _ = try await store.read(path, from: 0, of: nil, into: back)
        #expect(back.bytes == content)
      }
    }
    try await group.waitForAll()
  }
  if abilities.lists {
    let listed = try await store.list(folder).files.map(\.name)
    #expect(listed.sorted() == names.sorted())
  }
  if abilities.removes {
    for name in names { try await store.remove(try folder.appending(name)) }
  }
}
