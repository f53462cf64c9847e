#pragma once

#include <string>

#include "support/random_schema.h"

namespace sluice::test {

/// Text of at most `most` characters, as bytes of UTF-8: what escapes and scanners stumble over.
[[nodiscard]] std::string random_text(Random& random, int most);
/// The same of letters and digits of ASCII.
[[nodiscard]] std::string random_word(Random& random, int most);
/// At most `most` bytes of any value.
[[nodiscard]] std::string random_bytes(Random& random, int most);
/// A name that no other has whose number is another: of at most `most` bytes, odd now and then.
[[nodiscard]] std::string random_name(Random& random, int number, std::size_t most);
[[nodiscard]] std::string hex_of(const std::string& bytes);
/// A finite one, all exponents alike, with as many digits as tell it from its neighbors.
[[nodiscard]] std::string random_double(Random& random);
[[nodiscard]] std::string random_float(Random& random);
[[nodiscard]] std::string random_json(Random& random, int depth);
/// "2024-02-29" of the years 1 to 9999, and "23:59:59.123456".
[[nodiscard]] std::string random_date(Random& random);
[[nodiscard]] std::string random_time(Random& random);
[[nodiscard]] std::string random_uuid(Random& random);

/// Half of the time one of these, else what `other` makes.
[[nodiscard]] MakeSql edges(std::vector<std::string> values, MakeSql other);

}  // namespace sluice::test
