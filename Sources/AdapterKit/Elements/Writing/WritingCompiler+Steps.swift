internal import Profiles

// From the tree of elements to flat steps.

extension WritingCompiler {
  mutating func flatten(_ draft: Draft) {
    // A value that comes several times and stands alone in its parent takes the parent with it: a list of materials is a
    // list of <packagingMaterial> with one code each.
    if draft.kind == .element, draft.text < 0, draft.attributes.isEmpty, draft.children.count == 1,
      let child = draft.children.first, child.repeats >= 0, values[Int(child.repeats)].language == nil,
      !steps.isEmpty
    {
      draft.repeats = child.repeats
      draft.guards = child.guards
      child.repeats = -1
      child.isRepeatedAbove = true
    }
    var step = ElementWritingPlan.Step()
    step.detail = draft.detail
    step.text = draft.text
    step.repeats = draft.repeats
    step.guards = draft.guards
    step.attributes = Int32(attributeValues.count)..<Int32(attributeValues.count + draft.attributes.count)
    attributeValues.append(contentsOf: draft.attributes)
    if let element = draft.step { setTags(&step, element) }
    setKind(&step, draft)
    let index = steps.count
    steps.append(step)
    names.append(draft.step?.name ?? "")
    for child in draft.children { flatten(child) }
    steps[index].end = Int32(steps.count)
  }

  /// Notes of each step which container is directly around it. The record itself is opened by nobody's step.
  mutating func setParents() {
    for i in steps.indices.dropFirst() {
      let inner: Int32 = steps[i].kind == .container ? Int32(i) : -1
      var child = i + 1
      while child < Int(steps[i].end) {
        steps[child].parent = inner
        child = Int(steps[child].end)
      }
    }
  }

  /// Finds the loops that can be written by the shapes of their nodes.
  mutating func findPlainLoops() {
    for i in steps.indices where steps[i].kind == .each {
      let each = Int(steps[i].detail)
      let body = steps[i + 1..<Int(steps[i].end)]
      if steps[i].text >= 0 || !steps[i].attributes.isEmpty || steps[i].lead.isEmpty { continue }
      guard body.allSatisfy({ isPlain($0, in: eaches[each].scope) }) else { continue }
      var guards: [Int32] = []
      for step in body where step.guards >= 0 && !guards.contains(step.guards) { guards.append(step.guards) }
      if guards.count > 64 { continue }
      eaches[each].isPlain = true
      eaches[each].guards = Int32(loopGuards.count)..<Int32(loopGuards.count + guards.count)
      loopGuards += guards
    }
  }

  /// Whether a step is about a plain value of its own scope's node, or about none.
  private func isPlain(_ step: ElementWritingPlan.Step, in scope: Int32) -> Bool {
    switch step.kind {
    case .container, .literal: return true
    case .copy, .measure, .converted, .texts:
      let number = Int(step.text)
      return facts[number].place == .slot && facts[number].path < 0 && slotScopes[number] == scope
    case .element, .each, .call: return false
    }
  }

  private mutating func setTags(_ step: inout ElementWritingPlan.Step, _ element: ElementPath.Step) {
    let name = (element.prefix.isEmpty ? "" : element.prefix + ":") + element.name
    let attributes = element.conditions.filter { !$0.isElement }
      .map { " \($0.name)=\"\(Self.escaped($0.value, attribute: true))\"" }.joined()
    step.lead = literal("<\(name)\(attributes)>")
    step.open = step.lead.lowerBound..<step.lead.upperBound - 1
    step.close = literal("</\(name)>")
  }

  /// Decides by which of the ways an element is written; `.element` can do everything, the others are for what is common.
  private mutating func setKind(_ step: inout ElementWritingPlan.Step, _ draft: Draft) {
    switch draft.kind {
    case .each: return step.kind = .each
    case .call: return step.kind = .call
    case .element: break
    }
    if draft.step == nil || !draft.attributes.isEmpty { return }
    guard draft.text >= 0 else {
      if draft.repeats < 0 { step.kind = .container }
      return
    }
    let value = values[Int(draft.text)]
    step.isOptional = draft.children.isEmpty && value.isOptional
    if draft.isRepeatedAbove || !draft.children.isEmpty || !value.isField || value.guards >= 0 { return }
    if let constant = value.constant {
      if value.target != nil || draft.repeats >= 0 || constant.isEmpty { return }
      step.lead = literal(text(of: step.lead) + text(of: constant) + text(of: step.close))
      step.isOptional = !value.rule.isAlways
      return step.kind = .literal
    }
    if value.target == nil || value.derived != nil || value.isItemID || value.codec.currency != nil { return }
    if let language = value.language {
      guard draft.repeats == draft.text, value.unit == nil, value.codec.writesAsIs, value.fallbacks.isEmpty else {
        return
      }
      step.isOptional = value.rule.requirement != .required && value.rule.requirement != .recommended
      step.lead = literal(text(of: step.open) + text(of: language))
      return step.kind = .texts
    }
    if draft.repeats >= 0, draft.repeats != draft.text { return }
    if let unit = value.unit {
      guard value.codec.writesAmountAsIs else { return }
      step.lead = literal(text(of: step.open) + text(of: unit))
      return step.kind = .measure
    }
    step.kind = value.codec.writesAsIs ? .copy : .converted
  }

  private func text(of range: Range<Int32>) -> String {
    String(decoding: literals[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
  }

  /// A text of the layout with the variables that the profile and the run give it.
  func resolved(_ text: String) -> [UInt8] {
    var variables = profile.variables
    variables["profile"] = profile.name
    variables["market"] = profile.market
    variables["language"] = profile.language
    variables["asOf"] = asOf
    var out = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      out += rest[..<dollar]
      var name = rest[rest.index(after: dollar)...]
      let isBraced = name.first == "{"
      if isBraced { name = name.dropFirst() }
      name = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      let end = isBraced && rest[name.endIndex...].first == "}" ? rest.index(after: name.endIndex) : name.endIndex
      if let value = variables[String(name)] {
        out += Self.escaped(value, attribute: true)
        rest = rest[end...]
      } else {
        out += "$"
        rest = rest[rest.index(after: dollar)...]
      }
    }
    return Array((out + rest).utf8)
  }
}
