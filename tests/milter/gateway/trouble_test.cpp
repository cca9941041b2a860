// What is refused for want of room is told from other troubles.
#include "milter/gateway/trouble.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace sealgate::milter {
namespace {

using policy::reason;

reason why_of(const std::exception& problem) { return trouble_of(problem, reason::internal_error).why; }

TEST(Trouble, OfAFullDiskAndOfMemoryIsNoRoom) {
    for (const auto full : {ENOSPC, EDQUOT, EFBIG})
        EXPECT_EQ(why_of(std::system_error(full, std::generic_category(), "cannot write x")), reason::no_room) << full;
    EXPECT_EQ(why_of(std::filesystem::filesystem_error("x", std::error_code(ENOSPC, std::system_category()))), reason::no_room);
    EXPECT_EQ(why_of(std::bad_alloc()), reason::no_room);
    EXPECT_EQ(why_of(std::length_error("basic_string::append")), reason::no_room);
}

TEST(Trouble, OfAnotherKindIsWhatTheCallerSays) {
    EXPECT_EQ(why_of(std::system_error(EACCES, std::generic_category(), "x")), reason::internal_error);
    EXPECT_EQ(trouble_of(std::runtime_error("no gpg"), reason::sealing_failed).why, reason::sealing_failed);
    EXPECT_EQ(trouble_of(std::runtime_error("no gpg"), reason::sealing_failed).text, "no gpg");
}

} // namespace
} // namespace sealgate::milter
