// The forms that mail programs write are known, of any size; what is cut or nested without end is not taken for them.
#include "policy/base/base64.hpp"
#include "tests/keys/support/inspected.hpp"

#include <sys/resource.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;
using policy::protection;

// The forms that programs write, by their headers; the ciphertext is real.
TEST_F(Inspect, WhatProgramsWriteKeepsItsKind) {
    const auto by = [](const std::string& version_fields, const std::string& data_type, const std::string& data_fields) {
        return mail(encrypted_type, multipart({part("application/pgp-encrypted", "Version: 1\r\n", version_fields),
                                               part(data_type, armored, data_fields)}));
    };
    const policy::message mime[] = {
        by("Content-Description: PGP/MIME version identification\r\n", // Thunderbird, Enigmail
           "application/octet-stream; name=\"encrypted.asc\"",
           "Content-Description: OpenPGP encrypted message\r\nContent-Disposition: inline; "
           "filename=\"encrypted.asc\"\r\n"),
        by("", "application/octet-stream; name=\"encrypted.asc\"", // K-9
           "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n"),
        by("Content-Disposition: attachment\r\n", "application/octet-stream", // Mutt
           "Content-Disposition: attachment; filename=\"msg.asc\"\r\n"),
        by("Content-Transfer-Encoding: 7bit\r\nContent-Description: PGP/MIME Versions "
           "Identification\r\n", // Apple Mail
           "application/octet-stream;\r\n\tname=encrypted.asc",
           "Content-Transfer-Encoding: 7bit\r\nContent-Disposition: "
           "inline;\r\n\tfilename=encrypted.asc\r\n"
           "Content-Description: OpenPGP encrypted message\r\n"),
        by("Content-Disposition: attachment;\r\n filename=\"Version.txt\"\r\nContent-Transfer-Encoding: "
           "7bit\r\n" // GpgOL
           "Content-ID: <a.b.c@gpgol>\r\n",
           "application/octet-stream", "Content-Disposition: inline;\r\n\tfilename=openpgp-encrypted-message.asc\r\n"),
        by("MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n", // Python's email package
           "application/octet-stream", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n"),
    };
    for (const auto& m : mime)
        EXPECT_EQ(kind(m), protection::pgp_mime) << inspect(m).why << "\n" << m.body.view().substr(0, 300);

    const auto base64 = "Content-Transfer-Encoding: base64\r\n"s;
    const auto exchange =
        mail("multipart/mixed; boundary=b",
             multipart({part("text/plain; charset=\"us-ascii\"", "", "Content-ID: <1@x.prod.outlook.com>\r\n" + base64),
                        part("application/pgp-encrypted; name=\"PGPMIME Versions Identification\"",
                             text::encode_base64("Version: 1\r\n"),
                             "Content-Description: PGPMIME Versions Identification\r\nContent-Disposition: "
                             "attachment;\r\n"
                             "\tfilename=\"PGPMIME Versions Identification\"; size=12;\r\n"
                             "\tcreation-date=\"Mon, 23 Nov 2026 09:00:00 GMT\";\r\n"
                             "\tmodification-date=\"Mon, 23 Nov 2026 09:00:00 GMT\"\r\nContent-ID: <2@x>\r\n" +
                                 base64),
                        part("application/octet-stream; name=\"encrypted.asc\"", text::encode_base64(armored),
                             "Content-Description: encrypted.asc\r\nContent-Disposition: attachment;\r\n"
                             "\tfilename=\"encrypted.asc\"; size=1712\r\nContent-ID: <3@x>\r\n" +
                                 base64)}));
    EXPECT_EQ(kind(exchange), protection::pgp_mime) << inspect(exchange).why;
}

TEST_F(Inspect, EmptyLinesAroundThePartsCostNoMemoryOfTheirOwn) {
    const auto m = mail(encrypted_type, std::string(20'000'000, '\n') + multipart({version, data}));
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    EXPECT_EQ(kind(m), protection::pgp_mime);
    getrusage(RUSAGE_SELF, &after);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100 * 1024) << "KiB";
}

TEST_F(Inspect, NestedTooDeepIsTold) {
    std::string body = "BEGIN PGP\r\n";
    for (int i = 0; i < 200'000; ++i)
        body += "--b" + std::to_string(1'000'000 + i) + "\r\nContent-Type: multipart/mixed; boundary=b" +
                std::to_string(1'000'001 + i) + "\r\n\r\n";
    const auto judged = inspect(mail("multipart/mixed; boundary=b1000000", body));
    EXPECT_TRUE(judged.too_complex);
    EXPECT_EQ(judged.kind, protection::none);
    body.erase(0, 11);
    EXPECT_FALSE(inspect(mail("multipart/mixed; boundary=b1000000", body)).too_complex); // nobody needs to know
}

TEST_F(Inspect, NoCutOfAMessageIsTakenForTheWhole) {
    const auto whole = mail(encrypted_type, multipart({version, data}));
    const auto end = whole.body.size() - 2; // the last line end may be missing
    for (std::size_t size = 0; size < end; ++size)
        EXPECT_NE(kind(mail(encrypted_type, std::string(whole.body.part(0, size)))), protection::pgp_mime) << size;
}

} // namespace
} // namespace sealgate::keys
