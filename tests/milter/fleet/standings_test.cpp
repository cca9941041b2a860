// Where the gateways of a fleet differ is said, and by whom; one that was stopped does not count.
#include "milter/fleet/standings.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

gateway_standing mx(int number) {
    return {.name = "mx" + std::to_string(number),
            .is_stopped = false,
            .version = "1",
            .mode = "enforce",
            .policy = "sha256:a",
            .certificates = "3",
            .keys = "sha256:k",
            .records = 7,
            .signed_records = 7,
            .arrived = "2026-11-30T09:00:00Z"};
}

TEST(Differences, OfThoseThatStandAlikeThereAreNone) { EXPECT_THAT(differences({mx(1), mx(2), mx(3)}), IsEmpty()); }

TEST(Differences, AreNamedWithWhoHasWhat) {
    auto second = mx(2);
    second.policy = "sha256:b";
    second.mode = "monitor";
    EXPECT_THAT(differences({mx(1), second, mx(3)}), ElementsAre("policy: mx1 and mx3 have sha256:a, mx2 has sha256:b",
                                                                 "mode: mx1 and mx3 have enforce, mx2 has monitor"));
    second = mx(2);
    second.keys = "";
    second.version = "2\n";
    EXPECT_THAT(differences({mx(1), second}),
                ElementsAre("keys: mx2 has none, mx1 has sha256:k", "version: mx1 has 1, mx2 has 2\uFFFD"));
}

TEST(Differences, OneThatWasStoppedHasNothingInForce) {
    auto second = mx(2);
    second.policy = "sha256:b";
    second.is_stopped = true;
    EXPECT_THAT(differences({mx(1), second}), IsEmpty());
}

TEST(Differences, OneThatWasNeverHeardOfIsTold) {
    EXPECT_THAT(
        differences({mx(1), {.name = "mx2"}, {.name = "mx3", .records = 9}}),
        ElementsAre("mx2 has brought no record yet", "mx3: what it has in force stands in records that are not here any more"));
}

} // namespace
} // namespace sealgate::milter
