// Rows and COPY streams: any bytes are read or refused, and a stream in pieces gives what it gives
// whole.

#include <string>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"

#include "check.h"

namespace {

using sluice::codec::CopyDecoder;
using sluice::codec::Field;
using sluice::codec::RowBuffer;
using sluice::fuzz::require;

void read_as_row(std::string_view bytes) {
  std::vector<Field> fields;
  try {
    sluice::codec::parse_fields(bytes, fields);
  } catch (const sluice::model::Error&) {
    return;
  }
  RowBuffer rows;
  rows.begin_row(static_cast<std::int16_t>(fields.size()));
  for (const Field& field : fields) {
    if (field.null) {
      rows.put_null();
    } else {
      rows.put_bytes(field.bytes);
    }
  }
  rows.end_row();
  require(rows.bytes() == bytes);
  require(sluice::codec::first_tuple_bytes(bytes) == bytes.size());
}

/// The rows and how it ended, as one text.
std::string decode(std::string_view stream, std::size_t piece) {
  CopyDecoder decoder;
  RowBuffer rows;
  std::string end;
  try {
    for (std::size_t at = 0; at < stream.size(); at += piece)
      decoder.feed(stream.substr(at, piece), rows);
    end = decoder.at_end() ? "end" : "cut off";
  } catch (const sluice::model::Error&) {
    return "refused";
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < rows.rows(); ++i) sluice::codec::parse_fields(rows.row(i), fields);
  return end + std::to_string(rows.rows()) + std::string(rows.bytes());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sluice::fuzz::text_of(data, size);
  read_as_row(bytes);
  // Most inputs would only ever find the signature.
  const std::string stream = std::string(sluice::codec::kCopyHeader) + std::string(bytes);
  require(decode(stream, stream.size()) == decode(stream, 1 + size % 7));
  static_cast<void>(decode(bytes, 3));
  return 0;
}
