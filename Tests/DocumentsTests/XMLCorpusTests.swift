import Diagnostics
import Documents
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension SharedData {
  /// All files below a folder of the shared data, as paths relative to it.
  static func files(in folder: String) -> [String] {
    guard let directory = opendir(path(folder)) else { return [] }
    defer { closedir(directory) }
    var files: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix(".") { continue }
      var status = stat()
      guard stat(path(folder + "/" + name), &status) == 0 else { continue }
      files += status.st_mode & S_IFMT == S_IFDIR ? Self.files(in: folder + "/" + name) : [folder + "/" + name]
    }
    return files.sorted()
  }
}

/// Third-party documents: read or refused with a code; nothing crashes, hangs, or reaches outside.
@Suite("XML corpora", .enabled(if: SharedData.isThere, "the shared data is not there")) struct XMLCorpusTests {
  @Test("Every file is read or refused with one of our codes, the same in every size of pieces")
  func all() throws {
    var counts: [String: Int] = [:]
    let known = Set(DiagnosticCode.xmlCodes.map(\.id))
    for file in SharedData.files(in: "corpora/xml") {
      let bytes = try #require(SharedData.bytes(file))
      let fault = xmlFault(bytes)
      let code = fault?.diagnostic.code.id ?? "read"
      counts[code, default: 0] += 1
      #expect(fault == nil || known.contains(code), "\(file): \(code)")
      if bytes.count < 20_000 {
        let small = xmlFault(bytes, piece: 3)
        // Which of two faults is met first may depend on the pieces; whether there is one may not.
        #expect((small == nil) == (fault == nil), "\(file): \(code) or \(small?.diagnostic.code.id ?? "read")")
      }
    }
    print("XML corpora:", counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    #expect(counts["read", default: 0] >= 200)
    #expect(counts["xml-doctype", default: 0] >= 500)
  }

  @Test(
    "What the conformance suite calls not well-formed is refused; what it calls valid is read unless it has a DOCTYPE")
  func conformance() throws {
    var refused = 0, read = 0
    for file in SharedData.files(in: "corpora/xml/xmlconf") where file.hasSuffix(".xml") {
      let name = file.split(separator: "/").last.map(String.init) ?? ""
      let bytes = try #require(SharedData.bytes(file))
      let fault = xmlFault(bytes)
      let isBad = file.contains("/not-wf/") || name.hasPrefix("p") && name.contains("fail")
      let isGood = file.contains("/valid/") && !file.contains("/out/") || name.hasPrefix("p") && name.contains("pass")
      // These two use a colon in ways that XML 1.0 allows and Namespaces in XML forbids.
      if isGood, name == "p04pass1.xml" || name == "p05pass1.xml" { continue }
      if isBad {
        #expect(fault != nil, "\(file)")
        refused += 1
      } else if isGood {
        #expect(fault == nil || fault?.diagnostic.code == .xmlDoctype, "\(file): \(fault.map { "\($0)" } ?? "")")
        if fault == nil { read += 1 }
      }
    }
    print("XML conformance suite: \(refused) refused as they must be, \(read) read")
    #expect(refused > 300 && read > 20)
  }

  @Test("Documents made to do harm are refused quickly and quietly")
  func malicious() throws {
    let harmless: Set = [
      "cdata-end.xml", "pi-stylesheet.xml", "schema-location.xml", "utf16-decl-utf8.xml", "wrong-decl.xml",
      "xinclude-file.xml",
    ]
    for file in SharedData.files(in: "corpora/xml/malicious") {
      let name = file.split(separator: "/").last.map(String.init) ?? ""
      let bytes = try #require(SharedData.bytes(file))
      for piece in [1000, 1 << 16, 1 << 24] {
        #expect((xmlFault(bytes, piece: piece) == nil) == harmless.contains(name), "\(name)")
      }
    }
  }
}
