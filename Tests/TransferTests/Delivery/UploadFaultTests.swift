import Diagnostics
import Ledger
import Synchronization
import Testing

@testable import Transfer

/// Every step of an upload fails in every way: afterwards the server has exactly the right file once, or the error is honest
/// and the next run brings it there once (R7, R8, R9, R10, R15, R21).
@Suite struct UploadFaultTests {
  struct Case: CustomTestStringConvertible {
    var server: Server
    var existing: PublishPolicy.Existing
    var isOccupied: Bool
    var testDescription: String { "\(server) \(existing) \(isOccupied ? "over a file" : "new")" }

    static let all = Server.allCases.flatMap { server in
      PublishPolicy.Existing.allCases.flatMap { existing in
        [false, true].map { Case(server: server, existing: existing, isOccupied: $0) }
      }
    }
  }

  static let bytes = sample(5000)
  static let old = sample(5000, seed: 9)

  private func run(
    _ scenario: Case, _ store: ScriptedStore, _ folder: TestFolder, _ options: UploadOptions = UploadOptions()
  ) async throws -> Result<TransferReceipt, Fault> {
    let ledger = try DeliveryLedger(folder: folder.path + "/state")
    let clock = FakeClock()
    let session = TransferSession(ledger: ledger, clock: clock.clock) { _ in store }
    let endpoint = try Endpoint.test("/in/") { $0.publish.existing = scenario.existing }
    do {
      return .success(try await session.upload(folder.path + "/feed.csv", to: endpoint, options: options))
    } catch { return .failure(error) }
  }

