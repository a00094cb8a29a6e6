public import Diagnostics
public import ProductModel

/// One rule of a profile. The same rule reads and writes; rules stand in the order in which they are written.
public indirect enum Rule: Sendable {
  /// A place tied to an attribute, a constant or a derived value.
  case field(FieldRule)
  /// A place with several attributes in one text: `40.0×30.0×25.0`.
  case composite(CompositeRule)
  /// A list in one place: `FAT=12 GRM; PRO-=3 GRM`.
  case list(ListRule)
  /// Something that repeats: an element, or numbered columns. Opens a node on reading, iterates on writing.
  case each(EachRule)
  /// Rules that hold only for some nodes.
  case group(GroupRule)
  /// Recursion into a block (XML only).
  case call(CallRule)
}

/// Where a value stands in the external record.
public enum FieldPlace: Sendable, Hashable {
  /// A column, found by one of its names; the first is written. `label` is a second heading for people, `code` stands in
  /// the hidden row of codes. Exact names are compared byte for byte, others after folding.
  case column(names: [String], label: String?, code: String?, isExact: Bool)
  /// An element or attribute, relative to the enclosing rule's element.
  case element(ElementPath)
  /// A cell of a form.
  case cell(FormCell)
  /// Nowhere: a value set on every product read and expected of every product written.
  case nowhere
}

/// A cell of a form: found by defined name, then by `_meta`, then by its label.
public struct FormCell: Sendable, Hashable {
  /// The code of the field, used in defined names (`item{n}.CODE`) and `_meta`.
  public var code: String
  /// Labels in the form, the first is written; found again after normalisation.
  public var labels: [String]
  /// A second line under the label, usually English.
  public var sublabel: String?
  /// A1 address of the label cell on the form.
  public var labelCell: String
  /// A1 address of the value cell on the form.
  public var valueCell: String

  /// Makes a form cell.
  public init(code: String, labels: [String], sublabel: String?, labelCell: String, valueCell: String) {
    self.code = code
    self.labels = labels
    self.sublabel = sublabel
    self.labelCell = labelCell
    self.valueCell = valueCell
  }
}

/// How much a target needs a value.
public enum Requirement: String, Sendable, CaseIterable {
  /// May be missing.
  case optional
  /// Its absence is a warning.
  case recommended
  /// Its absence is an error: the product cannot go to this partner.
  case required
  /// Left blank on purpose: the partner fills it in.
  case blank
}

/// A place tied to one attribute (`is:`), a constant (`const:`) or a derived value (`derive:`).
public struct FieldRule: Sendable {
  /// Where it stands.
  public var place: FieldPlace
  /// The attribute, from the node that the enclosing rule stands on; nil for constants and derived values.
  public var target: ModelPath?
  /// Where the facet's language comes from, when it is not fixed in `target`: an attribute of the element (`@languageCode`).
  public var languageAttribute: String?
  /// How text and canonical value turn into each other.
  public var converter: Converter
  /// A second place that holds the unit of a measure: a column or `@attribute`.
  public var unit: UnitPlace?
  /// Always this text when written; checked when read.
  public var constant: String?
  /// Write-only value computed from others.
  public var derived: Derivation?
  /// Written even when it is the only thing in its container.
  public var isAlways: Bool
  /// Attributes to write when `target` has no value, in order.
  public var fallbacks: [ModelPath]
  /// Another attribute that some texts of this place stand for: `KCT` in a column of tax rates.
  public var alternative: AlternativeRule?
  /// How much the target needs it.
  public var requirement: Requirement
  /// Condition under which the requirement holds, or nil for always.
  public var requiredWhen: Condition?
  /// Longest text in characters (after NFC), or nil.
  public var maxCharacters: Int?
  /// Longest text in UTF-8 bytes, or nil.
  public var maxBytes: Int?
  /// Whether a longer text is cut, which is a loss, instead of being an error (`truncate:`).
  public var truncates: Bool
  /// What a blank stands for when read.
  public var defaultValue: String?
  /// For an attribute with several values: all of them stand in this place, with this text between them. Without it, the
  /// n-th rule with the same target holds the n-th value.
  public var separator: String?
  /// How the cell is presented in a workbook.
  public var presentation: Presentation
  /// Where the rule stands in the profile.
  public var position: Place

