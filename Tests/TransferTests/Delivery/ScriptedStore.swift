import Bytes
import Diagnostics
import Synchronization

@testable import Transfer

/// A server in memory that fails where a test says: before a step has its effect, after it, or in the middle.
final class ScriptedStore: Store {
  enum Moment: CaseIterable { case before, middle, after }

  struct Injection {
    var moment: Moment
    var remedy: TransferFault.Remedy
    var code = DiagnosticCode.transferBroken
    var kind: Fault.Kind?
  }

  struct File: Equatable {
    var bytes: [UInt8]
    var modified: Int64
  }

  struct World {
    var files: [String: File] = [:]
    var time: Int64 = 1_000_000
    var steps: [String] = []
    /// How often a file came under a name that is not hidden, by name and content.
    var publications: [String: Int] = [:]
    /// Chooses what goes wrong at a step, numbered from 1.
    var plan: @Sendable (Int, String) -> Injection? = { _, _ in nil }
    /// Whether a rename over a file is refused whatever `abilities` say.
    var refusesRenameOver = false
    /// How many bytes arrive before a read or write breaks in the middle.
    var breakAt = 3
    /// What the server tells of each file beyond size and time.
    var tellsETag = false
    var tellsMD5 = false
    /// What the server says of a download's length; nil for none.
    var announces: @Sendable (UInt64) -> UInt64? = { $0 }
    var isDelimited = true
    var takesAway = false
  }

  let abilities: StoreAbilities
  let world: Mutex<World>

  init(_ abilities: StoreAbilities, _ world: World = World()) {
    self.abilities = abilities
    self.world = Mutex(world)
  }

  func put(_ name: String, _ bytes: [UInt8]) {
    world.withLock {
      $0.time += 10
      $0.files[name] = File(bytes: bytes, modified: $0.time)
    }
  }

  func file(_ name: String) -> [UInt8]? { world.withLock { $0.files[name]?.bytes } }
  var names: [String] { world.withLock { $0.files.keys.sorted() } }
  var steps: [String] { world.withLock { $0.steps } }
  func publications(_ bytes: [UInt8]) -> Int {
    world.withLock { $0.publications.filter { $0.key.hasSuffix(" " + SHA256.hex(of: bytes)) }.values.reduce(0, +) }
  }

  private func begin(_ step: String) throws(TransferFault) -> Injection? {
    let injection = world.withLock { world in
      world.steps.append(step)
      return world.plan(world.steps.count, step)
    }
    if let injection, injection.moment == .before { throw Self.fault(injection) }
    return injection
  }

  private static func fault(_ injection: Injection) -> TransferFault {
    TransferFault(
      Fault(
        injection.kind ?? (injection.remedy == .giveUp ? .output : .transient),
        Diagnostic(injection.code, at: Place(file: "scripted"), message: .init("scripted fault", vi: "lỗi dàn dựng"))),
      injection.remedy)
  }

  static func refusal(_ code: DiagnosticCode) -> TransferFault {
    TransferFault(Fault(.output, Diagnostic(code, at: Place(file: "scripted"))), .giveUp)
  }

  private func note(_ world: inout World, _ name: String, _ bytes: [UInt8]) {
    if !name.hasPrefix(".") { world.publications[name + " " + SHA256.hex(of: bytes), default: 0] += 1 }
    if world.takesAway, !name.hasPrefix(".") { world.files[name] = nil }
  }

