/// One feed that was or is being submitted: what is remembered between runs, without secrets or presigned addresses.
public struct FeedRecord: Sendable, Hashable {
  /// How far the submission came.
  public enum Stage: String, Sendable, Hashable {
    /// The document is at Amazon; no feed was asked for.
    case uploaded
    /// A feed was asked for, and the answer is not known.
    case creating
    /// The feed exists.
    case created
  }

  /// How far Amazon came (processingStatus).
  public enum Status: Sendable, Hashable {
    case inQueue, inProgress, done, cancelled, fatal
    /// A word that was not known when this was written.
    case other(String)

    init(_ text: String) {
      switch text {
      case "IN_QUEUE": self = .inQueue
      case "IN_PROGRESS": self = .inProgress
      case "DONE": self = .done
      case "CANCELLED": self = .cancelled
      case "FATAL": self = .fatal
      default: self = .other(text)
      }
    }

    /// Amazon's word.
    public var text: String {
      switch self {
      case .inQueue: "IN_QUEUE"
      case .inProgress: "IN_PROGRESS"
      case .done: "DONE"
      case .cancelled: "CANCELLED"
      case .fatal: "FATAL"
      case .other(let text): text
      }
    }

    /// Whether it will not change any more.
    public var isFinal: Bool { [.done, .cancelled, .fatal].contains(self) }
  }

  /// The file's name as it was given.
  public var file: String
  /// Bytes of the file.
  public var bytes: UInt64
  /// SHA-256 of the file, in lower-case hexadecimal digits.
  public var sha256: String
  /// Such as `JSON_LISTINGS_FEED`.
  public var feedType: String
  /// The marketplaces it is for.
  public var marketplaces: [String]
  /// 1, or more when the same file was submitted again on purpose.
  public var attempt: Int
  /// How far the submission came.
  public var stage: Stage
  /// The document at Amazon.
  public var document: String
  /// Amazon's time before the feed was asked for, in seconds since 1970: feeds that were created later may be ours.
  public var since: Int64
  /// The feed.
  public var feed: String?
  /// How far Amazon came, when it was asked.
  public var status: Status?
  /// The document with the result.
  public var result: String?

  /// As one line of JSON.
  var json: String {
    jsonLine([
      ("file", .string(file)), ("bytes", .number(String(bytes))), ("sha256", .string(sha256)),
      ("feedType", .string(feedType)), ("marketplaces", .array(marketplaces.map { .string($0) })),
      ("attempt", .number(String(attempt))), ("stage", .string(stage.rawValue)), ("document", .string(document)),
      ("since", .number(String(since))), ("feed", feed.map { .string($0) }),
      ("status", status.map { .string($0.text) }), ("result", result.map { .string($0) }),
    ])
  }

  /// Reads a line of JSON; nil when it is none of ours.
  init?(_ value: JSONValue) {
    guard let file = value["file"]?.text, let bytes = value["bytes"]?.text.flatMap(UInt64.init),
      let sha256 = value["sha256"]?.text, let feedType = value["feedType"]?.text,
      let attempt = value["attempt"]?.integer, let stage = value["stage"]?.text.flatMap(Stage.init),
      let document = value["document"]?.text, let since = value["since"]?.text.flatMap(Int64.init)
    else { return nil }
    self.init(
      file: file, bytes: bytes, sha256: sha256, feedType: feedType,
      marketplaces: value["marketplaces"]?.elements.compactMap(\.text) ?? [], attempt: attempt, stage: stage,
      document: document, since: since, feed: value["feed"]?.text, status: value["status"]?.text.map(Status.init),
      result: value["result"]?.text)
  }

  init(
    file: String, bytes: UInt64, sha256: String, feedType: String, marketplaces: [String], attempt: Int, stage: Stage,
    document: String, since: Int64, feed: String? = nil, status: Status? = nil, result: String? = nil
  ) {
    self.file = file
    self.bytes = bytes
    self.sha256 = sha256
    self.feedType = feedType
    self.marketplaces = marketplaces
    self.attempt = attempt
    self.stage = stage
    self.document = document
    self.since = since
    self.feed = feed
    self.status = status
    self.result = result
  }
}
