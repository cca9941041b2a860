// Which certificate is used where several sources have one: what vouches most, and never what the organisation put out of use.
#include "keys/store/keyring.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using policy::key_source;
using policy::key_state;
using testing::ElementsAre;
using testing::IsEmpty;

enum class mark { none, disabled, revoked, expired };

stored_certificate certificate(std::string fingerprint, mark how = mark::none, int age = 100,
                               std::vector<std::string> addresses = {"bob@example.net"}) {
    const auto created = now() - std::chrono::seconds(age);
    stored_certificate out;
    out.cert.fingerprint = std::move(fingerprint);
    out.cert.addresses = std::move(addresses);
    out.cert.created = created;
    out.cert.subkeys = {{.fingerprint = {}, .key_id = {}, .created = created, .expires = {}, .can_encrypt = true}};
    out.cert.disabled = how == mark::disabled;
    out.cert.revoked = how == mark::revoked;
    if (how == mark::expired) out.cert.expires = now() - std::chrono::seconds(1);
    return out;
}

using shelves = std::vector<std::pair<key_source, std::vector<stored_certificate>>>;

keys::keyring ring(const shelves& from, std::vector<key_source> in_use = {key_source::own, key_source::wkd, key_source::vks}) {
    std::vector<keys::keyring::shelf> out;
    for (const auto& [source, certificates] : from)
        out.push_back({.source = source, .certificates = catalogue_of(certificates, nullptr, source)});
    return {std::move(out), {.in_use = std::move(in_use)}};
}

std::string used(const keys::keyring& of, std::string_view address = "bob@example.net") {
    const auto found = of.find(address, now());
    return std::string(policy::name_of(found.state)) +
           (found.stored ? " " + found.stored->cert.fingerprint + " " + std::string(policy::name_of(found.stored->source))
                         : "");
}

TEST(Keyring, WhatVouchesMostIsUsed) {
    using enum key_source;
    const struct {
        shelves from;
        std::string expected;
    } cases[] = {
        {{{own, {}}, {wkd, {certificate("A")}}}, "usable A wkd"},
        {{{own, {certificate("A")}}, {wkd, {certificate("B", mark::none, 10)}}}, "usable A own"},
        {{{own, {certificate("A", mark::expired)}}, {wkd, {certificate("B")}}}, "usable B wkd"},
        {{{own, {certificate("A", mark::revoked)}}, {wkd, {certificate("B")}}}, "usable B wkd"},
        {{{own, {}}, {wkd, {certificate("A")}}, {vks, {certificate("B", mark::none, 10)}}}, "usable A wkd"},
        {{{own, {}}, {wkd, {certificate("A", mark::none, 50), certificate("B", mark::none, 10)}}}, "usable B wkd"},
        {{{own, {}}, {wkd, {certificate("A"), certificate("B", mark::disabled, 10)}}}, "usable A wkd"},
        {{{own, {}}, {hkp, {certificate("A")}}}, "missing"},
        {{{own, {certificate("A", mark::expired)}}, {attached, {certificate("B")}}}, "expired A own"},
    };
    for (const auto& [from, expected] : cases) EXPECT_EQ(used(ring(from)), expected);
}

TEST(Keyring, WhatTheOrganisationPutOutOfUseStaysSo) {
    using enum key_source;
    EXPECT_EQ(used(ring({{own, {certificate("A", mark::disabled)}}, {wkd, {certificate("A")}}})), "disabled A own");
    const auto elsewhere = certificate("A", mark::disabled, 100, {"robert@example.net"});
    EXPECT_EQ(used(ring({{own, {elsewhere}}, {wkd, {certificate("A")}}})), "disabled A own") << "for whatever address";
}

TEST(Keyring, ACopyElsewhereBringsNothingBackIntoUse) {
    using enum key_source;
    EXPECT_EQ(used(ring({{own, {}}, {wkd, {certificate("A", mark::disabled)}}, {vks, {certificate("A")}}})), "disabled A wkd");
    EXPECT_EQ(used(ring({{own, {}}, {wkd, {certificate("A")}}, {vks, {certificate("A", mark::disabled)}}})), "disabled A wkd")
        << "disabled where it was found first";
    EXPECT_EQ(used(ring({{own, {certificate("A")}}, {wkd, {certificate("A", mark::disabled)}}})), "usable A own")
        << "the organisation's word";
    const auto both = ring({{own, {}}, {wkd, {certificate("A")}}, {vks, {certificate("A")}}}, {own, vks});
    EXPECT_EQ(used(both), "usable A vks") << "a copy of a source that is not used hides none";
    EXPECT_EQ(both.judged("bob@example.net", now()).size(), 1u) << "one certificate";
}

// What gpg cannot read here nobody has verified: anybody can write "revoked" into it.
TEST(Keyring, AnUnprovedRevocationCountsInTheOwnStoreAlone) {
    using enum key_source;
    auto unproved = certificate("A", mark::revoked);
    unproved.cert.addressing_only = true;
    EXPECT_EQ(used(ring({{own, {certificate("A")}}, {attached, {unproved}}})), "usable A own");
}

