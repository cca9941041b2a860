// Domains that do not answer are left alone for a while, and what that comes to.
#include "keys/base/files.hpp"
#include "milter/discovery/silent_domains.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;
using enum lookup_outcome;
using enum domain_voice;

constexpr std::chrono::sys_seconds first_seen{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};

class SilentDomains : public testing::Test {
protected:
    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    lookup_answers answers{scratch.path() / "answers.sqlite"};
    silent_domains domains{answers};
};

TEST_F(SilentDomains, AreLeftAloneForAMinuteAndLongerEachTime) {
    EXPECT_EQ(domains.find("a.test", first_seen), std::nullopt);
    EXPECT_EQ(domains.note("a.test", silent, failed, first_seen), failed);
    EXPECT_EQ(domains.find("a.test", first_seen + 59s), failed);
    EXPECT_EQ(domains.find("b.test", first_seen + 59s), std::nullopt);
    EXPECT_EQ(domains.find("a.test", first_seen + 1min), std::nullopt);
    domains.note("a.test", silent, failed, first_seen + 1min);
    EXPECT_EQ(domains.find("a.test", first_seen + 2min + 59s), failed);
    for (int i = 1; i < 40; ++i)
        EXPECT_EQ(domains.note("a.test", silent, failed, first_seen + i * 1h), failed) << "somebody means to have one";
    lookup_answers again(scratch.path() / "answers.sqlite");
    EXPECT_EQ(silent_domains(again).find("a.test", first_seen + 39h + 14min), failed);
}

TEST_F(SilentDomains, AtTheDirectPlaceHaveNoDirectoryFromTheSecondTimeOn) {
    EXPECT_EQ(domains.note("a.test", silent_at_direct_place, failed, first_seen), failed);
    EXPECT_EQ(domains.find("a.test", first_seen), failed);
    EXPECT_EQ(domains.note("a.test", silent_at_direct_place, failed, first_seen + 1min), none);
    EXPECT_EQ(domains.find("a.test", first_seen + 2min), none);
    EXPECT_EQ(domains.find("a.test", first_seen + 3min), std::nullopt) << "it is asked again";
}

TEST_F(SilentDomains, AreForgottenAsSoonAsTheyAnswer) {
    domains.note("a.test", silent_at_direct_place, failed, first_seen);
    domains.note("a.test", silent, failed, first_seen);
    EXPECT_EQ(domains.note("a.test", unheard, failed, first_seen), failed);
    EXPECT_EQ(domains.find("a.test", first_seen), failed);
    EXPECT_EQ(domains.note("a.test", answered, found, first_seen), found);
    EXPECT_EQ(domains.find("a.test", first_seen), std::nullopt);
    EXPECT_EQ(domains.note("a.test", silent_at_direct_place, failed, first_seen), failed) << "for the first time";
}

} // namespace
} // namespace sealgate::milter
