// Which certificate mail is sealed to, as a table: where each comes from, its state, what is pinned and bound, and which
// sources may be used.
#include "keys/certificates/standing.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using policy::key_source;
using policy::key_standing;
using policy::key_state;
using enum policy::key_source;

struct row {
    std::vector<contender> all;
    address_trust known;
    std::string expected; // the chosen one, then the standing of each
    std::vector<key_source> in_use{own, wkd, vks};
    std::vector<key_source> only = {}; // for one rule; empty: all of them
};

contender disabled_too(contender one) {
    one.disabled = true;
    return one;
}

contender ahead(contender one) {
    one.is_ahead = true;
    return one;
}

contender one(std::string_view fingerprint, key_source source, key_state state = key_state::usable, int created = 100) {
    return {.source = source,
            .state = state,
            .disabled = state == key_state::disabled,
            .created = time_point(std::chrono::seconds(created)),
            .fingerprint = fingerprint};
}

std::string weighed_as(const row& of) {
    const auto out = weigh(of.all, of.known, of.in_use, of.only.empty() ? nullptr : &of.only);
    std::string said = out.chosen ? std::string(of.all[*out.chosen].fingerprint) : "none";
    for (const auto standing : out.standings) said.append(" ").append(policy::name_of(standing));
    return said + (out.in_doubt ? " in doubt" : "");
}

TEST(Standing, SaysWhichOneAndWhy) {
    using enum key_state;
    const row table[] = {
        {{}, {}, "none"},
        {{one("A", own)}, {}, "A own"},
        {{one("A", wkd)}, {}, "A found"},
        {{one("A", wkd)}, {.pinned = "A"}, "A pinned"},
        {{one("A", hkp)}, {}, "none proposed"},
        {{one("A", hkp)}, {.pinned = "A"}, "none proposed"}, // its source may not be used any more
        {{one("A", hkp)}, {}, "A found", {own, hkp}},
        {{one("A", wkd)}, {}, "none proposed", {own}},
        // The organisation's own come first, while they can be used.
        {{one("A", own), one("B", wkd, usable, 200)}, {}, "A own found"},
        {{one("A", own), one("B", wkd)}, {.pinned = "B"}, "A own pinned"},
        {{one("A", own, expired), one("B", wkd)}, {}, "B own found"},
        {{one("A", own, revoked), one("B", wkd)}, {}, "B own found"},
        {{one("A", own), one("B", own, usable, 200)}, {}, "B own own"},
        // What mail was sealed to is not replaced while it can be used, whoever says so.
        {{one("A", wkd), one("B", wkd, usable, 200)}, {}, "B found found"},
        {{one("A", wkd), one("B", wkd, usable, 200)}, {.pinned = "A"}, "A pinned proposed"},
        {{one("A", vks), one("B", wkd)}, {.pinned = "A"}, "A pinned proposed"},
        {{one("A", wkd, expired), one("B", wkd)}, {.pinned = "A"}, "B pinned found"},
        {{one("A", wkd, revoked), one("B", vks)}, {.pinned = "A"}, "B pinned found"},
        {{one("A", wkd, revoked), one("B", hkp)}, {.pinned = "A"}, "A pinned proposed"},
        {{one("A", wkd, weak), one("B", wkd)}, {.pinned = "A"}, "B pinned found"},
        {{one("B", wkd)}, {.pinned = "A"}, "B found"}, // an administrator removed it
        // What an administrator disabled is no place for another one without his word.
        {{one("A", own, disabled), one("B", wkd)}, {}, "A own proposed"},
        {{one("A", wkd, disabled), one("B", wkd)}, {.pinned = "A"}, "A pinned proposed"},
        {{one("A", wkd, disabled), one("B", wkd)}, {}, "B found found"},
        {{one("A", own, disabled), one("B", own)}, {}, "B own own"},
        {{disabled_too(one("A", own, revoked)), one("B", vks)}, {}, "A own proposed"}, // whoever holds its key has revoked it
        // What was made later than now can be used when the clock is right again, and keeps its place.
        {{ahead(one("A", wkd, not_for_encryption)), one("B", wkd)}, {.pinned = "A"}, "A pinned proposed"},
        {{ahead(one("A", own, not_for_encryption)), one("B", wkd)}, {}, "A own proposed"},
        {{ahead(one("A", own)), one("B", own, usable, 50)}, {}, "A own own"},
        {{ahead(one("A", wkd, not_for_encryption)), one("B", wkd)}, {}, "B found found"},
        // A rule narrows, and what is pinned by the others' rules stays pinned.
        {{one("A", own), one("B", wkd)}, {}, "A own proposed", {own, wkd, vks}, {own}},
        {{one("A", wkd)}, {}, "none proposed", {own, wkd, vks}, {own, vks}},
        {{one("A", wkd), one("B", vks)}, {}, "B proposed found", {own, wkd, vks}, {own, vks}},
        {{one("A", wkd), one("B", vks)}, {.pinned = "A"}, "none proposed proposed", {own, wkd, vks}, {own, vks}},
        {{one("A", wkd), one("B", vks)}, {.pinned = "B"}, "B proposed pinned", {own, wkd, vks}, {own, vks}},
        // Bound beats all, whatever its state.
        {{one("A", own), one("B", own, usable, 50)}, {.bound = "B"}, "B proposed bound"},
        {{one("A", own), one("B", wkd)}, {.bound = "B", .pinned = "A"}, "B proposed bound"},
        {{one("A", own), one("B", own, expired)}, {.bound = "B"}, "B proposed bound"},
        {{one("A", own)}, {.bound = "B"}, "none proposed"},
        // Of several that vouch alike the newest, of sources the one that vouches most.
        {{one("A", vks, usable, 200), one("B", wkd)}, {}, "B found found"},
        {{one("A", wkd, expired), one("B", wkd, revoked)}, {}, "A found found"},
        // A pin that cannot be read.
        {{one("A", wkd)}, {.is_pin_unknown = true}, "none proposed in doubt"},
        {{one("A", own), one("B", wkd)}, {.is_pin_unknown = true}, "A own proposed"},
        {{one("A", own, expired)}, {.is_pin_unknown = true}, "A own"},
    };
    for (const auto& of : table) {
        SCOPED_TRACE(testing::Message() << "row " << &of - table);
        EXPECT_EQ(weighed_as(of), of.expected);
    }
}

// Every source by every state, alone and beside one that is pinned: what may not be used is never chosen.
TEST(Standing, NothingIsChosenThatMayNotBeUsed) {
    for (const auto& [source, source_name] : names(key_source{}))
        for (const auto& [state, state_name] : names(key_state{}))
            for (const auto* pinned : {"", "A", "P"}) {
                const std::vector<contender> all{one("A", source, state), one("P", wkd, key_state::usable, 50)};
                const std::vector<key_source> in_use{own, wkd};
                const auto out = weigh(all, {.pinned = pinned}, in_use);
                ASSERT_TRUE(out.chosen);
                EXPECT_NE(out.standings[*out.chosen], key_standing::proposed) << source_name << " " << state_name << pinned;
                const bool may_be_used = source == own || source == wkd;
                EXPECT_TRUE(may_be_used || *out.chosen == 1) << source_name << " " << state_name << pinned;
                if (state != key_state::usable && state != key_state::disabled) {
                    EXPECT_EQ(*out.chosen, 1u) << source_name << " " << state_name << pinned;
                }
            }
}

} // namespace
} // namespace sealgate::keys
