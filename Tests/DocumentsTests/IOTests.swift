import Diagnostics
import Documents
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A directory that is removed with everything in it.
final class TemporaryDirectory {
  let path: String

  init() {
    var template = Array("/tmp/ocop-tests-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

func fault(_ body: () throws -> Void) -> Fault? {
  do { try body() } catch { return error as? Fault }
  return nil
}

@Suite("Documents on disk") struct IOTests {
  @Test("A file is read at any place") func reading() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/a.txt"
    let output = try OutputDocument.create(path)
    try output.write(Array("0123456789".utf8))
    try output.commit()
    let input = try InputDocument.open(path)
    #expect(input.size == 10)
    #expect(try input.prefix(4) == Array("0123".utf8))
    #expect(try input.prefix(40).count == 10)
    #expect(try input.bytes(at: 8, count: 10) == Array("89".utf8))
    #expect(try input.bytes(at: 10, count: 1).isEmpty)
    #expect(try input.bytes(at: .max, count: 1).isEmpty)
  }

  @Test("What cannot be opened says why") func unreadable() {
    let missing = fault { _ = try InputDocument.open("/nowhere/at/all.csv") }
    #expect(missing?.kind == .unreadable)
    #expect(missing?.diagnostic.code == .inputMissing)
    #expect(missing?.diagnostic.place.file == "/nowhere/at/all.csv")
    #expect(fault { _ = try InputDocument.open("/tmp") }?.diagnostic.code == .inputIsDirectory)
  }

  @Test("A pipe becomes a document that can be read again") func pipes() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let text = [UInt8](repeating: 0x61, count: 50_000)
    #expect(write(ends[1], text, text.count) == text.count)
    close(ends[1])
    let input = try InputDocument.open("/dev/fd/\(ends[0])")
    close(ends[0])
    #expect(input.size == 50_000)
    #expect(try input.prefix(3) == [0x61, 0x61, 0x61])
    #expect(try input.bytes(at: 49_999, count: 9) == [0x61])
  }

  @Test("An empty file is a document of no bytes") func emptyFile() throws {
    let input = try InputDocument.open("/dev/null")
    #expect(input.size == 0)
    #expect(try input.prefix(9).isEmpty)
  }

  @Test("An output shows only when committed, and keeps the target's permissions") func publishing() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/out.csv"
    let first = try OutputDocument.create(path)
    try first.write(Array("old".utf8))
    #expect(!directory.names.contains("out.csv"))
    #expect(directory.names.first?.hasPrefix(".out.csv.\(getpid())-") == true)
    try first.commit()
    #expect(directory.names == ["out.csv"])
    #expect(first.bytesWritten == 3)
    chmod(path, 0o640)

    let second = try OutputDocument.create(path)
    try second.write(Array("newer".utf8))
    #expect(try InputDocument.open(path).prefix(9) == Array("old".utf8))
    try second.commit()
    #expect(try InputDocument.open(path).prefix(9) == Array("newer".utf8))
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test("An output that is not committed leaves nothing") func discarding() throws {
    let directory = TemporaryDirectory()
    do {
      let output = try OutputDocument.create(directory.path + "/out.csv")
      try output.write([1, 2, 3])
    }
    #expect(directory.names.isEmpty)
    let output = try OutputDocument.create(directory.path + "/out.csv")
    output.discard()
    try output.commit()
    #expect(directory.names.isEmpty)
  }

  @Test("What killed runs have left is removed; what others are writing stays") func leftovers() throws {
    let directory = TemporaryDirectory()
    // No process has so great a number.
    let dead = "4194399-1", locked = "4194399-2", mine = "\(getpid())-999"
    let others = [
      ".out.csv.\(mine).part", ".out.csv.x-1.part", ".out.csv.part", ".other.csv.\(dead).part", "out.csv.part",
    ]
    for name in others + [".out.csv.\(dead).part", ".out.csv.\(locked).part"] {
      close(open(directory.path + "/" + name, O_WRONLY | O_CREAT, 0o600))
    }
    let holder = open(directory.path + "/.out.csv.\(locked).part", O_RDWR)
    defer { close(holder) }
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    let output = try OutputDocument.create(directory.path + "/out.csv")
    try output.commit()
    #expect(Set(directory.names) == Set(others + [".out.csv.\(locked).part", "out.csv"]))
  }

  @Test("A library may write the temporary file by its name, or put another in its place") func byName() throws {
    let directory = TemporaryDirectory()
    let output = try OutputDocument.create(directory.path + "/book.xlsx")
    let temporary = try #require(output.temporaryPath)
    unlink(temporary)
    let stream = try #require(fopen(temporary, "wb"))
    fputs("PK-something", stream)
    fclose(stream)
    try output.commit()
    #expect(output.bytesWritten == 12)
    #expect(directory.names == ["book.xlsx"])
    #expect(try InputDocument.open(directory.path + "/book.xlsx").prefix(2) == Array("PK".utf8))
  }

  @Test("A symbolic link stays, its target is replaced") func links() throws {
    let directory = TemporaryDirectory()
    try #require(symlink("real.csv", directory.path + "/link.csv") == 0)
    let stream = try #require(fopen(directory.path + "/real.csv", "wb"))
    fclose(stream)
    let output = try OutputDocument.create(directory.path + "/link.csv")
    try output.write([0x78])
    try output.commit()
    #expect(try InputDocument.open(directory.path + "/real.csv").prefix(2) == [0x78])
    var status = stat()
    lstat(directory.path + "/link.csv", &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    #expect(directory.names == ["link.csv", "real.csv"])
  }

  @Test("A full disk and a closed pipe are faults") func failures() throws {
    let full = try OutputDocument.create("/dev/full")
    let noRoom = fault { try full.write([1]) }
    #expect(noRoom?.kind == .output)
    #expect(noRoom?.diagnostic.code == .outputFull)

    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let output = try OutputDocument.create("/dev/fd/\(ends[1])")
    close(ends[0])
    #expect(fault { try output.write([1]) }?.diagnostic.code == .outputClosed)
    close(ends[1])

    let nowhere = fault { _ = try OutputDocument.create("/nowhere/out.csv") }
    #expect(nowhere?.kind == .output)
    #expect(fault { _ = try OutputDocument.create("/tmp/") }?.kind == .output)
  }

  @Test("An output in memory holds what was written") func memory() throws {
    let output = OutputDocument.memory()
    try output.write([1, 2])
    try output.write([3])
    try output.commit()
    #expect(output.contents == [1, 2, 3])
    #expect(output.bytesWritten == 3)
  }
}

@Suite("Positions") struct IOPositionTests {
  /// Line and column of every character's first byte, found the slow and obvious way.
  private func expected(_ text: String) -> [(offset: UInt64, line: Int, column: Int)] {
    var result: [(UInt64, Int, Int)] = []
    var offset = 0, line = 1, column = 1
    let scalars = Array(text.unicodeScalars)
    for (i, scalar) in scalars.enumerated() {
      let isSecondHalf = scalar == "\n" && i > 0 && scalars[i - 1] == "\r"
      if !isSecondHalf { result.append((UInt64(offset), line, column)) }
      offset += UTF8.width(scalar)
      let endsLine = scalar == "\n" || (scalar == "\r" && !(i + 1 < scalars.count && scalars[i + 1] == "\n"))
      if endsLine {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return result
  }

  @Test("Lines and columns, forwards and in any order") func positions() throws {
    let text = "ab\r\nMật ong\r\r\n\n한글 🍯\rlast, line\n\nend"
    let all = expected(text)
    let document = InputDocument(bytes: Array(text.utf8), name: "t")
    let forwards = PositionResolver(document), anyOrder = PositionResolver(document)
    for one in all {
      let at = try forwards.position(of: one.offset)
      #expect(at.line == one.line && at.column == one.column, "offset \(one.offset)")
    }
    for one in all.shuffled() {
      let at = try anyOrder.position(of: one.offset)
      #expect(at.line == one.line && at.column == one.column, "offset \(one.offset)")
    }
    #expect(try forwards.place(of: 0) == Place(file: "t", line: 1, column: 1, byte: 0))
    #expect(try forwards.position(of: 10_000).line == 8)
  }

  @Test("A byte order mark does not count as a column") func mark() throws {
    let document = InputDocument(bytes: Array("\u{FEFF}ab\nc".utf8), name: "t")
    let resolver = PositionResolver(document, textStart: 3)
    #expect(try resolver.position(of: 4).column == 2)
    #expect(try resolver.position(of: 6).line == 2)
  }

  @Test("Large documents: marks are found again") func large() throws {
    // 12 MiB of lines of 12 bytes, so that several checkpoints are set.
    let line = Array("12345678ạ\n".utf8)
    var bytes: [UInt8] = []
    for _ in 0..<1_048_576 { bytes.append(contentsOf: line) }
    let resolver = PositionResolver(InputDocument(bytes: bytes, name: "t"))
    for number in [1_048_575, 3, 700_000, 699_999, 349_526, 1, 1_000_000] {
      let at = try resolver.position(of: UInt64(number * 12 + 11))
      #expect(at.line == number + 1)
      #expect(at.column == 10)
    }
  }
}
