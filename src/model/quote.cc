#include "sluice/model/quote.h"

#include "sluice/model/error.h"

namespace sluice::model {
namespace {

void refuse_nul(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Error(ErrorKind::data, "a name or text for SQL holds a NUL byte");
  }
}

void append_doubled(std::string_view text, std::string_view doubled, std::string& out) {
  for (const char c : text) {
    if (doubled.find(c) != std::string_view::npos) out.push_back(c);
    out.push_back(c);
  }
}

}  // namespace

std::string quote_identifier(Engine engine, std::string_view name) {
  refuse_nul(name);
  const char quote = is_mysql_family(engine) ? '`' : '"';
  std::string out(1, quote);
  append_doubled(name, std::string_view(&quote, 1), out);
  out.push_back(quote);
  return out;
}

std::string quote_name(Engine engine, const QualifiedName& name) {
  const std::string table = quote_identifier(engine, name.table);
  return name.schema.empty() ? table : quote_identifier(engine, name.schema) + "." + table;
}

std::string quote_literal(Engine engine, std::string_view text) {
  refuse_nul(text);
  const bool escapes = is_mysql_family(engine) || text.find('\\') != std::string_view::npos;
  std::string out = escapes && !is_mysql_family(engine) ? "E'" : "'";
  append_doubled(text, escapes ? "'\\" : "'", out);
  out.push_back('\'');
  return out;
}

}  // namespace sluice::model
