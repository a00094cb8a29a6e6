public import Diagnostics

/// The adapters of this program: an explicit list, no discovery. The runner's list stands in one file.
public struct AdapterRegistry: Sendable {
  /// The adapters, in the order they are listed.
  public let adapters: [any Adapter]

  /// Makes a registry.
  public init(_ adapters: [any Adapter]) { self.adapters = adapters }

  /// The adapter with a name.
  ///
  /// - Throws: `.configuration` with the nearest name.
  public func adapter(named name: String) throws(Fault) -> any Adapter {
    if let adapter = adapters.first(where: { $0.specification.name == name }) { return adapter }
    let guess = nearest(to: name, among: adapters.map(\.specification.name))
    throw Fault(
      .configuration,
      Diagnostic(
        .adapterUnknown, value: name,
        message: LocalizedText("there is no adapter “\(name)”", vi: "không có bộ chuyển đổi “\(name)”"),
        hint: guess.map { LocalizedText("did you mean “\($0)”?", vi: "có phải ý bạn là “\($0)”?") }))
  }
}
