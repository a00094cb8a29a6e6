internal import Diagnostics
internal import Settings

/// Reads one endpoint of the file by the declaration of keys.
struct EndpointReader {
  let file: PrivateFile
  let path: String
  /// Schemes that the file allows; nil for all.
  let allowed: [RemoteURL.Scheme]?

  private let found = DiagnosticCollector()

  init(file: PrivateFile, path: String, allowed: [RemoteURL.Scheme]?) {
    self.file = file
    self.path = path
    self.allowed = allowed
  }

  /// Reads everything that can be read; findings are in the entry.
  func read(_ node: SourceNode, name: String) -> EndpointEntry {
    var title = ""
    var template: Endpoint?
    var secrets: [EndpointEntry.SecretUse] = []
    var places: [String: Place] = [:]
    if let reader = MappingReader(node, found) {
      title = reader.text("title") ?? ""
      var endpoint = Endpoint(name: name, url: RemoteURL(.file, host: "", path: .root))
      if let url = address(reader) {
        endpoint = Endpoint(name: name, url: url)
        check(url, against: reader)
        template = endpoint
      }
      var groups: [String: MappingReader] = ["": reader]
      for key in EndpointKey.all {
        if groups[key.group] == nil, let inner = reader.node(key.group) {
          groups[key.group] = MappingReader(inner, found)
          if key.group == "selling-partner" {
            endpoint.sellingPartner = SellingPartnerSettings(
              clientID: Secret(""), clientSecret: Secret(""), refreshToken: Secret(""))
          }
        }
        guard let group = groups[key.group], let value = group.node(key.name) else { continue }
        places[key.path] = value.position.place
        if let url = template?.url, let schemes = key.schemes, !schemes.contains(url.scheme) {
          report(
            .endpointUnused, group.position(of: key.name).place, key.path,
            .init(
              "“\(key.path)” has no effect with \(url.scheme.rawValue)://.",
              vi: "“\(key.path)” không có tác dụng với \(url.scheme.rawValue)://."))
        }
        if let use = set(key, value, group, &endpoint) { secrets.append(use) }
      }
      secrets += headers(reader, &endpoint)
      if template != nil { template = endpoint }
      for group in groups.values { group.finish() }
      if template != nil, endpoint.sellingPartner != nil {
        for key in ["client-id", "client-secret", "refresh-token"] where places["selling-partner." + key] == nil {
          groups["selling-partner"]?.missing(key)
        }
      }
    }
    return EndpointEntry(
      name: name, title: title, place: node.position.place, findings: found.kept, template: template, secrets: secrets,
      places: places)
  }

  private func address(_ reader: MappingReader) -> RemoteURL? {
    guard let text = reader.requiredText("url"), let node = reader.node("url") else { return nil }
    do throws(Fault) { return try RemoteURL(text) } catch {
      var diagnostic = error.diagnostic.with(.error)
      diagnostic.place = node.position.place
      found.report(diagnostic)
      return nil
    }
  }

  private func check(_ url: RemoteURL, against reader: MappingReader) {
    var allowed = allowed
    if let node = reader.node("protocols") {
      allowed = Self.schemes(node, reader).filter { allowed?.contains($0) ?? true }
    }
    guard let allowed, !allowed.contains(url.scheme), let node = reader.node("url") else { return }
    let list = allowed.map(\.rawValue).joined(separator: ", ")
    report(
      .endpointProtocol, node.position.place, url.scheme.rawValue,
      .init(
        "\(url.scheme.rawValue):// is not among the allowed protocols (\(list)).",
        vi: "\(url.scheme.rawValue):// không nằm trong các giao thức được phép (\(list))."))
  }

  /// The schemes of a list.
  static func schemes(_ node: SourceNode, _ reader: MappingReader) -> [RemoteURL.Scheme] {
    var schemes: [RemoteURL.Scheme] = []
    let names = RemoteURL.Scheme.allCases.map(\.rawValue)
    for item in node.items ?? [node] {
      if let scheme = item.text.flatMap(RemoteURL.Scheme.init(rawValue:)) {
        schemes.append(scheme)
      } else {
        reader.wrong(
          item,
          .init(
            "one of \(names.joined(separator: ", ")) is expected", vi: "cần một trong: \(names.joined(separator: ", "))"
          ),
          hint: didYouMean(item.text.flatMap { nearest(to: $0, among: names) }))
      }
    }
    return schemes
  }

  /// Sets one key; secrets are answered and set later.
  private func set(
    _ key: EndpointKey, _ node: SourceNode, _ reader: MappingReader, _ endpoint: inout Endpoint
  ) -> EndpointEntry.SecretUse? {
    switch key.kind {
    case .special: break
    case .text(let set):
      if let text = plain(node, reader) { set(&endpoint, text) }
    case .texts(let set): set(&endpoint, (node.items ?? [node]).compactMap { plain($0, reader) })
    case .path(let set):
      if let text = plain(node, reader) { set(&endpoint, resolved(text)) }
    case .choice(let words, let set):
      if let word = reader.choice(key.name, words) { set(&endpoint, word) }
    case .template(let set):
      if let text = plain(node, reader) { set(&endpoint, text == "none" ? nil : text) }
    case .integer(let range, let set):
      if let number = reader.integer(key.name, range) { set(&endpoint, number) }
    case .duration(let range, let set):
      if let seconds = node.text.flatMap(Quantity.seconds), range.contains(seconds) {
        set(&endpoint, seconds)
      } else {
        reader.wrong(
          node,
          .init(
            "a duration such as 30s, 15m or 2h is expected, from \(shown(range.lowerBound)) to \(shown(range.upperBound))",
            vi: "cần khoảng thời gian như 30s, 15m, 2h, từ \(shown(range.lowerBound)) đến \(shown(range.upperBound))"))
      }
    case .size(let set):
      if let bytes = node.text.flatMap(Quantity.bytes), bytes > 0 {
        set(&endpoint, bytes)
      } else {
        reader.wrong(node, .init("a size such as 500MB or 2GiB is expected", vi: "cần kích thước như 500MB, 2GiB"))
      }
    case .secret(let set):
      guard let source = secret(node, key.path, reader) else { return nil }
      return .init(key: key.path, source: source, place: node.position.place, apply: set)
    }
    return nil
  }

