// What repeats the Subject or a tag is inside only; what a mail needs on its way stays.
#include "keys/sealing/header_protection.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace sealgate::keys {
namespace {

using policy::header_field;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string protected_form(const policy::message& mail) {
    return joined(entity_to_seal(mail, subject_shown::inside_only, "=_x"));
}

const policy::message mail{.fields = {{"From", " Ann <ann@corp.example>"},
                                      {"To", " Bob <bob@partner.example>,\n\tCarol <carol@partner.example>"},
                                      {"Subject", " [confidential] Tender price"},
                                      {"Keywords", " tender"},
                                      {"X-Classification", " confidential"},
                                      {"MIME-Version", " 1.0"},
                                      {"Content-Type", " text/plain; charset=\"utf-8\""},
                                      {"Content-Transfer-Encoding", " 8bit"}},
                           .body = "Our price is 42.\r\n"};

TEST(HeaderProtection, IsAsTheStandardHasIt) {
    EXPECT_EQ(protected_form(mail), "From: Ann <ann@corp.example>\r\n"
                                    "To: Bob <bob@partner.example>,\r\n\tCarol <carol@partner.example>\r\n"
                                    "Subject: [confidential] Tender price\r\n"
                                    "Keywords: tender\r\n"
                                    "HP-Outer: From: Ann <ann@corp.example>\r\n"
                                    "HP-Outer: To: Bob <bob@partner.example>,\r\n\tCarol <carol@partner.example>\r\n"
                                    "HP-Outer: Subject: [...]\r\n"
                                    "Content-Type: text/plain; charset=\"utf-8\";\r\n\thp-legacy-display=\"1\";\r\n"
                                    "\thp=\"cipher\"; protected-headers=\"v1\"\r\n"
                                    "Content-Transfer-Encoding: 8bit\r\n"
                                    "\r\n"
                                    "Subject: [confidential] Tender price\r\n"
                                    "\r\n"
                                    "Our price is 42.\r\n");
}

TEST(HeaderProtection, NothingOutsideRepeatsTheSubject) {
    const policy::message exchange{.fields = {{"Received", " from tender-price-relay.example by corp.example"},
                                              {"Subject", " RE: [confidential] Tender price"},
                                              {"Thread-Topic", " [confidential] Tender"},
                                              {"X-Spam-Report", " Content preview:  Our price is 42."},
                                              {"X-Spam-Prev-Subject", " =?utf-8?q?RE=3A_Tender?=\r\n =?utf-8?q?_Price?="},
                                              {"X-Mailer", " Tender"},
                                              {"From", " Tender price <ann@corp.example>"}},
                                   .body = "Our price is 42.\r\n"};
    const auto outside = sealed_message(exchange, subject_shown::inside_only, make_envelope("x", "=_x", write_in_memory));
    std::vector<std::string> names;
    for (const auto& field : outside.fields) names.push_back(field.name);
    EXPECT_THAT(names, ElementsAre("Received", "Subject", "X-Mailer", "From", "MIME-Version", "Content-Type"));
    for (const auto* inside :
         {"\r\nThread-Topic: [confidential] Tender\r\n", "\r\nX-Spam-Report: Content", "\r\nX-Spam-Prev-Subject:"})
        EXPECT_THAT(protected_form(exchange), HasSubstr(inside));
    EXPECT_EQ(sealed_message(exchange, subject_shown::outside, make_envelope("x", "=_x", write_in_memory)).fields.size(),
              exchange.fields.size() + 2);
}

TEST(HeaderProtection, TheSubjectIsKnownAgainWhereverItsTagStands) {
    const struct {
        const char* subject;
        const char* other;
        bool is_hidden;
    } cases[] = {
        {" Acme takeover price [confidential]", " Acme takeover price", true},
        {" [confidential] Plan of Acme [v2]", " [x] Plan of ACME", true},
        {" Re: AW: [confidential] Acme takeover", " acme\r\n\ttakeover", true},
        {" [confidential] Acme takeover", " 7; Acme takeover (2)", true},
        {" [confidential]", " anything", false},
        {" [confidential] Plan", " Plan 9 from outer space", false},
        {" Acme [confidential takeover", " Acme [confidential takeover", true},
        {" Takeover [confidential]of Acme", " takeover of acme", true},
    };
    for (const auto& [subject, other, is_hidden] : cases) {
        const policy::message one{.fields = {{"Subject", subject}, {"X-Filter", other}}, .body = ""};
        EXPECT_EQ(!outer_values(one, subject_shown::inside_only)[1], is_hidden) << subject << other;
    }
    const policy::message resent{.fields = {{"Subject", " Acme takeover"}, {"Resent-To", " Acme takeover <x@acme.example>"}},
                                 .body = ""};
    EXPECT_TRUE(outer_values(resent, subject_shown::inside_only)[1]);
}

concealment example_concealment() {
    concealment out = subject_shown::inside_only;
    out.fields = {"X-Classification"};
    out.tags = {"confidential", "streng vertraulich"};
    return out;
}

TEST(HeaderProtection, NothingOutsideSaysPartsOfTheSubjectOrATag) {
    const struct {
        header_field field;
        std::optional<std::string> outside;
    } cases[] = {
        {{"X-Copy", " [closing of the north office]"}, {}},
        {{"Resent-Subject", " [confidential] Closing of the north office"}, {}},
        {{"Resent-Comments", " the closing of the north office"}, {}},
        {{"Resent-From", " \"Confidential desk\" <desk@b.example>"}, " desk@b.example"},
        {{"Resent-Date", " Mon, 23 Nov 2026 09:00:00 +0000"}, " Mon, 23 Nov 2026 09:00:00 +0000"},
        {{"List-Id", " closing of the north office <north.lists.example>"}, " <north.lists.example>"},
        {{"List-Archive", " <https://lists.example/closing-of-the-north-office>"}, {}},
        {{"List-Unsubscribe", " <mailto:leave@lists.example>"}, " <mailto:leave@lists.example>"},
        {{"Precedence", " closing of the north"}, {}},
        {{"Precedence", " bulk"}, " bulk"},
        {{"Auto-Submitted", " auto-generated; s=\"closing of the north office\""}, " auto-generated"},
        {{"X-Short", " Closing of the north of..."}, {}},
        {{"X-Tail", " of the north office"}, {}},
        {{"X-List", " a;b;closing,of,the,north;c"}, {}},
        {{"X-Slug", " https://wiki.example/closing-of-the-north-office"}, {}},
        {{"X-Link", " https://wiki.example/?q=closing%20of%20the%20north"}, {}},
        {{"X-Encoded", " =?utf-8?B?Q2xvc2luZyBvZiB0aGUgbm9ydGg=?="}, {}},
        {{"X-Cut", " Closing of the nor..."}, {}},
        {{"X-Cut", " Re: closing of the n"}, {}},
        {{"X-Cut", " ...sing of the north"}, {}},
        {{"X-Cut", " closing of the ..."}, " closing of the ..."},
        {{"X-Cut", " closing of the northern lights"}, " closing of the northern lights"},
        {{"X-Html", " closing&nbsp;of&#32;the&#x20;north"}, {}},
        {{"X-Html", " &#99;losing of the &#xZ; &; &#; &lt"}, " &#99;losing of the &#xZ; &; &#; &lt"},
        {{"X-Quoted", " closing=20of=20the=20n=6Frth"}, {}},
        {{"X-Other", " closing of the south office"}, " closing of the south office"},
        {{"X-Classification", " confidential"}, {}},
        {{"x-classification", " =?utf-8?Q?vertraulich?="}, {}},
        {{"Sensitivity", " Company-Confidential"}, {}},
        {{"msip_labels", " MSIP_Label_f42a_Name=Secret"}, {}},
        {{"x-titus-metadata-40", " eyJ4IjoxfQ=="}, {}},
        {{"x-bjprotectivemarking", " <sisl/>"}, {}},
        {{"x-bj-acme-isms", " Offen"}, {}},
        {{"x-janusnet-pm-uuid", " 1"}, {}},
        {{"X-NC-Governance-Label", " id=1; origin=oc1"}, {}},
        {{"X-Label", " level=Confidential;by=ann"}, {}},
        {{"X-Label", " =?utf-8?Q?STRENG_VERTRAULICH?="}, {}},
        {{"X-Confidential", " yes"}, {}},
        {{"X-Label", " confidentially yours"}, " confidentially yours"},
        {{"In-Reply-To", " Your message of \"closing of the north office\" <1.2@corp.example>"}, " <1.2@corp.example>"},
        {{"In-Reply-To", " Your message of \"Thu, 3 Jan 2002\""}, {}},
        {{"References", " <1@corp.example>\n\t<2@corp.example>"}, " <1@corp.example>\n\t<2@corp.example>"},
        {{"References", " closing of the north office"}, {}},
        {{"References", " <closing-of-the-north-office>"}, {}},
        {{"References", " <<a<1@corp.example>>, <2@corp.example"}, " <1@corp.example>"},
        {{"Message-ID", " <3@corp.example>"}, " <3@corp.example>"},
        {{"Reply-To", " \"Closing of the north office\" <ann@corp.example>"}, " ann@corp.example"},
        {{"Reply-To", " Ann <ann@corp.example>"}, " Ann <ann@corp.example>"},
        {{"From", " Closing of the north <ann@corp.example>, b@corp.example"}, " ann@corp.example,\n b@corp.example"},
        {{"Reply-To", " closing of the north office"}, {}},
        {{"From", " \"Confidential, Legal\" <ann@corp.example>"}, " ann@corp.example"},
        {{"To", " =?utf-8?Q?Streng_Vertraulich?= <b@corp.example>, Carl <c@corp.example>"},
         " b@corp.example,\n c@corp.example"},
        {{"Cc", " confidential@corp.example"}, " confidential@corp.example"},
        {{"To", " Confidential: b@corp.example;"}, " b@corp.example"},
        {{"To", " Ann Confidentia <ann@corp.example>"}, " Ann Confidentia <ann@corp.example>"},
        {{"Received", " from confidential.example by x"}, " from confidential.example by x"},
        {{"List-Id", " <confidential.lists.example>"}, " <confidential.lists.example>"},
    };
    for (const auto& [field, outside] : cases) {
        const policy::message one{.fields = {{"Subject", " [confidential] Closing of the north office"}, field}, .body = ""};
        EXPECT_EQ(outer_values(one, example_concealment())[1], outside) << field.name << field.value;
        const auto inside = joined(entity_to_seal(one, example_concealment(), "=_x"));
        std::string line;
        policy::append_field(line, field);
        EXPECT_TRUE(outside == field.value || inside.contains(line)) << inside;
        EXPECT_EQ(outer_values(one, subject_shown::outside)[1], field.value);
    }
}

TEST(HeaderProtection, ASubjectInRawOctetsIsKnownAgainHoweverTheyAreRead) {
    const std::string utf8 = " \u5317\u65b9\u529e\u516c\u5ba4", gbk = " \xB1\xB1\xB7\xBD\xB0\xEC\xB9\xAB\xCA\xD2";
    const std::string word = " =?gbk?B?sbG3vbDsuavK0g==?=", other = " \u5357\u65b9\u529e\u4e8b\u5904";
    for (const std::string type : {" text/plain; charset=gbk", " text/plain"}) {
        const auto seen = [&](const std::string& subject, const std::string& copy) {
            const policy::message one{.fields = {{"Subject", subject},
                                                 {"X-Copy", copy},
                                                 {"Content-Type", type},
                                                 {"Reply-To", copy + " <a@b.example>"}},
                                      .body = ""};
            const auto outside = outer_values(one, example_concealment());
            return outside[1].value_or("gone") + outside[3].value_or("gone");
        };
        for (const auto& subject : {utf8, gbk, word})
            for (const auto& copy : {utf8, gbk, word})
                EXPECT_EQ(seen(subject, copy), "gone a@b.example") << subject << copy << type;
        EXPECT_EQ(seen(gbk, other), other + other + " <a@b.example>") << type;
    }
}

TEST(HeaderProtection, BracketsWithinBracketsGrowNoField) {
    const auto nested = " " + std::string(50'000, '<') + "1@corp.example>";
    const policy::message one{.fields = {{"References", nested}}, .body = ""};
    EXPECT_EQ(outer_values(one, example_concealment())[0], " <1@corp.example>");
}

TEST(HeaderProtection, AShortSubjectIsRepeatedAsAWhole) {
    const struct {
        const char* subject;
        const char* other;
        bool is_hidden;
    } cases[] = {
        {" North office", " (north-office)", true},
        {" North office", " office north", false},
        {" Plan", " plan", true},
        {" Plan", " Plan 9", false},
        {" Offer to buy Kite", " Offer to buy Ki...", true},
        {" Offer to buy Kite", " Offer to sell Ki...", false},
        {" Acme takeover", " Acme takeov...", true},
        {" Acme takeover", " acme takeov ers", false},
        {" Acme takeover", " Acme t...", false},
        {" \u5317\u65B9\u529E\u4E8B\u5904", " a\u5317\u65B9\u529E\u4E8Bz", true},
        {" B\u00DCROSCHLUSS", " b\u00FCroschlu\u00DF", true},
    };
    for (const auto& [subject, other, is_hidden] : cases) {
        const policy::message one{.fields = {{"Subject", subject}, {"X-Filter", other}}, .body = ""};
        EXPECT_EQ(!outer_values(one, subject_shown::inside_only)[1], is_hidden) << subject << other;
    }
}

TEST(HeaderProtection, WithoutItNothingIsAdded) {
    EXPECT_EQ(joined(entity_to_seal(mail, subject_shown::outside, "=_x")),
              "Content-Type: text/plain; charset=\"utf-8\"\r\n"
              "Content-Transfer-Encoding: 8bit\r\n\r\nOur price is 42.\r\n");
}

TEST(HeaderProtection, AMessageWithoutATypeGetsOne) {
    const auto entity = protected_form({.fields = {{"Subject", " x"}}, .body = "hello\r\n"});
    EXPECT_THAT(entity, HasSubstr("Content-Type: text/plain; charset=us-ascii; hp-legacy-display=\"1\";\r\n\thp=\"cipher\"; "));
}

TEST(HeaderProtection, SeveralSubjectsAreAllInsideAndOneOutside) {
    const auto entity = protected_form({.fields = {{"Subject", " one"}, {"subject", " two"}}, .body = ""});
    EXPECT_THAT(entity, StartsWith("Subject: one\r\nsubject: two\r\nHP-Outer: Subject: [...]\r\nContent-Type"));
}

TEST(HeaderProtection, WhatCannotBeAddedToIsLeftAsItIsInAMultipart) {
    const policy::message odd[] = {
        {.fields = {{"Subject", " x"}, {"Content-Type", " text/plain"}, {"Content-Type", " text/html"}}, .body = "hello\r\n"},
        {.fields = {{"Subject", " x"}, {"Content-Type", " text/plain; hp=\"clear\""}}, .body = "hello\r\n"},
        {.fields = {{"Subject", " x"}, {"Content-Type", " text/plain; boundary=a; boundary=b"}}, .body = "hello\r\n"},
    };
    for (const auto& message : odd) {
        const auto entity = protected_form(message);
        EXPECT_THAT(
            entity,
            HasSubstr("Content-Type: multipart/mixed; boundary=\"=_x\";\r\n\thp=\"cipher\"; protected-headers=\"v1\"\r\n"));
        EXPECT_THAT(entity, HasSubstr("--=_x\r\n" + joined(entity_to_seal(message, subject_shown::outside, "=_x")) +
                                      "\r\n--=_x--\r\n"));
    }
}

TEST(HeaderProtection, ASignedMessageKeepsItsSignedPart) {
    const std::string signed_body = "--b\r\nContent-Type: text/plain\r\n\r\nsigned\r\n--b\r\n\r\nsignature\r\n--b--\r\n";
    const auto entity =
        protected_form({.fields = {{"Subject", " x"}, {"Content-Type", " multipart/signed; boundary=b"}}, .body = signed_body});
    EXPECT_TRUE(entity.ends_with("\r\n\r\n" + signed_body)) << entity;
    EXPECT_THAT(entity, Not(HasSubstr("legacy")));
}

} // namespace
} // namespace sealgate::keys
