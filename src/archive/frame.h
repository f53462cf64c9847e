#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace sluice::archive {

/// Makes zstd frames with the size of their content and its checksum. For one thread at a time.
class Compressor {
 public:
  explicit Compressor(int level);
  /// Appends one frame to `out`.
  void append_frame(std::string_view content, std::string& out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

/// Undoes that piece by piece, in bounded memory. For one thread at a time.
class Decompressor {
 public:
  Decompressor();
  /// Ready for the beginning of a frame.
  void start();
  /// Takes the next compressed bytes; what comes out goes to `take`. Throws Error{data} where they
  /// are no zstd frames, or the checksum is not that of the content.
  void feed(std::string_view bytes, const std::function<void(std::string_view content)>& take);
  /// Whether a frame has just ended.
  [[nodiscard]] bool at_frame_end() const noexcept { return at_frame_end_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::string piece_;
  bool at_frame_end_ = false;
};

/// Bytes of the frame that `data` begins with; 0 where there is none that is whole.
[[nodiscard]] std::size_t first_frame_bytes(std::string_view data) noexcept;

}  // namespace sluice::archive
