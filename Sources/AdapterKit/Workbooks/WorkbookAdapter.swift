public import Diagnostics
public import Documents

/// An adapter of workbooks: its specification, and the engine of this folder. What stands in which sheet says the profile.
public struct WorkbookAdapter: Adapter {
  /// What it is.
  public let specification: AdapterSpecification

  /// Makes an adapter of a specification.
  public init(_ specification: AdapterSpecification) { self.specification = specification }

  /// Makes a reader; see `Adapter`.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try WorkbookProductReader(input, context)
  }

  /// Makes a writer; see `Adapter`.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try WorkbookProductWriter(output, context)
  }
}
