#include "keys/header_protection.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string protected_form(const policy::message& mail) { return entity_to_seal(mail, subject_shown::inside_only, "=_x"); }

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
    const auto outside = sealed_message(exchange, subject_shown::inside_only, make_envelope("x", "=_x"));
    std::vector<std::string> names;
    for (const auto& field : outside.fields) names.push_back(field.name);
    EXPECT_THAT(names, ElementsAre("Received", "Subject", "X-Mailer", "From", "MIME-Version", "Content-Type"));
    for (const auto* inside :
         {"\r\nThread-Topic: [confidential] Tender\r\n", "\r\nX-Spam-Report: Content", "\r\nX-Spam-Prev-Subject:"})
        EXPECT_THAT(protected_form(exchange), HasSubstr(inside));
    EXPECT_EQ(sealed_message(exchange, subject_shown::outside, make_envelope("x", "=_x")).fields.size(),
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

TEST(HeaderProtection, WithoutItNothingIsAdded) {
    EXPECT_EQ(entity_to_seal(mail, subject_shown::outside, "=_x"),
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
        EXPECT_THAT(entity,
                    HasSubstr("--=_x\r\n" + entity_to_seal(message, subject_shown::outside, "=_x") + "\r\n--=_x--\r\n"));
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
