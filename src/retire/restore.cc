#include "sluice/retire/restore.h"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"
#include "sluice/db/catalog.h"
#include "sluice/db/removal.h"
#include "sluice/model/error.h"
#include "sluice/os/kill_point.h"

#include "retire/finder.h"
#include "retire/restore_table.h"
#include "retire/row_forms.h"
#include "retire/rows_by_key.h"

namespace sluice::retire {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

/// Puts the rows of one table back. Borrows what it is given.
class TableRestore {
 public:
  TableRestore(const RestoreRequest& request, const archive::ArchivedTable& archived,
               const RestoreTarget& target, db::RowSession& session, RestoredTable& result)
      : request_(request),
        archived_(archived),
        target_(target),
        session_(session),
        result_(result) {}

  void run(const archive::Reader& reader, const std::stop_token& stop) {
    // The rows that went last come first: others may refer to them.
    for (auto batch = archived_.batches.rbegin(); batch != archived_.batches.rend(); ++batch) {
      if (stop.stop_requested()) {
        throw model::Error(model::ErrorKind::interrupted, "the restore was stopped",
                           "the same command goes on: rows that are there are passed over");
      }
      codec::RowBuffer rows;
      reader.read(*batch, rows);
      take(rows);
      if (is_full()) return;
    }
  }

 private:
  [[nodiscard]] bool is_full() const { return is_enough(0); }

  void take(const codec::RowBuffer& all) {
    codec::RowBuffer rows;
    std::vector<model::Key> keys;
    for (std::size_t i = 0; i < all.rows() && !is_enough(keys.size()); ++i) {
      model::Key key = key_of(target_.read, all.row(i), {});
      if (!request_.keys.empty() && !request_.keys.contains(key_json(key))) continue;
      rows.append_row(all.row(i));
      keys.push_back(std::move(key));
    }
    if (!keys.empty()) restore_rows(rows, keys);
  }

  [[nodiscard]] bool is_enough(std::size_t taken) const {
    return request_.limit &&
           result_.restored + result_.there + result_.others + result_.refused + taken >=
               *request_.limit;
  }

  void restore_rows(const codec::RowBuffer& rows, const std::vector<model::Key>& keys) {
    session_.begin();
    const auto there = rows_there(keys);
    codec::RowBuffer missing;
    std::vector<model::Key> missing_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto found = there.find(key_json(keys[i]));
      if (found == there.end()) {
        missing.append_row(rows.row(i));
        missing_keys.push_back(keys[i]);
      } else {
        note_there(found->first, found->second, rows.row(i));
      }
    }
    if (request_.dry_run) {
      result_.restored += missing_keys.size();
    } else if (!missing_keys.empty()) {
      return put_back(missing, 0, missing_keys);
    }
    session_.rollback();
  }

  /// Rows `first` and following, as many as there are keys. What the server does not take is
  /// halved until each row that it refuses is known: one that stands in the way of another key, or
  /// lacks a parent, costs no other row.
  void put_back(const codec::RowBuffer& rows, std::size_t first, std::span<const model::Key> keys) {
    const auto refusal = session_.insert(target_.write, written(rows, first, keys.size()));
    if (!refusal) return compare_and_commit(rows, first, keys);
    session_.rollback();
    if (keys.size() == 1) return note_refused(key_json(keys[0]), refusal->message);
    const std::size_t half = keys.size() / 2;
    session_.begin();
    put_back(rows, first + half, keys.subspan(half));
    session_.begin();
    put_back(rows, first, keys.first(half));
  }

  void note_refused(const std::string& key, const std::string& message) {
    ++result_.refused;
    result_.refused_rows.push_back({key, message});
    if (result_.refused_rows.size() < kMaxNotes) return;
    throw model::Error(
        model::ErrorKind::data,
        fmt::format("{} does not take the rows: {}", result_.into.text(), message),
        "rows that were put back are there; the same command goes on when it is settled");
  }

