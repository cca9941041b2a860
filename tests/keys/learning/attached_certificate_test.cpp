// Which parts of a mail count as attached certificates, and how many are looked at.
#include "keys/learning/attached_certificate.hpp"
#include "tests/keys/support/signed_mail.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using test::signed_mail;

std::string in_crlf(std::string text) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.replace(at, 1, "\r\n");
    return text;
}

std::string part(const std::string& fields, const std::string& content) {
    return "--b\r\n" + fields + "\r\n\r\n" + content + "\r\n";
}

std::string key_part(const std::string& content = in_crlf(test::armored_plain())) {
    return part("Content-Type: application/pgp-keys; name=\"key.asc\"\r\nContent-Disposition: attachment; filename=\"key.asc\"",
                content);
}

const std::string text_part = part("Content-Type: text/plain", "hello");

std::size_t found_in(const std::string& parts, const std::string& type = " multipart/mixed; boundary=b") {
    return attached_certificates(signed_mail{.type = type, .body = parts + "--b--\r\n"}.message()).size();
}

TEST(AttachedCertificates, AreThoseOfTypeAndName) {
    EXPECT_EQ(found_in(text_part + key_part()), 1);
    EXPECT_EQ(found_in(text_part + part("Content-Type: application/pgp-keys\r\nContent-Transfer-Encoding: base64",
                                        text::encode_base64(test::certificate_of_plain()))),
              1)
        << "in binary";
    for (const auto* const type : {"application/octet-stream", "text/plain", "application/pgp-signature"})
        EXPECT_EQ(found_in(text_part + part(std::string("Content-Type: ") + type + "; name=\"OpenPGP_0x1234.ASC\"",
                                            in_crlf(test::armored_plain()))),
                  1)
            << type;
    EXPECT_EQ(
        attached_certificates(signed_mail{.type = " application/pgp-keys", .body = in_crlf(test::armored_plain())}.message())
            .size(),
        1);
    EXPECT_EQ(found_in(text_part + key_part(), " multipart/signed; boundary=b"), 1);
}

TEST(AttachedCertificates, NothingElseIs) {
    EXPECT_EQ(found_in(text_part), 0);
    EXPECT_EQ(found_in(part("Content-Type: text/plain", in_crlf(test::armored_plain()))), 0) << "a quoted key in a text";
    EXPECT_EQ(found_in(part("Content-Type: application/octet-stream; name=key.asc\r\nContent-Transfer-Encoding: base64",
                            text::encode_base64(test::certificate_of_plain()))),
              0)
        << "a file of that name that is not armored";
    EXPECT_EQ(found_in(key_part("no key")), 0);
    EXPECT_EQ(
        found_in(part("Content-Type: message/rfc822", "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: "
                                                      "application/pgp-keys\r\n\r\n" +
                                                          in_crlf(test::armored_plain()) + "\r\n--c--")),
        0)
        << "of a mail that was forwarded";
    EXPECT_EQ(found_in(part("Content-Type: application/pgp-keys\r\nContent-Type: text/plain", in_crlf(test::armored_plain()))),
              0)
        << "a part that programs read in two ways";
}

TEST(AttachedCertificates, AreFew) {
    std::string parts;
    for (int i = 0; i < 10; ++i) parts += key_part();
    EXPECT_EQ(found_in(parts), 10);
    for (int i = 0; i < 10; ++i) parts += key_part();
    EXPECT_EQ(found_in(parts), 10) << "those of the first parts";
    std::string many;
    for (int i = 0; i < 11; ++i) many += test::certificate_of_plain();
    const auto several =
        part("Content-Type: application/pgp-keys\r\nContent-Transfer-Encoding: base64", text::encode_base64(many));
    EXPECT_EQ(found_in(several), 0);
    const std::string filling(most_attached_octets, ' ');
    EXPECT_EQ(found_in(key_part(filling + in_crlf(test::armored_plain())) + key_part()), 1)
        << "one that is too large counts for nothing";
    EXPECT_EQ(found_in(key_part(filling) + key_part()), 0) << "all of them together";
}

} // namespace
} // namespace sealgate::keys
