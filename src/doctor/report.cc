#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/doctor/doctor.h"

namespace sluice::doctor {

const char* to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::error:
      return "error";
    case Verdict::unknown:
      return "unknown";
  }
  return "unknown";
}

Verdict worst(const std::vector<Check>& checks) noexcept {
  const auto has = [&checks](Verdict verdict) {
    return std::ranges::find(checks, verdict, &Check::verdict) != checks.end();
  };
  for (const Verdict verdict : {Verdict::error, Verdict::unknown, Verdict::warning}) {
    if (has(verdict)) return verdict;
  }
  return Verdict::ok;
}

std::string to_text(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks) {
    text += codec::printable_line(
                fmt::format("{:<8} {:<18} {}", to_string(check.verdict), check.name, check.found)) +
            "\n";
    if (!check.action.empty()) text += "         " + codec::printable_line(check.action) + "\n";
  }
  return text;
}

std::string to_json(const std::vector<Check>& checks) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kDoctorSchema);
  json.member("worst", to_string(worst(checks)));
  json.key("checks").begin_array();
  for (const Check& check : checks) {
    json.begin_object().member("name", check.name).member("verdict", to_string(check.verdict));
    json.member("found", check.found).member("action", check.action).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

}  // namespace sluice::doctor
