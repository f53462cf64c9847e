#pragma once

#include "sluice/model/schema.h"

#include "schema/lexer.h"
#include "schema/value.h"

/// What expressions are made of.
namespace sluice::schema {

/// `chosen`: people have given the column a type, so nothing is known of its values.
[[nodiscard]] Value column_value(const model::Column& column, const std::string& name, bool chosen);
/// Of a token that is a number or a text.
[[nodiscard]] Value literal_value(const Token& token);

}  // namespace sluice::schema
