public import Diagnostics
internal import GRDB

#if canImport(Glibc)
  internal import Glibc
#endif

extension DeliveryLedger {
  /// Writes down what is meant to be done. It is on the disk when this returns.
  ///
  /// - Parameter claim: the right to serve the target, which the caller holds until the ending is written.
  /// - Returns: the transfer's number.
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func begin(_ intent: TransferIntent, _ claim: borrowing LedgerClaim) throws(Fault) -> Int64 {
    try mapping { [queue, user, host] in
      try queue.write { database in
        try database.execute(
          sql: """
            INSERT INTO transfer
              (direction, state, target, endpoint, remote, local, bytes, sha256, part, version, user, host, process)
              VALUES (?, 'sending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            intent.direction.rawValue, intent.target, intent.endpoint, intent.remote, intent.local,
            intent.bytes.map(Int64.init(clamping:)), intent.sha256, intent.part, intent.version, user, host,
            Int64(getpid()),
          ])
        return database.lastInsertedRowID
      }
    }
  }

  /// Writes down the name of another part before it is made, or the version that the part is read from.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func keep(part: String?, version: String?, of id: Int64) throws(Fault) {
    try update(id, "part = ?, version = ?", [part, version])
  }

  /// Writes down which version the part is read from.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func remember(version: String, of id: Int64) throws(Fault) {
    try update(id, "version = ?", [version])
  }

  /// Writes down the digest of what is sent, when it was not known at the beginning.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func remember(sha256: String, of id: Int64) throws(Fault) {
    try update(id, "sha256 = ?", [sha256])
  }

  /// Writes down that all bytes are there and which final name they get, before they get it.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func publish(
    _ id: Int64, as name: String, bytes: UInt64, sha256: String, version: String?
  ) throws(Fault) {
    try update(
      id, "state = 'publishing', published = ?, bytes = ?, sha256 = ?, version = ?",
      [name, Int64(clamping: bytes), sha256, version])
  }

  /// Writes down how it ended.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func finish(_ id: Int64, _ ending: TransferEnding) throws(Fault) {
    try update(
      id,
      """
      state = ?, bytes = coalesce(?, bytes), sha256 = coalesce(?, sha256), part = ?, attempts = ?, resumedAt = ?,
      answer = ?, code = ?, ended = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      """,
      [
        ending.state.rawValue, ending.bytes.map(Int64.init(clamping:)), ending.sha256, ending.part, ending.attempts,
        Int64(clamping: ending.resumedAt), ending.answer, ending.code,
      ])
  }

  private func update(_ id: Int64, _ columns: String, _ values: StatementArguments) throws(Fault) {
    try mapping { [queue] in
      try queue.write { database in
        try database.execute(
          sql: "UPDATE transfer SET \(columns) WHERE id = ? AND ended IS NULL", arguments: values + [id])
      }
    }
  }

  /// What earlier transfers to a target have left open, newest first: the last one when its outcome is unknown, parts, and those
  /// whose program ended in the midst. An unknown outcome that was followed by a delivery is of the past, with its part. Asked
  /// for while the claim is held, so none of them runs.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func leftovers(
    of target: String, _ direction: TransferRecord.Direction, _ claim: borrowing LedgerClaim
  ) throws(Fault) -> [TransferRecord] {
    try records(
      """
      WHERE target = ? AND direction = ? AND
        (ended IS NULL OR (part IS NOT NULL AND state <> 'unknown') OR (state = 'unknown' AND id =
          (SELECT max(id) FROM transfer AS other WHERE other.target = transfer.target
             AND other.direction = transfer.direction AND other.state IN ('unknown', 'delivered'))))
      ORDER BY id DESC LIMIT 100
      """, [target, direction.rawValue])
  }

  /// Ends what an earlier program left open, once its effect is known.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func settle(
    _ record: TransferRecord, as state: TransferRecord.State, part: String?, answer: String? = nil
  ) throws(Fault) {
    try mapping { [queue] in
      try queue.write { database in
        try database.execute(
          sql: """
            UPDATE transfer SET state = ?, part = ?, answer = coalesce(?, answer),
              ended = coalesce(ended, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) WHERE id = ?
            """, arguments: [state.rawValue, part, answer, record.id])
      }
    }
  }

  /// The last file that was delivered to a target.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func lastDelivery(
    to target: String, _ direction: TransferRecord.Direction
  ) throws(Fault) -> TransferRecord? {
    try records(
      "WHERE target = ? AND direction = ? AND state = 'delivered' ORDER BY id DESC LIMIT 1",
      [target, direction.rawValue]
    ).first
  }

  /// A delivery of these very bytes to a target, whenever it was.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func delivery(
    of sha256: String, to target: String, _ direction: TransferRecord.Direction
  ) throws(Fault) -> TransferRecord? {
    try records(
      "WHERE target = ? AND direction = ? AND state = 'delivered' AND sha256 = ? ORDER BY id DESC LIMIT 1",
      [target, direction.rawValue, sha256]
    ).first
  }

  /// The newest transfers, newest first.
  ///
  /// - Throws: `ledger-failed`, `ledger-damaged`.
  public func newest(_ limit: Int) throws(Fault) -> [TransferRecord] {
    try records("ORDER BY id DESC LIMIT ?", [limit])
  }

  private func records(_ condition: String, _ values: StatementArguments) throws(Fault) -> [TransferRecord] {
    try mapping { [queue] in
      try queue.read { database in
        try Row.fetchAll(database, sql: "SELECT * FROM transfer " + condition, arguments: values)
          .compactMap(TransferRecord.init(row:))
      }
    }
  }
}

extension TransferRecord {
  fileprivate init?(row: Row) {
    guard let direction = Direction(rawValue: row["direction"]), let state = State(rawValue: row["state"]) else {
      return nil
    }
    let bytes: Int64? = row["bytes"]
    self.init(
      id: row["id"], direction: direction, state: state, target: row["target"], endpoint: row["endpoint"],
      remote: row["remote"], local: row["local"], bytes: bytes.map(UInt64.init(clamping:)), sha256: row["sha256"],
      part: row["part"], published: row["published"], version: row["version"], attempts: row["attempts"],
      resumedAt: UInt64(clamping: row["resumedAt"] as Int64), answer: row["answer"], code: row["code"],
      user: row["user"], host: row["host"], process: row["process"], begun: row["begun"], ended: row["ended"])
  }
}
