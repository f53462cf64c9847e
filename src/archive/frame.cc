#include "archive/frame.h"

#include <new>

#include <zstd.h>

#include "sluice/model/error.h"

namespace sluice::archive {
namespace {

using model::Error;
using model::ErrorKind;

// The widest window that stock zstd -d takes without being asked to; nobody else's frames are read.
constexpr int kMaxWindowLog = 27;

std::size_t require(std::size_t result, ErrorKind kind) {
  if (ZSTD_isError(result) == 0) return result;
  throw Error(kind, std::string("zstd: ") + ZSTD_getErrorName(result));
}

}  // namespace

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const noexcept { ZSTD_freeCCtx(context); }
void Decompressor::Free::operator()(ZSTD_DCtx_s* context) const noexcept { ZSTD_freeDCtx(context); }

Compressor::Compressor(int level) : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level),
          ErrorKind::internal);
  require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1), ErrorKind::internal);
}

void Compressor::append_frame(std::string_view content, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(content.size()));
  const std::size_t bytes =
      require(ZSTD_compress2(context_.get(), out.data() + before, out.size() - before,
                             content.data(), content.size()),
              ErrorKind::internal);
  out.resize(before + bytes);
}

Decompressor::Decompressor() : context_(ZSTD_createDCtx()), piece_(ZSTD_DStreamOutSize(), '\0') {
  if (!context_) throw std::bad_alloc();
  require(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog),
          ErrorKind::internal);
}

void Decompressor::start() {
  require(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only), ErrorKind::internal);
  at_frame_end_ = false;
}

void Decompressor::feed(std::string_view bytes,
                        const std::function<void(std::string_view content)>& take) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (bool more = true; more || in.pos < in.size;) {
    ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
    const std::size_t left =
        require(ZSTD_decompressStream(context_.get(), &out, &in), ErrorKind::data);
    if (out.pos > 0) take({piece_.data(), out.pos});
    at_frame_end_ = left == 0;
    // A full piece may have more behind it although all input is taken.
    more = out.pos == out.size && !at_frame_end_;
  }
}

std::size_t first_frame_bytes(std::string_view data) noexcept {
  const std::size_t bytes = ZSTD_findFrameCompressedSize(data.data(), data.size());
  return ZSTD_isError(bytes) != 0 ? 0 : bytes;
}

}  // namespace sluice::archive
