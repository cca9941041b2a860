// Which certificates of all sources an administrator has to see to.
#include "keys/store/due.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using namespace std::chrono_literals;
using policy::key_source;
using testing::ElementsAre;

constexpr auto a_day = 86400s;
const auto the_time = now();

stored_certificate ending(char digit, std::string address, std::optional<std::chrono::seconds> in, bool of_user_id = false) {
    stored_certificate out;
    out.cert.fingerprint = std::string(40, digit);
    out.cert.addresses = {std::move(address)};
    out.cert.created = the_time - 100 * a_day;
    const auto end = in ? std::optional(the_time + *in) : std::nullopt;
    if (of_user_id) out.cert.user_ids_expire = end;
    out.cert.subkeys = {{.fingerprint = {},
                         .key_id = {},
                         .created = out.cert.created,
                         .expires = of_user_id ? std::nullopt : end,
                         .can_encrypt = true}};
    return out;
}

using shelves = std::vector<std::pair<key_source, std::vector<stored_certificate>>>;

// "A own 5" and "! B wkd -1": of always_to, and the end in days.
std::vector<std::string> due(const shelves& from, const std::vector<std::string>& always_to = {},
                             std::chrono::seconds within = 30 * a_day, const bindings& bound = {}) {
    std::vector<keys::keyring::shelf> all;
    for (const auto& [source, certificates] : from)
        all.push_back({.source = source, .certificates = catalogue_of(certificates, nullptr, source)});
    policy::encryption how;
    how.keys = {key_source::own, key_source::wkd};
    how.always_to = always_to;
    std::vector<std::string> out;
    for (const auto& one :
         due_certificates(keys::keyring(std::move(all), {.in_use = how.keys, .bound = bound}), how, within, the_time))
        out.push_back((one.of_organisation ? "! " : "") + one.fingerprint.substr(0, 1) + " " +
                      std::string(policy::name_of(one.source)) + " " + std::to_string((one.end - the_time) / a_day));
    return out;
}

TEST(DueKeys, AreThoseThatEndSoonOrEndedSoonestFirst) {
    EXPECT_THAT(due({{key_source::own,
                      {ending('A', "a@x.org", 5 * a_day), ending('B', "b@x.org", 31 * a_day), ending('C', "c@x.org", {}),
                       ending('D', "d@x.org", -400 * a_day), ending('E', "e@x.org", 2 * a_day, true)}}}),
                ElementsAre("D own -400", "E own 2", "A own 5"));
}

TEST(DueKeys, TheTimeIsAsAskedFor) {
    const shelves from{{key_source::own, {ending('A', "a@x.org", 5 * a_day), ending('B', "b@x.org", 31 * a_day)}}};
    EXPECT_THAT(due(from, {}, 4 * a_day), ElementsAre());
    EXPECT_THAT(due(from, {}, 5 * a_day), ElementsAre("A own 5"));
    EXPECT_THAT(due(from, {}, 31 * a_day), ElementsAre("A own 5", "B own 31"));
}

TEST(DueKeys, ThoseOfTheOrganisationComeFirstAlsoWhereTheyEnded) {
    const shelves from{{key_source::own,
                        {ending('A', "a@x.org", 1 * a_day), ending('B', "vault@x.org", 20 * a_day),
                         ending('C', "safe@x.org", -3 * a_day), ending('D', "box@x.org", 300 * a_day)}}};
    EXPECT_THAT(due(from, {"vault@x.org", std::string(40, 'C'), "safe@x.org", "box@x.org", "nobody@x.org"}),
                ElementsAre("! C own -3", "! B own 20", "A own 1"));
}

TEST(DueKeys, OfFoundOnesOnlyThoseInUse) {
    EXPECT_THAT(due({{key_source::own, {}},
                     {key_source::wkd, {ending('A', "a@x.org", 5 * a_day)}},
                     {key_source::hkp, {ending('B', "b@x.org", 5 * a_day)}}}),
                ElementsAre("A wkd 5"));
}

TEST(DueKeys, AFoundOneThatTheOrganisationHasIsItsOwn) {
    EXPECT_THAT(
        due({{key_source::own, {ending('A', "a@x.org", 5 * a_day)}}, {key_source::wkd, {ending('A', "a@x.org", 5 * a_day)}}}),
        ElementsAre("A own 5"));
    EXPECT_THAT(
        due({{key_source::own, {ending('A', "a@x.org", 50 * a_day)}}, {key_source::wkd, {ending('A', "a@x.org", 5 * a_day)}}}),
        ElementsAre());
}

TEST(DueKeys, WhatIsReplacedIsNotDue) {
    EXPECT_THAT(due({{key_source::own, {ending('A', "a@x.org", 5 * a_day), ending('B', "a@x.org", 500 * a_day)}},
                     {key_source::wkd, {ending('C', "a@x.org", 5 * a_day)}}}),
                ElementsAre());
    EXPECT_THAT(due({{key_source::own, {}},
                     {key_source::wkd, {ending('C', "a@x.org", 5 * a_day)}},
                     {key_source::hkp, {ending('D', "a@x.org", {})}}}),
                ElementsAre("C wkd 5"))
        << "a source that is not used replaces nothing";
    EXPECT_THAT(due({{key_source::own, {ending('A', "a@x.org", 5 * a_day)}}, {key_source::wkd, {ending('C', "a@x.org", {})}}}),
                ElementsAre("A own 5"))
        << "a found one may be gone tomorrow";
}

TEST(DueKeys, WhatIsBoundIsReplacedByNoOtherAndToldOfWhateverItsSource) {
    const shelves from{{key_source::own, {ending('A', "a@x.org", 5 * a_day), ending('B', "a@x.org", 500 * a_day)}},
                       {key_source::hkp, {ending('C', "c@x.org", 5 * a_day), ending('D', "c@x.org", 400 * a_day)}}};
    EXPECT_THAT(due(from), ElementsAre());
    const bindings bound({{"@x.org", std::string(40, 'A')}, {"c@x.org", std::string(40, 'C')}});
    EXPECT_THAT(due(from, {}, 30 * a_day, bound), ElementsAre("A own 5", "C hkp 5"));
}

TEST(DueKeys, WhatIsOfNoUseIsNotDue) {
    auto revoked = ending('A', "a@x.org", 5 * a_day), disabled = ending('B', "b@x.org", -5 * a_day);
    revoked.cert.revoked = true;
    disabled.cert.disabled = true;
    EXPECT_THAT(due({{key_source::own, {revoked, disabled}}}, {"b@x.org"}), ElementsAre());
}

} // namespace
} // namespace sealgate::keys
