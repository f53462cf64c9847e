#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/problem.h"

#include "json_scan.h"

namespace sluice::codec {

/// Writes the normal form while it reads: members of an object in the order of the text first, and,
/// once the object is complete, put in order where they are not. Most documents come from servers
/// or programs that order them.
class JsonbWriter {
 public:
  /// What JsonbNormalizer::normalize() says of a text that is valid UTF-8 without NUL.
  [[nodiscard]] Problem run(std::string_view json);
  /// The normal form, where run() has found one.
  [[nodiscard]] std::string_view text() const { return {out_.data(), position()}; }

 private:
  /// One member of an object that is being written: where its key and its whole text stand.
  struct Member {
    std::size_t key_at = 0;
    std::size_t key_size = 0;
    bool key_aside = false;  ///< the key is in keys_, since its text holds escapes
    std::size_t text_at = 0;
    std::size_t text_end = 0;
  };

  void prepare(std::string_view json);
  void make_room(std::size_t more);

  void space() { at_ = skip_json_space(at_, end_); }
  [[nodiscard]] bool is_at(char c) const { return at_ != end_ && *at_ == c; }
  [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(to_ - out_.data()); }
  bool fail(Problem problem) {
    problem_ = problem;
    return false;
  }
  void put(char c) { *to_++ = c; }
  void put(std::string_view text) {
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
  }

  bool value(int depth);
  bool container(int depth);
  bool array(int depth);
  bool object(int depth);
  bool member(int depth);
  bool word();
  bool number();
  bool number_by_numeric(std::string_view token);
  bool string();
  bool copy_plain_characters();
  bool escape();
  bool unicode_escape();
  void put_character(int code);
  /// Notes the key that string() has just written.
  void take_key(Member& member);

  [[nodiscard]] std::string_view key_of(const Member& member) const {
    return {(member.key_aside ? keys_.data() : out_.data()) + member.key_at, member.key_size};
  }
  [[nodiscard]] bool comes_before(const Member& a, const Member& b) const {
    if (a.key_size != b.key_size) return a.key_size < b.key_size;
    return std::memcmp(key_of(a).data(), key_of(b).data(), a.key_size) < 0;
  }
  [[nodiscard]] bool is_ordered(std::size_t first) const;
  void put_in_order(std::size_t first, std::size_t object_at);

  std::vector<char> out_;  ///< used as raw room: its size is what may be written
  char* to_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::vector<Member> members_;  ///< of all open objects, the innermost last
  std::string keys_;
  std::vector<char> ordered_;
  std::string numeric_;
  std::string number_text_;
  bool string_has_escapes_ = false;  ///< in the text last written by string()
  bool duplicate_ = false;
  Problem problem_ = Problem::none;
};

}  // namespace sluice::codec