  [[nodiscard]] RowsByKey rows_there(std::span<const model::Key> keys) {
    if (target_.is_new && request_.dry_run) return {};
    return rows_by_key(session_, target_.read, keys);
  }

  void note_there(const std::string& key, std::string_view there, std::string_view archived) {
    if (there == archived) {
      ++result_.there;
      return;
    }
    ++result_.others;
    if (result_.other_rows.size() < kMaxNotes) {
      result_.other_rows.push_back({key, "is there with other values, and stays as it is"});
    }
  }

  /// Commits only what reads as the archive has it.
  void compare_and_commit(const codec::RowBuffer& rows, std::size_t first,
                          std::span<const model::Key> keys) {
    SLUICE_KILL_POINT("restore-inserted");
    const auto there = rows_there(keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string key = key_json(keys[i]);
      const auto found = there.find(key);
      if (found != there.end() && found->second == rows.row(first + i)) continue;
      throw model::Error(
          model::ErrorKind::data,
          fmt::format("row {} of {} does not read as the archive has it", key, result_.into.text()),
          "nothing of this batch was inserted");
    }
    session_.commit();
    result_.restored += keys.size();
    SLUICE_KILL_POINT("restore-committed");
  }

  /// Without what the server computes by itself. The last one first: where each row is checked for
  /// itself (InnoDB), one that another of its batch refers to went after that one.
  [[nodiscard]] codec::RowBuffer written(const codec::RowBuffer& rows, std::size_t first,
                                         std::size_t count) const {
    codec::RowBuffer out;
    std::vector<codec::Field> fields;
    for (std::size_t i = first + count; i > first; --i) {
      codec::parse_fields(rows.row(i - 1), fields);
      out.begin_row(static_cast<std::int16_t>(target_.written.size()));
      for (const std::size_t field : target_.written) {
        if (fields.at(field).null) {
          out.put_null();
        } else {
          out.put_bytes(fields[field].bytes);
        }
      }
      out.end_row();
    }
    return out;
  }

  const RestoreRequest& request_;
  const archive::ArchivedTable& archived_;
  const RestoreTarget& target_;
  db::RowSession& session_;
  RestoredTable& result_;
};

std::vector<const archive::ArchivedTable*> chosen(const archive::Reader& reader,
                                                  const RestoreRequest& request) {
  std::vector<const archive::ArchivedTable*> tables;
  for (const archive::ArchivedTable& table : reader.tables()) {
    if (request.table.empty() || table.head.source.text() == request.table) {
      tables.push_back(&table);
    }
  }
  if (tables.empty()) {
    throw model::Error(model::ErrorKind::usage,
                       request.table.empty() ? "the archive has no table"
                                             : fmt::format("the archive has no table {}",
                                                           codec::printable_line(request.table)),
                       "name it as schema.table of the source");
  }
  return tables;
}

}  // namespace

RestoreResult restore(const RestoreRequest& request, const std::stop_token& stop) {
  const auto begun = Clock::now();
  const archive::Reader reader = archive::Reader::open(request.archive);
  const auto tables = chosen(reader, request);
  const auto session = db::open_rows(request.into, db::Purpose::removal);
  RestoreResult result;
  for (const RestoreTarget& target : restore_targets(reader, tables, request, *session)) {
    const auto table_begun = Clock::now();
    RestoredTable& restored = result.tables.emplace_back();
    restored.source = target.archived->head.source;
    restored.into = target.read.table;
    restored.created = target.is_new;
    restored.archived = target.archived->rows;
    for (const std::string& statement : target.statements) {
      result.statements.push_back(statement);
      if (!request.dry_run) session->query(statement);
    }
    TableRestore(request, *target.archived, target, *session, restored).run(reader, stop);
    session->rollback();
    restored.seconds = seconds_since(table_begun);
  }
  result.seconds = seconds_since(begun);
  return result;
}

}  // namespace sluice::retire
