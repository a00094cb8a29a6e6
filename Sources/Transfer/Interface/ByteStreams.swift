public import Diagnostics

/// What the server says before the bytes come.
public struct TransferHead: Sendable {
  /// Status of HTTP, reply of FTP; 0 where the protocol has none.
  public var status: Int
  /// The length that is announced for the bytes that follow; nil when the server gives none.
  public var length: UInt64?
  /// The offset in the whole file of the first byte that follows.
  public var offset: UInt64
  /// The version of the file, where the server tells.
  public var version: RemoteVersion
  /// Whether the protocol itself tells a whole body from one that was cut off: by a length, chunks, frames or a reply at the
  /// end. A body of HTTP/1 that ends with the connection does not (R13).
  public var isDelimited = true

  /// Makes a head.
  public init(status: Int, length: UInt64?, offset: UInt64, version: RemoteVersion) {
    self.status = status
    self.length = length
    self.offset = offset
    self.version = version
  }
}

/// Takes the bytes of a download, in order. Called on the engine's thread, by one exchange at a time.
public protocol ByteSink: AnyObject, Sendable {
  /// Called once before the first byte, also when there is none.
  ///
  /// - Throws: what ends the download, such as a length over the limit.
  func start(_ head: TransferHead) throws(Fault)
  /// Takes some bytes.
  ///
  /// - Throws: what ends the download, such as a full disk.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault)
}

/// Gives the bytes of an upload. Called on the engine's thread, by one exchange at a time.
public protocol ByteSource: AnyObject, Sendable {
  /// How many bytes there are in all.
  var size: UInt64 { get }
  /// Goes to an offset from the start; libcurl asks for it when it must send again.
  ///
  /// - Throws: when the file cannot be read there.
  func seek(to offset: UInt64) throws(Fault)
  /// Fills memory with the next bytes; 0 at the end.
  ///
  /// - Throws: when the file cannot be read, or changed while it was sent.
  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int
}
