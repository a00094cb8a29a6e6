import AdapterKit
import ArgumentParser
import Diagnostics
import Transfer

struct Endpoints: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "endpoints",
    abstract: "The file of endpoints: list, lint, test, trust a host's key, explain the keys.",
    subcommands: [List.self, Lint.self, Test.self, Trust.self, Keys.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the endpoints. No secret is fetched or shown.",
      discussion: """
        Example:
          ocop endpoints list
        """)

    @OptionGroup var endpoints: EndpointOptions

    @OptionGroup var messages: MessageOptions

    func run() throws {
      let file = try faultExits(messages.language) { () throws(Fault) in try endpoints.file() }
      if messages.format == .json {
        var json = JSONBuilder()
        json.array(file.entries) { json, entry in
          json.object { json in
            json.member("name", entry.name)
            json.member("title", entry.title)
            json.member("url", entry.url?.description ?? "")
            json.member("line", entry.place.line ?? 0)
            json.member("findings", entry.findings.count)
          }
        }
        Terminal.print(json.text)
        return
      }
      let names = file.entries.map(\.name.count).max() ?? 0
      let addresses = file.entries.map { $0.url?.description ?? "?" }
      let width = addresses.map(\.count).max() ?? 0
      for (entry, address) in zip(file.entries, addresses) {
        Terminal.print(
          entry.name.padded(to: names + 2)
            + (entry.title.isEmpty ? address : address.padded(to: width + 2) + entry.title))
      }
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lint",
      abstract: "Check the file of endpoints without connecting: every fault at once. Exit 1 when there is an error.",
      discussion: """
        Example:
          ocop endpoints lint
        """)

    @Argument(help: "The endpoints; all of them otherwise.", completion: .custom(endpointNames))
    var names: [String] = []

    @OptionGroup var endpoints: EndpointOptions

    @OptionGroup var messages: MessageOptions

    func run() throws {
      let file = try faultExits(messages.language) { () throws(Fault) in try endpoints.file() }
      let found = DiagnosticCollector()
      EndpointLint.run(file, names: names, into: found)
      if messages.format == .json {
        var json = JSONBuilder()
        json.array(found.kept) { json, diagnostic in diagnostic.write(into: &json) }
        Terminal.print(json.text)
      } else {
        for diagnostic in found.kept { Terminal.print(diagnostic.text(in: messages.language)) }
        let (errors, warnings) = (found.count(of: .error), found.count(of: .warning))
        Terminal.note(
          messages.text(
            "\(file.path): \(file.entries.count) endpoints, \(errors) errors, \(warnings) warnings",
            vi: "\(file.path): \(file.entries.count) điểm kết nối, \(errors) lỗi, \(warnings) cảnh báo"))
      }
      if (found.worst ?? .note) >= .error { try end(.findings) }
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Log in at endpoints and list their folders; nothing is changed there.",
      discussion: """
        Exit 0 only when each of them answers.

        Example:
          ocop endpoints test saigon-coop
        """)

    @Argument(help: "The endpoints; all of them otherwise.", completion: .custom(endpointNames))
    var names: [String] = []

    @OptionGroup var endpoints: EndpointOptions

    @OptionGroup var messages: MessageOptions

    func run() throws {
      let file = try faultExits(messages.language) { () throws(Fault) in try endpoints.file() }
      let names = names.isEmpty ? file.entries.map(\.name) : names
      let answers = try TransferRun.wait(messages) { () throws(Fault) in
        let session = try TransferSession(ledger: nil, connectionsPerHost: 1)
        defer { session.close() }
        var answers: [(name: String, files: Int?, fault: Fault?)] = []
        for name in names {
          var isPlain = false
          do throws(Fault) {
            var endpoint = try file.entry(name).endpoint()
            endpoint.retry.attempts = 1
            // Plain HTTP has no folders: an answer about the address itself, be it that nothing is there, must do.
            isPlain = [.http, .https].contains(endpoint.url.scheme)
            if isPlain { endpoint.url.path = endpoint.url.path.asFolder(false) }
            answers.append((name, try await session.list(endpoint).files.count, nil))
          } catch {
            let answered = isPlain && error.diagnostic.code == .transferNotFound
            answers.append((name, answered ? 0 : nil, answered ? nil : error))
          }
        }
        return answers
      }
      if messages.format == .json {
        var json = JSONBuilder()
        json.array(answers) { json, answer in
          json.object { json in
            json.member("name", answer.name)
            json.member("status", answer.fault == nil ? "answers" : "failed")
            if let files = answer.files { json.member("files", files) }
            if let fault = answer.fault {
              json.array("diagnostics", [fault.diagnostic]) { json, diagnostic in diagnostic.write(into: &json) }
            }
          }
        }
        Terminal.print(json.text)
      } else {
        for answer in answers {
          if let fault = answer.fault {
            Terminal.print("\(answer.name): \(fault.diagnostic.text(in: messages.language))")
          } else {
            let count = answer.files ?? 0
            Terminal.print(
              "\(answer.name): "
                + messages.text("answers, \(count) files and folders", vi: "trả lời, \(count) tệp và thư mục"))
          }
        }
      }
      var outcome = TransferOutcome()
      for answer in answers { if let fault = answer.fault { outcome.add(answer.name, .failure(fault)) } }
      if outcome.exitCode != .done { try end(outcome.exitCode) }
    }
  }

  struct Trust: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "trust",
      abstract: "Show the keys of an SFTP server; with a fingerprint, add the key to the known hosts.",
      discussion: """
        Ask the partner for the fingerprint by another way than this network. Nothing is added unless the server shows \
        a key with exactly that fingerprint. A key that has changed stops: remove the old line first, when the partner \
        confirms the change.

        Exit 5 without a fingerprint when the server's keys are not known yet.

          ocop endpoints trust saigon-coop
          ocop endpoints trust saigon-coop --fingerprint SHA256:uNiVztksCsDhcc0u9e8BrwF3ePLT2Ppp3lOtgyV8tXM
        """)

    @Argument(help: "The endpoint's name, or an sftp:// URL.", completion: .custom(endpointNames))
    var name: String

    @Option(help: "The fingerprint that the partner has told, SHA256:….")
    var fingerprint: String?

    @OptionGroup var endpoints: EndpointOptions

    @OptionGroup var messages: MessageOptions

    func run() throws {
      let address = try faultExits(messages.language) { () throws(Fault) in try EndpointAddress(name) }
      let endpoint = try faultExits(messages.language) { () throws(Fault) in
        // The key is asked for before any log-in: secrets are not needed.
        try address.endpoint(endpoints.endpoints, withSecrets: false)
      }
      let keys = try TransferRun.wait(messages) { () throws(Fault) in try await endpoint.offeredHostKeys() }
      let path = endpoint.knownHostsPath
      guard let fingerprint else {
        var isKnown = false
        for key in keys {
          let standing = endpoint.standing(of: key)
          isKnown = isKnown || standing == .known
          Terminal.print("\(key.type.padded(to: 22))\(key.fingerprint)  \(words(standing, path))")
        }
        if !isKnown { try end(.stopped) }
        return
      }
      guard let key = keys.first(where: { $0.has(fingerprint: fingerprint) }) else {
        Terminal.note(
          Diagnostic(
            .fingerprintDiffers, at: Place(file: endpoint.url.description),
            message: .init(
              "The server shows \(keys.map(\.fingerprint).joined(separator: ", ")).",
              vi: "Máy chủ đưa ra \(keys.map(\.fingerprint).joined(separator: ", ")).")
          ).text(in: messages.language))
        try end(.stopped)
      }
      let standing = endpoint.standing(of: key)
      switch standing {
      case .known: break
      case .unknown: try faultExits(messages.language) { () throws(Fault) in try endpoint.trust(key) }
      case .changed, .revoked:
        Terminal.note("\(key.type) \(key.fingerprint): \(words(standing, path))")
        try end(.stopped)
      }
      Terminal.note(
        messages.text(
          "\(key.type) \(key.fingerprint) is known in \(path)", vi: "\(key.type) \(key.fingerprint) đã có trong \(path)"
        ))
    }

    private func words(_ standing: Endpoint.HostKeyStanding, _ path: String) -> String {
      switch standing {
      case .known: messages.text("known", vi: "đã biết")
      case .unknown: messages.text("not known", vi: "chưa biết")
      case .changed(let line):
        messages.text(
          "another key of this type is known: \(path):\(line)", vi: "đã biết khóa khác cùng loại: \(path):\(line)")
      case .revoked(let line): messages.text("revoked: \(path):\(line)", vi: "đã bị thu hồi: \(path):\(line)")
      }
    }
  }

  struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keys",
      abstract: "Print the keys of the file of endpoints with their meaning.",
      discussion: """
        Example:
          ocop endpoints keys
        """)

    @OptionGroup var messages: MessageOptions

    func run() {
      if messages.format == .json {
        var json = JSONBuilder()
        json.array(EndpointKey.all) { json, key in
          json.object { json in
            json.member("key", key.path)
            json.member("type", key.type)
            json.member("meaning", key.meaning)
            json.member("default", key.standard)
            json.member("example", key.example)
            json.member("schemes", (key.schemes ?? []).map(\.rawValue))
          }
        }
        Terminal.print(json.text)
        return
      }
      for key in EndpointKey.all {
        Terminal.print(
          """
          \(key.path): \(key.example)
              \(key.meaning)\(key.standard.isEmpty ? "" : " Default: \(key.standard).")
          """)
      }
    }
  }
}
