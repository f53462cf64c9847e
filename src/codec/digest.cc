#include "sluice/codec/digest.h"

#include <charconv>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

#include "evp_digest.h"

namespace sluice::codec {
namespace {

std::size_t word_count(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::xxh3_128 ? 2 : 4;
}

void append_word(std::uint64_t word, std::string& out) {
  std::array<char, 8> bytes{};
  store_big_endian(bytes.data(), word);
  append_hex({bytes.data(), bytes.size()}, out);
}

/// Lower-case hex only: a digest has one text.
bool read_word(std::string_view digits, std::uint64_t& out) {
  out = 0;
  for (const char digit : digits) {
    const int value = digit >= 'A' && digit <= 'F' ? -1 : hex_digit_value(digit);
    if (value < 0) return false;
    out = out << 4 | static_cast<std::uint64_t>(value);
  }
  return true;
}

bool read_count(std::string_view digits, std::uint64_t& out) {
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return false;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out);
  return error == std::errc{} && stop == end;
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) noexcept {
  return algorithm == DigestAlgorithm::xxh3_128 ? "xxh3-128" : "sha256";
}

std::optional<DigestAlgorithm> digest_algorithm_from_string(std::string_view name) noexcept {
  if (name == "xxh3-128") return DigestAlgorithm::xxh3_128;
  if (name == "sha256") return DigestAlgorithm::sha256;
  return std::nullopt;
}

class RowHasher::Sha256State : public EvpSha256 {};

RowHasher::RowHasher(DigestAlgorithm algorithm, std::uint64_t seed)
    : algorithm_(algorithm), seed_(seed) {
  if (algorithm == DigestAlgorithm::sha256) sha256_ = std::make_unique<Sha256State>();
}

RowHasher::RowHasher(const RowHasher& other) : RowHasher(other.algorithm_, other.seed_) {}

RowHasher& RowHasher::operator=(const RowHasher& other) {
  *this = RowHasher(other);
  return *this;
}

RowHasher::RowHasher(RowHasher&&) noexcept = default;
RowHasher& RowHasher::operator=(RowHasher&&) noexcept = default;
RowHasher::~RowHasher() = default;

RowHash RowHasher::hash(std::string_view row) {
  if (algorithm_ == DigestAlgorithm::xxh3_128) {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(row.data(), row.size(), seed_);
    return {{hash.low64, hash.high64, 0, 0}};
  }
  std::array<char, 8> seed{};
  store_big_endian(seed.data(), seed_);
  sha256_->update({seed.data(), seed.size()});
  sha256_->update(row);
  std::array<unsigned char, 32> bytes{};
  sha256_->finish(bytes);
  RowHash out;
  for (std::size_t i = 0; i < 4; ++i) {
    out.words[3 - i] =
        load_big_endian<std::uint64_t>(reinterpret_cast<const char*>(bytes.data()) + i * 8);
  }
  return out;
}

void RowSetDigest::add_words(const std::array<std::uint64_t, 4>& words) noexcept {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < word_count(algorithm_); ++i) {
    const std::uint64_t with_carry = words[i] + carry;
    carry = with_carry < carry ? 1 : 0;
    sum_[i] += with_carry;
    carry += sum_[i] < with_carry ? 1 : 0;
  }
}

void RowSetDigest::subtract_words(const std::array<std::uint64_t, 4>& words) noexcept {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < word_count(algorithm_); ++i) {
    const std::uint64_t before = sum_[i];
    sum_[i] = before - words[i] - borrow;
    borrow = before < words[i] || (borrow != 0 && before == words[i]) ? 1 : 0;
  }
}

void RowSetDigest::add(const RowHash& hash) noexcept {
  add_words(hash.words);
  ++count_;
}

void RowSetDigest::remove(const RowHash& hash) noexcept {
  subtract_words(hash.words);
  --count_;
}

void RowSetDigest::add_rows(RowHasher& hasher, const RowBuffer& rows) {
  add_rows(hasher, rows, 0, rows.rows());
}

void RowSetDigest::add_rows(RowHasher& hasher, const RowBuffer& rows, std::size_t from,
                            std::size_t to) {
  for (std::size_t i = from; i < to; ++i) add(hasher.hash(rows.row(i)));
}

void RowSetDigest::merge(const RowSetDigest& other) {
  require_same_algorithm(other);
  add_words(other.sum_);
  count_ += other.count_;
}

void RowSetDigest::subtract(const RowSetDigest& other) {
  require_same_algorithm(other);
  subtract_words(other.sum_);
  count_ -= other.count_;
}

void RowSetDigest::require_same_algorithm(const RowSetDigest& other) const {
  if (algorithm_ == other.algorithm_) return;
  throw model::Error(model::ErrorKind::internal,
                     "digests of different algorithms cannot be combined");
}

std::string RowSetDigest::to_text() const {
  std::string out(to_string(algorithm_));
  out += ':';
  out += std::to_string(count_);
  out += ':';
  for (std::size_t i = word_count(algorithm_); i-- > 0;) append_word(sum_[i], out);
  return out;
}

std::optional<RowSetDigest> RowSetDigest::from_text(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto algorithm = digest_algorithm_from_string(text.substr(0, first));
  if (!algorithm) return std::nullopt;
  RowSetDigest digest(*algorithm);
  if (!read_count(text.substr(first + 1, second - first - 1), digest.count_)) return std::nullopt;
  const std::string_view digits = text.substr(second + 1);
  const std::size_t words = word_count(*algorithm);
  if (digits.size() != words * 16) return std::nullopt;
  for (std::size_t i = 0; i < words; ++i) {
    if (!read_word(digits.substr(i * 16, 16), digest.sum_[words - 1 - i])) return std::nullopt;
  }
  return digest;
}

}  // namespace sluice::codec
