// What is left of a Subject whose tag is nobody else's business.
#include "policy/tags/strip.hpp"
#include "tests/policy/tags/near_misses.hpp"

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

TEST(Strip, TakesTheTagsAndNothingElse) {
    const auto left = [](std::string_view value) { return without_tags(example_policy(), value).value_or("as it was"); };
    EXPECT_EQ(left(" [public] Hello"), " Hello");
    EXPECT_EQ(left(" Re: [ Public ] Hello [confidential]  there"), " Re: Hello there");
    EXPECT_EQ(left(" Hello [public]"), " Hello");
    EXPECT_EQ(left(" [public]"), " ");
    EXPECT_EQ(left(" [board] [public] Hello\n world"), " [board] Hello world");
    EXPECT_EQ(left(" Hello"), "as it was");
    EXPECT_EQ(left(" [publik] Hello"), "as it was") << "no tag";
    EXPECT_EQ(left(" =?utf-8?Q?[public]_Gr=C3=BC=C3=9Fe?="), " =?utf-8?B?R3LDvMOfZQ==?=");
    EXPECT_EQ(left(" =?x-unknown?Q?[public]_Gr=FC=DFe?="), "as it was") << "nobody can tell what that says";
    const auto folded = left(" [public] " + std::string(2000, 'x'));
    EXPECT_TRUE(folded.contains("\n ") && !folded.contains('\r'));
}

} // namespace