  /// Makes a field rule; everything but place and position has a default.
  public init(
    place: FieldPlace, target: ModelPath? = nil, languageAttribute: String? = nil, converter: Converter = .text,
    unit: UnitPlace? = nil, constant: String? = nil, derived: Derivation? = nil, isAlways: Bool = false,
    fallbacks: [ModelPath] = [], alternative: AlternativeRule? = nil, requirement: Requirement = .optional,
    requiredWhen: Condition? = nil, maxCharacters: Int? = nil, maxBytes: Int? = nil, truncates: Bool = false,
    defaultValue: String? = nil, separator: String? = nil,
    presentation: Presentation = Presentation(), position: Place = Place()
  ) {
    self.place = place
    self.target = target
    self.languageAttribute = languageAttribute
    self.converter = converter
    self.unit = unit
    self.constant = constant
    self.derived = derived
    self.isAlways = isAlways
    self.fallbacks = fallbacks
    self.alternative = alternative
    self.requirement = requirement
    self.requiredWhen = requiredWhen
    self.maxCharacters = maxCharacters
    self.maxBytes = maxBytes
    self.truncates = truncates
    self.defaultValue = defaultValue
    self.separator = separator
    self.presentation = presentation
    self.position = position
  }
}

/// Texts of a place that stand for another attribute than the rule's own (`or:`). A text of the list is read into that
/// attribute; it is written when the attribute has a value that the list has a text for, whatever the rule's own attribute holds.
public struct AlternativeRule: Sendable, Hashable {
  /// The attribute, from the node that the enclosing rule stands on.
  public var target: ModelPath
  /// The texts: a code list.
  public var codes: String

  /// Makes an alternative.
  public init(target: ModelPath, codes: String) {
    self.target = target
    self.codes = codes
  }
}

/// Where the unit of a measure stands.
public struct UnitPlace: Sendable, Hashable {
  /// A column name or `@attribute`.
  public var place: FieldPlace
  /// How units are written there; canonical UN/ECE codes when nil.
  public var codes: String?

  /// Makes a unit place.
  public init(place: FieldPlace, codes: String? = nil) {
    self.place = place
    self.codes = codes
  }
}

/// How a cell looks in a workbook.
public struct Presentation: Sendable, Hashable {
  /// Column width in characters, or nil.
  public var width: Double?
  /// Values offered in a drop-down: the name of a code list.
  public var choices: String?
  /// Number format such as `#,##0`, or nil.
  public var numberFormat: String?
  /// Whether the value cell spans the form's width.
  public var isWide: Bool
  /// Row height in points, or nil.
  public var height: Double?

  /// Makes a presentation.
  public init(
    width: Double? = nil, choices: String? = nil, numberFormat: String? = nil, isWide: Bool = false,
    height: Double? = nil
  ) {
    self.width = width
    self.choices = choices
    self.numberFormat = numberFormat
    self.isWide = isWide
    self.height = height
  }
}

/// A piece of a pattern: literal text or an attribute with its converter.
public enum PatternPiece: Sendable {
  /// Text that stands as it is.
  case literal(String)
  /// An attribute, from the node that the pattern is about.
  case value(ModelPath, Converter)
}

/// Several attributes in one place, by a pattern such as `{depth}×{width}×{height}`. Reading splits at the literals.
public struct CompositeRule: Sendable {
  /// Where it stands; also requirement, length and presentation. Its `target` is nil.
  public var field: FieldRule
  /// The node that the pattern is about, from the enclosing node; empty for the enclosing node itself.
  public var node: [ModelPath.Step]
  /// The pieces in order.
  public var pieces: [PatternPiece]

  /// Makes a composite rule.
  public init(field: FieldRule, node: [ModelPath.Step], pieces: [PatternPiece]) {
    self.field = field
    self.node = node
    self.pieces = pieces
  }
}

/// A list in one place: elements separated by `separator`, each by a pattern.
public struct ListRule: Sendable {
  /// Where it stands; also requirement, length and presentation. Its `target` is nil. Its converter is `.text` or an
  /// `.affixed` around text: what stands before and after the whole list.
  public var field: FieldRule
  /// The node under which the repeated kind stands, from the enclosing node.
  public var parent: [ModelPath.Step]
  /// The kind that repeats.
  public var kind: NodeKind
  /// Values set on each node read, and expected of each node written.
  public var set: [SetValue]
  /// Conditions on a node to be written here; others are left to other rules.
  public var only: [Condition]
  /// What stands between elements; when reading, white space around it does not matter.
  public var separator: String
  /// The pieces of one element.
  public var pieces: [PatternPiece]
  /// What is written when there is no node, and read as none: `該当なし`.
  public var none: String?

  /// Makes a list rule.
  public init(
    field: FieldRule, parent: [ModelPath.Step], kind: NodeKind, set: [SetValue], only: [Condition], separator: String,
    pieces: [PatternPiece], none: String?
  ) {
    self.field = field
    self.parent = parent
    self.kind = kind
    self.set = set
    self.only = only
    self.separator = separator
    self.pieces = pieces
    self.none = none
  }
}

