// What was inside comes back octet for octet; outside stays what is needed.
#include "keys/openpgp/armor.hpp"
#include "keys/protection/inspect.hpp"
#include "keys/sealing/header_protection.hpp"
#include "keys/sealing/pgp_mime.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

const policy::message mail{.fields = {{"From", " ann@example.org"},
                                      {"MIME-Version", " 1.0 (old)"},
                                      {"Subject", " the price"},
                                      {"content-type", " multipart/mixed;\n\tboundary=\"b\""},
                                      {"X-Content-Type", " stays"},
                                      {"Content-Transfer-Encoding", "8bit"},
                                      {"Content-Language", " de"},
                                      {"content-type", " text/plain"}},
                           .body = "--b\r\n\r\nh\xC3\xA4llo\r\n--b--\r\n"};

TEST(PgpMime, ContentFieldsMoveInsideVerbatim) {
    EXPECT_EQ(joined(inner_entity(mail)), "content-type: multipart/mixed;\r\n\tboundary=\"b\"\r\n"
                                          "Content-Transfer-Encoding:8bit\r\n"
                                          "Content-Language: de\r\n"
                                          "content-type: text/plain\r\n"
                                          "\r\n"
                                          "--b\r\n\r\nh\xC3\xA4llo\r\n--b--\r\n");
}

TEST(PgpMime, MessageWithoutContentFieldsBeginsWithTheEmptyLine) {
    EXPECT_EQ(joined(inner_entity({.fields = {{"Subject", " x"}}, .body = "hi\r\n"})), "\r\nhi\r\n");
}

TEST(PgpMime, OuterBodyIsRfc3156) {
    const auto envelope = make_envelope(std::string(3, '\0'), "=_x", write_in_memory);
    EXPECT_EQ(envelope.content_type, "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"=_x\"");
    EXPECT_EQ(envelope.body, "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156).\r\n"
                             "To read it you need a mail program with OpenPGP, and your key.\r\n"
                             "\r\n"
                             "--=_x\r\n"
                             "Content-Type: application/pgp-encrypted\r\n"
                             "Content-Description: PGP/MIME version identification\r\n"
                             "\r\n"
                             "Version: 1\r\n"
                             "\r\n"
                             "--=_x\r\n"
                             "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                             "Content-Description: OpenPGP encrypted message\r\n"
                             "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n"
                             "\r\n"
                             "-----BEGIN PGP MESSAGE-----\r\n"
                             "\r\n"
                             "AAAA\r\n"
                             "=Je8i\r\n"
                             "-----END PGP MESSAGE-----\r\n"
                             "\r\n"
                             "--=_x--\r\n");
}

TEST(PgpMime, OutsideKeepsTheOtherFieldsAndOneMimeVersion) {
    const auto sealed = sealed_message(mail, subject_shown::outside, make_envelope("binary", "b", write_in_memory));
    const std::vector<policy::header_field> expected = {
        {"From", " ann@example.org"},
        {"Subject", " the price"},
        {"X-Content-Type", " stays"},
        {"MIME-Version", " 1.0"},
        {"Content-Type", " multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b\""}};
    EXPECT_EQ(sealed.fields, expected);
}

TEST(PgpMime, OurOwnEnvelopePassesOurOwnJudge) {
    test::keyring people;
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto cipher = people.gpg_with_input("--encrypt -r " + bob, joined(inner_entity(mail)));
    const auto sealed = sealed_message(mail, subject_shown::outside, make_envelope(cipher, "=_sealgate", write_in_memory));
    const auto judged = inspect(sealed);
    EXPECT_EQ(judged.kind, policy::protection::pgp_mime) << judged.why;
    ASSERT_EQ(judged.messages.size(), 1u);
    ASSERT_EQ(judged.messages.front().readers.size(), 1u);
    EXPECT_EQ(judged.messages.front().readers.front().key_id, people.last_key_id(bob));
    EXPECT_EQ(people.decrypt(sealed.body), joined(inner_entity(mail)));
}

} // namespace
} // namespace sealgate::keys
