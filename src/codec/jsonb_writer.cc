// Values, objects and numbers of jsonb's normal form; its strings are in jsonb_strings.cc.

#include "jsonb_writer.h"

#include <algorithm>

#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"

namespace sluice::codec {
namespace {

/// Strings are copied eight bytes at a time, so a copy may write that far behind its end.
constexpr std::size_t kSlack = 8;
/// A buffer that one huge value has made larger than this is given back by the next small one.
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;

/// Separators gain a blank behind them; nothing else grows but numbers with an exponent, which ask
/// for room themselves.
std::size_t output_bound(std::string_view json) {
  constexpr std::size_t kSmall = 4096;
  if (json.size() <= kSmall) return 2 * json.size() + kSlack;
  const auto separators =
      std::count_if(json.begin(), json.end(), [](char c) { return c == ',' || c == ':'; });
  return json.size() + static_cast<std::size_t>(separators) + kSlack;
}

bool is_negative_zero(std::string_view plain_number) {
  return plain_number.size() > 1 && plain_number[0] == '-' && plain_number[1] == '0' &&
         plain_number.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

Problem JsonbWriter::run(std::string_view json) {
  prepare(json);
  space();
  if (!value(0)) return problem_;
  space();
  if (at_ != end_) return Problem::invalid_json;
  if (position() > kMaxFieldBytes) return Problem::too_long;
  return duplicate_ ? Problem::duplicate_json_key : Problem::none;
}

void JsonbWriter::prepare(std::string_view json) {
  const std::size_t needed = output_bound(json);
  if (out_.size() > kKeptBytes && needed <= kKeptBytes) std::vector<char>().swap(out_);
  if (out_.size() < needed) out_.resize(needed);
  to_ = out_.data();
  at_ = json.data();
  end_ = json.data() + json.size();
  members_.clear();
  keys_.clear();
  duplicate_ = false;
  problem_ = Problem::invalid_json;  // what every failure is that does not say otherwise
}

void JsonbWriter::make_room(std::size_t more) {
  const std::size_t at = position();
  out_.resize(out_.size() + more);
  to_ = out_.data() + at;
}

bool JsonbWriter::value(int depth) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '"':
      return string();
    case '{':
    case '[':
      return container(depth);
    case 't':
    case 'f':
    case 'n':
      return word();
    default:
      return number();
  }
}

bool JsonbWriter::container(int depth) {
  if (depth >= kJsonbMaxDepth) return false;
  return *at_ == '{' ? object(depth + 1) : array(depth + 1);
}

bool JsonbWriter::array(int depth) {
  ++at_;
  put('[');
  space();
  if (is_at(']')) {
    ++at_;
    put(']');
    return true;
  }
  while (true) {
    space();
    if (!value(depth)) return false;
    space();
    if (is_at(']')) break;
    if (!is_at(',')) return false;
    ++at_;
    put(", ");
  }
  ++at_;
  put(']');
  return true;
}

bool JsonbWriter::object(int depth) {
  const std::size_t first = members_.size();
  const std::size_t first_key = keys_.size();
  const std::size_t object_at = position();
  ++at_;
  put('{');
  space();
  while (!is_at('}')) {
    if (members_.size() > first) {
      if (!is_at(',')) return false;
      ++at_;
      put(", ");
      space();
    }
    if (!member(depth)) return false;
    space();
  }
  ++at_;
  if (!is_ordered(first)) put_in_order(first, object_at);
  put('}');
  members_.resize(first);
  keys_.resize(first_key);
  return true;
}

bool JsonbWriter::member(int depth) {
  Member member;
  member.text_at = position();
  if (!is_at('"') || !string()) return false;
  take_key(member);
  space();
  if (!is_at(':')) return false;
  ++at_;
  put(": ");
  space();
  if (!value(depth)) return false;
  member.text_end = position();
  members_.push_back(member);
  return true;
}

bool JsonbWriter::is_ordered(std::size_t first) const {
  for (std::size_t i = first + 1; i < members_.size(); ++i) {
    if (!comes_before(members_[i - 1], members_[i])) return false;
  }
  return true;
}

void JsonbWriter::put_in_order(std::size_t first, std::size_t object_at) {
  const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
  // Equal keys stay in the order of the text (std::stable_sort would allocate): the last one wins.
  std::sort(begin, members_.end(), [this](const Member& a, const Member& b) {
    if (comes_before(a, b)) return true;
    return !comes_before(b, a) && a.text_at < b.text_at;
  });
  ordered_.clear();
  for (auto it = begin; it != members_.end(); ++it) {
    if (it + 1 != members_.end() && !comes_before(*it, *(it + 1))) {
      duplicate_ = true;
      continue;
    }
    if (!ordered_.empty()) ordered_.insert(ordered_.end(), {',', ' '});
    ordered_.insert(ordered_.end(), out_.data() + it->text_at, out_.data() + it->text_end);
  }
  to_ = out_.data() + object_at + 1;
  put({ordered_.data(), ordered_.size()});
}

bool JsonbWriter::word() {
  const char* const behind = skip_json_word(at_, end_);
  if (behind == nullptr) return false;
  while (at_ != behind) put(*at_++);
  return true;
}

bool JsonbWriter::number() {
  const char* const behind = skip_json_number(at_, end_);
  if (behind == nullptr) return false;
  const std::string_view token(at_, static_cast<std::size_t>(behind - at_));
  // Only numbers of this length can be beyond numeric's limits, and only they need to be counted.
  if (token.size() > static_cast<std::size_t>(kNumericMaxScale)) return number_by_numeric(token);
  if (is_negative_zero(token)) ++at_;
  char* const start = to_;
  for (; at_ != behind; ++at_) {
    if ((*at_ | 0x20) == 'e') {
      to_ = start;
      return number_by_numeric(token);
    }
    put(*at_);
  }
  return true;
}

bool JsonbWriter::number_by_numeric(std::string_view token) {
  at_ = token.data() + token.size();
  numeric_.clear();
  number_text_.clear();
  const Problem problem = numeric_from_text(token, numeric_);
  if (problem != Problem::none) return fail(problem);
  if (!numeric_to_text(numeric_, number_text_)) return false;
  if (number_text_.size() > token.size()) make_room(number_text_.size() - token.size());
  put(number_text_);
  return true;
}

}  // namespace sluice::codec