/// A value set on a node when it is read, and expected of it when it is written (nodes that differ are left out).
public struct SetValue: Sendable, Hashable {
  /// The attribute of the node.
  public var attribute: Attribute
  /// Where the value comes from.
  public var source: Source

  /// A constant, or an attribute of an enclosing node.
  public enum Source: Sendable, Hashable {
    /// This very value.
    case constant(String)
    /// The value of an attribute of the nearest enclosing node of a kind: `^item.id`.
    case enclosing(NodeKind, Attribute)
  }

  /// Makes a set value.
  public init(attribute: Attribute, source: Source) {
    self.attribute = attribute
    self.source = source
  }
}

/// Something that repeats.
public struct EachRule: Sendable {
  /// The element that repeats; nil for numbered columns, whose names hold `{i}`.
  public var element: ElementPath?
  /// The node under which the repeated kind stands, from the enclosing node; `product.`-rooted when `isFromProduct`.
  public var parent: [ModelPath.Step]
  /// Whether `parent` starts at the product instead of the enclosing node.
  public var isFromProduct: Bool
  /// The kind that repeats.
  public var kind: NodeKind
  /// How many numbered columns or elements there can be; nil for no limit (elements and sheets only).
  public var max: Int?
  /// The number that `{i}` stands for in the first numbered column.
  public var firstNumber: Int
  /// Values set on each node read, and expected of each node written.
  public var set: [SetValue]
  /// Conditions on a node to be written here.
  public var only: [Condition]
  /// The attributes that find the same node again when it comes a second time; the kind's own key when empty.
  public var key: [Attribute]
  /// The rules inside.
  public var rules: [Rule]
  /// Where the rule stands.
  public var position: Place

  /// Makes an each rule.
  public init(
    element: ElementPath? = nil, parent: [ModelPath.Step] = [], isFromProduct: Bool = false, kind: NodeKind,
    max: Int? = nil, firstNumber: Int = 1, set: [SetValue] = [], only: [Condition] = [], key: [Attribute] = [],
    rules: [Rule],
    position: Place = Place()
  ) {
    self.element = element
    self.parent = parent
    self.isFromProduct = isFromProduct
    self.kind = kind
    self.max = max
    self.firstNumber = firstNumber
    self.set = set
    self.only = only
    self.key = key
    self.rules = rules
    self.position = position
  }
}

/// Rules that hold only where a condition on the enclosing node does. When reading, the condition's attribute must have
/// been read before.
public struct GroupRule: Sendable {
  /// The condition, from the enclosing node.
  public var when: Condition
  /// The rules inside.
  public var rules: [Rule]

  /// Makes a group.
  public init(when: Condition, rules: [Rule]) {
    self.when = when
    self.rules = rules
  }
}

/// Recursion: an element that holds a block again.
public struct CallRule: Sendable {
  /// The element.
  public var element: ElementPath
  /// The block's name.
  public var block: String
  /// On reading, the attribute of the enclosing node that takes the called node's key (`contains.item`); on writing the
  /// called node is the one that this attribute names.
  public var link: Attribute?
  /// Where the rule stands.
  public var position: Place

  /// Makes a call.
  public init(element: ElementPath, block: String, link: Attribute?, position: Place = Place()) {
    self.element = element
    self.block = block
    self.link = link
    self.position = position
  }
}

/// A write-only value computed from others.
public indirect enum Derivation: Sendable {
  /// Text with `{path}` inside; nothing is written when one of the values is missing.
  case template([PatternPiece])
  /// The first of some derivations that has a value.
  case first([Derivation])
  /// A derivation that has a value only where conditions on the enclosing node hold.
  case when([Condition], Derivation)
  /// How many nodes of a kind stand under the enclosing node.
  case count(NodeKind)
  /// The sum of an integer attribute over the nodes of a kind.
  case sum(NodeKind, Attribute)
  /// An attribute of the item that this node's attribute names: `{item->gtin}`.
  case reference(Attribute, Attribute, Converter)
  /// A formula of a workbook, with `{code}` for the addresses of other fields of the same sheet.
  case formula(String)
  /// The date given by `--as-of`, in a converter's form.
  case asOf(Converter)
  /// A measure for one quantity carried over to another: `amount`, which holds for `from`, times `to`, in a unit: the energy
  /// of a whole pack from the energy of 100 g. Rounded to a whole number.
  case scale(amount: ModelPath, unit: String, from: ModelPath, to: ModelPath)
  /// The running number of the product in the document, from 1.
  case number
  /// The texts of some nodes joined: kind under the product, conditions, pattern, separator.
  case join([ModelPath.Step], NodeKind, [Condition], [PatternPiece], String)
}