  /// One line of text; line breaks and other control characters could begin a command or header of their own (S10).
  private func plain(_ node: SourceNode, _ reader: MappingReader) -> String? {
    guard let text = reader.text(node) else { return nil }
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      reader.wrong(node, .init("one line of text is expected", vi: "cần văn bản trên một dòng"))
      return nil
    }
    return text
  }

  private func shown(_ seconds: Double) -> String {
    seconds >= 86400 ? "\(Int(seconds / 86400))d" : seconds >= 1 ? "\(Int(seconds))s" : "\(Int(seconds * 1000))ms"
  }

  /// `~/` is the home folder; other relative paths start from the folder of the file of endpoints.
  private func resolved(_ text: String) -> String {
    if text.hasPrefix("~/"), let home = EndpointFile.homeFolder { return home + text.dropFirst() }
    if text.hasPrefix("/") { return text }
    guard let slash = path.lastIndex(of: "/") else { return text }
    return path[...slash] + text
  }

  // MARK: Secrets

  /// Where a secret comes from. No finding holds its text.
  private func secret(_ node: SourceNode, _ key: String, _ reader: MappingReader) -> SecretSource? {
    if case .scalar(let text, _) = node.content, !node.isNull {
      judgeLiteral(key, node.position.place)
      guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        hidden(node, .init("A secret is one line of text.", vi: "Bí mật là một dòng văn bản."))
        return nil
      }
      return .literal(Secret(text))
    }
    guard let entries = node.entries, entries.count == 1, let entry = entries.first else {
      hidden(
        node,
        .init(
          "“\(key)” takes {env: NAME}, {file: path} or {command: [program, argument]}.",
          vi: "“\(key)” nhận {env: TÊN}, {file: đường-dẫn} hoặc {command: [lệnh, tham số]}."))
      return nil
    }
    guard let inner = MappingReader(node, found) else { return nil }
    defer { inner.finish() }
    _ = (inner.node("env"), inner.node("file"), inner.node("command"))
    switch entry.key {
    case "env": return inner.text("env").map { .environment($0) }
    case "file": return inner.text("file").map { .file(resolved($0)) }
    case "command":
      if file.mode & 0o022 != 0 || !file.isOurs {
        found.report(EndpointFile.rights(path, file, at: entry.value.position.place))
      }
      if let text = entry.value.text { return .command(["/bin/sh", "-c", text]) }
      let words = (entry.value.items ?? []).compactMap(\.text)
      guard !words.isEmpty, words.count == entry.value.items?.count else {
        inner.wrong(
          entry.value,
          .init("a program and its arguments are expected, as a list", vi: "cần lệnh và tham số, dạng danh sách"))
        return nil
      }
      return .command(words)
    default: return nil
    }
  }

  private func judgeLiteral(_ key: String, _ place: Place) {
    guard file.isPrivate else {
      let mode = String(file.mode, radix: 8)
      report(
        .secretLiteral, severity: .error, place, nil,
        .init(
          "“\(key)” holds its secret in a file that others may read (mode \(mode)).",
          vi: "“\(key)” chứa bí mật trong tệp người khác đọc được (quyền \(mode))."))
      return
    }
    report(
      .secretLiteral, place, nil,
      .init("“\(key)” holds its secret in this file.", vi: "“\(key)” chứa bí mật ngay trong tệp này."))
  }

  private func hidden(_ node: SourceNode, _ message: LocalizedText) {
    report(.settingsValue, node.position.place, nil, message)
  }

  /// Headers: secrets like others, or plain texts where the name does not sound of a secret.
  private func headers(_ reader: MappingReader, _ endpoint: inout Endpoint) -> [EndpointEntry.SecretUse] {
    guard let node = reader.node("headers") else { return [] }
    guard let entries = node.entries else {
      hidden(node, .init("“headers” takes {Name: value, …}.", vi: "“headers” nhận {Tên: giá trị, …}."))
      return []
    }
    var uses: [EndpointEntry.SecretUse] = []
    for entry in entries {
      let name = entry.key
      let isToken = name.utf8.allSatisfy { byte in
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
      guard isToken, !name.isEmpty else {
        hidden(
          entry.value,
          .init(
            "“\(name.escapedForDisplay)” cannot be a header's name.",
            vi: "“\(name.escapedForDisplay)” không thể là tên header."))
        continue
      }
      let key = "headers." + name
      let lower = name.lowercased()
      let sounds = ["auth", "key", "token", "secret", "cookie", "pass", "sign"].contains { lower.contains($0) }
      if let text = entry.value.text, !sounds {
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
          hidden(entry.value, .init("A header is one line of text.", vi: "Header là một dòng văn bản."))
          continue
        }
        endpoint.headers.append(.init(name: name, value: Secret(text)))
      } else if let source = secret(entry.value, key, reader) {
        uses.append(
          .init(key: key, source: source, place: entry.value.position.place) {
            $0.headers.append(.init(name: name, value: $1))
          })
      }
    }
    return uses
  }

  private func report(
    _ code: DiagnosticCode, severity: Severity? = nil, _ place: Place, _ value: String?, _ message: LocalizedText
  ) {
    found.report(Diagnostic(code, severity: severity, at: place, value: value, message: message))
  }
}
