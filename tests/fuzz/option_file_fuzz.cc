#include <string>

#include "sluice/model/error.h"

#include "check.h"
#include "db/mysql/option_file.h"

/// Any text is an option file or refused as one; what the last line of a group says counts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::db::mysql::read_option_text;
  const std::string text(sluice::fuzz::text_of(data, size));
  try {
    const auto read = read_option_text(text, "fuzz");
    const auto later =
        read_option_text(text + "\n[fuzz]\nhost=a.test\nport=3307\nsocket=/s\n# host=b\n", "fuzz");
    sluice::fuzz::require(later.host == "a.test" && later.port == 3307 && later.socket == "/s");
    sluice::fuzz::require(later.tcp == read.tcp && later.includes == read.includes);
  } catch (const sluice::model::Error& error) {
    sluice::fuzz::require(error.kind() == sluice::model::ErrorKind::config);
  }
  return 0;
}
