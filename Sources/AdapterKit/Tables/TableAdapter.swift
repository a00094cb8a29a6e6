public import Diagnostics
public import Documents

/// An adapter of delimited text: its specification, and the engine of this folder. Which column is what says the profile.
public struct TableAdapter: Adapter {
  /// What it is.
  public let specification: AdapterSpecification
  private let locate: @Sendable (_ beginning: [UInt8]) -> TableLocation?

  /// Makes an adapter of a specification.
  ///
  /// - Parameter locate: for formats whose documents say where names and data stand: finds it in the first 64 KiB, or nil.
  public init(
    _ specification: AdapterSpecification,
    locate: @escaping @Sendable (_ beginning: [UInt8]) -> TableLocation? = { _ in nil }
  ) {
    self.specification = specification
    self.locate = locate
  }

  /// Makes a reader; see `Adapter`.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try TableReader(input, context, locate: locate(input.prefix(1 << 16)))
  }

  /// Makes a writer; see `Adapter`.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try TableWriter(output, context)
  }
}
