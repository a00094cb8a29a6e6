internal import Bytes
public import Diagnostics

/// What Amazon says about each message of a JSON listings feed (listings-feed-processing-report-schema-v2).
///
/// Accepted is not live: problems that come later are issues of the listing itself.
public struct ProcessingReport: Sendable, Hashable {
  /// One finding.
  public struct Issue: Sendable, Hashable {
    /// The message's number in the feed; nil when it is about the whole feed.
    public var message: Int?
    /// The seller's number of the product.
    public var sku: String?
    /// Amazon's code, such as `90220`.
    public var code: String?
    /// `ERROR`, `WARNING` or `INFO`.
    public var severity: String
    /// Amazon's words.
    public var text: String
    /// The attribute's name at Amazon.
    public var attribute: String?
  }

  /// The feed that was processed.
  public var feed: String
  /// Messages that were processed.
  public var processed: Int
  /// Messages that were accepted.
  public var accepted: Int
  /// Messages that were refused.
  public var invalid: Int
  /// Findings in order.
  public var issues: [Issue]

  /// Reads a report.
  ///
  /// - Throws: `.malformed` with `amazon-report`.
  public init(_ bytes: [UInt8], name: String) throws(Fault) {
    let tree: JSONValue
    do throws(JSONFault) { tree = try JSONValue(bytes) } catch {
      throw Self.unreadable(name, .init(error.description, vi: error.description))
    }
    guard let summary = tree["summary"], let processed = summary["messagesProcessed"]?.integer,
      let accepted = summary["messagesAccepted"]?.integer
    else { throw Self.unreadable(name, .init("it has no summary", vi: "thiếu summary")) }
    feed = tree["header"]?["feedId"]?.text ?? ""
    self.processed = processed
    self.accepted = accepted
    invalid = summary["messagesInvalid"]?.integer ?? max(0, processed - accepted)
    issues = (tree["issues"]?.elements ?? []).map { issue in
      Issue(
        message: issue["messageId"]?.integer, sku: issue["sku"]?.text, code: issue["code"]?.text,
        severity: issue["severity"]?.text ?? "ERROR", text: issue["message"]?.text ?? "",
        attribute: issue["attributeName"]?.text ?? issue["attributeNames"]?.elements.first?.text)
    }
  }

  /// The findings as diagnostics at the feed's file: severity by Amazon's, product by SKU, field by attribute.
  public func diagnostics(file: String) -> [Diagnostic] {
    issues.map { issue in
      let severity: Severity = issue.severity == "ERROR" ? .error : issue.severity == "WARNING" ? .warning : .note
      let text = ((issue.code.map { "\($0): " } ?? "") + issue.text).escapedForDisplay
      return Diagnostic(
        .amazonIssue, severity: severity,
        at: Place(
          file: file, element: issue.message.map { "messages[messageId=\($0)]" },
          field: issue.attribute?.escapedForDisplay),
        product: issue.sku?.escapedForDisplay, message: .init(text, vi: text))
    }
  }

  private static func unreadable(_ name: String, _ reason: LocalizedText) -> Fault {
    Fault(
      .malformed,
      Diagnostic(
        .amazonReport, at: Place(file: name),
        message: .init(
          "The processing report cannot be read: \(reason.en).", vi: "Không đọc được báo cáo xử lý: \(reason.vi).")))
  }
}
