internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// A folder of this machine or a mounted share, by `file://`: for tests, and for partners who fetch from a shared disk.
struct FolderStore: Store {
  var abilities: StoreAbilities {
    var abilities = StoreAbilities.fileServer
    abilities.movesOver = true
    return abilities
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    var status = stat()
    guard lstat(name(path), &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure(path, .reading)
    }
    return file(path.name, status)
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    guard let stream = opendir(name(folder)) else { throw failure(folder, .reading) }
    defer { closedir(stream) }
    var listing = RemoteListing(files: [])
    while let entry = readdir(stream) {
      // By the folder, since a name that is not UTF-8 cannot be said again by its text.
      var status = stat()
      let found = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) {
          fstatat(dirfd(stream), $0, &status, AT_SYMLINK_NOFOLLOW)
        }
      }
      let text = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if found == 0, text != ".", text != ".." { listing.add(file(text, status)) }
    }
    return listing
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    let descriptor = open(name(path), O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(path, .reading) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, .reading) }
    let now = file(path.name, status).version
    let size = now.size ?? 0
    let start = offset > 0 && version?.proves(now) == true && offset <= size ? offset : 0
    do throws(Fault) {
      try sink.start(TransferHead(status: 0, length: size - start, offset: start, version: now))
    } catch { throw TransferFault(error, .giveUp) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    var at = start
    while true {
      let count = pread(descriptor, memory.baseAddress, memory.count, Int(at))
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw failure(path, .reading) }
      if count == 0 { break }
      do throws(Fault) {
        try sink.receive(UnsafeRawBufferPointer(rebasing: memory[..<count]))
      } catch { throw TransferFault(error, .giveUp) }
      at += UInt64(count)
    }
    return now
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    let flags = offset > 0 ? O_WRONLY : O_WRONLY | O_CREAT | (condition == .absent ? O_EXCL : O_TRUNC)
    let descriptor = open(name(path), flags | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw failure(path, .changing) }
    defer { close(descriptor) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    do throws(Fault) { try source.seek(to: offset) } catch { throw TransferFault(error, .giveUp) }
    var at = offset
    while true {
      let count: Int
      do throws(Fault) { count = try source.read(into: memory) } catch { throw TransferFault(error, .giveUp) }
      if count == 0 { break }
      var done = 0
      while done < count {
        let written = pwrite(descriptor, memory.baseAddress! + done, count - done, Int(at))
        if written < 0, errno == EINTR { continue }
        if written < 0 { throw failure(path, .changing) }
        done += written
        at += UInt64(written)
      }
    }
    guard fsync(descriptor) == 0 else { throw failure(path, .changing) }
    return RemoteVersion(size: at)
  }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    // A second link never replaces; a rename does.
    guard (replacing ? rename(name(path), name(target)) : link(name(path), name(target))) == 0 else {
      throw failure(target, .changing)
    }
    if !replacing { unlink(name(path)) }
    let folder = open(name(target.parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    guard unlink(name(path)) == 0 || errno == ENOENT else { throw failure(path, .changing) }
  }

  private func name(_ path: RemotePath) -> String { path.asFolder(false).description }

  private func file(_ name: String, _ status: stat) -> RemoteFile {
    let kind: RemoteFile.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return RemoteFile(
      name: name, kind: kind,
      version: RemoteVersion(size: UInt64(clamping: status.st_size), modified: Int64(status.st_mtim.tv_sec)))
  }

  private func failure(_ path: RemotePath, _ step: StoreStep) -> TransferFault {
    let error = errno
    let kind: Fault.Kind = step == .reading ? .unreadable : .output
    let code: DiagnosticCode =
      switch error {
      case ENOENT, ENOTDIR: .transferNotFound
      case EACCES, EPERM, EROFS, ELOOP: .transferDenied
      case ENOSPC, EDQUOT, EFBIG: .transferFull
      case EEXIST: .transferExists
      default: .transferRefused
      }
    let reason = String(cString: strerror(error))
    return TransferFault(
      Fault(
        kind,
        Diagnostic(
          code, at: Place(file: "file://" + path.description.escapedForDisplay),
          message: .init("\(code.title.en): \(reason)", vi: "\(code.title.vi): \(reason)"))),
      .giveUp)
  }
}