  private func version(_ file: File, _ world: World) -> RemoteVersion {
    var version = RemoteVersion(size: UInt64(file.bytes.count), modified: file.modified)
    if world.tellsETag { version.etag = "\"\(file.modified)-\(file.bytes.count)\"" }
    if world.tellsMD5 {
      var md5 = MD5()
      md5.add(file.bytes)
      version.md5 = md5.hex
    }
    return version
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    let injection = try begin("status \(path.name)")
    if let injection { throw Self.fault(injection) }
    guard abilities.tellsSize else { throw Self.refusal(.transferRefused) }
    return world.withLock { world in
      world.files[path.name].map { RemoteFile(name: path.name, version: version($0, world)) }
    }
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    if let injection = try begin("list") { throw Self.fault(injection) }
    return world.withLock { world in
      RemoteListing(files: world.files.map { RemoteFile(name: $0.key, version: version($0.value, world)) })
    }
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    let injection = try begin("read \(path.name) \(offset)")
    let (file, world) = world.withLock { ($0.files[path.name], $0) }
    guard let file else { throw Self.refusal(.transferNotFound) }
    let now = self.version(file, world)
    let start = offset > 0 && version?.proves(now) == true ? Int(offset) : 0
    let rest = Array(file.bytes[min(start, file.bytes.count)...])
    var head = TransferHead(
      status: 200, length: world.announces(UInt64(rest.count)), offset: UInt64(start), version: now)
    head.isDelimited = world.isDelimited
    do throws(Fault) { try sink.start(head) } catch { throw TransferFault(error, .giveUp) }
    var left = rest[...]
    if injection?.moment == .middle { left = left.prefix(world.breakAt) }
    while !left.isEmpty {
      let piece = Array(left.prefix(1000))
      left = left.dropFirst(1000)
      do throws(Fault) {
        var fault: Fault?
        piece.withUnsafeBytes { bytes in
          do throws(Fault) { try sink.receive(bytes) } catch { fault = error }
        }
        if let fault { throw fault }
      } catch { throw TransferFault(error, .giveUp) }
    }
    if let injection { throw Self.fault(injection) }
    return now
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    let injection = try begin("write \(path.name) \(offset)")
    var bytes: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: 700)
    do throws(Fault) {
      try source.seek(to: offset)
      while true {
        var fault: Fault?
        var count = 0
        memory.withUnsafeMutableBytes { memory in
          do throws(Fault) { count = try source.read(into: memory) } catch { fault = error }
        }
        if let fault { throw fault }
        if count == 0 { break }
        bytes += memory[..<count]
      }
    } catch { throw TransferFault(error, .giveUp) }
    let isBroken = injection?.moment == .middle
    // A write that is whole or not there leaves nothing when it breaks.
    if isBroken, abilities.writesWhole { throw Self.fault(injection!) }
    let isRefused = world.withLock { world -> Bool in
      if condition == .absent, abilities.writesIfAbsent, world.files[path.name] != nil { return true }
      let earlier = offset > 0 ? Array((world.files[path.name]?.bytes ?? []).prefix(Int(offset))) : []
      let whole = earlier + (isBroken ? Array(bytes.prefix(world.breakAt)) : bytes)
      world.time += 10
      world.files[path.name] = File(bytes: whole, modified: world.time)
      note(&world, path.name, whole)
      return false
    }
    if isRefused { throw Self.refusal(.transferExists) }
    if let injection { throw Self.fault(injection) }
    return RemoteVersion(size: source.size)
  }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    let injection = try begin("move \(path.name) \(target.name)")
    let refusal = world.withLock { world -> DiagnosticCode? in
      guard let file = world.files[path.name] else { return .transferNotFound }
      if world.files[target.name] != nil, !replacing || world.refusesRenameOver || !abilities.movesOver {
        return .transferRefused
      }
      world.files[path.name] = nil
      world.files[target.name] = file
      note(&world, target.name, file.bytes)
      return nil
    }
    if let refusal { throw Self.refusal(refusal) }
    if let injection { throw Self.fault(injection) }
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    let injection = try begin("remove \(path.name)")
    world.withLock { $0.files[path.name] = nil }
    if let injection { throw Self.fault(injection) }
  }
}

/// A clock that only sleeping moves, and a record of its pauses.
final class FakeClock: Sendable {
  let state = Mutex<(now: Double, pauses: [Double])>((0, []))
  let chance: Double

  init(chance: Double = 0.5) { self.chance = chance }

  var pauses: [Double] { state.withLock { $0.pauses } }

  var clock: TransferClock {
    TransferClock(
      now: { self.state.withLock { $0.now } },
      sleep: { seconds in
        try Task.checkCancellation()
        self.state.withLock {
          $0.now += seconds
          $0.pauses.append(seconds)
        }
      },
      random: { self.chance })
  }
}

/// The servers that the stores stand for.
enum Server: String, CaseIterable {
  case ftp, ftpThatRefusesRenameOver, sftp, http, s3

  func store() -> ScriptedStore {
    var abilities = StoreAbilities()
    var world = ScriptedStore.World()
    abilities.tellsSize = true
    abilities.removes = true
    abilities.resumesReads = true
    switch self {
    case .ftp, .ftpThatRefusesRenameOver, .sftp:
      abilities.moves = true
      abilities.movesOver = self != .sftp
      abilities.resumesWrites = true
      abilities.lists = true
      world.refusesRenameOver = self == .ftpThatRefusesRenameOver
    case .http, .s3:
      abilities.writesWhole = true
      abilities.writesIfAbsent = true
      world.tellsETag = true
      abilities.tellsDigest = self == .s3
      world.tellsMD5 = self == .s3
    }
    return ScriptedStore(abilities, world)
  }
}
