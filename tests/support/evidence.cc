#include "support/evidence.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "support/row_hash.h"
#include "support/run_process.h"

namespace sluice::test {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string from_hex(const std::string& hex) {
  constexpr int kHex = 16;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, kHex));
  }
  return bytes;
}

/// What documents say of other files.
struct Claims {
  std::string manifest_sha256;
  std::string policy_sha256;
  std::string archive;
  std::size_t rows = 0;
  std::string proof_sha256;
  std::string run_nonce;
  std::string digest;
};

Claims claims_of(const Evidence& evidence, const PostgresDatabase& reader) {
  const Row row =
      reader
          .query(fmt::format(
              "SELECT d->'body'->>'manifest_sha256', d->'policy'->>'sha256', d->'body'->>'archive',"
              " d->'body'->'tables'->0->>'rows', m->'body'->>'proof_sha256', "
              "m->'body'->>'run_nonce', m->'body'->>'digest' FROM (SELECT $document${}$document$::"
              "json AS d, $manifest${}$manifest$::json AS m) AS files",
              bytes_of(evidence.document), bytes_of(evidence.manifest)))
          .at(0);
  return {row[0].value(), row[1].value(), row[2].value(), std::stoul(row[3].value()),
          row[4].value(), row[5].value(), row[6].value()};
}

/// Of files, in order.
std::vector<std::string> sha256_of(const std::vector<std::string>& files) {
  std::vector<std::string> words = {"sha256sum", "--"};
  words.insert(words.end(), files.begin(), files.end());
  std::istringstream lines(run_process(words).out);
  std::vector<std::string> sums;
  for (std::string line; std::getline(lines, line);) sums.push_back(line.substr(0, 64));
  sums.resize(files.size());
  return sums;
}

/// How many of each group have signed for `retire`, by the keys that the people were given.
std::map<std::string, int> signers_of(const std::string& document, const Team& team) {
  const std::string space = Team::name_space("retire");
  const std::string list = (team.folder() / "auditor.allowed_signers").string();
  std::vector<std::string> words = {
      "bash", "-c",
      "for who in \"$@\"; do s=\"$DOCUMENT.$who.retire.sig\"; [ -e \"$s\" ] && ssh-keygen -Y "
      "verify -f \"$SIGNERS\" -I \"$who\" -n \"$SPACE\" -r \"$REVOKED\" -s \"$s\" < \"$DOCUMENT\" "
      "> /dev/null && echo \"$who\"; done",
      "bash"};
  {
    std::ofstream file(list, std::ios::trunc);
    for (const Member& member : team.members()) {
      file << fmt::format("{} namespaces=\"{}\" {} {}\n", member.principal, space, member.key_type,
                          member.key_blob);
      words.push_back(member.principal);
    }
  }
  RunOptions options;
  options.env = {{"DOCUMENT", document},
                 {"SIGNERS", list},
                 {"SPACE", space},
                 {"REVOKED", team.revoked_keys().string()}};
  const std::string out = "\n" + run_process(words, options).out;
  std::map<std::string, int> signers;
  for (const Member& member : team.members()) {
    if (out.find("\n" + member.principal + "\n") == std::string::npos) continue;
    for (const std::string& group : member.groups) ++signers[group];
  }
  return signers;
}

/// Row hash by key hash, of a proof of one table.
using Entries = std::unordered_map<std::string, std::string>;

Entries entries_of(const std::string& proof) {
  constexpr std::size_t kHead = 32;
  constexpr std::size_t kEntry = 32;
  constexpr std::size_t kTail = 24 + 24;  // the directory of one table, and the end
  const std::string head = "SLUICEPF" + big_endian(1, 4) + big_endian(1, 4) + big_endian(kEntry, 4);
  if (!proof.starts_with(head) || !proof.ends_with("SLUICEPE") || proof.size() < kHead + kTail) {
    throw std::runtime_error("this is no proof");
  }
  const std::size_t entries = (proof.size() - kHead - kTail) / kEntry;
  const std::string end = big_endian(1, 8) + big_endian(entries, 8) + "SLUICEPE";
  if (!proof.ends_with(end)) throw std::runtime_error("this is no proof of one table");
  Entries found;
  for (std::size_t at = kHead; at < kHead + entries * kEntry; at += kEntry) {
    found.emplace(proof.substr(at, 16), proof.substr(at + 16, 16));
  }
  if (found.size() != entries) throw std::runtime_error("the proof has a key twice");
  return found;
}

std::string fault_of_row(const Row& row, const Entries& entries, std::uint64_t seed) {
  const auto found = entries.find(row_hash(from_hex(row[1].value()), seed).bytes());
  if (found == entries.end()) return "row " + row[0].value() + " was never proved\n";
  if (found->second == row_hash(from_hex(row[2].value()), seed).bytes()) return {};
  return "row " + row[0].value() + " was proved with other values\n";
}

}  // namespace

std::string faults_of(const Evidence& evidence, const Team& team, const Rows& gone,
                      const PostgresDatabase& reader) {
  std::string faults;
  const auto expect = [&faults](bool holds, const std::string& fault) {
    if (!holds) faults += fault + "\n";
  };
  const auto signers = signers_of(evidence.document, team);
  const auto signed_by = [&signers](const std::string& group) {
    return signers.contains(group) ? signers.at(group) : 0;
  };
  expect(signed_by("technical") >= 2 && signed_by("business") >= 1, "signatures are missing");
  const Claims claims = claims_of(evidence, reader);
  const std::string proof = evidence.manifest + ".proof";
  const auto sums = sha256_of({evidence.manifest, evidence.policy, proof});
  expect(claims.manifest_sha256 == sums[0], "another manifest was signed for");
  expect(claims.policy_sha256 == sums[1], "another policy asked for signatures");
  expect(claims.archive == evidence.archive, "another archive was signed for");
  expect(claims.proof_sha256 == sums[2], "the proof is another");
  expect(claims.digest == "xxh3-128", "hashes are of another kind");
  expect(gone.size() <= claims.rows, "more rows are gone than were signed for");
  const Entries entries = entries_of(bytes_of(proof));
  for (const Row& row : gone) faults += fault_of_row(row, entries, seed_of(claims.run_nonce));
  return faults;
}

}  // namespace sluice::test
