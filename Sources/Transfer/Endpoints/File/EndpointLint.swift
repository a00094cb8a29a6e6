public import Diagnostics
internal import Settings

#if canImport(Glibc)
  internal import Glibc
#endif

/// Checks a file of endpoints without connecting anywhere and without running a command: every fault at once.
public enum EndpointLint {
  /// Reports everything found in a file.
  ///
  /// - Parameter names: only these endpoints; all when empty.
  public static func run(_ file: EndpointFile, names: [String] = [], into diagnostics: DiagnosticCollector) {
    for finding in file.findings { diagnostics.report(finding) }
    for name in names where !file.entries.contains(where: { $0.name == name }) {
      diagnostics.report(
        EndpointFile.unknown(name, among: file.entries.map(\.name), in: file.path).diagnostic.with(.error))
    }
    for entry in file.entries where names.isEmpty || names.contains(entry.name) {
      for finding in entry.findings { diagnostics.report(finding) }
      for use in entry.secrets {
        if let finding = use.source.finding(use.key, at: use.place) { diagnostics.report(finding) }
      }
      if let endpoint = entry.template {
        Checks(entry: entry, endpoint: endpoint, diagnostics: diagnostics).run()
      }
    }
  }

  /// The checks of one endpoint.
  private struct Checks {
    let entry: EndpointEntry
    let endpoint: Endpoint
    let diagnostics: DiagnosticCollector

    private var scheme: RemoteURL.Scheme { endpoint.url.scheme }

    func run() {
      publishing()
      clearText()
      times()
      if scheme == .sftp {
        sshKey()
        knownHosts()
      }
      certificates()
      mail()
      if scheme == .s3, !has("s3.access-key") || !has("s3.secret-key") {
        report(
          .settingsKeyMissing, severity: .warning, at: "url", "s3.access-key",
          .init(
            "Without s3.access-key and s3.secret-key only public buckets can be used.",
            vi: "Thiếu s3.access-key và s3.secret-key thì chỉ dùng được bucket công khai."))
      }
      if let user = endpoint.url.user, let place = entry.places["user"], endpoint.login.user != user {
        diagnostics.report(
          Diagnostic(
            .settingsValue, at: place, value: endpoint.login.user,
            message: .init(
              "The URL names the user “\(user)”, this key another one.",
              vi: "URL ghi người dùng “\(user)”, khóa này ghi người khác.")))
      }
    }

    private func has(_ key: String) -> Bool { entry.places[key] != nil }

    private func report(
      _ code: DiagnosticCode, severity: Severity? = nil, at key: String, _ value: String?, _ message: LocalizedText
    ) {
      diagnostics.report(
        Diagnostic(code, severity: severity, at: entry.places[key] ?? entry.place, value: value, message: message))
    }

    private func publishing() {
      let policy = endpoint.publish
      for (key, template) in [("publish.temporary", policy.temporaryName), ("publish.done", policy.doneFile)] {
        guard let template else { continue }
        let sample = template.replacing("{name}", with: "feed.csv").replacing("{id}", with: "1")
        if sample == "feed.csv" {
          report(
            .endpointPublish, at: key, template,
            .init("“\(template)” is the final name itself.", vi: "“\(template)” chính là tên cuối cùng."))
        } else if let refusal = RemotePath.refusal(of: sample) {
          report(
            .endpointPublish, at: key, template,
            .init(
              "“\(template)” is no plain file name: \(refusal.en).",
              vi: "“\(template)” không phải tên tệp: \(refusal.vi)."))
        }
      }
      if let temporary = policy.temporaryName, temporary == policy.doneFile {
        report(
          .endpointPublish, at: "publish.done", temporary,
          .init(
            "The done-file has the name of the upload.", vi: "Tệp báo xong trùng tên với tệp tạm."))
      }
      if let temporary = policy.temporaryName, !temporary.contains("{id}") {
        report(
          .endpointPublish, severity: .warning, at: "publish.temporary", temporary,
          .init(
            "Without {id}, two uploads at a time write into one file.",
            vi: "Không có {id}, hai lần tải lên cùng lúc sẽ ghi vào một tệp."))
      }
      if let done = policy.doneFile, !done.contains("{name}"), endpoint.limits.parallel > 1 {
        report(
          .endpointPublish, severity: .warning, at: "publish.done", done,
          .init(
            "Without {name}, all files share one done-file.",
            vi: "Không có {name}, mọi tệp dùng chung một tệp báo xong."))
      }
    }

    private func clearText() {
      let keys = ["password", "token"] + entry.secrets.map(\.key).filter { $0.hasPrefix("headers.") }
      if [.ftp, .http, .dav].contains(scheme),
        let key = keys.first(where: { key in entry.secrets.contains { $0.key == key } })
      {
        diagnostics.report(
          Diagnostic(
            .endpointInsecure, at: entry.secrets.first { $0.key == key }?.place ?? entry.place,
            message: .init(
              "“\(key)” goes over \(scheme.rawValue):// in clear text.",
              vi: "“\(key)” đi qua \(scheme.rawValue):// không mã hóa.")))
      }
      if scheme == .ftps || scheme == .ftpes, endpoint.trust.mostTLS == "1.3" {
        report(
          .endpointInsecure, at: "tls.most", "1.3",
          .init(
            "FTP over TLS 1.3 loses uploads at random where the server demands session reuse.",
            vi: "FTP qua TLS 1.3 thỉnh thoảng mất tệp tải lên khi máy chủ buộc dùng lại phiên."))
      }
    }

