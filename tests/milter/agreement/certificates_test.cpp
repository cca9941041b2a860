// A certificate as gateways agree on it: what is taken of another gateway's word, and what others have to hear then.
#include "keys/base/files.hpp"
#include "milter/agreement/certificate_value.hpp"
#include "milter/agreement/certificates.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using enum certificate_use;

TEST(CertificateValue, ComesBackAsItWas) {
    const certificate_value value{.use = disabled,
                                  .binary = std::string("\x99\n\0x", 4),
                                  .found = {{.fingerprint = {},
                                             .address = "kay@example.org",
                                             .place = "https://example.org/a b",
                                             .first = keys::time_point(std::chrono::seconds(12))},
                                            {.fingerprint = {}, .address = "x@y.org", .place = "", .first = {}}}};
    const auto back = parse_certificate_value(to_text(value));
    ASSERT_TRUE(back);
    EXPECT_EQ((std::pair(back->use, back->binary)), (std::pair(value.use, value.binary)));
    EXPECT_EQ(back->found, value.found);
    EXPECT_EQ(without_evidence(to_text(value)), to_text({.use = disabled, .binary = value.binary}));
    EXPECT_TRUE(parse_certificate_value(to_text({.use = removed})));
}

TEST(CertificateValue, OfAnotherFormIsNone) {
    for (const auto* text : {"", "enabled", "enabled 5\nabc", "enabled -1\n", "lent 0\n", "enabled 0 0\n", "enabled 0\nx",
                             "enabled 0\nx 1\n", "enabled 99999999999999999999\n"})
        EXPECT_FALSE(parse_certificate_value(text)) << text;
}

class AgreedCertificates : public testing::Test {
protected:
    AgreedCertificates() {
        gateway.state = scratch.path();
        gateway.fleet_key = "there is one";
        look();
    }

    keys::store store() const { return keys::store_of(key_places(gateway), policy::key_source::own, {}, {}); }
    // The running gateway has seen what changed.
    void look() { live = make_snapshot(gateway, {}, keys::open_keyring(key_places(gateway), {}, {}, keys::reading::all)); }

    static keys::time_point now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

    std::string use_here() {
        const auto value = parse_certificate_value(kind.here(ann).value_or(""));
        return value ? std::string(policy::name_of(value->use)) : "nothing";
    }
    // It is here, or not, as the word says; nobody knows of it elsewhere yet.
    void begin_with(const std::string& use) {
        if (use == "nothing") return;
        ASSERT_TRUE(store().import(certificate));
        if (use == "disabled") {
            ASSERT_TRUE(store().set(ann, keys::availability::disabled));
        }
        if (use == "removed") {
            ASSERT_TRUE(store().remove(ann));
        }
        look();
        kind.changed();
    }
    // What is here afterwards, and whether others have to hear of it.
    std::string taken(const std::string& theirs, bool is_changed_here) {
        EXPECT_THAT(
            kind.take({{.name = ann, .value = theirs, .gateway = "mx2.example.org", .is_changed_here = is_changed_here}}),
            ElementsAre(""));
        look();
        return use_here() + (kind.adds(*kind.here(ann), theirs) ? ", which is told" : "");
    }
    std::string taken(certificate_use theirs, bool is_changed_here) {
        return taken(to_text({.use = theirs, .binary = theirs == removed ? std::string{} : certificate}), is_changed_here);
    }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    test::keyring people;
    const std::string ann = people.make_key("Ann <ann@example.org>");
    const std::string certificate = people.export_certificate(ann);
    config gateway;
    std::shared_ptr<const snapshot> live;
    std::vector<std::string> told;
    agreed_certificates kind{policy::key_source::own,
                             {.live = [this] { return live; },
                              .told = {.leave =
                                           [this](const auto& events) {
                                               for (const auto& one : events)
                                                   told.push_back(std::string(policy::name_of(one.what)) + " " + one.gateway);
                                           },
                                       .names = {}}}};
};

TEST_F(AgreedCertificates, AreToldWhenTheyChange) {
    EXPECT_THAT(kind.changed(), IsEmpty());
    EXPECT_EQ(kind.here(ann), "");
    ASSERT_TRUE(store().import(certificate));
    look();
    EXPECT_THAT(kind.changed(), ElementsAre(ann));
    EXPECT_EQ(kind.here(ann), to_text({.use = enabled, .binary = certificate}));
    EXPECT_THAT(kind.changed(), IsEmpty());
    ASSERT_TRUE(store().remove(ann));
    look();
    EXPECT_THAT(kind.changed(), Contains(ann));
    EXPECT_EQ(kind.here(ann), to_text({.use = removed}));
    EXPECT_THAT(kind.changed(), ElementsAre(ann)) << "until it is settled";
    kind.settled(ann, to_text({.use = enabled, .binary = certificate}));
    EXPECT_THAT(kind.changed(), ElementsAre(ann)) << "it is its removal that has to be settled";
    kind.settled(ann, kind.gone());
    EXPECT_THAT(kind.changed(), IsEmpty());
    EXPECT_EQ(kind.here(ann), "");
}

TEST_F(AgreedCertificates, WhatIsMerelyGoneWasNotRemoved) {
    begin_with("enabled");
    std::filesystem::remove(store().directory() / (ann + ".pgp"));
    look();
    EXPECT_THAT(kind.changed(), ElementsAre(ann));
    EXPECT_EQ(kind.here(ann), "");
}

