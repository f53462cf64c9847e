#include "db/pg/copy_text.h"

#include "sluice/codec/convert.h"
#include "sluice/model/error.h"

namespace sluice::db::pg {
namespace {

/// The letter that follows the backslash for characters that end fields, lines or escapes; 0 for
/// all others.
char escape_letter(char c) {
  switch (c) {
    case '\\':
      return '\\';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

void append_escaped(std::string_view text, std::string& out) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = escape_letter(text[i]);
    if (letter == 0) continue;
    out.append(text, done, i - done);
    out += '\\';
    out += letter;
    done = i + 1;
  }
  out.append(text, done);
}

}  // namespace

void CopyTextWriter::append_field(codec::Carrier carrier, std::string_view bytes,
                                  std::string& out) {
  if (carrier == codec::Carrier::text || carrier == codec::Carrier::json)
    return append_escaped(bytes, out);
  text_.clear();
  if (!codec::to_text(carrier, bytes, text_)) {
    throw model::Error(model::ErrorKind::data,
                       "a field is not a binary " + std::string(codec::to_string(carrier)));
  }
  append_escaped(text_, out);
}

void CopyTextWriter::append(std::string_view tuple, std::string& out) {
  codec::FieldReader reader(tuple);
  for (std::size_t i = 0; i < carriers_.size(); ++i) {
    if (i != 0) out += '\t';
    const codec::Field field = reader.next();
    if (field.null) {
      out += "\\N";
    } else {
      append_field(carriers_[i], field.bytes, out);
    }
  }
  reader.finish();
  out += '\n';
}

}  // namespace sluice::db::pg
