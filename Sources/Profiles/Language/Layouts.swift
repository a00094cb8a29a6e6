public import ProductModel

/// What to do with columns or elements that no rule takes.
public enum Unmatched: String, Sendable, CaseIterable {
  /// Kept as residue, so that the same format can be written back whole; reported once each as a note.
  case residue
  /// Reported once each as a warning.
  case warn
  /// A document fault.
  case error
}

/// Delimited text: how bytes become rows, what stands above the data, and the columns.
public struct TableLayout: Sendable {
  /// `,` `;` tab or `|`; written as it is. Reading sniffs among these unless `isStrict`.
  public var delimiter: Character
  /// Whether reading takes the delimiter as given instead of sniffing.
  public var isStrict: Bool
  /// `rfc4180`, `none` (raw cells) or `tolerant`.
  public var quotes: String
  /// `utf-8`, `cp932` …, for writing, and for reading when nothing else tells.
  public var encoding: String
  /// Whether a byte order mark is written.
  public var bom: Bool
  /// `crlf` or `lf`.
  public var newline: String
  /// Rows above the data, in order.
  public var rows: [HeadRow]
  /// The columns in the order they are written.
  public var columns: [Rule]
  /// What to do with unknown columns.
  public var unmatched: Unmatched

  /// Makes a layout.
  public init(
    delimiter: Character = ",", isStrict: Bool = false, quotes: String = "rfc4180", encoding: String = "utf-8",
    bom: Bool = false, newline: String = "crlf", rows: [HeadRow] = [.names], columns: [Rule],
    unmatched: Unmatched = .residue
  ) {
    self.delimiter = delimiter
    self.isStrict = isStrict
    self.quotes = quotes
    self.encoding = encoding
    self.bom = bom
    self.newline = newline
    self.rows = rows
    self.columns = columns
    self.unmatched = unmatched
  }
}

/// A row above the data of a table.
public enum HeadRow: Sendable, Hashable {
  /// The names by which columns are found.
  case names
  /// Labels for people.
  case labels
  /// The codes of the columns, in a hidden row.
  case codes
  /// Second labels.
  case sublabels
  /// Fixed cells.
  case text([String])
  /// An empty row.
  case blank
}

/// A workbook: sheets in order.
public struct WorkbookLayout: Sendable {
  /// The sheets.
  public var sheets: [SheetLayout]
  /// Written into the hidden `_meta` sheet and expected on reading; nil for a workbook without it.
  public var template: String?
  /// The font for all cells.
  public var font: String?
  /// What to do with unknown columns.
  public var unmatched: Unmatched

  /// Makes a layout.
  public init(sheets: [SheetLayout], template: String? = nil, font: String? = nil, unmatched: Unmatched = .residue) {
    self.sheets = sheets
    self.template = template
    self.font = font
    self.unmatched = unmatched
  }
}

/// One sheet of a workbook layout.
public struct SheetLayout: Sendable {
  /// The name; forms hold `{n}` for the product's number.
  public var name: String
  /// Other names under which it is found.
  public var aliases: [String]
  /// What it holds.
  public var content: Content
  /// Whether it is hidden.
  public var isHidden: Bool
  /// Whether it is shown first when the workbook is opened.
  public var isActive: Bool

  /// What a sheet holds.
  public enum Content: Sendable {
    /// One row a product, or, with `each`, one row a node, joined to its product.
    case table(SheetTable)
    /// One sheet a product.
    case form(SheetForm)
    /// Lines of text for people; not read.
    case text([String])
    /// One column a code list, for drop-downs.
    case codeLists([String])
    /// Label and value rows for the whole document, taken from the first product: company data.
    case card([Rule])
  }

  /// Makes a sheet layout.
  public init(name: String, aliases: [String] = [], content: Content, isHidden: Bool = false, isActive: Bool = false) {
    self.name = name
    self.aliases = aliases
    self.content = content
    self.isHidden = isHidden
    self.isActive = isActive
  }
}

