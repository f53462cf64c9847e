#include "copy/mapped_batch.h"

#include <span>
#include <string>
#include <utility>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/utf8.h"

#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

using codec::Irregular;

/// JSON holds only valid UTF-8, values in quarantine may be anything: what is not plain is shown as
/// \xNN. The exact bytes stand in raw_value.
std::string printable(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += "\\x";
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

std::string problems_json(const std::vector<mapping::MapProblem>& problems,
                          const plan::TablePlan& table) {
  codec::JsonWriter json;
  json.begin_array();
  for (const mapping::MapProblem& problem : problems) {
    json.begin_object();
    json.member("column", problem.target_column);
    if (problem.source_column && *problem.source_column < table.read.size()) {
      json.member("source_column", table.read[*problem.source_column].name);
    }
    json.member("reason", codec::to_string(problem.problem));
    json.member("value", printable(problem.raw));
    json.member("message", problem.message);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::vector<Irregular> irregular_of(const db::SourceBatch& source, std::size_t row) {
  std::vector<Irregular> fields;
  for (const Irregular& field : source.irregular) {
    if (field.row == row) fields.push_back(field);
  }
  return fields;
}

}  // namespace

BatchMapper::BatchMapper(const plan::TablePlan& table, ledger::Origin origin,
                         codec::RowHasher hasher)
    : table_(table),
      origin_(origin),
      mapping_(table_mapping(table, origin)),
      mapper_(mapping_),
      hasher_(std::move(hasher)) {}

void BatchMapper::reset(MappedBatch& out) const {
  const codec::RowSetDigest none(hasher_.algorithm());
  out.passes_through = false;
  out.target.clear();
  out.origin.clear();
  out.rest.clear();
  out.rest_end.clear();
  out.quarantined.clear();
  out.quarantined_from.clear();
  out.read = out.proved = out.written = out.refused = out.filtered = out.rest_written = none;
}

void BatchMapper::map(const db::SourceBatch& source, MappedBatch& out) {
  reset(out);
  if (mapper_.is_identity() && source.irregular.empty()) return pass_through(source, out);
  codec::IrregularRows irregular(source.irregular);
  for (std::size_t row = 0; row < source.rows.rows(); ++row) {
    map_row(source, row, irregular.of(row), nullptr, out);
  }
  out.rest_written.add_rows(hasher_, out.rest);
}

void BatchMapper::map_decided(const db::SourceBatch& source,
                              std::span<const mapping::Overrides* const> overrides,
                              MappedBatch& out) {
  reset(out);
  codec::IrregularRows irregular(source.irregular);
  for (std::size_t row = 0; row < source.rows.rows(); ++row) {
    map_row(source, row, irregular.of(row), overrides[row], out);
  }
  out.rest_written.add_rows(hasher_, out.rest);
}

void BatchMapper::pass_through(const db::SourceBatch& source, MappedBatch& out) {
  // The rows are written as they were read, so one hash serves three digests.
  out.passes_through = true;
  out.read.add_rows(hasher_, source.rows);
  out.proved = out.written = out.read;
}

void BatchMapper::map_row(const db::SourceBatch& source, std::size_t row,
                          std::span<const Irregular> irregular, const mapping::Overrides* overrides,
                          MappedBatch& out) {
  const std::string_view bytes = source.rows.row(row);
  const codec::RowHash hash = hasher_.hash(bytes);
  out.read.add(hash);
  switch (overrides == nullptr
              ? mapper_.map(bytes, irregular, out.target, out.rest)
              : mapper_.map_with_overrides(bytes, irregular, *overrides, out.target, out.rest)) {
    case mapping::Outcome::mapped:
      out.proved.add(hash);
      out.written.add(hasher_, out.target.row(out.target.rows() - 1));
      out.origin.push_back(static_cast<std::uint32_t>(row));
      if (mapper_.has_rest()) out.rest_end.push_back(static_cast<std::uint32_t>(out.rest.rows()));
      break;
    case mapping::Outcome::filtered:
      out.filtered.add(hash);
      break;
    case mapping::Outcome::quarantined:
      out.refused.add(hash);
      out.quarantined.push_back(unmapped_row(bytes, irregular));
      out.quarantined_from.push_back(static_cast<std::uint32_t>(row));
      break;
  }
}

std::string BatchMapper::key_json(std::string_view source_row) const {
  if (mapping_.key.empty()) return "";
  std::vector<codec::Field> fields;
  codec::parse_fields(source_row, fields);
  codec::JsonWriter json;
  json.begin_array();
  std::string text;
  for (const std::size_t index : mapping_.key) {
    text.clear();
    // PostgreSQL's own texts may be no UTF-8 where its encoding is SQL_ASCII.
    if (!codec::to_text(mapping_.source[index].carrier, fields.at(index).bytes, text) ||
        !codec::is_utf8(text)) {
      text = printable(fields.at(index).bytes);
    }
    json.value(text);
  }
  json.end_array();
  return json.take();
}

ledger::QuarantinedRow BatchMapper::unmapped_row(std::string_view source_row,
                                                 std::span<const Irregular> irregular) const {
  const std::vector<mapping::MapProblem>& problems = mapper_.problems();
  const mapping::MapProblem& first = problems.front();
  ledger::QuarantinedRow row;
  row.source_key = key_json(source_row);
  row.column = first.target_column;
  if (row.column.empty() && first.source_column)
    row.column = mapping_.source[*first.source_column].name;
  row.reason = first.problem;
  row.raw_value = first.raw;
  row.message = first.message;
  row.problems = problems_json(problems, table_);
  row.row = source_row;
  row.irregular = codec::irregular_json(irregular);
  return row;
}

ledger::QuarantinedRow BatchMapper::refused_row(const db::SourceBatch& source, std::size_t row_no,
                                                const RowRefusal& why) const {
  const std::string_view source_row = source.rows.row(row_no);
  const std::vector<Irregular> irregular = irregular_of(source, row_no);
  mapping::MapProblem problem;
  problem.target_column = why.column;
  problem.problem = why.problem;
  problem.raw = why.value;
  problem.message = why.message;
  ledger::QuarantinedRow row;
  row.source_key = key_json(source_row);
  row.column = why.column;
  row.reason = why.problem;
  row.raw_value = why.value;
  row.message = why.message;
  row.problems = problems_json({problem}, table_);
  row.row = source_row;
  row.irregular = codec::irregular_json(irregular);
  return row;
}

void BatchMapper::refuse(const db::SourceBatch& source, const std::vector<RefusedRow>& refused,
                         MappedBatch& out) {
  codec::RowBuffer kept;
  codec::RowBuffer kept_rest;
  std::vector<std::uint32_t> origin;
  std::vector<std::uint32_t> rest_end;
  auto next = refused.begin();
  std::size_t rest_row = 0;
  const codec::RowBuffer& rows = out.rows(source);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const bool is_refused = next != refused.end() && next->row == row;
    const std::string_view source_bytes = source.rows.row(out.source_row(row));
    const std::size_t rest_stop = out.rest_end.empty() ? 0 : out.rest_end[row];
    for (; rest_row < rest_stop; ++rest_row) {
      if (!is_refused) kept_rest.append_row(out.rest.row(rest_row));
    }
    if (is_refused) {
      const codec::RowHash hash = hasher_.hash(source_bytes);
      out.proved.remove(hash);
      out.refused.add(hash);
      out.written.remove(hasher_.hash(rows.row(row)));
      out.quarantined.push_back(refused_row(source, out.source_row(row), next->why));
      out.quarantined_from.push_back(static_cast<std::uint32_t>(out.source_row(row)));
      ++next;
      continue;
    }
    kept.append_row(rows.row(row));
    origin.push_back(static_cast<std::uint32_t>(out.source_row(row)));
    if (!out.rest_end.empty()) rest_end.push_back(static_cast<std::uint32_t>(kept_rest.rows()));
  }
  out.target.swap(kept);
  out.rest.swap(kept_rest);
  out.origin.swap(origin);
  out.rest_end.swap(rest_end);
  out.passes_through = false;
  out.rest_written = codec::RowSetDigest(hasher_.algorithm());
  out.rest_written.add_rows(hasher_, out.rest);
}

}  // namespace sluice::copy