  /// What must hold after a run, however it went.
  private func check(
    _ scenario: Case, _ store: ScriptedStore, _ folder: TestFolder, _ result: Result<TransferReceipt, Fault>,
    _ comment: Comment
  ) throws {
    let newest = try DeliveryLedger(folder: folder.path + "/state").newest(1).first
    let published = store.publications(Self.bytes)
    let hidden = store.names.filter { $0.hasPrefix(".") }
    switch result {
    case .success(let receipt):
      let name = scenario.existing == .unique && scenario.isOccupied ? "feed-2.csv" : "feed.csv"
      #expect(receipt.remote.hasSuffix("/" + name), comment)
      #expect(store.file(name) == Self.bytes, comment)
      #expect(published == 1, comment)
      #expect(hidden.isEmpty, comment)
      if scenario.isOccupied, scenario.existing == .unique { #expect(store.file("feed.csv") == Self.old, comment) }
      #expect(newest?.state == .delivered && newest?.part == nil, comment)
    case .failure(let fault):
      #expect(published <= 1, comment)
      // A row that says “failed” is true; what may be there is “unknown”.
      if let newest, newest.state == .failed, published == 1 { Issue.record(comment) }
      #expect(newest?.state != .delivered, comment)
      // What is left is known, and left only when the next run can go on with it.
      #expect(hidden.isEmpty || newest?.part == hidden.first, comment)
      #expect(hidden.isEmpty || fault.kind == .transient || fault.kind == .output, comment)
      if scenario.isOccupied, scenario.existing != .replace { #expect(store.file("feed.csv") == Self.old, comment) }
    }
  }

  @Test("R7 R8 R9 R10: each step fails in each way, then a run without faults", arguments: Case.all)
  func eachStep(_ scenario: Case) async throws {
    // How many steps an upload without faults has.
    var count = 0
    var number = 0
    repeat {
      number += 1
      for moment in ScriptedStore.Moment.allCases {
        for remedy in [TransferFault.Remedy.retry, .ask, .giveUp] {
          // “Retry” and “give up” are promises that nothing has happened; a store gives them before the effect alone.
          if moment != .before, remedy != .ask { continue }
          let folder = TestFolder()
          folder.write("feed.csv", Self.bytes)
          let store = scenario.server.store()
          if scenario.isOccupied { store.put("feed.csv", Self.old) }
          let failing = number
          store.world.withLock {
            $0.plan = { step, _ in
              step == failing
                ? .init(moment: moment, remedy: remedy, code: remedy == .giveUp ? .transferRefused : .transferBroken)
                : nil
            }
          }
          let first = try await run(scenario, store, folder)
          count = store.steps.count
          let comment = Comment(rawValue: "step \(number) \(moment) \(remedy): \(store.steps) \(first)")
          try check(scenario, store, folder, first, comment)
          if scenario.existing == .fail, scenario.isOccupied {
            guard case .failure = first else {
              Issue.record(comment)
              continue
            }
          }
          store.world.withLock { $0.plan = { _, _ in nil } }
          let second = try await run(scenario, store, folder)
          let then = Comment(rawValue: "\(comment) then \(store.steps) \(second)")
          if scenario.existing == .fail, scenario.isOccupied {
            if case .failure(let fault) = second {
              #expect(fault.diagnostic.code == .transferExists, then)
            } else {
              Issue.record(then)
            }
            #expect(store.names == ["feed.csv"], then)
          } else {
            try check(scenario, store, folder, second, then)
            guard case .success(let receipt) = second else {
              Issue.record(then)
              continue
            }
            if case .success = first { #expect(receipt.outcome == .alreadyDelivered, then) }
          }
        }
      }
    } while number < count
    // Looking at the name is one step; the others are there when the file may go there.
    #expect(count > 2 || (scenario.existing == .fail && scenario.isOccupied))
  }

  @Test("R2 R21: random faults over many runs; at the end the file is there once", arguments: 0..<60)
  func randomSchedule(_ seed: Int) async throws {
    let scenario = Case.all[seed % Case.all.count]
    if scenario.existing == .fail, scenario.isOccupied { return }
    let folder = TestFolder()
    folder.write("feed.csv", Self.bytes)
    let store = scenario.server.store()
    if scenario.isOccupied { store.put("feed.csv", Self.old) }
    store.world.withLock {
      $0.plan = { step, name in
        var random = UInt64(seed &* 1000 &+ step) &* 0x9E37_79B9_7F4A_7C15
        random ^= random >> 29
        guard random % 100 < 40 else { return nil }
        let moment = ScriptedStore.Moment.allCases[Int(random >> 20 % 3)]
        return .init(moment: moment, remedy: moment == .before && random >> 40 % 2 == 0 ? .retry : .ask)
      }
      $0.breakAt = 100 * (seed + 1)
    }
    for _ in 0..<40 {
      let result = try await run(scenario, store, folder)
      try check(scenario, store, folder, result, Comment(rawValue: "\(scenario) \(store.steps) \(result)"))
      if case .success = result { return }
    }
    Issue.record("never delivered: \(scenario) \(store.steps.suffix(50))")
  }

  @Test("R10: a server that tells nothing: the outcome stays unknown, a person decides", arguments: [false, true])
  func nobodyToAsk(_ storeSaysSo: Bool) async throws {
    let folder = TestFolder()
    folder.write("feed.csv", Self.bytes)
    let store = ScriptedStore(StoreAbilities())
    store.world.withLock {
      $0.plan = { step, _ in
        if step > 1 { return nil }
        return storeSaysSo
          ? .init(moment: .after, remedy: .giveUp, code: .mailUnknown, kind: .stopped)
          : .init(moment: .after, remedy: .ask)
      }
    }
    let scenario = Case(server: .http, existing: .replace, isOccupied: false)
    for run in 0..<2 {
      guard case .failure(let fault) = try await self.run(scenario, store, folder) else {
        Issue.record("delivered without proof")
        return
      }
      #expect(fault.kind == .stopped)
      #expect(fault.diagnostic.code == (storeSaysSo && run == 0 ? .mailUnknown : .deliveryUnknown))
      #expect(store.publications(Self.bytes) == 1)
      #expect(try DeliveryLedger(folder: folder.path + "/state").newest(1).first?.state == .unknown)
    }
    var options = UploadOptions()
    options.again = true
    guard case .success(let receipt) = try await self.run(scenario, store, folder, options) else {
      Issue.record("not sent again")
      return
    }
    #expect(receipt.outcome == .delivered)
    #expect(store.publications(Self.bytes) == 2)
  }
}
