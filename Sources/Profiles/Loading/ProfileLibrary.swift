public import Diagnostics
internal import ProductModel
internal import Settings

/// The profiles and vocabularies of a mappings folder.
///
/// ```swift
/// let library = ProfileLibrary(root: "mappings")
/// let profile = try library.load("amazon-us", asOf: "2026-11-22")
/// ```
///
/// Nothing is kept between calls: a profile that was changed is read anew.
public struct ProfileLibrary: Sendable {
  /// The folder: profiles are `*.yaml` in it and below, vocabularies `vocabulary/*.tsv`.
  public let root: String

  /// Longest chain of parents.
  public static let inheritanceLimit = 8

  /// Makes a library. The folder is not read yet.
  public init(root: String) { self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root }

  /// The names of all profiles, sorted.
  public func names() -> [String] { Array(Set(ProfileFiles.profiles(below: root).map(\.name))).sorted() }

  /// Loads a profile with everything inherited.
  ///
  /// - Parameters:
  ///   - name: a name within the folder, or the path of a .yaml file.
  ///   - asOf: the date that stands for today, ISO: dated rows of vocabularies, `$asOf`.
  ///   - variables: values of `--set`, which win over `let:`.
  ///   - diagnostics: gets every finding, warnings and notes too.
  /// - Throws: `.configuration` when there is no such profile; `.configuration` with the first error found, which says how many
  ///   more there are.
  public func load(
    _ name: String, asOf: String, variables: [String: String] = [:], diagnostics: DiagnosticCollector? = nil
  ) throws(Fault) -> Profile {
    let path = try path(of: name, near: nil, at: nil)
    return try load(
      bytes: ProfileFiles.read(path, limit: YAMLSource.byteLimit), file: path, asOf: asOf, variables: variables,
      diagnostics: diagnostics)
  }

  /// Loads a profile from text, for tests and editors. Parents and vocabularies come from the folder.
  ///
  /// - Parameter file: its name for messages; the profile's name when the text has no `profile:`.
  /// - Throws: as `load(_:asOf:variables:diagnostics:)`.
  public func load(
    yaml: String, file: String = "profile.yaml", asOf: String, variables: [String: String] = [:],
    diagnostics: DiagnosticCollector? = nil
  ) throws(Fault) -> Profile {
    try load(bytes: Array(yaml.utf8), file: file, asOf: asOf, variables: variables, diagnostics: diagnostics)
  }

  /// Checks a profile without data and reports everything found, the worst first to be mended: what keeps it from being
  /// loaded, then what will not work as it reads, then notes on what is lost.
  ///
  /// - Parameter adapters: names of adapters that exist; an empty list knows all names.
  public func lint(
    _ name: String, asOf: String, variables: [String: String] = [:], adapters: [String] = [],
    into diagnostics: DiagnosticCollector
  ) {
    do throws(Fault) {
      let path = try path(of: name, near: nil, at: nil)
      try lint(
        bytes: ProfileFiles.read(path, limit: YAMLSource.byteLimit), file: path, asOf: asOf, variables: variables,
        adapters: adapters, into: diagnostics)
    } catch {
      diagnostics.report(error.diagnostic)
    }
  }

  /// Checks a profile given as text; see `lint(_:asOf:variables:adapters:into:)`.
  public func lint(
    yaml: String, file: String = "profile.yaml", asOf: String, variables: [String: String] = [:],
    adapters: [String] = [], into diagnostics: DiagnosticCollector
  ) {
    do throws(Fault) {
      try lint(
        bytes: Array(yaml.utf8), file: file, asOf: asOf, variables: variables, adapters: adapters, into: diagnostics)
    } catch {
      diagnostics.report(error.diagnostic)
    }
  }

  private func lint(
    bytes: [UInt8], file: String, asOf: String, variables: [String: String], adapters: [String],
    into diagnostics: DiagnosticCollector
  ) throws(Fault) {
    // Rules that stand in several sheets through their code would be reported once each.
    let found = DiagnosticCollector(limitPerCode: .max)
    var reported = Set<Diagnostic>()
    found.onDiagnostic = { if reported.insert($0).inserted { diagnostics.report($0) } }
    guard let built = try build(bytes, file: file, asOf: asOf, variables: variables, into: found) else { return }
    ProfileLint(
      built: built, shelf: VocabularyShelf(root: root), adapters: adapters, asOf: asOf, diagnostics: found
    ).run()
  }

  private func load(
    bytes: [UInt8], file: String, asOf: String, variables: [String: String], diagnostics: DiagnosticCollector?
  ) throws(Fault) -> Profile {
    let found = DiagnosticCollector(limitPerCode: .max)
    found.onDiagnostic = { diagnostics?.report($0) }
    let built = try build(bytes, file: file, asOf: asOf, variables: variables, into: found)
    let errors = found.kept.filter { $0.severity >= .error }
    if var first = errors.first {
      if errors.count > 1 {
        first.message = LocalizedText(
          first.message.en + " (\(errors.count - 1) more in this profile.)",
          vi: first.message.vi + " (Còn \(errors.count - 1) lỗi nữa trong hồ sơ này.)")
      }
      throw Fault(.configuration, first)
    }
    guard let built else {
      throw Fault(.bug, Diagnostic(.profileLayout, at: Place(file: file)))
    }
    return built.profile
  }

