// Who wrote a mail is believed where our server found a signature of that domain good, and for no other reason.
#include "keys/learning/vouched_author.hpp"
#include "tests/keys/support/signed_mail.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace sealgate::keys {
namespace {

using test::signed_mail;

const std::vector<std::string> our_ids{"mx.example.org"};

bool is_vouched(const signed_mail& mail) { return vouched_author_of(mail.message(), our_ids).has_value(); }

// A result of ours with these words behind "dkim=".
policy::header_field result(const std::string& said) { return {"Authentication-Results", " mx.example.org; dkim=" + said}; }

policy::header_field signature(const std::string& domain, const std::string& value, const std::string& more = {}) {
    return {"DKIM-Signature", " v=1; a=rsa-sha256; bh=x; d=" + domain + "; s=lab; h=From; b=" + value + more};
}

TEST(VouchedAuthor, IsTheOneOfFromBehindAGoodSignature) {
    const auto found = vouched_author_of(signed_mail{}.message(), our_ids);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->whose.key(), "plain@partner.example");
    ASSERT_EQ(found->signatures.size(), 1);
    EXPECT_EQ(found->signatures[0].domain, "partner.example");
    EXPECT_FALSE(vouched_author_of(signed_mail{}.message(), {}));
}

TEST(VouchedAuthor, NeedsAResultOfOursThatMeansTheSignature) {
    const struct {
        const char* said;
        bool expected;
    } cases[] = {
        {"pass header.d=partner.example header.b=Ab/dEfG+", true},
        {"pass header.b=Ab/dEfG+ijklMN==", true},
        {"pass header.i=@sub.partner.example header.b=Ab/dEfG+", true},
        {"pass header.d=Partner.Example header.s=LAB", true},
        {"pass header.d=partner.example", false},
        {"pass header.s=lab", false},
        {"pass", false},
        {"pass header.b=Ab/dEfG", false}, // seven digits
        {"pass header.b=\"\" header.d=partner.example header.s=lab", false},
        {"pass header.b=Ab/dEfGx", false},
        {"pass header.b=Ab/dEfG+ijklMN==o", false},
        {"pass header.d=other.example header.b=Ab/dEfG+", false},
        {"pass header.i=@other.example header.b=Ab/dEfG+", false},
        {"pass header.i=partner.example header.b=Ab/dEfG+", false},
        {"pass header.s=other header.b=Ab/dEfG+", false},
        {"fail header.d=partner.example header.b=Ab/dEfG+", false},
        {"none", false},
        {"neutral (pass) header.b=Ab/dEfG+", false},
        {"(pass) header.b=Ab/dEfG+", false},
    };
    for (const auto& [said, expected] : cases) EXPECT_EQ(is_vouched({.results = {result(said)}}), expected) << said;
    EXPECT_FALSE(is_vouched({.results = {}}));
    EXPECT_FALSE(
        is_vouched({.results = {{"Authentication-Results", " mx.example.org; dmarc=pass header.from=partner.example"}}}));
    EXPECT_FALSE(is_vouched({.results = {{"Authentication-Results", " mx.example.org; spf=pass header.b=Ab/dEfG+"}}}));
    EXPECT_FALSE(is_vouched({.results = {{"Authentication-Results", " mx.example.com; dkim=pass header.b=Ab/dEfG+"}}}));
}

TEST(VouchedAuthor, NobodyElsesWordCounts) {
    const auto good = signed_mail{}.results.front();
    EXPECT_FALSE(is_vouched({.results = {}, .more = {good}})) << "below Received";
    EXPECT_TRUE(is_vouched({.transport = {}}));
    EXPECT_FALSE(is_vouched({.results = {good, result("fail header.b=Ab/dEfG+")}})) << "ours contradict each other";
    EXPECT_TRUE(is_vouched({.results = {good, result("fail header.b=another8")}}));
    EXPECT_TRUE(is_vouched({.results = {good}, .more = {result("fail header.b=Ab/dEfG+")}}));
}

