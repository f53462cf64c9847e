#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/mapping/mapper.h"

#include "mapping/program.h"
#include "mapping/row_split.h"

namespace sluice::mapping {

/// Runs a compiled program over rows.
class Mapper::Engine {
 public:
  explicit Engine(Program program);

  [[nodiscard]] Outcome map(std::string_view source_row,
                            std::span<const codec::Irregular> irregular, const Overrides* overrides,
                            codec::RowBuffer& target, codec::RowBuffer& rest);

  [[nodiscard]] const std::vector<MapProblem>& problems() const noexcept { return problems_; }
  [[nodiscard]] bool is_identity() const noexcept { return program_.identity; }
  [[nodiscard]] bool has_rest() const noexcept { return program_.has_rest; }
  [[nodiscard]] std::span<const char> lost() const noexcept { return lost_cells_; }

 private:
  /// Source fields [first, end) go into the row as they are, or one cell is made.
  struct Op {
    bool copies = false;
    std::size_t first = 0;  ///< field, or cell
    std::size_t end = 0;
  };

  enum class PartResult : unsigned char { present, skipped, whole_is_null, reported };

  void plan_ops();
  void require_known(const Overrides& overrides) const;
  [[nodiscard]] std::optional<Outcome> apply_filter(bool decided);
  void report_unreadable(const Cell* cell, std::size_t field);

  void make_cell(const Cell& cell);
  void make_case(const Cell& cell, const CompiledCase& chosen);
  void make_decided(const Cell& cell, const std::optional<std::string>& text);
  void make_concat(const Cell& cell, const CompiledConcat& concat, const Finish& finish);
  [[nodiscard]] std::optional<Made> join_parts(const Cell& cell, const CompiledConcat& concat);
  /// Adds one part to joined_.
  [[nodiscard]] PartResult append_part(const Cell& cell, const CompiledPart& part);
  void put(const Cell& cell, const Made& made, std::optional<std::size_t> field);

  void mark_lost(const Cell& cell, std::size_t field);
  void mark_unread(const Cell& cell, const CompiledCase& chosen);
  [[nodiscard]] bool collect_rest();
  [[nodiscard]] bool add_rest_text(std::size_t field, const FieldValue& value, std::string& out);
  void write_rest(codec::RowBuffer& rest);

  void report(const Cell* cell, std::optional<std::size_t> field, codec::Problem problem,
              std::string_view raw);

  Program program_;
  std::vector<Op> ops_;
  RowFields fields_;
  RowBuilder row_;
  Scratch scratch_;
  std::string joined_;
  std::vector<MapProblem> problems_;

  std::vector<char> lost_cells_;  ///< by cell, of the row at hand; empty where none is lossy

  // What goes to <table>__rest of the row at hand.
  std::vector<char> lost_;  ///< for each field, by first_field
  std::vector<std::size_t> rest_fields_;
  std::vector<std::string> rest_texts_;  ///< as many as rest_fields_ are in use
  std::string rest_key_;
};

/// The words for a problem of a value on its way into a column.
[[nodiscard]] std::string problem_message(codec::Problem problem, const TargetField& target);

}  // namespace sluice::mapping
