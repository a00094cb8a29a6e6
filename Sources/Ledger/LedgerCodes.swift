public import Diagnostics

extension DiagnosticCode {
  /// The ledger cannot be opened or written.
  public static let ledgerFailed = DiagnosticCode(
    "ledger-failed", .fatal,
    title: .init("The ledger cannot be opened or written", vi: "Không mở hoặc ghi được sổ giao nhận"),
    explanation: .init(
      "The ledger records what was sent and fetched, so that nothing is delivered twice. It stands in $OCOP_STATE, else in $XDG_STATE_HOME/ocop, else in ~/.local/state/ocop.",
      vi:
        "Sổ ghi lại những gì đã gửi và nhận để không giao hai lần. Sổ nằm ở $OCOP_STATE, hoặc $XDG_STATE_HOME/ocop, hoặc ~/.local/state/ocop."
    ),
    remedy: .init(
      "Give the user the right to write there, make room on the disk, or set OCOP_STATE to a folder on a local disk.",
      vi: "Cấp quyền ghi vào đó, giải phóng đĩa, hoặc đặt OCOP_STATE là thư mục trên đĩa cục bộ."))

  /// The ledger is damaged.
  public static let ledgerDamaged = DiagnosticCode(
    "ledger-damaged", .fatal,
    title: .init("The ledger is damaged", vi: "Sổ giao nhận bị hỏng"),
    explanation: .init(
      "The file is no SQLite database or its pages do not fit together. A killed program or a power failure does not do that; a broken disk or another program does.",
      vi:
        "Tệp không phải cơ sở dữ liệu SQLite hoặc các trang không khớp. Chương trình bị ngắt hay mất điện không gây ra điều này; đĩa hỏng hoặc chương trình khác thì có."
    ),
    remedy: .init(
      "Move it and the files named ledger.sqlite-… beside it away, then restore all of them from one backup. Without a backup a new ledger is made, and files sent before may be sent again.",
      vi:
        "Chuyển tệp này cùng các tệp ledger.sqlite-… bên cạnh đi nơi khác, rồi phục hồi tất cả từ cùng một bản sao lưu. Nếu không có bản sao, sổ mới sẽ được tạo, tệp đã gửi có thể bị gửi lại."
    ))

  /// The ledger was made by a newer program.
  public static let ledgerNewer = DiagnosticCode(
    "ledger-newer", .fatal,
    title: .init("The ledger was made by a newer ocop", vi: "Sổ giao nhận do phiên bản ocop mới hơn tạo"),
    explanation: .init(
      "It has a form that this program does not know, and would not keep whole.",
      vi: "Sổ có cấu trúc mà chương trình này không biết và có thể làm hỏng."),
    remedy: .init("Use the newer program.", vi: "Hãy dùng phiên bản mới hơn."))

  /// The ledger stands on a network file system.
  public static let ledgerRemote = DiagnosticCode(
    "ledger-remote", .fatal,
    title: .init("The ledger stands on a network file system", vi: "Sổ giao nhận nằm trên hệ thống tệp mạng"),
    explanation: .init(
      "SQLite's write-ahead log needs memory shared by all who use it, which NFS and SMB do not have; the ledger would lose rows.",
      vi: "Nhật ký ghi trước của SQLite cần bộ nhớ chung, NFS và SMB không có; sổ sẽ mất dữ liệu."),
    remedy: .init(
      "Set OCOP_STATE to a folder on a local disk.", vi: "Đặt OCOP_STATE là thư mục trên đĩa cục bộ."))

  /// Codes of the ledger.
  public static let ledgerCodes: [DiagnosticCode] = [.ledgerFailed, .ledgerDamaged, .ledgerNewer, .ledgerRemote]
}
