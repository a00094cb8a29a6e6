public import Diagnostics
public import ProductModel

/// How one partner uses one format: a file of `mappings/`, read, inherited and resolved. `mappings/README.md` teaches the
/// language; this is what it becomes. Immutable; engines compile it into a reading plan and a writing plan.
public struct Profile: Sendable {
  /// The name, as on the command line and as the channel of facets: `amazon-us`.
  public var name: String
  /// What it is for, in one line.
  public var title: String
  /// The profile's own version.
  public var version: String
  /// The adapter that reads and writes the format.
  public var adapter: String
  /// The profile it extends, or nil.
  public var parent: String?
  /// How sure we are that the partner wants exactly this.
  public var standing: Standing
  /// Which products it takes; all conditions must hold, others are *not applicable*.
  public var accepts: [Condition]
  /// The market that `$market` stands for, ISO 3166-1 alpha-2.
  public var market: String?
  /// The language that `$language` stands for.
  public var language: String?
  /// Variables: `$name` in headers, paths, constants and XML text.
  public var variables: [String: String]
  /// Code lists by name, resolved for reading and writing.
  public var codes: [String: CodeList]
  /// What the external document looks like.
  public var layout: Layout
  /// Examples that are tests.
  public var tests: [ProfileTest]
  /// The file it came from, for diagnostics.
  public var file: String

  /// How sure we are, since when, and why.
  public struct Standing: Sendable {
    /// `confirmed`, `recommended` or `unconfirmed`.
    public var state: State
    /// ISO date.
    public var date: String
    /// Where the knowledge comes from.
    public var source: String

    /// Makes a standing.
    public init(state: State, date: String, source: String) {
      self.state = state
      self.date = date
      self.source = source
    }

    /// The three states.
    public enum State: String, Sendable, CaseIterable { case confirmed, recommended, unconfirmed }
  }

  /// Makes a profile.
  public init(
    name: String, title: String, version: String, adapter: String, parent: String? = nil, standing: Standing,
    accepts: [Condition] = [], market: String? = nil, language: String? = nil, variables: [String: String] = [:],
    codes: [String: CodeList] = [:], layout: Layout, tests: [ProfileTest] = [], file: String
  ) {
    self.name = name
    self.title = title
    self.version = version
    self.adapter = adapter
    self.parent = parent
    self.standing = standing
    self.accepts = accepts
    self.market = market
    self.language = language
    self.variables = variables
    self.codes = codes
    self.layout = layout
    self.tests = tests
    self.file = file
  }
}

/// A condition on a product: the value at a path is one of these. An absent value counts as the empty string; for
/// `type`, absent means `product`.
public struct Condition: Sendable, Hashable {
  /// The path, from the node that the condition is about.
  public var path: ModelPath
  /// The accepted values; the empty list accepts any value that is present.
  public var values: [String]
  /// Whether the condition is turned round (`not:`).
  public var isNegated: Bool

  /// Makes a condition.
  public init(path: ModelPath, values: [String], isNegated: Bool = false) {
    self.path = path
    self.values = values
    self.isNegated = isNegated
  }
}

/// The shape of the external document.
public enum Layout: Sendable {
  /// The canonical form itself: nothing to map.
  case canonical
  /// Delimited text.
  case table(TableLayout)
  /// A workbook of tables, forms and text sheets.
  case workbook(WorkbookLayout)
  /// An XML document.
  case elements(ElementLayout)
}

/// A test inside a profile.
public struct ProfileTest: Sendable {
  /// What it shows.
  public var name: String
  /// External text to read, or nil.
  public var input: String?
  /// Canonical values expected of the first product read, or given to the writer: path → value.
  public var product: [(path: ModelPath, value: String)]
  /// External text that writing `product` must contain, line by line, or nil.
  public var output: [String]
  /// Diagnostic codes that must be reported.
  public var diagnostics: [String]
  /// Where it stands in the file.
  public var place: Place

  /// Makes a test.
  public init(
    name: String, input: String?, product: [(path: ModelPath, value: String)], output: [String],
    diagnostics: [String], place: Place
  ) {
    self.name = name
    self.input = input
    self.product = product
    self.output = output
    self.diagnostics = diagnostics
    self.place = place
  }
}
