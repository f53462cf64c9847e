#include "retire/left_rows.h"

#include <string>

#include "sluice/codec/printable.h"

#include "retire/rows_by_key.h"

namespace sluice::retire {
namespace {

class Halving {
 public:
  Halving(db::RowSession& session, const db::TableRead& read, std::span<const model::Key> keys)
      : session_(session), read_(read), keys_(keys), referenced_(keys.size(), false) {}

  std::vector<bool> run() {
    look(0, keys_.size());
    return std::move(referenced_);
  }

 private:
  void look(std::size_t from, std::size_t to) {
    if (from == to || goes(from, to)) return;
    if (to - from == 1) {
      referenced_[from] = true;
      return;
    }
    const std::size_t middle = from + (to - from) / 2;
    look(from, middle);
    look(middle, to);
  }

  bool goes(std::size_t from, std::size_t to) {
    db::SourceBatch gone;
    session_.begin();
    const auto refusal = session_.remove(read_, keys_.subspan(from, to - from), gone);
    session_.rollback();
    return !refusal;
  }

  db::RowSession& session_;
  const db::TableRead& read_;
  std::span<const model::Key> keys_;
  std::vector<bool> referenced_;
};

std::string columns_that_differ(const RowForms& forms, std::string_view before,
                                std::string_view now) {
  std::vector<codec::Field> old_fields;
  std::vector<codec::Field> new_fields;
  codec::parse_fields(before, old_fields);
  codec::parse_fields(now, new_fields);
  std::string columns;
  for (std::size_t i = 0; i < forms.archive_fields.size(); ++i) {
    const std::size_t field = forms.archive_fields[i];
    if (old_fields.at(field) == new_fields.at(field)) continue;
    columns +=
        (columns.empty() ? "" : ", ") + codec::printable_line(forms.archived.columns[i].name);
  }
  return columns;
}

}  // namespace

std::vector<bool> referenced_rows(db::RowSession& session, const db::TableRead& read,
                                  std::span<const model::Key> keys) {
  return Halving(session, read, keys).run();
}

LeftRows look_again(db::RowSession& session, const RowForms& forms, const Batch& batch) {
  const RowsByKey rows = rows_by_key(session, forms.read, batch.keys);
  session.rollback();
  LeftRows left;
  for (std::size_t i = 0; i < batch.keys.size(); ++i) {
    const std::string key = key_json(batch.keys[i]);
    const auto found = rows.find(key);
    const bool same = found != rows.end() && found->second == batch.rows.row(i);
    left.keep.push_back(same);
    if (same || found == rows.end()) continue;
    left.changed.push_back({key, "changed while rows were retired, in " +
                                     columns_that_differ(forms, batch.rows.row(i), found->second)});
  }
  return left;
}

}  // namespace sluice::retire
