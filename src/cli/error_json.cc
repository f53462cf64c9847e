#include "cli/error_json.h"

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/codec/utf8.h"

namespace sluice::cli {
namespace {

/// Text of servers and files may hold anything; JSON holds UTF-8 only.
std::string json_text(const std::string& text) {
  return codec::is_utf8(text) ? text : codec::printable_text(text);
}

}  // namespace

std::string error_json(int exit_code, const std::vector<Console::Said>& errors) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.error/1");
  json.member("exit_code", exit_code);
  json.key("errors").begin_array();
  for (const Console::Said& error : errors) {
    json.begin_object();
    json.member("message", json_text(error.text));
    json.member("hint", json_text(error.hint));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace sluice::cli
