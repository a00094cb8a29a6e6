import Diagnostics
import Testing

@Suite("Collected findings")
struct DiagnosticCollectorTests {
  static let code = DiagnosticCode(
    "test-code", .warning, title: .init("A", vi: "A"), explanation: .init("A", vi: "A"), remedy: .init("A", vi: "A"))

  /// The first of a code are kept and told; all are counted, and the others are never put into words.
  @Test func beyondTheLimit() {
    let collector = DiagnosticCollector(limitPerCode: 2)
    var told = 0, words = 0
    collector.onDiagnostic = { _ in told += 1 }
    for severity in [Severity.note, .warning, .warning, .error] {
      collector.report(Self.code, severity) {
        words += 1
        return Diagnostic(Self.code, severity: severity, at: Place(file: "x"))
      }
    }
    #expect(collector.kept.map(\.severity) == [.note, .warning])
    #expect(told == 2 && words == 2)
    #expect(collector.counts == [Self.code: 4])
    #expect(collector.countsWithoutNotes == [Self.code: 3])
    #expect(collector.count(of: .warning) == 2 && collector.worst == .error)
  }
}
