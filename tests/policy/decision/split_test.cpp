// Who gets which form of a mail.
#include "policy/decision/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::policy {
namespace {

using enum outcome;
constexpr auto shown = visibility::visible;
constexpr auto bcc = visibility::hidden;

split of(std::vector<outcome> results, std::vector<visibility> seen) { return split_by_form(results, seen); }

TEST(Split, OneFormNeedsNoCopies) {
    EXPECT_EQ(of({seal}, {shown}), (split{.here = {0}, .copies = {}}));
    EXPECT_EQ(of({seal, seal, seal}, {shown, shown, shown}), (split{.here = {0, 1, 2}, .copies = {}}));
    EXPECT_EQ(of({seal}, {bcc}), (split{.here = {0}, .copies = {}}));
}

TEST(Split, WhoMayHaveItInClearGetsTheOriginalAsACopy) {
    EXPECT_EQ(of({deliver, seal, warn}, {shown, shown, bcc}),
              (split{.here = {1}, .copies = {{.what = form::original, .recipients = {0, 2}}}}));
}

TEST(Split, EachHiddenRecipientHasACiphertextOfTheirOwn) {
    EXPECT_EQ(of({seal, seal, seal}, {bcc, shown, bcc}),
              (split{.here = {1}, .copies = {{form::sealed, {0}}, {form::sealed, {2}}}}));
    EXPECT_EQ(of({seal, seal}, {bcc, bcc}), (split{.here = {0}, .copies = {{form::sealed, {1}}}}));
}

// Every message of up to five recipients: nobody is left out, nobody is named twice, nobody in clear stays with the message
// in hand, and no hidden recipient shares a ciphertext.
TEST(Split, HoldsItsPromisesForAllSmallMessages) {
    for (std::size_t count = 1; count <= 5; ++count)
        for (std::size_t code = 0; code < (1U << 2 * count); ++code) {
            std::vector<outcome> results;
            std::vector<visibility> seen;
            for (std::size_t i = 0; i < count; ++i) {
                results.push_back((code >> 2 * i & 1) != 0 ? seal : deliver);
                seen.push_back((code >> 2 * i & 2) != 0 ? bcc : shown);
            }
            if (std::ranges::find(results, seal) == results.end()) continue;
            const auto made = of(results, seen);
            std::vector<int> named(count);
            ASSERT_FALSE(made.here.empty());
            for (const auto one : made.here) {
                ++named[one];
                ASSERT_EQ(results[one], seal);
                ASSERT_TRUE(seen[one] == shown || made.here.size() == 1);
            }
            for (const auto& copy : made.copies)
                for (const auto one : copy.recipients) {
                    ++named[one];
                    ASSERT_EQ(copy.what == form::sealed, results[one] == seal);
                    ASSERT_TRUE(copy.what == form::original || copy.recipients.size() == 1);
                }
            ASSERT_EQ(named, std::vector<int>(count, 1)) << code;
        }
}

TEST(Split, WithoutTakingOffNobodyStaysUnlessAllDo) {
    const split all_stay{.here = {0, 1}, .copies = {}};
    EXPECT_EQ(without_taking_off(all_stay), all_stay);
    const split some_leave{.here = {0, 3}, .copies = {{form::original, {1}}, {form::sealed, {2}}}};
    EXPECT_EQ(without_taking_off(some_leave),
              (split{.here = {}, .copies = {{form::sealed, {0, 3}}, {form::original, {1}}, {form::sealed, {2}}}}));
}

} // namespace
} // namespace sealgate::policy
