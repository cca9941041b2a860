// A large ciphertext waits on disk, and comes back as it was.
#include "keys/base/files.hpp"
#include "milter/gateway/sealed_envelope.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <optional>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;

class SealedEnvelope : public testing::Test {
protected:
    auto files() const { return std::distance(fs::directory_iterator(scratch.path()), {}); }

    keys::temporary_directory scratch{fs::temp_directory_path()};
};

TEST_F(SealedEnvelope, ALargeOneWaitsOnDiskAndLeavesNothingBehind) {
    const keys::pgp_mime_envelope large{.content_type = "multipart/encrypted", .body = std::string(1'000'000, 'x')};
    std::optional<sealed_envelope> first(std::in_place, large, scratch.path());
    auto second = *first;
    first.reset();
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(fs::status(fs::directory_iterator(scratch.path())->path()).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(second.envelope().body, large.body);
    EXPECT_EQ(second.envelope().content_type, large.content_type);
    second = {};
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedEnvelope, ASmallOneCostsNoFile) {
    const sealed_envelope small({.content_type = "multipart/encrypted", .body = "x"}, scratch.path());
    EXPECT_EQ(files(), 0);
    EXPECT_EQ(small.envelope().body, "x");
}

TEST_F(SealedEnvelope, WithoutRoomThereIsNone) {
    const keys::pgp_mime_envelope large{.content_type = "multipart/encrypted", .body = std::string(1'000'000, 'x')};
    EXPECT_THROW(sealed_envelope(large, scratch.path() / "none"), std::system_error);
}

} // namespace
} // namespace sealgate::milter
