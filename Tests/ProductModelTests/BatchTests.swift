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

  /// A product is sealed like another one only if it has the same nodes and entries in the same order.
  @Test func sealsLikeAnother() throws {
    func build(_ batch: inout ProductBatch, _ kind: NodeKind = .item, _ attribute: Attribute = .sku, more: Bool = false)
    {
      batch.beginProduct(at: 0)
      batch.set(.name, .vi, on: 0, "Mật hoa dừa")
      let node = batch.addNode(kind, under: 0)
      batch.set(attribute, on: node, "x")
      if more { batch.set(.netContent, on: node, "1 GRM") }
    }
    var batch = ProductBatch()
    build(&batch)
    batch.endProduct(length: 1)
    let layout = batch.takeLayout()
    #expect(batch.rows[0].layout != 0)
    build(&batch)
    var isSealed = batch.seal(as: layout)
    #expect(isSealed)
    batch.endProduct(length: 1)
    #expect(batch.rows[1].layout == batch.rows[0].layout)
    #expect(Product(batch[product: 1]) == Product(batch[product: 0]))
    for (kind, attribute, more) in [
      (NodeKind.party, Attribute.sku, false), (.item, .gtin, false), (.item, .sku, true),
    ] {
      build(&batch, kind, attribute, more: more)
      let isSealed = batch.seal(as: layout)
      #expect(!isSealed, "\(kind) \(attribute) \(more)")
      batch.endProduct(length: 1)
      #expect(batch.rows[batch.count - 1].layout == 0)
    }
    // What comes after a seal opens it again.
    build(&batch)
    isSealed = batch.seal(as: layout)
    #expect(isSealed)
    batch.set(.brand, on: 0, "Ví dụ")
    batch.endProduct(length: 1)
    #expect(batch.rows[batch.count - 1].layout == 0)
    let last = Product(batch[product: batch.count - 1])
    #expect(last["brand"] == "Ví dụ" && last["item.sku"] == "x")
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
