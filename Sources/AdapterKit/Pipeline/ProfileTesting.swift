public import Diagnostics
internal import Documents
internal import ProductModel
public import Profiles

/// Runs the tests that stand inside profiles.
public enum ProfileTesting {
  /// Runs one test; answers what is wrong, nothing when it passes.
  ///
  /// - Throws: only faults of configuration; what the test's own document throws is judged by the test.
  public static func run(_ test: ProfileTest, of profile: Profile, registry: AdapterRegistry, asOf: String)
    throws(Fault)
    -> [String]
  {
    let adapter = try registry.adapter(named: profile.adapter)
    let diagnostics = DiagnosticCollector()
    var problems: [String] = []
    if let input = test.input {
      do throws(Fault) {
        let stream = try ProductStream(
          InputDocument(bytes: Array(input.utf8), name: test.name), profile: profile, registry: registry, asOf: asOf,
          diagnostics: diagnostics)
        let product = try stream.all().first
        for expected in test.product {
          let value = product?[expected.path]
          if value != expected.value {
            problems.append("\(expected.path) is \(value ?? "absent"), not \(expected.value)")
          }
        }
      } catch {
        diagnostics.report(error.diagnostic)
      }
    }
    if !test.output.isEmpty {
      var product = Product()
      for value in test.product { product[value.path] = value.value }
      let document = OutputDocument.memory()
      do throws(Fault) {
        let writer = try adapter.makeWriter(
          document, AdapterContext(profile: profile, asOf: asOf, diagnostics: diagnostics))
        var batch = ProductBatch()
        batch.append(product)
        try writer.write(&batch)
        try writer.finish()
      } catch {
        diagnostics.report(error.diagnostic)
      }
      let text = String(decoding: document.contents, as: UTF8.self)
      for line in test.output where !text.contains(line) { problems.append("the output lacks: \(line)") }
    }
    for code in test.diagnostics where !diagnostics.counts.keys.contains(where: { $0.id == code }) {
      problems.append("\(code) was not reported")
    }
    for diagnostic in diagnostics.kept
    where diagnostic.severity >= .error && !test.diagnostics.contains(diagnostic.code.id) {
      problems.append(diagnostic.description)
    }
    return problems
  }
}
