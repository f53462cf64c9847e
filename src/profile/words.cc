#include "profile/words.h"

namespace sluice::profile {

std::string_view word(model::Generated generated) noexcept {
  switch (generated) {
    case model::Generated::no:
      return "";
    case model::Generated::stored:
      return "stored";
    case model::Generated::virtual_column:
      return "virtual";
  }
  return "";
}

std::string_view word(model::Identity identity) noexcept {
  switch (identity) {
    case model::Identity::no:
      return "";
    case model::Identity::always:
      return "always";
    case model::Identity::by_default:
      return "by default";
    case model::Identity::auto_increment:
      return "auto_increment";
  }
  return "";
}

std::string_view index_word(const model::Index& index) noexcept {
  if (index.primary) return "primary key";
  return index.unique ? "unique" : "index";
}

}  // namespace sluice::profile
