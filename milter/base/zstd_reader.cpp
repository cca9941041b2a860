#include "milter/base/zstd_reader.hpp"

#include <cerrno>
#include <new>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <zstd.h>

namespace sealgate::milter {

void zstd_reader::freed::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

zstd_reader::zstd_reader(int descriptor, std::filesystem::path name)
    : descriptor_(descriptor)
    , name_(std::move(name))
    , context_(ZSTD_createDCtx())
    , compressed_(ZSTD_DStreamInSize()) {
    if (!context_) throw std::bad_alloc();
}

bool zstd_reader::fill() {
    const auto got = ::read(descriptor_, compressed_.data(), compressed_.size());
    if (got < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + name_.string());
    at_ = 0;
    have_ = static_cast<std::size_t>(got);
    return have_ > 0;
}

std::size_t zstd_reader::read(std::span<char> to) {
    ZSTD_outBuffer out{.dst = to.data(), .size = to.size(), .pos = 0};
    while (out.pos == 0) {
        if (at_ == have_ && !fill()) {
            if (is_frame_over_) return 0;
            throw damaged_zstd(name_.string() + " is cut short: its last zstd frame has no end");
        }
        ZSTD_inBuffer in{.src = compressed_.data(), .size = have_, .pos = at_};
        const auto left = ZSTD_decompressStream(context_.get(), &out, &in);
        if (ZSTD_isError(left) != 0) throw damaged_zstd(name_.string() + ": " + ZSTD_getErrorName(left));
        at_ = in.pos;
        is_frame_over_ = left == 0;
    }
    return out.pos;
}

} // namespace sealgate::milter
