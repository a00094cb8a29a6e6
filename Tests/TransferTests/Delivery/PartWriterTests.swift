import Diagnostics
import Synchronization
import Testing

@testable import Transfer

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct PartWriterTests {
  /// Keeps a file open as the sink of a download does.
  private final class Part: Sendable {
    let descriptor: Int32
    let path: String

    init(_ folder: TestFolder, flags: Int32 = O_RDWR | O_CREAT) {
      path = folder.path + "/part"
      descriptor = open(path, flags, 0o600)
    }

    deinit { close(descriptor) }
  }

  private let folder = TestFolder()

  private func append(_ bytes: ArraySlice<UInt8>, to writer: PartWriter, _ part: Part) throws {
    try bytes.withUnsafeBytes { try writer.append($0, keeping: part) }
  }

  private func bytes(of part: Part, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count + 1)
    var at = 0
    while at < bytes.count {
      let got = bytes[at...].withUnsafeMutableBytes { pread(part.descriptor, $0.baseAddress, $0.count, off_t(at)) }
      if got <= 0 { break }
      at += got
    }
    return Array(bytes[..<at])
  }

  @Test("R13: whatever the pieces in which bytes come, they lie in the file and in the digest", arguments: 0..<6)
  func pieces(seed: Int) throws {
    let part = Part(folder)
    let writer = PartWriter(part.descriptor, path: part.path)
    // Up to more than may wait, so that all ways are gone: alone, in bursts beside, and by whoever brings bytes.
    let all = sample([0, 1, 700_000, 6_000_000, 20_000_000, 40_000_000][seed])
    var at = 0, step = 1
    while at < all.count {
      let next = min(all.count, at + step)
      try append(all[at..<next], to: writer, part)
      at = next
      step = (step * 7 + 11) % 300_007 + 1
    }
    let (count, fault) = writer.finish()
    #expect(fault == nil && count == UInt64(all.count))
    #expect(bytes(of: part, count: all.count) == all)
    #expect(try writer.sha256() == SHA256.hex(of: all))
    // It goes on after a pause, as after a broken connection.
    try append([1, 2, 3], to: writer, part)
    #expect(writer.finish().count == UInt64(all.count + 3))
    #expect(try writer.sha256() == SHA256.hex(of: all + [1, 2, 3]))
  }

  @Test("R14: the bytes of an earlier run are in the digest, also when they are many")
  func adopts() throws {
    let part = Part(folder)
    let old = sample(9_000_000), new = Array(sample(7_000_000).reversed())
    #expect(old.withUnsafeBytes { pwrite(part.descriptor, $0.baseAddress, $0.count, 0) } == old.count)
    let writer = PartWriter(part.descriptor, path: part.path)
    writer.adopt(UInt64(old.count))
    for at in stride(from: 0, to: new.count, by: 16384) {
      try append(new[at..<min(new.count, at + 16384)], to: writer, part)
    }
    #expect(writer.finish().count == UInt64(old.count + new.count))
    #expect(try writer.sha256() == SHA256.hex(of: old + new))
    #expect(bytes(of: part, count: old.count + new.count) == old + new)
  }

  @Test("what is forgotten is neither in the file nor in the digest")
  func discards() throws {
    let part = Part(folder)
    let writer = PartWriter(part.descriptor, path: part.path)
    let first = sample(5_000_000)
    try append(first[...], to: writer, part)
    writer.discard()
    #expect(bytes(of: part, count: 0).isEmpty)
    try append([7, 8, 9], to: writer, part)
    #expect(writer.finish().count == 3)
    #expect(bytes(of: part, count: 3) == [7, 8, 9])
    #expect(try writer.sha256() == SHA256.hex(of: [7, 8, 9]))
  }

  @Test("R4: a write that fails beside is told by the next bytes or the end, and nothing is written after it")
  func failing() throws {
    #expect(Part(folder).descriptor >= 0)
    let part = Part(folder, flags: O_RDONLY)
    let writer = PartWriter(part.descriptor, path: part.path)
    var told: Fault?
    let block = sample(1_000_000)
    for _ in 0..<200 where told == nil {
      do { try append(block[...], to: writer, part) } catch let fault as Fault { told = fault }
    }
    #expect(told?.kind == .output && told?.diagnostic.code == .localFile, "it was told only at the end")
    let (count, fault) = writer.finish()
    #expect(count == 0 && fault?.diagnostic.code == .localFile)
    // A short one is told at the end.
    let short = PartWriter(part.descriptor, path: part.path)
    try append([1, 2], to: short, part)
    #expect(short.finish().fault?.kind == .output)
    // What cannot be emptied could keep old bytes behind new ones.
    let full = PartWriter(part.descriptor, path: part.path)
    full.discard()
    #expect(full.finish().fault?.kind == .output)
  }
}
