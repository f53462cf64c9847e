#pragma once

#include <cstdint>
#include <string>

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// A running COPY ... TO STDOUT (FORMAT binary). Ends the COPY on the server when it is destroyed
/// early; the transaction is aborted then.
class CopyOut {
 public:
  CopyOut(Connection& connection, const std::string& select);
  CopyOut(const CopyOut&) = delete;
  CopyOut& operator=(const CopyOut&) = delete;
  ~CopyOut();

  /// Goes to the next row; false at the end. Throws Error, also where the server counts other rows
  /// than came.
  bool next();
  /// The row's tuple, for the caller to read or change; valid until the next call of next().
  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] bool receive();
  void skip_header();
  void finish();

  Connection& connection_;
  Memory message_;  // what libpq gave; data_ points into it
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t rows_ = 0;
  bool header_read_ = false;
  bool running_ = false;
};

}  // namespace sluice::db::pg