  /// Reads, merges and builds; findings go to the collector.
  func build(
    _ bytes: [UInt8], file: String, asOf: String, variables: [String: String], into diagnostics: DiagnosticCollector
  ) throws(Fault) -> BuiltProfile? {
    guard isDate(asOf) else {
      throw Fault(
        .configuration,
        Diagnostic(
          .settingsValue, at: Place(field: "as-of"), value: asOf,
          message: .init("“\(asOf)” is not a date such as 2026-11-22.", vi: "“\(asOf)” không phải ngày như 2026-11-22.")
        ))
    }
    let own = try YAMLSource.read(bytes, name: file)
    guard own.entries != nil else {
      throw Fault(
        .configuration,
        Diagnostic(
          .settingsValue, at: own.position.place,
          message: .init("A profile begins with “profile: NAME”.", vi: "Hồ sơ bắt đầu bằng “profile: TÊN”.")))
    }
    let merged = try inherited(own, file: file, diagnostics)
    let name = name(own, file: file, diagnostics)
    let builder = ProfileBuilder(diagnostics: diagnostics, shelf: VocabularyShelf(root: root), asOf: asOf)
    return builder.build(merged, own: own, name: name, file: file, overrides: variables)
  }

  private func name(_ own: SourceNode, file: String, _ diagnostics: DiagnosticCollector) -> String {
    let base = ProfileLibrary.baseName(file)
    guard let node = own["profile"], let text = node.text else {
      diagnostics.report(
        Diagnostic(
          .settingsKeyMissing, at: own.position.place, value: "profile",
          message: .init("“profile”, the name, is missing.", vi: "Thiếu “profile” là tên hồ sơ.")))
      return base
    }
    if !ProfileLibrary.isName(text) {
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place, value: text,
          message: .init(
            "A name has up to 40 lower-case letters, digits and hyphens.",
            vi: "Tên gồm tối đa 40 chữ thường, chữ số và gạch nối.")))
    }
    return text
  }

  /// The YAML of a profile merged into all of its parents.
  private func inherited(_ own: SourceNode, file: String, _ diagnostics: DiagnosticCollector) throws(Fault)
    -> SourceNode
  {
    var chain = [own]
    var files = [file]
    while let extends = chain[chain.count - 1]["extends"] {
      let current = files[files.count - 1]
      guard let parent = extends.text else {
        throw inheritanceFault(
          extends, .init("“extends” takes one name.", vi: "“extends” nhận một tên."), nil)
      }
      let path = try path(of: parent, near: current, at: extends)
      guard !files.contains(path), ProfileLibrary.baseName(path) != own["profile"]?.text || files.count == 1 else {
        let circle = (files + [path]).map { ProfileLibrary.baseName($0) }.joined(separator: " → ")
        throw inheritanceFault(
          extends, .init("Profiles extend each other in a circle: \(circle).", vi: "Kế thừa quay vòng: \(circle)."), nil
        )
      }
      guard chain.count <= ProfileLibrary.inheritanceLimit else {
        throw inheritanceFault(
          extends,
          .init(
            "There are more than \(ProfileLibrary.inheritanceLimit) ancestors.",
            vi: "Có hơn \(ProfileLibrary.inheritanceLimit) đời cha."), nil)
      }
      let node = try YAMLSource.read(try ProfileFiles.read(path, limit: YAMLSource.byteLimit), name: path)
      chain.append(node)
      files.append(path)
    }
    var merged = Inheritance(diagnostics: diagnostics, hasParent: false).settle(chain[chain.count - 1])
    let inheritance = Inheritance(diagnostics: diagnostics, hasParent: true)
    for child in chain.dropLast().reversed() { merged = inheritance.merge(child, into: merged) }
    return merged
  }

  private func inheritanceFault(_ node: SourceNode, _ message: LocalizedText, _ hint: LocalizedText?) -> Fault {
    Fault(
      .configuration,
      Diagnostic(.profileInheritance, at: node.position.place, value: node.text, message: message, hint: hint))
  }

  /// The file of a profile: a path when it ends in .yaml (a parent's from its child's folder), else a name in the folder.
  private func path(of name: String, near child: String?, at node: SourceNode?) throws(Fault) -> String {
    if name.hasSuffix(".yaml") {
      if let child, !name.hasPrefix("/"), let slash = child.lastIndex(of: "/") { return child[...slash] + name }
      return name
    }
    let all = ProfileFiles.profiles(below: root)
    if let found = all.first(where: { $0.name == name }) { return found.path }
    let near = nearest(to: name, among: Set(all.map(\.name)).sorted())
    let message = LocalizedText("There is no profile “\(name)”.", vi: "Không có hồ sơ ánh xạ “\(name)”.")
    if let node { throw inheritanceFault(node, message, didYouMean(near)) }
    throw Fault(
      .configuration,
      Diagnostic(.profileNotFound, at: Place(file: root), value: name, message: message, hint: didYouMean(near)))
  }

  static func baseName(_ path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
  }

  /// The same letters as a facet's channel.
  static func isName(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count)
      && text.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
  }
}