    private func times() {
      if endpoint.retry.firstPause > endpoint.retry.longestPause {
        report(
          .settingsValue, at: "retry.first-pause", nil,
          .init("The first pause is longer than the longest.", vi: "Khoảng nghỉ đầu dài hơn khoảng nghỉ dài nhất."))
      }
      if endpoint.limits.connect > endpoint.limits.total {
        report(
          .settingsValue, at: "limits.connect", nil,
          .init(
            "A connection may take longer than the whole attempt.", vi: "Thời gian kết nối dài hơn cả lần thử."))
      }
    }

    private func sshKey() {
      guard let path = endpoint.login.keyFile else { return }
      switch PrivateFile.read(path, limit: 64 << 10) {
      case .failure(let reason):
        report(
          .sshKeyUnusable, at: "key", path,
          .init("“\(path)” cannot be read: \(reason.text.en).", vi: "Không đọc được “\(path)”: \(reason.text.vi)."))
      case .success(let file):
        if !file.isPrivate { diagnostics.report(SecretSource.open(path, file, entry.places["key"] ?? entry.place)) }
        let key = PrivateKeyKind(file.bytes)
        switch key.algorithm {
        case "ssh-rsa", "ssh-dss":
          report(
            .sshKeyUnusable, at: "key", path,
            .init(
              "“\(path)” is an \(key.algorithm == "ssh-rsa" ? "RSA" : "DSA") key, which libssh2 1.10 cannot use.",
              vi: "“\(path)” là khóa \(key.algorithm == "ssh-rsa" ? "RSA" : "DSA"), libssh2 1.10 không dùng được."))
        case nil:
          report(
            .sshKeyUnusable, at: "key", path,
            .init("“\(path)” is no private key.", vi: "“\(path)” không phải khóa riêng."))
        default: break
        }
        if key.isEncrypted, !has("passphrase") {
          report(
            .settingsKeyMissing, at: "key", "passphrase",
            .init(
              "“\(path)” is encrypted, and “passphrase” is missing.",
              vi: "“\(path)” đã mã hóa nhưng thiếu “passphrase”."))
        }
      }
    }

    private func knownHosts() {
      let path = endpoint.knownHostsFile
      let key = has("known-hosts") ? "known-hosts" : "url"
      let name = KnownHosts.name(endpoint.url.host, endpoint.port)
      guard let known = try? endpoint.knownHosts() else {
        return report(
          .knownHostMissing, at: key, path,
          .init("“\(path)” cannot be read.", vi: "Không đọc được “\(path)”."))
      }
      if known.keys.isEmpty {
        report(
          .knownHostMissing, at: key, path,
          known.revoked.isEmpty
            ? .init("“\(path)” has no key of \(name).", vi: "“\(path)” không có khóa của \(name).")
            : .init("“\(path)” revokes the keys of \(name).", vi: "“\(path)” đã thu hồi khóa của \(name)."))
      } else if known.keys.allSatisfy({ $0.key.rank == 9 }) {
        report(
          .knownHostMissing, at: key, path,
          .init(
            "“\(path)” has only keys of \(name) that libssh2 1.10 cannot verify (line \(known.keys[0].line), \(known.keys[0].key.type)).",
            vi:
              "“\(path)” chỉ có khóa của \(name) mà libssh2 1.10 không kiểm được (dòng \(known.keys[0].line), \(known.keys[0].key.type))."
          ))
      }
    }

    private func certificates() {
      for (key, path) in [
        ("tls.ca", endpoint.trust.authorityFile), ("tls.certificate", endpoint.login.certificateFile),
        ("tls.key", endpoint.login.certificateKeyFile),
      ] {
        guard let path else { continue }
        switch PrivateFile.read(path, limit: 8 << 20) {
        case .failure(let reason):
          report(
            .settingsValue, at: key, path,
            .init("“\(path)” cannot be read: \(reason.text.en).", vi: "Không đọc được “\(path)”: \(reason.text.vi)."))
        case .success(let file):
          if key == "tls.key", !file.isPrivate {
            diagnostics.report(SecretSource.open(path, file, entry.places[key] ?? entry.place))
          }
          if file.bytes.firstRange(of: Array("-----BEGIN ".utf8)) == nil {
            report(
              .settingsValue, at: key, path, .init("“\(path)” is no PEM file.", vi: "“\(path)” không phải tệp PEM."))
          }
        }
      }
      if has("tls.key"), !has("tls.certificate") {
        report(
          .settingsKeyMissing, at: "tls.key", "tls.certificate",
          .init("A key stands here without its certificate.", vi: "Có khóa nhưng thiếu chứng chỉ."))
      }
    }

    private func mail() {
      guard scheme == .smtp || scheme == .smtps else { return }
      for (key, addresses) in [("mail.from", [endpoint.mail.from]), ("mail.to", endpoint.mail.to)] {
        if !has(key) || addresses.isEmpty {
          report(.settingsKeyMissing, at: "url", key, .init("“\(key)” is missing.", vi: "Thiếu “\(key)”."))
          continue
        }
        for address in addresses {
          let parts = address.split(separator: "@", omittingEmptySubsequences: false)
          let isPlain = address.unicodeScalars.allSatisfy { $0.value > 0x20 && !"<>,;\"".unicodeScalars.contains($0) }
          if parts.count != 2 || parts.contains(where: \.isEmpty) || !isPlain {
            report(
              .settingsValue, at: key, address,
              .init("“\(address)” is no mail address.", vi: "“\(address)” không phải địa chỉ thư."))
          }
        }
      }
    }
  }
}
