// Which certificates end when, and which of them nobody needs to be told of.
#include "keys/certificates/ends.hpp"
#include "tests/keys/support/key_index.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::key_state;
using namespace std::chrono_literals;

constexpr time_point at(int seconds) { return time_point(std::chrono::seconds(seconds)); }
constexpr auto now = at(1000);

stored_certificate key(char digit, std::vector<std::string> addresses, std::optional<time_point> expires = {}) {
    const subkey own{
        .fingerprint = {}, .key_id = {}, .created = at(100), .expires = expires, .can_encrypt = true, .known_algorithm = true};
    return {.cert = {.fingerprint = std::string(40, digit),
                     .user_ids = {},
                     .addresses = std::move(addresses),
                     .created = at(100),
                     .expires = {},
                     .subkeys = {own}}};
}

// "vault@x.org expired 900" and "A ends 1005".
std::string watched(const std::vector<stored_certificate>& certificates, const std::vector<std::string>& always_to = {},
                    const std::set<std::string>& bound = {}) {
    std::vector<certificate> ending;
    for (const auto& one : certificates) ending.push_back(one.cert);
    const auto keys = watched_among(ending, key_index(certificates), {.always_to = always_to, .bound = bound}, 100s, now);
    std::string out;
    for (const auto& one : keys.organisation)
        out += one.entry.substr(0, 11) + " " + std::string(name_of(one.state)) +
               (one.end ? " " + std::to_string(one.end->time_since_epoch().count()) : "") + "; ";
    for (const auto& one : keys.certificates)
        out += one.fingerprint.substr(0, 1) + (one.of_organisation ? " (ours)" : "") + " ends " +
               std::to_string(one.end.time_since_epoch().count()) + "; ";
    return out;
}

TEST(KeyEnds, AreRealEndsThatAreNear) {
    EXPECT_EQ(watched({key('A', {"a@x.org"}, at(1100)), key('B', {"b@x.org"}, at(1101)), key('C', {"c@x.org"}),
                       key('D', {"d@x.org"}, at(900))}),
              "A ends 1100; D ends 900; ");
}

TEST(KeyEnds, OfWhatIsOfNoUseAnywayNobodyHears) {
    auto revoked = key('A', {"a@x.org"}, at(1010));
    revoked.cert.revoked = true;
    auto disabled = key('B', {"b@x.org"}, at(900));
    disabled.cert.disabled = true;
    auto weak = key('C', {"c@x.org"}, at(1010));
    weak.cert.subkeys.front().weak = true;
    auto unproved = key('D', {"d@x.org"}, at(900));
    unproved.cert.addressing_only = true;
    EXPECT_EQ(watched({revoked, disabled, weak, unproved, key('E', {}, at(1010))}), "");
}

TEST(KeyEnds, ABoundOneIsReplacedByNoOther) {
    const std::vector<stored_certificate> both{key('A', {"a@x.org"}, at(1010)), key('B', {"a@x.org"})};
    EXPECT_EQ(watched(both), "");
    EXPECT_EQ(watched(both, {}, {std::string(40, 'A')}), "A ends 1010; ");
    EXPECT_EQ(watched(both, {}, {std::string(40, 'B')}), "");
}

TEST(KeyEnds, AReplacedCertificateMayEnd) {
    EXPECT_EQ(watched({key('A', {"a@x.org"}, at(1010)), key('B', {"a@x.org"})}), "");
    EXPECT_EQ(watched({key('A', {"a@x.org"}, at(900)), key('B', {"a@x.org"}, at(2000))}), "");
    EXPECT_EQ(watched({key('A', {"a@x.org"}, at(1010)), key('B', {"a@x.org"}, at(1020))}), "B ends 1020; ");
    EXPECT_EQ(watched({key('A', {"a@x.org", "b@x.org"}, at(1010)), key('B', {"a@x.org"})}), "A ends 1010; ");
    auto revoked = key('B', {"a@x.org"});
    revoked.cert.revoked = true;
    EXPECT_EQ(watched({key('A', {"a@x.org"}, at(1010)), revoked}), "A ends 1010; ");
}

TEST(KeyEnds, OfTheOrganisationsKeys) {
    const auto vault = key('A', {"vault@x.org"}, at(1010));
    EXPECT_EQ(watched({vault}, {"vault@x.org", "vault@x.org", "nobody@x.org"}),
              "nobody@x.or missing; vault@x.org usable 1010; A (ours) ends 1010; ");
    const auto by_fingerprint = std::string(40, 'A');
    EXPECT_EQ(watched({vault, key('B', {"vault@x.org"})}, {by_fingerprint}), "AAAAAAAAAAA usable 1010; A (ours) ends 1010; ");
    EXPECT_EQ(watched({vault, key('B', {"vault@x.org"})}, {"vault@x.org"}).find("A "), std::string::npos);
    EXPECT_EQ(watched({key('A', {"vault@x.org"}, at(900))}, {"vault@x.org"}), "vault@x.org expired 900; ");
}

} // namespace
} // namespace sealgate::keys
