// What is a report about a mail, and what only says so.
#include "policy/decision/multipart_report.hpp"
#include "policy/mail/subject.hpp"
#include "tests/policy/support/policies.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

const std::string receipt_fields = "Reporting-UA: mail.example.org; Thunderbird\nOriginal-Recipient: rfc822;ann@example.org\n"
                                   "Final-Recipient: rfc822;ann@example.org\nOriginal-Message-ID: <1@x.org>\n"
                                   "Disposition: manual-action/MDN-sent-manually; displayed\n";
const std::string status_fields = "Reporting-MTA: dns; mail.example.org\nArrival-Date: Mon, 23 Nov 2026 09:00:00 +0100\n\n"
                                  "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n"
                                  "Diagnostic-Code: smtp; 550 5.1.1\n    nobody of that name\n";

const std::string receipt_type = "message/disposition-notification";

struct report {
    std::string type = "disposition-notification";
    std::string second = receipt_type;
    std::string fields = receipt_fields;
    std::string subject = "Read: Offer";
    std::string text = "Content-Type: text/plain\n\nYour mail was shown on a screen.\n";
    std::string third = {};

    std::string written() const {
        return "From: ann@example.org\nSubject: " + subject +
               "\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=" + type + ";\n\tboundary=\"b\"\n\n--b\n" +
               text + "\n--b\nContent-Type: " + second + "\n\n" + fields + "\n" +
               (third.empty() ? "" : "--b\n" + third + "\n") + "--b--\n";
    }
};

class MultipartReport : public testing::Test {
protected:
    std::optional<std::string> type_of(const std::string& written) const {
        const auto thread_of_message = [this](const message& one) {
            return thread_facts{.answers = {}, .hides_subject = is_in_thread && answers_hidden_subject(one)};
        };
        return report_type(rules, parse_message(written), thread_of_message);
    }
    bool passes(const report& one) const { return type_of(one.written()).has_value(); }
    bool is_in_thread = true;
    policy rules = load_or_fail(example_policy);
};

TEST_F(MultipartReport, IsWhatProgramsMake) {
    const report receipt;
    EXPECT_EQ(type_of(receipt.written()), "disposition-notification");
    const report status{.type = "delivery-status",
                        .second = "message/delivery-status",
                        .fields = status_fields,
                        .text = "Content-Description: Notification\nContent-Type: text/plain\n\nI'm sorry\n",
                        .third =
                            "Content-Description: Undelivered Message\nContent-Type: message/rfc822\n\nSubject: x\n\nhello\n"};
    EXPECT_EQ(type_of(status.written()), "delivery-status");
    EXPECT_TRUE(passes({.type = "delivery-status", .second = "message/global-delivery-status", .fields = status_fields}));
    EXPECT_TRUE(passes({.type = "global-disposition-notification", .second = "message/global-disposition-notification"}));
    EXPECT_TRUE(
        passes({.text = "Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nread\n--c\n"
                        "Content-Type: text/html\n\n<p>read\n--c--\n"}));
    EXPECT_TRUE(passes({.third = "Content-Type: text/rfc822-headers\n\nSubject: Offer\nTo: ann@example.org\n"}));
}

