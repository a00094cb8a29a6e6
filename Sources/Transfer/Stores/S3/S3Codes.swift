public import Diagnostics

extension DiagnosticCode {
  /// The address of an S3 service cannot be read.
  public static let s3Service = DiagnosticCode(
    "s3-service", .fatal,
    title: .init("The address of the S3 service cannot be read", vi: "Không đọc được địa chỉ dịch vụ S3"),
    explanation: .init(
      "An S3 service is named by its address, https://s3.example.vn:9000; the bucket then stands in the path. Where it stands in the host's name, write {bucket} there: https://{bucket}.s3.example.vn. Without an address AWS itself is meant.",
      vi:
        "Dịch vụ S3 khai báo bằng địa chỉ, ví dụ https://s3.example.vn:9000; khi đó bucket nằm trong đường dẫn. Nếu bucket nằm trong tên máy chủ, viết {bucket}: https://{bucket}.s3.example.vn. Không khai báo nghĩa là AWS."
    ),
    remedy: .init("Correct the endpoint’s s3: service.", vi: "Sửa s3: service của điểm kết nối."))
}
