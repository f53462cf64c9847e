#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/document/act.h"

/// Files that people sign: one strict JSON object, a head that says for what, by whom and until
/// when, and a body. The bytes of the file are what is signed; what was verified is what is parsed.
namespace sluice::document {

inline constexpr std::string_view kSchema = "sluice.document/1";
/// More than any document needs: what is larger is refused before it is read.
inline constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

/// What the body is. DO NOT CHANGE THE NAMES (to_string): they stand in documents.
enum class Kind : std::uint8_t {
  plan,      ///< the plan's JSON
  manifest,  ///< what was verified
  retire,    ///< which rows of a manifest are to go, and what has become of the target since
  rollback,  ///< rows that a rollback loses
  discard,   ///< tables that are dropped
  resume,    ///< "continue": the stop that is to end, by the head of the event chain
  policy,    ///< another version of the policy, whole, and the digest of the one before
};
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
/// What a document of this kind is signed for at least: plan, cutover (manifest, rollback), retire,
/// drop (discard), continue, policy. One that asks for less is no document.
[[nodiscard]] Act act_of(Kind kind) noexcept;

/// An act that the document asks signatures for, and the classes of the tables that it touches
/// (sorted, each once): they decide who has to sign.
struct Purpose {
  Act act{};
  std::vector<std::string> classes;
  friend bool operator==(const Purpose&, const Purpose&) = default;
};

struct Head {
  Kind kind{};
  std::vector<Purpose> acts;  ///< at least one, each act once
  std::string run_id;         ///< empty where there is none yet
  std::string operator_name;  ///< principal of the person who will run it
  /// Of the policy file's bytes. Empty, and version 0, where there is none: a record that can never
  /// authorize anything.
  std::string policy_sha256;
  std::uint64_t policy_version = 0;
  std::string created_at;  ///< this and the next two: UTC, "2026-11-22T13:30:00Z"
  std::string not_before;
  std::string not_after;
  std::string nonce;  ///< 64 hex digits: no two documents are the same
  friend bool operator==(const Head&, const Head&) = default;
};

struct Document {
  Head head;
  std::string body;  ///< canonical JSON of an object
};

/// The file: pretty JSON, one member a line, with a newline at the end. `body` is canonical JSON.
/// Throws Error{internal} where from_text() would refuse what comes out.
[[nodiscard]] std::string to_text(const Head& head, std::string_view body);
/// Strict: unknown or missing members, repeated keys, times that are not UTC, a not_after before
/// not_before, an act missing that the kind needs, more than kMaxBytes, and any byte that to_text()
/// would not write: Error{approval} that says what and where. Never throws anything else. What
/// comes out gives the same bytes by to_text().
[[nodiscard]] Document from_text(std::string_view bytes);
/// SHA-256 of the file's bytes, 64 hex digits: the document's name everywhere else.
[[nodiscard]] std::string sha256_of(std::string_view bytes);
/// The whole document as lines for a person: irreversible acts first, then the head, then every
/// member of the body at its place ("tables[3].rows: 18432117"), nothing left out or shortened,
/// control characters escaped.
[[nodiscard]] std::vector<std::string> lines_of(const Document& document);

}  // namespace sluice::document
