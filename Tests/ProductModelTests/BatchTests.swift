import ProductModel
import Testing

@Suite("Batch: sealing, views and comfortable copies")
struct BatchTests {
  /// Nodes opened and values set out of order come out in preorder with their own entries.
  @Test func sealsOutOfOrder() throws {
    var batch = ProductBatch()
    batch.beginProduct(at: 10)
    let item = batch.addNode(.item, under: 0)
    let price = batch.addNode(.price, under: 0)
    batch.set(.amount, on: price, "98000")
    let contains = batch.addNode(.contains, under: item)
    batch.set(.quantity, on: contains, "12")
    batch.set(.id, on: item, "case-12")
    batch.set(.name, .vi, on: 0, "Mật hoa dừa")
    batch.endProduct(length: 5)
    let view = batch[product: 0]
    #expect(view.string(.name, .vi) == "Mật hoa dừa")
    let product = Product(view)
    #expect(product["item[case-12].contains.quantity"] == "12")
    #expect(product["price.amount"] == "98000")
    #expect(product.root.children.map(\.kind) == [.item, .price])
    #expect(batch.rows[0].recordOffset == 10)
  }

  /// A copy into a batch and back is the same tree, also behind another product and after recycling.
  @Test func copiesAreEqual() throws {
    var product = Product()
    product["name@vi"] = "Kẹo dừa sáp"
    product["item[each].gtin"] = "08938501234018"
    product["item[case-12].contains[each].quantity"] = "12"
    product["nutrition[100 GRM].nutrient[FAT].amount"] = "0.2 GRM"
    var batch = ProductBatch()
    for _ in 0..<3 { batch.append(product) }
    #expect(batch.products() == [product, product, product])
    batch.recycle()
    #expect(batch.count == 0)
    batch.append(product)
    #expect(batch.products() == [product])
  }

  /// A product that is being built survives recycling.
  @Test func keepsOpenProduct() throws {
    var batch = ProductBatch()
    batch.append(Product())
    batch.beginProduct(at: 0)
    batch.set(.name, .vi, on: 0, "Trà")
    let item = batch.addNode(.item, under: 0)
    batch.recycle()
    batch.set(.id, on: item, "each")
    batch.endProduct(length: 0)
    let product = batch.products()[0]
    #expect(product["name@vi"] == "Trà")
    #expect(product["item.id"] == "each")
  }

  @Test(arguments: [
    "item[case-12].gtin", "price[market=US,item=each,minQty=1].amount", "ingredient[2].ingredient[1].name@vi",
    "nutrition[100 GRM].nutrient[FAT].amount", "certificate[OCOP].expires", "media[2].url", "ocop.stars",
    "title@en/amazon-us", "name@vi",
  ])
  func pathsReadAndPrint(text: String) throws {
    #expect(try ModelPath(text).description == text)
  }

  @Test func wrongPathsSaySo() {
    let error = #expect(throws: ModelPath.ParseError.self) { try ModelPath("item[each].gtinn") }
    #expect(error?.suggestion == "gtin")
    #expect(error?.offset == 11)
    #expect(throws: ModelPath.ParseError.self) { try ModelPath("ocop.stars@vi") }
    #expect(throws: ModelPath.ParseError.self) { try ModelPath("nutrient.amount") }
  }

  /// Every kind hangs below the product, and every key is one of the kind's attributes.
  @Test func declarationsAreSound() {
    for declaration in Model.kinds {
      for key in declaration.key { #expect(Model.declaration(declaration.kind, key) != nil) }
      if declaration.kind != .product { #expect(!declaration.parents.isEmpty) }
      #expect(Set(declaration.attributes.map(\.attribute)).count == declaration.attributes.count)
    }
  }
}
