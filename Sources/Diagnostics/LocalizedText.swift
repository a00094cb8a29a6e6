/// A sentence for people in English and Vietnamese, the two languages of the gateway's messages.
public struct LocalizedText: Sendable, Hashable {
  /// The English sentence.
  public let en: String
  /// The Vietnamese sentence.
  public let vi: String

  /// Makes a text from both languages.
  public init(_ en: String, vi: String) {
    self.en = en
    self.vi = vi
  }

  /// The sentence in a language; English when the language is neither.
  public subscript(language: MessageLanguage) -> String { language == .vi ? vi : en }
}

/// A language that messages exist in.
public enum MessageLanguage: String, Sendable, CaseIterable { case en, vi }