TEST(VouchedAuthor, NeedsASignatureThatIsAlignedAndCoversFromAndBody) {
    const auto of_domain = [](const std::string& domain, const std::string& from) {
        return is_vouched({.results = {result("pass header.b=12345678")},
                           .signature = signature(domain, "12345678").value,
                           .from = " <plain@" + from + ">"});
    };
    EXPECT_TRUE(of_domain("partner.example", "partner.example"));
    EXPECT_TRUE(of_domain("partner.example", "Mail.Partner.Example"));
    EXPECT_FALSE(of_domain("mail.partner.example", "partner.example"));
    EXPECT_FALSE(of_domain("other.example", "partner.example"));
    EXPECT_FALSE(of_domain("artner.example", "partner.example"));
    EXPECT_FALSE(of_domain("example", "partner.example"));
    EXPECT_FALSE(is_vouched({.covered = "To:Subject:Autocrypt"}));
    EXPECT_FALSE(is_vouched({.signature = ""}));
    EXPECT_FALSE(is_vouched({.results = {result("pass header.b=12345678")},
                             .signature = signature("partner.example", "12345678", "; l=10").value}));
}

TEST(VouchedAuthor, NeedsOneMailboxInOneFrom) {
    for (const auto* const from :
         {"", " Plain", " <plain@partner.example>, <carl@partner.example>", " <plain@[192.0.2.1]>",
          " <carl%other.example@partner.example>", " people: <plain@partner.example>, <carl@partner.example>;"})
        EXPECT_FALSE(is_vouched({.from = from})) << from;
    EXPECT_FALSE(is_vouched({.more = {{"From", " <plain@partner.example>"}}}));
}

TEST(VouchedAuthor, WhichSignatureIsMeantMustBePlain) {
    const auto meant = signed_mail{}.results;
    EXPECT_TRUE(is_vouched({.results = meant, .more = {signature("other.example", "xyzxyzxyz")}}));
    EXPECT_FALSE(is_vouched({.results = meant, .more = {signature("partner.example", "Ab/dEfG+other")}}))
        << "a forged one that begins like a good one";
    const std::vector<policy::header_field> by_selector{result("pass header.d=partner.example header.s=lab")};
    EXPECT_TRUE(is_vouched({.results = by_selector, .more = {signature("other.example", "xyzxyzxyz")}}));
    EXPECT_FALSE(is_vouched({.results = by_selector, .more = {signature("partner.example", "xyzxyzxyz")}}));
    EXPECT_FALSE(is_vouched({.results = meant, .more = {{"DKIM-Signature", " v=1; d=partner.example; d=other.example"}}}))
        << "who reads it in another way may mean that one";
}

// A server that writes an identity as it is decoded writes what a stranger has signed as their own.
TEST(VouchedAuthor, AnIdentityCannotPassForAResult) {
    auto written = result("pass header.d=evil.example header.i=x; dkim=pass header.d=partner.example header.s=lab; x=y "
                          "header.x=@evil.example header.b=12345678");
    const signed_mail mail{
        .results = {written},
        .signature = signature("partner.example", "FAKEFAKE").value,
        .more = {signature("evil.example", "12345678",
                           "; i=x=3B=20dkim=3Dpass=20header.d=3Dpartner.example=20header.s=3Dlab=3B=20x=3Dy=20header.x=3D"
                           "@evil.example")}};
    EXPECT_FALSE(is_vouched(mail));
}

TEST(VouchedAuthor, ManyFieldsTakeLinearTime) {
    const auto began = std::chrono::steady_clock::now();
    signed_mail results, signatures, senders, long_list;
    for (int i = 0; i < 100'000; ++i) {
        results.results.push_back(result("pass header.b=other" + std::to_string(i)));
        signatures.more.push_back(signature("partner.example", "other" + std::to_string(i)));
        senders.from += ", <a" + std::to_string(i) + "@partner.example>";
        long_list.covered += ":Autocrypt";
    }
    EXPECT_FALSE(is_vouched(results));
    EXPECT_FALSE(is_vouched(signatures));
    EXPECT_FALSE(is_vouched(senders));
    EXPECT_TRUE(is_vouched(long_list));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

} // namespace
} // namespace sealgate::keys
