#include "retire/finder.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/model/error.h"
#include "sluice/plan/plan.h"

namespace sluice::retire {

Finder::Finder(const Setting& setting, const Retiring& table, const RowForms& forms,
               db::RowSession& target)
    : setting_(setting),
      table_(table),
      forms_(forms),
      target_(target),
      target_read_(target_read(*table.plan)),
      mapper_(plan::mapping_of(*table.plan)),
      hasher_(setting.algorithm, setting.seed),
      place_{table.proved->first_entry, table.proved->entries} {}

void Finder::find(const db::SourceBatch& rows, Batch& out) {
  out = Batch();
  out.digest = codec::RowSetDigest(hasher_.algorithm());
  mapped_.clear();
  changed_.clear();
  changed_notes_.clear();
  codec::IrregularRows irregular(rows.irregular);
  for (std::size_t i = 0; i < rows.rows.rows(); ++i) {
    take(rows.rows.row(i), irregular.of(i), out);
  }
  out.seen = rows.rows.rows();
  find_partners(out);
  describe_changed(out);
}

void Finder::take(std::string_view row, std::span<const codec::Irregular> irregular, Batch& out) {
  const std::string_view read = plan_row(forms_, row, scratch_);
  const auto proved =
      setting_.proof.find(place_, manifest::hash_key(hasher_, read, forms_.read.key));
  if (!proved) {
    ++out.not_proved;
    return;
  }
  const codec::RowHash hash = hasher_.hash(read);
  if (*proved != hash) return add_changed(row, read, irregular, out);
  model::Key key = key_of(forms_.read, row, irregular);
  if (std::string why = unarchivable(forms_, irregular); !why.empty()) {
    if (out.unarchivable.size() < kMaxNotes) out.unarchivable.push_back({key_json(key), why});
  }
  if (!map(read, irregular, mapped_)) {
    throw model::Error(
        model::ErrorKind::drift,
        fmt::format("a proved row of {} does not map any more", table_.plan->source.text()),
        "the manifest was made with another plan");
  }
  out.rows.append_row(row);
  out.keys.push_back(std::move(key));
  out.digest.add(hash);
}

bool Finder::map(std::string_view read, std::span<const codec::Irregular> irregular,
                 codec::RowBuffer& out) {
  // Irregular fields that only the archive needs are none of the plan's.
  planned_.clear();
  for (const codec::Irregular& one : irregular) {
    if (one.column < forms_.plan_fields) planned_.push_back(one);
  }
  rest_.clear();
  return mapper_.map(read, planned_, out, rest_) == mapping::Outcome::mapped;
}

void Finder::add_changed(std::string_view row, std::string_view read,
                         std::span<const codec::Irregular> irregular, Batch& out) {
  ++out.source_changed;
  if (out.changed.size() >= kMaxNotes) return;
  out.changed.push_back(
      {key_json(key_of(forms_.read, row, irregular)), "it does not map any more as it did"});
  if (map(read, irregular, changed_)) changed_notes_.push_back(out.changed.size() - 1);
}

void Finder::look_up(const codec::RowBuffer& mapped) {
  found_.rows.clear();
  found_.irregular.clear();
  by_key_.clear();
  std::vector<model::Key> keys;
  keys.reserve(mapped.rows());
  for (std::size_t i = 0; i < mapped.rows(); ++i) {
    keys.push_back(key_of(target_read_, mapped.row(i), {}));
  }
  target_.find(target_read_, keys, found_);
  for (std::size_t i = 0; i < found_.rows.rows(); ++i) {
    const std::string_view row = found_.rows.row(i);
    by_key_.push_back({manifest::hash_key(hasher_, row, target_read_.key), row});
  }
  std::sort(by_key_.begin(), by_key_.end(),
            [](const Found& a, const Found& b) { return a.key < b.key; });
}

const std::string_view* Finder::partner_of(std::string_view mapped) {
  const manifest::KeyHash key = manifest::hash_key(hasher_, mapped, target_read_.key);
  const auto at = std::lower_bound(by_key_.begin(), by_key_.end(), key,
                                   [](const Found& a, const auto& b) { return a.key < b; });
  return at == by_key_.end() || at->key != key ? nullptr : &at->row;
}

void Finder::find_partners(Batch& out) {
  look_up(mapped_);
  out.partners.reserve(mapped_.rows());
  for (std::size_t i = 0; i < mapped_.rows(); ++i) {
    const std::string_view* const partner = partner_of(mapped_.row(i));
    if (partner == nullptr) {
      out.partners.push_back(Partner::gone);
    } else {
      out.partners.push_back(*partner == mapped_.row(i) ? Partner::same : Partner::changed);
    }
  }
}

void Finder::describe_changed(Batch& out) {
  if (changed_.empty()) return;
  look_up(changed_);
  for (std::size_t i = 0; i < changed_.rows(); ++i) {
    out.changed[changed_notes_[i]].what = describe(changed_.row(i), partner_of(changed_.row(i)));
  }
}

std::string Finder::describe(std::string_view mapped, const std::string_view* partner) {
  if (partner == nullptr) return "changed since it was verified; the target has no such row";
  std::vector<codec::Field> expected;
  std::vector<codec::Field> actual;
  codec::parse_fields(mapped, expected);
  codec::parse_fields(*partner, actual);
  std::string columns;
  for (std::size_t i = 0; i < expected.size() && i < actual.size(); ++i) {
    if (expected[i] == actual[i]) continue;
    columns += (columns.empty() ? "" : ", ") + codec::printable_line(table_.plan->write[i].name);
  }
  if (columns.empty()) return "changed since it was verified, in nothing that the target holds";
  return "changed since it was verified; differs from the target's row in " + columns;
}

}  // namespace sluice::retire
