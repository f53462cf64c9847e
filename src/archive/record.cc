#include "archive/record.h"

#include <algorithm>

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "archive/head_json.h"

namespace sluice::archive {
namespace {

using codec::JsonValue;
using codec::JsonWriter;

// RFC 8878, 3.1.2: a skippable frame is one of sixteen magic numbers and a length, both little
// endian. This is 0x184D2A53: the one that sluice uses.
constexpr std::string_view kMagic{"\x53\x2a\x4d\x18", 4};
constexpr std::size_t kFrameHeadBytes = 8;
constexpr std::size_t kHashDigits = 64;
// A table of 1600 columns whose types are long enums stays far below.
constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{64} << 20;
constexpr std::size_t kSearchBytes = std::size_t{1} << 20;

std::string little_endian(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
  return out;
}

std::uint32_t load_little_endian(const char* from) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(from[i]);
  return value;
}

void write_content(JsonWriter& json, const FileRecord& file) {
  json.member("record", "file").member("format", "sluice.archive/1");
  json.member("archive", file.archive_id).member("file", file.file);
  json.member("ddl_sha256", file.ddl_sha256);
  json.key("table").begin_object();
  write_table(json, file.table);
  json.end_object();
}

void write_content(JsonWriter& json, const BatchRecord& batch) {
  json.member("record", "batch").member("bytes", batch.bytes).member("rows", batch.rows);
  json.member("row_bytes", batch.row_bytes).member("digest", batch.digest.to_text());
  json.member("sha256", batch.sha256);
}

void write_content(JsonWriter& json, const StoredRecord&) { json.member("record", "stored"); }

void write_content(JsonWriter& json, const EndRecord& end) {
  json.member("record", "end").member("trailer_bytes", end.trailer_bytes);
  json.member("trailer_sha256", end.trailer_sha256).member("batches", end.batches);
  json.member("rows", end.rows).member("digest", end.digest.to_text());
}

FileRecord read_file_record(const JsonValue& json) {
  FileRecord file;
  file.archive_id = json.at("archive").as_string();
  file.file = static_cast<int>(std::min<std::uint64_t>(read_number(json, "file"), 1U << 30));
  file.ddl_sha256 = json.at("ddl_sha256").as_string();
  file.table = read_table(json.at("table"));
  return file;
}

BatchRecord read_batch_record(const JsonValue& json) {
  return {read_number(json, "bytes"), read_number(json, "rows"), read_number(json, "row_bytes"),
          read_digest(json, "digest"), json.at("sha256").as_string()};
}

EndRecord read_end_record(const JsonValue& json) {
  return {read_number(json, "trailer_bytes"), json.at("trailer_sha256").as_string(),
          read_number(json, "batches"), read_number(json, "rows"), read_digest(json, "digest")};
}

Record parse_record(std::string_view text) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "a record of an archive");
  const JsonValue& json = document.root();
  const std::string& kind = json.at("record").as_string();
  Record record;
  record.previous = json.at("previous").as_string();
  if (kind == "file") {
    if (json.at("format").as_string() == "sluice.archive/1") {
      record.content = read_file_record(json);
      return record;
    }
  } else if (kind == "batch") {
    record.content = read_batch_record(json);
    return record;
  } else if (kind == "end") {
    record.content = read_end_record(json);
    return record;
  } else if (kind == "stored") {
    record.content = StoredRecord{};
    return record;
  }
  throw model::Error(model::ErrorKind::data, "a record of an archive of another version");
}

}  // namespace

WrittenRecord write_record(const Record& record) {
  JsonWriter json;
  json.begin_object();
  std::visit([&json](const auto& content) { write_content(json, content); }, record.content);
  json.member("previous", record.previous);
  json.end_object();
  const std::string text = json.take();
  WrittenRecord written;
  written.sha256 = codec::sha256_hex(text);
  const std::string payload = written.sha256 + " " + text + "\n";
  if (payload.size() > kMaxRecordBytes) {
    throw model::Error(model::ErrorKind::data, "a table's columns are too many to be described");
  }
  written.bytes = std::string(kMagic) + little_endian(static_cast<std::uint32_t>(payload.size()));
  written.bytes += payload;
  return written;
}

std::optional<FoundRecord> read_record(const DiskFile& file, std::uint64_t offset,
                                       std::uint64_t end) {
  // The hash, a blank, {} and a line feed.
  if (offset > end || end - offset < kFrameHeadBytes + kHashDigits + 4) return std::nullopt;
  const std::string head = file.read(offset, kFrameHeadBytes);
  if (std::string_view(head).substr(0, 4) != kMagic) return std::nullopt;
  const std::uint64_t bytes = load_little_endian(head.data() + 4);
  if (bytes > std::min(kMaxRecordBytes, end - offset - kFrameHeadBytes)) return std::nullopt;
  if (bytes < kHashDigits + 4) return std::nullopt;
  const std::string payload = file.read(offset + kFrameHeadBytes, static_cast<std::size_t>(bytes));
  const std::string_view view = payload;
  const std::string_view text = view.substr(kHashDigits + 1, view.size() - kHashDigits - 2);
  if (view[kHashDigits] != ' ' || view.back() != '\n') return std::nullopt;
  FoundRecord found;
  found.sha256 = codec::sha256_hex(text);
  if (view.substr(0, kHashDigits) != found.sha256) return std::nullopt;
  found.bytes = kFrameHeadBytes + bytes;
  try {
    found.record = parse_record(text);
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::data) throw;
    return std::nullopt;
  }
  return found;
}

std::optional<std::uint64_t> find_record(const DiskFile& file, std::uint64_t from,
                                         std::uint64_t end) {
  std::string piece;
  while (from < end && end - from >= kFrameHeadBytes) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kSearchBytes, end - from));
    piece = file.read(from, size);
    for (std::size_t at = piece.find(kMagic); at != std::string::npos;
         at = piece.find(kMagic, at + 1)) {
      if (read_record(file, from + at, end)) return from + at;
    }
    if (from + size == end) return std::nullopt;
    from += size - (kMagic.size() - 1);  // the number may lie across two pieces
  }
  return std::nullopt;
}

}  // namespace sluice::archive
