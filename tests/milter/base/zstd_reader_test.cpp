// What zstd(1) compressed comes back octet for octet; what is damaged is told.
#include "keys/base/files.hpp"
#include "milter/base/zstd_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <zstd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string frame_of(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

class ZstdReader : public testing::Test {
protected:
    std::string unpacked(const std::string& compressed) const {
        const auto file = scratch.path() / "log.zst";
        keys::replace_file(file, compressed);
        const keys::input_file in(file);
        zstd_reader reader(in.descriptor(), file);
        std::string out;
        std::array<char, 1000> some{};
        while (const auto got = reader.read(some)) out.append(some.data(), got);
        return out;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
};

std::string large_text() {
    std::string out;
    for (int number = 0; out.size() < 3'000'000; ++number) out += std::to_string(number * 7919) + "\n";
    return out;
}

TEST_F(ZstdReader, GivesBackWhatWasCompressed) {
    for (const auto& text : {std::string(), std::string("a\n"), large_text()}) EXPECT_EQ(unpacked(frame_of(text)), text);
}

TEST_F(ZstdReader, ReadsFrameAfterFrame) { EXPECT_EQ(unpacked(frame_of("a\n") + frame_of("") + frame_of("b\n")), "a\nb\n"); }

TEST_F(ZstdReader, TellsOfAFileThatIsCutShortAtAnyPlace) {
    const auto whole = frame_of(large_text());
    for (std::size_t size = 0; size < whole.size(); size += whole.size() / 50)
        EXPECT_THAT([&] { unpacked(whole.substr(0, size)); }, ThrowsMessage<damaged_zstd>(HasSubstr("log.zst is cut short")));
}

TEST_F(ZstdReader, TellsOfWhatIsNoneAndOfWhatNeedsTooMuchMemory) {
    EXPECT_THAT([&] { unpacked("{\"seq\":1}\n"); }, ThrowsMessage<damaged_zstd>(HasSubstr("log.zst: Unknown frame")));
    EXPECT_THAT([&] { unpacked(frame_of("a\n") + "x"); }, ThrowsMessage<damaged_zstd>(HasSubstr("log.zst")));
    const std::string window_of_two_gigabytes("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00", 9);
    EXPECT_THAT([&] { unpacked(window_of_two_gigabytes); }, ThrowsMessage<damaged_zstd>(HasSubstr("too much memory")));
}

} // namespace
} // namespace sealgate::milter
