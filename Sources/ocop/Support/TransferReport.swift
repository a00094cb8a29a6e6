import AdapterKit
import Bytes
import Diagnostics
import Documents
import Transfer

/// The machine-readable account of transfers: `--format json` and `--report`.
struct TransferReport {
  var command: String
  var outcome: TransferOutcome

  /// The report as JSON.
  var text: String {
    var json = JSONBuilder()
    json.object { json in
      json.member("command", command)
      json.member("status", outcome.exitCode == .done ? "done" : "failed")
      json.member("exitCode", Int(outcome.exitCode.rawValue))
      json.array("files", outcome.results) { json, result in
        switch result.result {
        case .success(let receipt): receipt.write(into: &json)
        case .failure(let fault):
          json.object { json in
            json.member("name", result.name)
            json.member("outcome", "failed")
            json.array("diagnostics", [fault.diagnostic]) { json, diagnostic in diagnostic.write(into: &json) }
          }
        }
      }
    }
    return json.text
  }

  /// Writes it to a file, whole or not at all.
  func save(to path: String) throws(Fault) {
    let document = try OutputDocument.create(path)
    try document.write(Array((text + "\n").utf8))
    try document.commit()
  }
}

extension TransferReceipt {
  /// Writes the receipt.
  func write(into json: inout JSONBuilder) {
    json.object { json in
      json.member("direction", direction.rawValue)
      json.member("outcome", outcome.rawValue)
      if let endpoint { json.member("endpoint", endpoint) }
      json.member("remote", remote)
      json.member("local", local)
      json.member("bytes", Int(clamping: bytes))
      json.member("sha256", sha256)
      json.member("resumedAt", Int(clamping: resumedAt))
      json.member("attempts", attempts)
      json.member("answer", answer)
    }
  }
}
