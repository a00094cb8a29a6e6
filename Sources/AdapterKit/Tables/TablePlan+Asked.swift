internal import ProductModel

extension AskedValues {
  /// What a table's plan compares while it looks for nodes and entries; nil when shapes do not tell all that it looks up, so that
  /// every row is looked up by itself.
  init?(
    _ slots: [TablePlan.Slot], _ keys: [TablePlan.Key], _ fields: [TablePlan.Field], _ codecs: [ValueCodec],
    _ lists: [ListCodec], _ eaches: [TablePlan.Each]
  ) {
    self.init()
    for slot in slots {
      for key in slot.selectors.lowerBound..<slot.implied.upperBound { add(.value, slot.kind, keys[key].attribute) }
    }
    for field in fields where field.hasTarget && field.index >= 0 {
      guard field.operation == .value || field.operation == .text, codecs[field.index].currency != nil else { continue }
      add(.value, slots[field.slot].kind, .currency)
    }
    for list in lists where list.isSettled {
      for value in list.fixed { add(.value, list.elementKind, value.attribute) }
    }
    for each in eaches {
      for set in each.set {
        add(.value, each.kind, set.attribute)
        if let enclosing = set.enclosing { add(.value, enclosing.kind, enclosing.attribute) }
      }
      for condition in each.only {
        guard condition.path.steps.isEmpty, !condition.path.isFromProduct, let attribute = condition.path.attribute
        else { return nil }
        add(condition.values.allSatisfy(\.isEmpty) ? .emptiness : .value, each.kind, attribute)
      }
    }
  }
}
