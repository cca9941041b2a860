// A file that zstd(1) compressed, read from its beginning (RFC 8878). One frame behind another is one text, as for zstd -d.
// What wants a window of more than 128 MiB is refused, so that memory is bounded.
//
// Throws damaged_zstd, which names the file, where it is damaged, cut short, empty or no such file; std::system_error where it
// can't be read.
// Tested by base/zstd_reader_test.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

struct ZSTD_DCtx_s;

namespace sealgate::milter {

struct damaged_zstd : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class zstd_reader {
public:
    // `descriptor` stays the caller's, is open as long as this lives, and stands at its beginning.
    zstd_reader(int descriptor, std::filesystem::path name);

    // How many octets came; 0 behind the last one.
    std::size_t read(std::span<char> to);

private:
    bool fill();

    struct freed {
        void operator()(ZSTD_DCtx_s* context) const;
    };
    int descriptor_;
    std::filesystem::path name_;
    std::unique_ptr<ZSTD_DCtx_s, freed> context_;
    std::vector<char> compressed_;
    std::size_t at_ = 0, have_ = 0; // of compressed_
    bool is_frame_over_ = false;
};

} // namespace sealgate::milter
