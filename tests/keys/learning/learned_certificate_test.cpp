// What a mail teaches: what its author signed about their own address, and nothing that anybody else could have put there.
#include "keys/certificates/one_address.hpp"
#include "keys/learning/learned_certificate.hpp"
#include "tests/keys/support/signed_mail.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace sealgate::keys {
namespace {

using policy::key_source;
using test::autocrypt_of_plain;
using test::signed_mail;

const learning_rules usual{.authserv_ids = {"mx.example.org"}};

// "autocrypt", "attached" or both; lesson_in() must have said what is needed for that.
std::string taught(const signed_mail& mail, const learning_rules& how = usual) {
    const auto message = mail.message();
    std::string out;
    for (const auto& one : learn(message, how))
        out += std::string(out.empty() ? "" : " ") + std::string(policy::name_of(one.source));
    const auto extent = lesson_in({.fields = message.fields, .body = {}}, how);
    EXPECT_TRUE(!out.contains("attached") || extent == lesson_extent::whole);
    EXPECT_TRUE(out.empty() || extent != lesson_extent::nothing);
    policy::message kept;
    std::ranges::copy_if(message.fields, std::back_inserter(kept.fields),
                         [](const auto& field) { return is_read_to_learn(field.name); });
    kept.body = extent == lesson_extent::whole ? message.body : octets{};
    EXPECT_EQ(learn(kept, how).size(), learn(message, how).size()) << "what is not kept is not needed";
    return out;
}

signed_mail with_attached() {
    std::string armored;
    for (const char c : test::armored_plain()) armored += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return {.type = " multipart/mixed; boundary=b",
            .body = "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/pgp-keys\r\n\r\n" +
                    armored + "\r\n--b--\r\n"};
}

TEST(LearnedCertificate, OfAnAutocryptField) {
    const auto found = learn(signed_mail{.more = {autocrypt_of_plain()}}.message(), usual);
    ASSERT_EQ(found.size(), 1);
    EXPECT_EQ(found[0].source, key_source::autocrypt);
    EXPECT_EQ(found[0].whose.key(), "plain@partner.example");
    EXPECT_EQ(found[0].binary, with_one_address(test::certificate_of_plain(), "plain@partner.example"));
    EXPECT_EQ(found[0].fingerprint.size(), 40);
    EXPECT_EQ(found[0].evidence, "mail <1@partner.example>, DKIM d=partner.example s=lab");
    EXPECT_EQ(lesson_in(signed_mail{.more = {autocrypt_of_plain()}}.message(), usual), lesson_extent::header);
}

TEST(LearnedCertificate, TheSignatureCoversEveryAutocryptField) {
    const auto other = test::autocrypt_of_plain("addr=list@other.example; ");
    EXPECT_EQ(taught({.covered = "From:Autocrypt", .more = {autocrypt_of_plain()}}), "autocrypt");
    EXPECT_EQ(taught({.covered = "From:To:Subject:Date", .more = {autocrypt_of_plain()}}), "")
        << "dkim=pass does not vouch for it";
    EXPECT_EQ(taught({.covered = "From:Autocrypt", .more = {autocrypt_of_plain(), other}}), "") << "one of them was added";
    EXPECT_EQ(taught({.covered = "From:Autocrypt:Autocrypt", .more = {autocrypt_of_plain(), other}}), "autocrypt");
    EXPECT_EQ(taught({.covered = "From:Autocrypt-Gossip", .more = {autocrypt_of_plain()}}), "");
}

TEST(LearnedCertificate, WhoIsNotBelievedTeachesNothing) {
    const std::vector<policy::header_field> fields{autocrypt_of_plain()};
    auto attached = with_attached();
    EXPECT_EQ(taught({.results = {}, .more = fields}), "");
    EXPECT_EQ(taught({.more = fields, .from = " <carl@partner.example>"}), "") << "addr is not From";
    EXPECT_EQ(taught({.more = {autocrypt_of_plain("addr=carl@partner.example; ")}, .from = " <carl@partner.example>"}), "")
        << "a certificate that does not name its address";
    attached.from = " <carl@partner.example>";
    EXPECT_EQ(taught(attached), "");
    attached = with_attached();
    attached.results.clear();
    EXPECT_EQ(taught(attached), "");
    auto cut = with_attached();
    cut.signature += "; l=5";
    EXPECT_EQ(taught(cut), "") << "what stands behind the five octets is anybody's";
    EXPECT_EQ(taught({.more = {{"Autocrypt-Gossip", autocrypt_of_plain().value}}}), "");
}

TEST(LearnedCertificate, OfAttachments) {
    EXPECT_EQ(taught(with_attached()), "attached");
    auto both = with_attached();
    both.more = {autocrypt_of_plain()};
    EXPECT_EQ(taught(both), "autocrypt attached");
    both.covered = "From";
    EXPECT_EQ(taught(both), "attached");
}

TEST(LearnedCertificate, AsMuchAsIsWanted) {
    auto both = with_attached();
    both.more = {autocrypt_of_plain()};
    EXPECT_EQ(taught(both, {.autocrypt = false, .authserv_ids = usual.authserv_ids}), "attached");
    EXPECT_EQ(taught(both, {.attached = false, .authserv_ids = usual.authserv_ids}), "autocrypt");
    EXPECT_EQ(taught(both, {.autocrypt = false, .attached = false, .authserv_ids = usual.authserv_ids}), "");
    EXPECT_EQ(taught(both, {.authserv_ids = {}}), "");
}

TEST(LearnedCertificate, ReportsAndDoubtfulBodiesTeachNothing) {
    for (const auto* const type :
         {" multipart/report; report-type=delivery-status; boundary=q", " MULTIPART/Report; boundary=q"})
        EXPECT_EQ(taught({.more = {autocrypt_of_plain()}, .type = type}), "") << type;
    EXPECT_EQ(taught({.more = {autocrypt_of_plain(), {"Content-Type", " text/plain"}}, .type = " text/plain"}), "");
    EXPECT_EQ(taught({.more = {autocrypt_of_plain()}, .type = " text/html; charset=utf-8"}), "autocrypt");
    auto inner = signed_mail{.type = " message/rfc822"};
    inner.body = "From: <plain@partner.example>\r\nAutocrypt:" + autocrypt_of_plain().value + "\r\n\r\nhello\r\n";
    EXPECT_EQ(taught(inner), "") << "a field of a mail in the mail";
}

TEST(LearnedCertificate, MostMailIsPassedOverByItsHeader) {
    EXPECT_EQ(lesson_in(signed_mail{}.message(), usual), lesson_extent::nothing);
    EXPECT_EQ(lesson_in(signed_mail{.type = " multipart/alternative; boundary=b"}.message(), usual), lesson_extent::nothing);
    EXPECT_EQ(lesson_in(signed_mail{.type = " multipart/mixed; boundary=b"}.message(), usual), lesson_extent::whole);
    EXPECT_EQ(lesson_in(signed_mail{.results = {}, .type = " multipart/mixed; boundary=b"}.message(), usual),
              lesson_extent::nothing);
    EXPECT_EQ(lesson_in(signed_mail{.results = {}, .more = {autocrypt_of_plain()}}.message(), usual), lesson_extent::nothing);
}

TEST(LearnedCertificate, AMessageIdIsNoEvidenceOfItsOwn) {
    auto mail = signed_mail{.more = {autocrypt_of_plain()}}.message();
    for (auto& field : mail.fields)
        if (field.name == "Message-ID") field.value = " <a\x01\n b" + std::string(10'000, 'x');
    const auto found = learn(mail, usual);
    ASSERT_EQ(found.size(), 1);
    EXPECT_LT(found[0].evidence.size(), 300);
    EXPECT_FALSE(found[0].evidence.contains('\n') || found[0].evidence.contains('\x01'));
}

TEST(LearnedCertificate, ManyFieldsTakeLinearTime) {
    signed_mail many{.more = std::vector(2'000, autocrypt_of_plain())};
    many.covered.clear();
    for (int i = 0; i < 100'000; ++i) {
        many.covered += i == 0 ? "From" : ":Autocrypt";
        many.more.push_back({"Autocrypt", " x"});
        many.more.push_back({"Content-Language", " de"});
    }
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(learn(many.message(), usual).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

} // namespace
} // namespace sealgate::keys
