public import Diagnostics

extension DiagnosticCode {
  /// The endpoint is no Selling Partner endpoint, or not a safe one.
  public static let amazonEndpoint = DiagnosticCode(
    "amazon-endpoint", .fatal,
    title: .init("Not an endpoint of the Selling Partner API", vi: "Không phải điểm kết nối Selling Partner API"),
    explanation: .init(
      "An endpoint of this kind has an https:// address (sellingpartnerapi-na, -eu or -fe.amazon.com), marketplaces, and the application’s id, secret and refresh token.",
      vi:
        "Điểm kết nối loại này có địa chỉ https:// (sellingpartnerapi-na, -eu hoặc -fe.amazon.com), các marketplace, và mã, khóa, refresh token của ứng dụng."
    ),
    remedy: .init("Complete the endpoint in the configuration file.", vi: "Bổ sung điểm kết nối trong tệp cấu hình."))

  /// Amazon refused a request.
  public static let amazonRefused = DiagnosticCode(
    "amazon-refused", .fatal,
    title: .init("Amazon refused", vi: "Amazon từ chối"),
    explanation: .init(
      "The Selling Partner API answered with an error; its code and words are shown.",
      vi: "Selling Partner API trả lời lỗi; mã và lời của lỗi được hiển thị."),
    remedy: .init(
      "Correct what Amazon names. Roles and authorisation are granted in Seller Central.",
      vi: "Sửa điều Amazon nêu. Quyền và ủy quyền được cấp trong Seller Central."))

  /// A feed type that Amazon no longer takes.
  public static let amazonFeedType = DiagnosticCode(
    "amazon-feed-type", .fatal,
    title: .init("Amazon no longer takes this kind of feed", vi: "Amazon không còn nhận loại feed này"),
    explanation: .init(
      "Listing feeds as XML or flat files end as FATAL since 31 July 2025; the API takes JSON_LISTINGS_FEED. Flat files can still be uploaded by hand in Seller Central.",
      vi:
        "Từ 31-07-2025 feed sản phẩm dạng XML hoặc tệp phẳng bị FATAL; API nhận JSON_LISTINGS_FEED. Tệp phẳng vẫn tải lên bằng tay được trong Seller Central."
    ),
    remedy: .init(
      "Set selling-partner: {feed-type: JSON_LISTINGS_FEED}.",
      vi: "Đặt selling-partner: {feed-type: JSON_LISTINGS_FEED}."))

  /// It is not known whether a feed was created, or which one it is.
  public static let amazonFeedUnknown = DiagnosticCode(
    "amazon-feed-unknown", .fatal,
    title: .init("Which feed is ours is not known", vi: "Không biết feed nào là của ta"),
    explanation: .init(
      "The answer to createFeed was lost, and the seller has several new feeds of this kind since then. A second feed is not created blindly.",
      vi:
        "Câu trả lời của createFeed bị mất, và người bán có nhiều feed mới cùng loại. Hệ thống không tạo feed thứ hai."),
    remedy: .init(
      "Look at the feeds named; submit with --again when none of them is ours.",
      vi: "Xem các feed được nêu; gửi với --again nếu không có feed nào của ta."))

  /// A feed is not in this machine's records, or has no result yet.
  public static let amazonFeedPending = DiagnosticCode(
    "amazon-feed-pending", .fatal,
    title: .init("The feed has no result yet", vi: "Feed chưa có kết quả"),
    explanation: .init(
      "Amazon takes minutes, at times hours, to work through a feed; its result comes when its status is DONE.",
      vi: "Amazon cần vài phút, có khi vài giờ, để xử lý feed; kết quả có khi trạng thái là DONE."),
    remedy: .init("Ask again later: ocop amazon status FEED.", vi: "Hỏi lại sau: ocop amazon status FEED."))

  /// A feed that Amazon ended without doing its work.
  public static let amazonFeedFailed = DiagnosticCode(
    "amazon-feed-failed", .fatal,
    title: .init("Amazon did not process the feed", vi: "Amazon không xử lý feed"),
    explanation: .init(
      "The feed ended as FATAL (aborted; some, none or all of it may have been done) or CANCELLED.",
      vi: "Feed kết thúc ở FATAL (dừng giữa chừng; có thể đã làm một phần, toàn bộ hoặc không) hoặc CANCELLED."),
    remedy: .init(
      "Correct the feed and submit it, or the same one with --again.",
      vi: "Sửa feed rồi gửi lại, hoặc gửi lại feed cũ với --again."))

  /// A finding in a processing report.
  public static let amazonIssue = DiagnosticCode(
    "amazon-issue", .error,
    title: .init("Amazon found an issue in a message", vi: "Amazon báo lỗi trong một bản tin"),
    explanation: .init(
      "The processing report of a feed names the message, SKU and attribute, with Amazon’s own code.",
      vi: "Báo cáo xử lý của feed nêu bản tin, SKU và thuộc tính, kèm mã lỗi của Amazon."),
    remedy: .init(
      "Correct the attribute at this SKU and submit the product again.",
      vi: "Sửa thuộc tính của SKU này rồi gửi lại sản phẩm."))

  /// A processing report that cannot be read.
  public static let amazonReport = DiagnosticCode(
    "amazon-report", .fatal,
    title: .init("The processing report cannot be read", vi: "Không đọc được báo cáo xử lý"),
    explanation: .init(
      "The result of a JSON listings feed is a JSON document with header, issues and summary.",
      vi: "Kết quả của JSON_LISTINGS_FEED là tài liệu JSON có header, issues và summary."),
    remedy: .init("Keep it with -o FILE and look at it.", vi: "Lưu lại bằng -o TỆP rồi xem."))

  /// What is known about feeds cannot be kept.
  public static let amazonJournal = DiagnosticCode(
    "amazon-journal", .fatal,
    title: .init("What is known about feeds cannot be written", vi: "Không ghi được trạng thái feed"),
    explanation: .init(
      "Each feed is recorded on disk before Amazon is asked for it, so that none is created twice; without the record nothing is submitted.",
      vi: "Mỗi feed được ghi vào đĩa trước khi gửi Amazon để không tạo hai lần; không ghi được thì không gửi."),
    remedy: .init(
      "Make room or mend the rights of the state folder (OCOP_STATE).",
      vi: "Giải phóng đĩa hoặc sửa quyền thư mục trạng thái (OCOP_STATE)."))

  static let sellingPartnerCodes: [DiagnosticCode] = [
    .amazonEndpoint, .amazonRefused, .amazonFeedType, .amazonFeedUnknown, .amazonFeedPending, .amazonFeedFailed,
    .amazonIssue, .amazonReport, .amazonJournal,
  ]
}
