import ArgumentParser
import ProductModel

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the canonical product's JSON Schema (2020-12), made from the model's declarations.",
    discussion: """
      Example:
        ocop schema > ocop-product.schema.json
      """)

  func run() { Terminal.print(JSONSchema.text()) }
}
