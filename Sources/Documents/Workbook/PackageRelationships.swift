internal import Diagnostics

/// The relationships of a part of a package (ECMA-376 part 2, section 9.3): where its other parts are.
struct PackageRelationships {
  struct Item {
    var id: String
    /// The last word of the type's name: `worksheet`, `styles`; the same in transitional and strict files.
    var kind: String
    /// The target as a path from the package's root, without a leading slash.
    var target: String
  }

  private(set) var items: [Item] = []

  /// Reads the relationships of a part, or of the package itself for an empty name. None when the file is missing.
  init(of part: String, in package: WorkbookPackage) throws(Fault) {
    let (folder, name) = Self.split(part)
    let handler = Handler(folder: folder, limit: package.limits.entries)
    _ = try package.parse((folder.isEmpty ? "" : folder + "/") + "_rels/" + name + ".rels", handler)
    items = handler.items
  }

  /// The first target of a kind.
  func target(kind: String) -> String? { items.first { $0.kind == kind }?.target }

  private static func split(_ part: String) -> (folder: String, name: String) {
    guard let slash = part.lastIndex(of: "/") else { return ("", part) }
    return (String(part[..<slash]), String(part[part.index(after: slash)...]))
  }

  /// A target as a path from the root: `worksheets/a.xml`, `../x.xml`, `/xl/y.xml` and `..\z.xml` are all met.
  static func resolve(_ target: String, in folder: String) -> String {
    let target = String(target.map { $0 == "\\" ? "/" : $0 })
    var steps = target.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
    for step in target.split(separator: "/") where step != "." {
      if step == ".." { _ = steps.popLast() } else { steps.append(String(step)) }
    }
    return steps.joined(separator: "/")
  }

  private final class Handler: XMLHandler {
    let folder: String
    let limit: Int
    var items: [Item] = []

    init(folder: String, limit: Int) {
      self.folder = folder
      self.limit = limit
    }

    override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
      guard name.localName == "Relationship", let id = attributes.string("Id"),
        let target = attributes.string("Target"), attributes.string("TargetMode") != "External"
      else { return }
      // Links and drawings are many at times; only what a workbook needs is kept, and that is bounded.
      let type = attributes.string("Type") ?? ""
      if items.count < 16 * limit {
        let kind = type.split(separator: "/").last.map(String.init) ?? ""
        items.append(Item(id: id, kind: kind, target: PackageRelationships.resolve(target, in: folder)))
      }
    }
  }
}
