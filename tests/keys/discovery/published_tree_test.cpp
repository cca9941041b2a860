// Which file of a Web Key Directory holds what of the organisation's certificates.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/discovery/published_tree.hpp"
#include "keys/openpgp/packets.hpp"
#include "policy/base/bytes.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using namespace std::string_view_literals;
using policy::key_state;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr time_point at(int seconds) { return time_point(std::chrono::seconds(seconds)); }
constexpr auto now = at(1000);
constexpr auto id_of_key = "\x15\x82\xBA\x78\xAC\x56\x4B\x0B"sv; // of plain.asc

std::string packet_of(packet_type type, std::string_view body) {
    return std::string{static_cast<char>(0xC0 | static_cast<int>(type)), static_cast<char>(body.size())} + std::string(body);
}

std::string signed_by(std::string_view issuer, std::uint32_t created = 100, std::uint8_t type = 0x13) {
    std::string body;
    bytes::appender(body).u8(4).u8(type).u8(22).u8(8).u16(6).u8(5).u8(2).u32(created).u16(10).u8(9).u8(16).raw(issuer);
    return packet_of(packet_type::signature, body);
}

// The key of plain.asc with these user ids; each is signed by its owner, and by a third party.
std::string certificate_of(const std::vector<std::string>& user_ids) {
    const auto plain =
        read_key_file(read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "plain.asc"))->certificates.at(0).binary;
    const auto packets = *walk_packets(plain, 100);
    std::string out, subkeys;
    for (const auto& p : packets) {
        if (p.type == packet_type::public_key) out += p.whole;
        if (p.type == packet_type::public_subkey) subkeys += p.whole;
    }
    for (const auto& one : user_ids)
        out += packet_of(packet_type::user_id, one) + signed_by(id_of_key) + signed_by("nobodys!"sv);
    return out + subkeys;
}

stored_certificate somebody(std::string fingerprint, const std::vector<std::string>& addresses, int created = 100) {
    const subkey own{.fingerprint = {}, .key_id = {}, .created = at(created), .expires = {}, .can_encrypt = true};
    stored_certificate out;
    out.cert.fingerprint = std::move(fingerprint);
    out.cert.addresses = addresses;
    out.cert.created = at(created);
    out.cert.subkeys = {own};
    out.binary = std::make_shared<const std::string>(certificate_of(addresses));
    return out;
}

published_tree tree_of(const std::vector<stored_certificate>& all) {
    const auto is_ours = [](const policy::address& whose) {
        return whose.domain == "example.org" || whose.domain == "xn--mller-kva.example" || whose.domain.empty();
    };
    published_tree out;
    for (const auto& one : all) publish(out, one, is_ours, now);
    return out;
}

constexpr auto file_of_bob = "example.org/hu/jycbiujnsxs47xrkethgtj69xuunurok", // GnuPG's own
    file_of_alice = "example.org/hu/kei1q4tipxxu1yj79k9kfukdhfy631xe";

std::vector<std::string> paths_in(const published_tree& tree) {
    std::vector<std::string> out;
    for (const auto& [path, file] : tree.files) out.push_back(path);
    return out;
}

std::vector<std::string> fingerprints_in(const published_file& file) {
    std::vector<std::string> out;
    for (const auto& one : file.certificates) out.push_back(one.fingerprint);
    return out;
}

TEST(PublishedTree, EachAddressOfTheOrganisationHasAFile) {
    const auto tree =
        tree_of({somebody("A", {"alice@example.org", "bob@example.org", "alice@other.org"}),
                 somebody("B", {"eve@sub.example.org"}), somebody("C", {"eve@other.org"}), somebody("D", {"root"})});
    EXPECT_THAT(paths_in(tree), ElementsAre(file_of_bob, file_of_alice));
    EXPECT_EQ(tree.files.at(file_of_bob).address, "bob@example.org");
    EXPECT_EQ(tree.files.at(file_of_bob).domain, "example.org");
    EXPECT_THAT(tree.left_out, IsEmpty());
}

TEST(PublishedTree, AFileTellsOfNobodyElseAndHasNoSignatureOfOthers) {
    const auto both = somebody("A", {"alice@example.org", "bob@example.org", "alice@other.org"});
    const auto tree = tree_of({both});
    const auto content = tree.files.at(file_of_bob).content();
    EXPECT_TRUE(content.contains("bob@example.org"));
    for (const auto* other : {"alice@example.org", "alice@other.org", "nobodys!"})
        EXPECT_FALSE(content.contains(other)) << other;
    EXPECT_EQ(content, with_one_address(*both.binary, "bob@example.org"));
}

