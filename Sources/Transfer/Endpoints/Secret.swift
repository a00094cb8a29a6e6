/// A password, key or token. It prints as `•••`, wherever it is printed; only `reveal` gives it out.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  /// Wraps a value.
  public init(_ value: String) { self.value = value }

  /// The value, for the one place that hands it to libcurl.
  public var reveal: String { value }

  /// Three dots.
  public var description: String { "•••" }
  /// Three dots.
  public var debugDescription: String { "•••" }
  /// Nothing inside.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
