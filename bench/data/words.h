#pragma once

#include <span>
#include <string_view>

/// The words that rows are made of. Universal character names keep the sources ASCII.
namespace sluice::demo_data::words {

using List = std::span<const std::string_view>;

[[nodiscard]] List first_names();
[[nodiscard]] List last_names();
[[nodiscard]] List company_heads();
[[nodiscard]] List company_tails();
[[nodiscard]] List streets();
[[nodiscard]] List domains();
[[nodiscard]] List note_sentences();
[[nodiscard]] List products();

/// Given names and family names that are awkward in one way each.
[[nodiscard]] List titles();
[[nodiscard]] List combining_names();
[[nodiscard]] List right_to_left_names();
[[nodiscard]] List cjk_names();
[[nodiscard]] List emoji_names();
[[nodiscard]] List apostrophe_names();

/// A city with its country and the shape of its postal codes ('9' stands for a digit).
struct City {
  std::string_view name;
  std::string_view country;
  std::string_view lang;
  std::string_view zip_shape;
};
[[nodiscard]] std::span<const City> cities();

}  // namespace sluice::demo_data::words
