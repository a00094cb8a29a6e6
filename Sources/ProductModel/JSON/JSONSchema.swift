internal import Bytes

/// The declarations of the model as a JSON Schema of draft 2020-12, for whoever writes or checks canonical JSON with other
/// tools.
///
/// The text is made from `Model.kinds` alone and is the same in every run. Meanings are `description`, sources, keys and
/// vocabularies `$comment`, examples `examples`, what absence means `default`. What a schema cannot say (check digits, calendar days, known units) the reader
/// checks.
public enum JSONSchema {
  /// The schema's identifier.
  public static let identifier = "urn:ocop-gateway:schema:product"

  /// The schema, indented by two blanks, with a line feed at the end.
  public static func text() -> String {
    var definitions: [(String, Value)] = ValueType.allCases.map { ("type-" + $0.rawValue, schema(of: $0)) }
    for kind in Model.kinds where kind.kind != .product { definitions.append((kind.kind.name, schema(of: kind))) }
    var members: [(String, Value)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .string(identifier)),
      ("title", .string("Canonical product: one line of JSON Lines")),
    ]
    members += objectMembers(of: NodeKind.product.declaration)
    members.append(("$defs", .object(definitions)))
    var text = ""
    write(.object(members), to: &text, level: 0)
    return text + "\n"
  }

  private indirect enum Value {
    case string(String)
    case literal(String)
    case array([Value])
    case object([(String, Value)])
  }

  private static let decimalPattern = "(0|-?(0\\.[0-9]*[1-9]|[1-9][0-9]*(\\.[0-9]*[1-9])?))"

  private static func schema(of type: ValueType) -> Value {
    switch type {
    case .text, .code: return .object([("type", .string("string")), ("minLength", .literal("1"))])
    case .boolean: return .object([("type", .string("boolean"))])
    case .integer: return .object([("type", .string("integer"))])
    case .decimal, .percent: return pattern("^\(decimalPattern)$")
    case .measure: return pattern("^\(decimalPattern) [A-Z0-9]{2,3}$")
    case .date:
      return .object([
        ("type", .string("string")), ("format", .string("date")), ("pattern", .string("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
      ])
    case .dateTime: return .object([("type", .string("string")), ("format", .string("date-time"))])
    case .url: return .object([("type", .string("string")), ("format", .string("uri"))])
    case .gtin: return pattern("^[0-9]{14}$")
    case .gln: return pattern("^[0-9]{13}$")
    }
  }

  private static func pattern(_ text: String) -> Value {
    .object([("type", .string("string")), ("pattern", .string(text))])
  }

  private static func schema(of kind: KindDeclaration) -> Value { .object(objectMembers(of: kind)) }

  private static func objectMembers(of kind: KindDeclaration) -> [(String, Value)] {
    var members: [(String, Value)] = [("description", .string(kind.meaning))]
    if !kind.key.isEmpty {
      members.append(("$comment", .string("Key: " + kind.key.map(\.name).joined(separator: ", "))))
    }
    members.append(("type", .string("object")))
    var properties: [(String, Value)] = kind.attributes.map { ($0.attribute.name, schema(of: $0)) }
    for child in Model.kinds where child.parents.contains(kind.kind) {
      let reference = reference(child.kind.name)
      properties.append((child.kind.name, child.isMany ? array(of: reference) : reference))
    }
    properties.append(
      (
        Attribute.residue.name,
        .object([
          ("description", .string("What a reader met and the model has no attribute for; kept for the same format.")),
          ("type", .string("array")), ("items", .object([("type", .string("string"))])),
        ])
      ))
    members.append(("properties", .object(properties)))
    members.append(("additionalProperties", .literal("false")))
    return members
  }

  private static func schema(of attribute: AttributeDeclaration) -> Value {
    var members: [(String, Value)] = [("description", .string(attribute.meaning))]
    var comment = "Source: \(attribute.source)"
    if let vocabulary = attribute.vocabulary { comment += "; vocabulary: \(vocabulary)" }
    members.append(("$comment", .string(comment)))
    var plain = reference("type-" + attribute.type.rawValue)
    var example: Value = .string(attribute.example)
    if attribute.type == .boolean || attribute.type == .integer { example = .literal(attribute.example) }
    if attribute.isMany {
      plain = array(of: plain)
      example = .array([example])
    }
    switch attribute.facet {
    case .none: break
    case .language, .languageAndChannel:
      let channel = attribute.facet == .language ? "" : "(/[a-z0-9-]+)?"
      let languages = Value.object([
        ("type", .string("object")),
        ("patternProperties", .object([("^(und|[a-z]{2}(-[a-z0-9]+)*)\(channel)$", plain)])),
        ("additionalProperties", .literal("false")), ("minProperties", .literal("1")),
      ])
      plain = .object([("anyOf", .array([plain, languages]))])
    }
    if case .object(let more) = plain { members += more }
    if let absent = attribute.absent {
      members.append(("default", attribute.type == .integer ? .literal(absent) : .string(absent)))
    }
    members.append(("examples", .array([example])))
    return .object(members)
  }

  private static func reference(_ name: String) -> Value { .object([("$ref", .string("#/$defs/\(name)"))]) }

  private static func array(of items: Value) -> Value {
    .object([("type", .string("array")), ("items", items)])
  }

  private static func write(_ value: Value, to text: inout String, level: Int) {
    let indent = String(repeating: "  ", count: level + 1)
    switch value {
    case .literal(let word): text += word
    case .string(let string): text += quoted(string)
    case .array(let values):
      text += "["
      for (i, value) in values.enumerated() {
        text += i > 0 ? ", " : ""
        write(value, to: &text, level: level)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (i, member) in members.enumerated() {
        text += (i > 0 ? ",\n" : "\n") + indent + quoted(member.0) + ": "
        write(member.1, to: &text, level: level + 1)
      }
      text += members.isEmpty ? "}" : "\n" + String(repeating: "  ", count: level) + "}"
    }
  }

  private static func quoted(_ string: String) -> String {
    var buffer = ByteBuffer(capacity: string.utf8.count + 16)
    buffer.appendJSON(string)
    return buffer.string()
  }
}
