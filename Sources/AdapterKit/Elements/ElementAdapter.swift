public import Diagnostics
public import Documents

/// An adapter of XML: its specification, and the engine of this folder. Which element is what says the profile.
public struct ElementAdapter: Adapter {
  /// What it is.
  public let specification: AdapterSpecification

  /// Makes an adapter of a specification.
  public init(_ specification: AdapterSpecification) { self.specification = specification }

  /// Makes a reader; see `Adapter`.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try ElementReader(input, context)
  }

  /// Makes a writer; see `Adapter`.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try ElementWriter(output, context)
  }
}