/// A table on a sheet.
public struct SheetTable: Sendable {
  /// Rows above the data.
  public var rows: [HeadRow]
  /// Columns in order, behind those of `join`, `parents` and `number`. With `each` they start from its node, and stand in
  /// its `rules` too.
  public var columns: [Rule]
  /// For one row a node: the kind and where it stands; nil for one row a product.
  public var each: EachRule?
  /// For sheets with `each` or a further row a product: the columns that name the product, as field rules whose target
  /// starts at the product. The first one that a row fills in counts, the next ones help where it is ambiguous. A rule with
  /// `derive: {number: true}` stands for the running number in the main table, in the column of the same name.
  public var join: [Rule]
  /// For nodes below nodes: columns that say under which one, as field rules whose target leads from the product to a key
  /// attribute of an ancestor: `item.id`, `nutrition.basis`.
  public var parents: [Rule]
  /// A column with the position of the node among its siblings, from 1. For a kind that nests in itself the positions of
  /// all levels, joined by points: `2.1`. Reading sorts by it. Its rule has no target.
  public var number: Rule?
  /// Rows that are no data: a column, and the texts in it that say so, such as totals. They are passed over when read.
  public var skip: [(header: String, texts: [String])] = []
  /// Columns that stay in view.
  public var frozenColumns: Int

  /// Makes a table.
  public init(
    rows: [HeadRow] = [.names], columns: [Rule], each: EachRule? = nil, join: [Rule] = [], parents: [Rule] = [],
    number: Rule? = nil, frozenColumns: Int = 0
  ) {
    self.rows = rows
    self.columns = columns
    self.each = each
    self.join = join
    self.parents = parents
    self.number = number
    self.frozenColumns = frozenColumns
  }
}

/// A form: labels and values at fixed cells.
public struct SheetForm: Sendable {
  /// Most forms in one workbook; products beyond it stand in the tables only.
  public var limit: Int
  /// Column widths in characters, from A.
  public var columnWidths: [Double]
  /// Title in row 1.
  public var title: String
  /// Bars between blocks: row (from 1) and text.
  public var bars: [(row: Int, text: String)]
  /// The fields; places are `.cell`.
  public var fields: [Rule]

  /// Makes a form.
  public init(limit: Int, columnWidths: [Double], title: String, bars: [(row: Int, text: String)], fields: [Rule]) {
    self.limit = limit
    self.columnWidths = columnWidths
    self.title = title
    self.bars = bars
    self.fields = fields
  }
}

/// An XML document.
public struct ElementLayout: Sendable {
  /// Prefix → URI, for paths and for what is written.
  public var namespaces: [String: String]
  /// Text written before the first record: declaration, root start tag, headers. Holds `$variables`.
  public var prologue: String
  /// Text written after the last record.
  public var epilogue: String
  /// From the root to the element of one record, for reading. The last step is the record's element.
  public var record: ElementPath
  /// One record a product, or one a top item (an item that no other contains).
  public var isPerTopItem: Bool
  /// The rules of a record.
  public var rules: [Rule]
  /// Blocks for `call:`; each is a rule list about one node.
  public var blocks: [String: Block]
  /// What to do with unknown elements.
  public var unmatched: Unmatched

  /// A named rule list that can be entered again.
  public struct Block: Sendable {
    /// The kind of node that it is about, under the product.
    public var kind: NodeKind
    /// The rules.
    public var rules: [Rule]

    /// Makes a block.
    public init(kind: NodeKind, rules: [Rule]) {
      self.kind = kind
      self.rules = rules
    }
  }

  /// Makes a layout.
  public init(
    namespaces: [String: String], prologue: String, epilogue: String, record: ElementPath, isPerTopItem: Bool,
    rules: [Rule], blocks: [String: Block], unmatched: Unmatched = .residue
  ) {
    self.namespaces = namespaces
    self.prologue = prologue
    self.epilogue = epilogue
    self.record = record
    self.isPerTopItem = isPerTopItem
    self.rules = rules
    self.blocks = blocks
    self.unmatched = unmatched
  }
}