TEST(PublishedTree, DomainsAreInALabels) {
    const auto tree = tree_of({somebody("A", {"bob@xn--mller-kva.example"})});
    EXPECT_THAT(paths_in(tree), ElementsAre("xn--mller-kva.example/hu/jycbiujnsxs47xrkethgtj69xuunurok"));
}

TEST(PublishedTree, SeveralOfAnAddressStandInOneFileTheBestFirst) {
    auto revoked = somebody("R", {"bob@example.org"}, 900);
    revoked.cert.revoked = true;
    const auto tree = tree_of({revoked, somebody("B", {"bob@example.org"}, 200), somebody("A", {"bob@example.org"}, 200),
                               somebody("N", {"bob@example.org"}, 300)});
    const auto& file = tree.files.at(file_of_bob);
    EXPECT_THAT(fingerprints_in(file), ElementsAre("N", "A", "B", "R"));
    EXPECT_TRUE(file.certificates.back().revoked);
    std::string joined;
    for (const auto& one : file.certificates) joined += one.octets;
    EXPECT_EQ(file.content(), joined);
}

TEST(PublishedTree, WhatCannotBeUsedIsLeftOutAndNamed) {
    auto expired = somebody("E", {"alice@example.org", "alice@other.org"});
    expired.cert.expires = now;
    auto disabled = somebody("D", {"bob@example.org"});
    disabled.cert.disabled = true;
    auto weak = somebody("W", {"bob@example.org"});
    weak.cert.subkeys.front().weak = true;
    auto others = somebody("O", {"bob@other.org"});
    others.cert.disabled = true;
    const auto tree = tree_of({expired, disabled, weak, others});
    EXPECT_THAT(tree.files, IsEmpty());
    std::vector<std::pair<std::string, key_state>> left_out;
    for (const auto& one : tree.left_out) left_out.emplace_back(one.fingerprint, one.state);
    EXPECT_THAT(left_out,
                ElementsAre(Pair("E", key_state::expired), Pair("D", key_state::disabled), Pair("W", key_state::weak)));
    EXPECT_THAT(tree.left_out.front().addresses, ElementsAre("alice@example.org"));
}

TEST(PublishedTree, AUserIdThatEndedIsNotPublished) {
    auto two = somebody("A", {"alice@example.org", "bob@example.org"});
    two.cert.addresses_expire = {{"bob@example.org", now}};
    EXPECT_THAT(paths_in(tree_of({two})), ElementsAre(file_of_alice));
}

TEST(PublishedTree, OfItsOwnersSignaturesTheLastIsPublishedAndEachRevocation) {
    constexpr std::uint8_t revocation = 0x30;
    const auto claim = [](std::uint32_t created) { return signed_by(id_of_key, created); };
    const auto revoked_at_150 = signed_by(id_of_key, 150, revocation);
    const auto user_id = packet_of(packet_type::user_id, "alice@example.org"),
               another = packet_of(packet_type::user_id, "Alice <alice@example.org>");
    const struct {
        std::string signatures, kept;
    } cases[] = {
        {claim(100) + claim(200), claim(200)},
        {claim(200) + claim(100), claim(200)},
        {claim(100) + claim(200) + claim(1001), claim(200)}, // of the future
        {claim(100) + revoked_at_150 + claim(200), revoked_at_150 + claim(200)},
        {claim(200) + revoked_at_150 + claim(100), claim(200) + revoked_at_150},
        {claim(100) + claim(300) + another + claim(400) + claim(50), claim(300) + another + claim(400)},
    };
    const auto with = [&](const std::string& signatures) {
        auto out = certificate_of({});
        const auto subkeys = out.substr(walk_packets(out, 100)->front().whole.size());
        return out.substr(0, out.size() - subkeys.size()) + user_id + signatures + subkeys;
    };
    for (const auto& [signatures, kept] : cases) {
        auto one = somebody("A", {"alice@example.org"});
        one.binary = std::make_shared<const std::string>(with(signatures));
        EXPECT_EQ(tree_of({one}).files.at(file_of_alice).content(), with(kept));
    }
}

TEST(PublishedTree, AUserIdThatItsOwnerDidNotSignIsNotPublished) {
    auto one = somebody("A", {"alice@example.org"});
    one.cert.addresses.emplace_back("bob@example.org");
    one.binary = std::make_shared<const std::string>(
        certificate_of({"alice@example.org"}) + packet_of(packet_type::user_id, "bob@example.org") + signed_by("nobodys!"sv));
    EXPECT_THAT(paths_in(tree_of({one})), ElementsAre(file_of_alice));
}

} // namespace
} // namespace sealgate::keys