struct meeting {
    const char* here;
    certificate_use theirs;
    bool is_changed_here;
    const char* then;
};

void PrintTo(const meeting& of, std::ostream* to) {
    *to << of.here << (of.is_changed_here ? ", newly" : "") << ", meets " << policy::name_of(of.theirs);
}

class Meetings : public AgreedCertificates, public testing::WithParamInterface<meeting> {};

TEST_P(Meetings, EndAsTheMoreCarefulWordSays) {
    const auto& [here, theirs, is_changed_here, then] = GetParam();
    begin_with(here);
    ASSERT_EQ(use_here(), here);
    EXPECT_EQ(taken(theirs, is_changed_here), then);
}

INSTANTIATE_TEST_SUITE_P(
    All, Meetings,
    testing::Values(meeting{"nothing", enabled, false, "enabled"}, meeting{"nothing", disabled, false, "disabled"},
                    meeting{"nothing", removed, false, "nothing"}, meeting{"enabled", disabled, false, "disabled"},
                    meeting{"enabled", removed, false, "removed"}, meeting{"disabled", enabled, false, "enabled"},
                    meeting{"disabled", removed, false, "removed"}, meeting{"enabled", disabled, true, "disabled"},
                    meeting{"disabled", enabled, true, "disabled, which is told"},
                    meeting{"disabled", removed, true, "disabled, which is told"},
                    meeting{"removed", enabled, true, "removed, which is told"}, meeting{"removed", disabled, true, "disabled"},
                    meeting{"enabled", removed, true, "removed"}));

TEST_F(AgreedCertificates, TellWhoseWordItWas) {
    taken(enabled, false);
    taken(disabled, false);
    taken(enabled, false);
    taken(removed, false);
    EXPECT_THAT(told, ElementsAre("key-import mx2.example.org", "key-disable mx2.example.org", "key-enable mx2.example.org",
                                  "key-remove mx2.example.org"));
}

TEST_F(AgreedCertificates, ARevokedOneStaysWhereItWasRemovedMeanwhile) {
    begin_with("enabled");
    people.revoke(ann);
    ASSERT_TRUE(store().import(people.export_certificate(ann)));
    look();
    kind.changed();
    EXPECT_EQ(taken(removed, true), "enabled, which is told");
    EXPECT_EQ(taken(removed, false), "removed") << "somebody who knew that it is revoked removed it";
}

TEST_F(AgreedCertificates, ARevokedOneComesBackWhereItWasRemovedMeanwhile) {
    begin_with("removed");
    people.revoke(ann);
    EXPECT_EQ(taken(to_text({.use = enabled, .binary = people.export_certificate(ann)}), true), "enabled");
}

TEST_F(AgreedCertificates, WhatEitherHasBothHave) {
    begin_with("enabled");
    people.revoke(ann);
    const auto revoked = people.export_certificate(ann);
    ASSERT_TRUE(store().import(revoked));
    look();
    kind.changed();
    EXPECT_EQ(taken(enabled, true), "enabled, which is told") << "the other one does not know of the revocation";
    EXPECT_EQ(parse_certificate_value(*kind.here(ann))->binary, revoked);
}

TEST_F(AgreedCertificates, OneThatIsNoneHoldsUpNoOther) {
    const auto said =
        kind.take({{.name = "X", .value = "lent 3\nabc", .gateway = "mx2", .is_changed_here = false},
                   {.name = "Y", .value = to_text({.use = enabled, .binary = "no certificate"}), .gateway = "mx2"},
                   {.name = people.make_key("Bob <bob@example.org>"),
                    .value = to_text({.use = enabled, .binary = certificate}),
                    .gateway = "mx2"},
                   {.name = ann, .value = to_text({.use = disabled, .binary = certificate}), .gateway = "mx2"}});
    ASSERT_EQ(said.size(), 4u);
    EXPECT_EQ(said[0], "what mx2 says is of another form");
    EXPECT_NE(said[1], "");
    EXPECT_NE(said[2], "") << "it is another one than it says";
    EXPECT_EQ(said[3], "");
    look();
    EXPECT_EQ(use_here(), "disabled");
    EXPECT_EQ(live->certificates->find("ann@example.org", now()).state, policy::key_state::disabled);
}

TEST_F(AgreedCertificates, WhatIsOnDiskCountsWhateverAnIndexKnows) {
    begin_with("enabled");
    keys::replace_file(store().directory() / (ann + ".disabled"), "");
    EXPECT_EQ(use_here(), "disabled");
    ASSERT_TRUE(store().remove(ann));
    EXPECT_EQ(use_here(), "removed");
    ASSERT_TRUE(store().import(certificate));
    EXPECT_EQ(use_here(), "enabled") << "and it is not removed any more";
    keys::replace_file(store().directory() / (ann + ".pgp"), "damaged");
    EXPECT_FALSE(here_of(kind, ann)) << "nobody is told of that";
}

TEST_F(AgreedCertificates, AStoreThatIsLostSaysNothing) {
    begin_with("enabled");
    store().note_what_it_holds();
    keys::remove_tree(store().directory());
    EXPECT_FALSE(here_of(kind, ann));
    EXPECT_THROW(kind.take({{.name = ann, .value = kind.gone(), .gateway = "mx2"}}), std::runtime_error);
}

} // namespace
} // namespace sealgate::milter
