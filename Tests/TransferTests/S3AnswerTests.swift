import Diagnostics
import Testing

@testable import Transfer

/// What S3 says, and what it means for another attempt.
struct S3AnswerTests {
  @Test func problemsInAnswers() throws {
    let said = S3Answer.error(in: Array("<Error><Code>SlowDown</Code><Message>Less</Message></Error>".utf8))
    #expect(said?.code == "SlowDown")
    #expect(S3Answer.error(in: Array("<CompleteMultipartUploadResult/>".utf8)) == nil)
    #expect(S3Answer.error(in: Array("not xml".utf8)) == nil)
    #expect(S3Answer.md5(ofTag: "\"5289df737df57326fcdd22597afb1fac\"") == "5289df737df57326fcdd22597afb1fac")
    #expect(S3Answer.md5(ofTag: "\"5289df737df57326fcdd22597afb1fac-3\"") == nil)
  }

  @Test(arguments: [
    ("SlowDown", TransferFault.Remedy.retry, "transfer-busy"), ("InternalError", .ask, "transfer-busy"),
    ("RequestTimeTooSkewed", .giveUp, "transfer-login"), ("BadDigest", .retry, "transfer-broken"),
    ("AccessDenied", .giveUp, "transfer-denied"), ("PermanentRedirect", .giveUp, "transfer-redirect"),
    ("PreconditionFailed", .giveUp, "transfer-exists"),
  ])
  func classes(_ code: String, _ remedy: TransferFault.Remedy, _ id: String) throws {
    let engine = try CurlEngine()
    let service = try S3Service(Self.offline, engine)
    let usual = service.fault(.transferBusy, .transient, .ask, .root, .init("", vi: ""))
    let problem = S3Answer.Problem(
      code: code, message: "…", region: code == "PermanentRedirect" ? "ap-southeast-1" : nil)
    let fault = service.fault(problem, usual, .root)
    #expect(fault.remedy == remedy)
    #expect(fault.fault.diagnostic.code.id == id)
    if code == "RequestTimeTooSkewed" { #expect(fault.fault.diagnostic.hint?.en.contains("clock") == true) }
    if code == "PermanentRedirect" { #expect(fault.fault.diagnostic.hint?.en.contains("ap-southeast-1") == true) }
  }

  private static var offline: Endpoint {
    get throws { Endpoint(url: try RemoteURL("s3://bucket/")) }
  }

  @Test func dates() {
    #expect(ISODate.seconds("2026-11-22T04:29:02.000Z") == 1_795_321_742)
    #expect(ISODate.seconds("2026-11-22T11:29:02+07:00") == 1_795_321_742)
    #expect(ISODate.seconds("2026-11-22 04:29:02Z") == nil)
    #expect(ISODate.seconds("2026-13-22T04:29:02Z") == nil)
    for seconds: Int64 in [0, 951_782_400, 1_795_321_742, 4_102_444_799] {
      #expect(ISODate.seconds(ISODate.text(seconds)) == seconds)
    }
  }
}