TEST(Keyring, WhatIsOnlyProposedForAnExtensionDoesNotHideTheKey) {
    using enum key_source;
    std::vector<keys::keyring::shelf> shelves;
    shelves.push_back({.source = own, .certificates = catalogue_of({certificate("A")}, nullptr, own)});
    shelves.push_back(
        {.source = autocrypt,
         .certificates = catalogue_of({certificate("B", mark::none, 10, {"bob+news@example.net"})}, nullptr, autocrypt)});
    EXPECT_EQ(used(keys::keyring(shelves, {.in_use = {own}, .delimiters = "+"}), "bob+news@example.net"), "usable A own");
}

bindings bound_to(std::string whose, std::string fingerprint) {
    return bindings(bindings::map{{std::move(whose), std::move(fingerprint)}});
}

TEST(Keyring, BoundBeatsAllAndAnExtensionCountsForNothing) {
    using enum key_source;
    std::vector<keys::keyring::shelf> shelves;
    shelves.push_back({.source = own, .certificates = catalogue_of({certificate("A")}, nullptr, own)});
    const auto with = [&](std::string delimiters, std::optional<bindings> bound) {
        return keys::keyring(shelves, {.in_use = {own}, .delimiters = std::move(delimiters), .bound = std::move(bound)});
    };
    EXPECT_EQ(used(with("", bindings{}), "bob+news@example.net"), "missing");
    EXPECT_EQ(used(with("+", bindings{}), "bob+news@example.net"), "usable A own");
    EXPECT_EQ(used(with("+", bound_to("@example.net", "A")), "eve@example.net"), "usable A own") << "of whomever it is";
    EXPECT_EQ(used(with("+", bound_to("bob@example.net", "B")), "bob+news@example.net"), "missing") << "and not A";
    EXPECT_EQ(with("+", bound_to("bob@example.net", "B")).find("bob@example.net", now()).standing, policy::key_standing::bound);
    EXPECT_TRUE(with("", std::nullopt).find("bob@example.net", now()).in_doubt) << "nobody can tell";
}

TEST(Keyring, SaysWhatWouldBeOnceAnotherOneIsThere) {
    using enum key_source;
    const auto outlook = [](const keys::keyring& keys, std::string fingerprint, key_source from) {
        auto fresh = certificate(std::move(fingerprint), mark::none, 5);
        fresh.source = from;
        const auto out = keys.outlook_with("bob@example.net", fresh, now());
        return std::string(policy::name_of(out.standing)) + (out.is_chosen ? " chosen" : "");
    };
    EXPECT_EQ(outlook(ring({{own, {}}}), "A", wkd), "found chosen");
    EXPECT_EQ(outlook(ring({{own, {}}}), "A", hkp), "proposed");
    EXPECT_EQ(outlook(ring({{own, {certificate("A")}}}), "B", wkd), "found") << "the organisation's comes first";
    EXPECT_EQ(outlook(ring({{own, {certificate("A", mark::disabled)}}}), "B", wkd), "proposed");
    EXPECT_EQ(outlook(ring({{own, {}}, {wkd, {certificate("A", mark::expired)}}}), "A", wkd), "found chosen") << "renewed";
}

TEST(Keyring, RevocationCountsWhereverItStands) {
    using enum key_source;
    EXPECT_EQ(used(ring({{own, {certificate("A")}}, {wkd, {certificate("A", mark::revoked)}}})), "revoked A own");
    EXPECT_EQ(used(ring({{own, {certificate("A")}}, {hkp, {certificate("A", mark::revoked)}}}, {own})), "revoked A own")
        << "from a source that is not used, too";
    const auto elsewhere = certificate("A", mark::revoked, 100, {"robert@example.net"});
    EXPECT_EQ(used(ring({{own, {certificate("A")}}, {wkd, {elsewhere}}})), "revoked A own") << "for whatever address";
}

TEST(Keyring, WhatIsNotUsedIsKnownOf) {
    using enum key_source;
    const auto keys = ring({{own, {certificate("A")}}, {wkd, {certificate("B")}}}, {own});
    EXPECT_EQ(used(keys), "usable A own");
    std::vector<std::string> all;
    for (const auto& one : keys.all_of("bob@example.net", now())) all.push_back(one->cert.fingerprint);
    EXPECT_THAT(all, ElementsAre("A", "B"));
}

TEST(Keyring, OneStoreMoreIsAChangeAndItsDigestIsPartOfAll) {
    using enum key_source;
    const auto before = ring({{own, {certificate("A")}}});
    EXPECT_EQ(before.digest(), before.own().digest()) << "as it was before there were others";
    const auto after = ring({{own, {certificate("A")}}, {wkd, {certificate("B")}}});
    EXPECT_EQ(after.count(), 2u);
    EXPECT_NE(after.digest(), before.digest());
    EXPECT_FALSE(after.is_same_as(before));
    EXPECT_THAT(after.changes_since(before).added, ElementsAre("B"));
    EXPECT_THAT(after.changes_since(after).added, IsEmpty());
}

} // namespace
} // namespace sealgate::keys
