#include "retire/batch.h"

#include <algorithm>
#include <utility>

namespace sluice::retire {

std::uint64_t Batch::count(Partner partner) const noexcept {
  return static_cast<std::uint64_t>(std::count(partners.begin(), partners.end(), partner));
}

void Batch::keep_if(const std::vector<bool>& keep, const RowForms& forms,
                    codec::RowHasher& hasher) {
  codec::RowBuffer kept;
  codec::RowSetDigest kept_digest(hasher.algorithm());
  std::string scratch;
  std::size_t to = 0;
  for (std::size_t from = 0; from < keys.size(); ++from) {
    if (!keep[from]) continue;
    kept.append_row(rows.row(from));
    kept_digest.add(hasher, plan_row(forms, rows.row(from), scratch));
    if (to != from) {
      keys[to] = std::move(keys[from]);
      partners[to] = partners[from];
    }
    ++to;
  }
  rows = std::move(kept);
  keys.resize(to);
  partners.resize(to);
  digest = kept_digest;
}

}  // namespace sluice::retire