TEST_F(MultipartReport, WhatOnlySaysSoIsNone) {
    const std::string attachment = "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n";
    const std::pair<const char*, report> forged[] = {
        {"no report-type", {.type = ""}},
        {"an unknown type", {.type = "gossip", .second = "message/gossip"}},
        {"another second part", {.second = "message/delivery-status"}},
        {"a text as its second part", {.second = "text/plain"}},
        {"no fields", {.fields = "The offer is as follows.\n"}},
        {"a text among the fields", {.fields = receipt_fields + "\nthe offer: 12 million\n"}},
        {"a field is missing", {.fields = "Final-Recipient: rfc822;ann@example.org\n"}},
        {"a file in front", {.text = attachment}},
        {"a file beside the text",
         {.text = "Content-Type: multipart/mixed; boundary=c\n\n--c\n\ntext\n--c\n" + attachment + "--c--\n"}},
        {"a file behind", {.third = attachment}},
        {"a fourth part", {.third = "Content-Type: text/rfc822-headers\n\nSubject: x\n--b\n" + attachment}},
        {"a mail in base64", {.third = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nAAAA\n"}},
        {"a text of two types", {.text = "Content-Type: text/plain\nContent-Type: application/pdf\n\ntext\n"}},
        {"fields of two types", {.second = receipt_type + "\nContent-Type: text/html"}},
        {"a long text", {.text = "\n" + std::string(70'000, 'x') + "\n"}},
    };
    for (const auto& [what, one] : forged) EXPECT_FALSE(passes(one)) << what;
    EXPECT_FALSE(type_of("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\nx\n"));
    EXPECT_FALSE(type_of("Subject: x\n\nx\n"));
}

TEST_F(MultipartReport, OfATaggedMailItCarriesTheHeaderAndNoMore) {
    const std::string original = "Content-Type: message/rfc822\n\nSubject: [confidential] Offer\n\n";
    const report status{.type = "delivery-status", .second = "message/delivery-status", .fields = status_fields};
    const auto returning = [&](const std::string& subject, const std::string& third) {
        auto one = status;
        one.subject = subject;
        one.third = third;
        return one;
    };
    EXPECT_TRUE(passes({.subject = "Read: [confidential] Offer"}));
    EXPECT_TRUE(passes(returning("Undelivered Mail", original)));
    EXPECT_TRUE(passes(returning("Undelivered Mail", "Content-Type: text/rfc822-headers\n\nSubject: [confidential] Offer\n")));
    for (const auto& one :
         {returning("Undelivered Mail", original + "the offer\n"),
          returning("Read: [confidential] Offer", "Content-Type: message/rfc822\n\nTo: x\n\nthe offer\n"),
          returning("Read: [confidental] Offer", "Content-Type: message/rfc822\n\nTo: x\n\nthe offer\n"),
          returning("Undelivered Mail", "Content-Type: text/rfc822-headers\n\nX-Classification: confidential\n\noffer\n")})
        EXPECT_FALSE(passes(one)) << one.written();
    const std::string internal_mail = "Content-Type: message/rfc822\n\nSubject: [internal] Minutes\n\nthe minutes\n";
    EXPECT_TRUE(passes(returning("Undelivered Mail", internal_mail))) << "as an untagged one";
    rules.untagged_automatic.reset();
    EXPECT_FALSE(passes(returning("Undelivered Mail", internal_mail)));
    report long_one{.subject = "Read: [confidential] Offer", .text = "\n" + std::string(20'000, 'x') + "\n"};
    EXPECT_FALSE(passes(long_one));
    long_one.subject = "Read: Offer";
    EXPECT_TRUE(passes(long_one));
}

TEST_F(MultipartReport, OfASensitiveThreadItCarriesNoMoreEither) {
    const std::string answer = "Content-Type: message/rfc822\n\nSubject: Re: [...]\n\n";
    EXPECT_TRUE(passes({.subject = "Read: Re: [...]", .third = answer}));
    EXPECT_FALSE(passes({.third = answer + "yes, 4.2 million\n"}));
    EXPECT_FALSE(passes({.subject = "Read: Re: [...]", .third = "Content-Type: message/rfc822\n\nTo: x\n\n4.2 million\n"}));
    rules.untagged_automatic = rules.classifications.size() - 1;
    EXPECT_TRUE(passes({.third = answer + "yes, 4.2 million\n"})) << "as any report is";
    rules.untagged_automatic = 1;
    is_in_thread = false;
    EXPECT_TRUE(passes({.third = answer + "yes, 4.2 million\n"}));
    const report returning{.third = "Content-Type: message/rfc822\n\nSubject: x\n\n4.2 million\n"};
    EXPECT_FALSE(report_type(rules, parse_message(returning.written()), [](const message&) {
        return thread_facts{.answers = {}, .unread = true};
    })) << "nobody can tell";
}

} // namespace
} // namespace sealgate::policy
