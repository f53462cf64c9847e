#include "sluice/codec/jsonb_text.h"

#include "sluice/codec/utf8.h"

#include "json_scan.h"
#include "jsonb_writer.h"

namespace sluice::codec {

JsonbNormalizer::JsonbNormalizer() : writer_(std::make_unique<JsonbWriter>()) {}
JsonbNormalizer::JsonbNormalizer(JsonbNormalizer&&) noexcept = default;
JsonbNormalizer& JsonbNormalizer::operator=(JsonbNormalizer&&) noexcept = default;
JsonbNormalizer::~JsonbNormalizer() = default;

Problem JsonbNormalizer::normalize(std::string_view json) {
  text_ = {};
  const Problem text_problem = check_text(json);
  if (text_problem != Problem::none) return text_problem;
  const Problem problem = writer_->run(json);
  if (problem == Problem::none || problem == Problem::duplicate_json_key) text_ = writer_->text();
  return problem;
}

Problem check_json(std::string_view json) {
  const Problem text_problem = check_text(json);
  if (text_problem != Problem::none) return text_problem;
  const JsonRules rules{kJsonbMaxDepth, false};
  return find_json_fault(json, rules) ? Problem::invalid_json : Problem::none;
}

}  // namespace sluice::codec
