public import Diagnostics

extension DiagnosticCode {
  /// Every code of this module, for the reference page.
  public static let documentsCodes: [DiagnosticCode] =
    ioCodes + encodingCodes + delimitedCodes + xmlCodes + workbookCodes
}
