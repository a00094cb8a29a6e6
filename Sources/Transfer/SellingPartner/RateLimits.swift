/// The operations of the Feeds API 2021-06-30 that are used, with Amazon's documented limits.
enum FeedOperation: String, CaseIterable, Sendable {
  case createFeedDocument, createFeed, getFeeds, getFeed, getFeedDocument

  /// Requests a second and most at once (x-amzn-api-rate-limit of the published model).
  var limit: (rate: Double, burst: Double) {
    switch self {
    case .createFeedDocument: (0.5, 15)
    case .createFeed: (0.0083, 15)
    case .getFeeds, .getFeedDocument: (0.0222, 10)
    case .getFeed: (2, 15)
    }
  }
}

/// A bucket of tokens per operation: each request takes one, and they come back at the operation's rate.
struct RateLimits: Sendable {
  private struct Bucket {
    var rate: Double
    var burst: Double
    var level: Double
    var at: Double
  }
  private var buckets: [FeedOperation: Bucket] = [:]

  /// Takes a token, on credit when there is none.
  ///
  /// - Parameter now: seconds of a clock that never goes back.
  /// - Returns: the seconds to wait before the request.
  mutating func take(_ operation: FeedOperation, now: Double) -> Double {
    let limit = operation.limit
    var bucket = buckets[operation] ?? Bucket(rate: limit.rate, burst: limit.burst, level: limit.burst, at: now)
    bucket.level = min(bucket.burst, bucket.level + max(0, now - bucket.at) * bucket.rate) - 1
    bucket.at = now
    buckets[operation] = bucket
    return bucket.level >= 0 ? 0 : -bucket.level / bucket.rate
  }

  /// Takes over the rate that the service tells (x-amzn-RateLimit-Limit), which may be a seller's own.
  mutating func update(_ operation: FeedOperation, rate: String?) {
    guard let rate = rate.flatMap(Double.init), rate > 0, rate <= 1000, buckets[operation] != nil else { return }
    buckets[operation]?.rate = rate
  }

  /// After 429, whatever was counted here, nothing is left there.
  mutating func empty(_ operation: FeedOperation) {
    guard let level = buckets[operation]?.level else { return }
    buckets[operation]?.level = min(level, 0)
  }
}
