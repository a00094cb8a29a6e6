internal import COcopShims
public import Diagnostics
internal import GRDB

#if canImport(Glibc)
  internal import Glibc
#endif

/// The durable record of transfers: intent before the first effect, outcome after the last, kept for good.
///
/// A SQLite file (write-ahead log, every commit synced), shared by any number of processes of one machine. It survives
/// their deaths at any moment, and the loss of what was not synced. Times are UTC.
public final class DeliveryLedger: Sendable {
  /// The file's path.
  public let path: String

  let queue: DatabaseQueue
  let user = LedgerFolder.userName()
  let host = LedgerFolder.hostName()
  private let locks: String

  /// Opens the ledger, and makes or widens it when needed.
  ///
  /// - Parameter folder: where it stands; `$OCOP_STATE`, else `$XDG_STATE_HOME/ocop`, else `~/.local/state/ocop`.
  /// - Throws: `ledger-failed` (`.output`), `ledger-damaged` (`.unreadable`), `ledger-newer` or `ledger-remote`
  ///   (`.configuration`).
  public init(folder: String? = nil) throws(Fault) {
    let folder = if let folder { folder } else { try LedgerFolder.standard() }
    try LedgerFolder.make(folder)
    path = folder + "/ledger.sqlite"
    locks = folder + "/ledger.locks"
    // Changing to the write-ahead log and widening tables is done by one process at a time.
    let opening = try LedgerClaim.take(at: 0, in: locks, waiting: true)
    defer { withExtendedLifetime(opening) {} }
    try LedgerFolder.secure(path)
    var configuration = Configuration()
    configuration.label = "ledger"
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(60)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      // What is committed is synced in the log, which grows to a few megabytes before it is copied. Copying it when a command
      // ends would sync twice more, and wait behind all that the transfer has just written to the same disk.
      ocop_sqlite_keep_log(UnsafeMutableRawPointer(database.sqliteConnection))
    }
    let path = path
    queue = try Self.mapping(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      // After the write-ahead log was chosen, which sets NORMAL: then a commit is not synced.
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      return queue
    }
    let isNewer = try Self.mapping(path) { [queue] in
      let migrations = LedgerMigrations.all
      if try queue.read(migrations.hasBeenSuperseded) { return true }
      if try !queue.read(migrations.hasCompletedMigrations) { try migrations.migrate(queue) }
      return false
    }
    if isNewer { throw Fault(.configuration, Diagnostic(.ledgerNewer, at: Place(file: path))) }
  }

  /// Takes the sole right to serve a target; nil when another task or process has it.
  ///
  /// - Throws: `ledger-failed`.
  public func claim(_ target: String) throws(Fault) -> LedgerClaim? {
    // FNV-1a; two targets on one offset would only wait for each other. 0 is the lock of opening.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in target.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return try LedgerClaim.take(at: max(1, hash & (1 << 62 - 1)), in: locks, waiting: false)
  }

  /// Checks the file, page by page: nil when it is sound, else what SQLite says.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func check() throws(Fault) -> String? {
    try mapping { [queue] in
      let answer = try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
      return answer == "ok" ? nil : answer ?? "no answer"
    }
  }

  func mapping<R>(_ body: () throws -> R) throws(Fault) -> R { try Self.mapping(path, body) }

  /// Turns SQLite's errors into faults.
  static func mapping<R>(_ path: String, _ body: () throws -> R) throws(Fault) -> R {
    do { return try body() } catch let fault as Fault {
      throw fault
    } catch let error as DatabaseError {
      let reason = error.message ?? "SQLite \(error.resultCode.rawValue)"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        throw Fault(
          .unreadable,
          Diagnostic(
            .ledgerDamaged, at: Place(file: path),
            message: .init("The ledger is damaged: \(reason).", vi: "Sổ giao nhận bị hỏng: \(reason).")))
      case .SQLITE_BUSY, .SQLITE_LOCKED:
        throw LedgerFault.failed(
          path, .init("others have been writing for too long", vi: "tiến trình khác ghi quá lâu"), .transient)
      default: throw LedgerFault.failed(path, .init(reason, vi: reason))
      }
    } catch {
      throw LedgerFault.failed(path, .init("\(error)", vi: "\(error)"), .bug)
    }
  }
}
