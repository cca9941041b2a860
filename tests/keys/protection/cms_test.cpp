// Encrypted CMS, in DER and BER, and what only looks like it.
#include "keys/base/files.hpp"
#include "keys/protection/cms.hpp"
#include "tests/keys/support/noise.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

const auto enveloped = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"s;
const auto signed_data = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"s;
const auto auth_enveloped = "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"s;
const auto data_type = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"s;
const auto prose = "The source is Jane Roe, meet at five. All of this is plain text and readable."s;

std::string der(unsigned char tag, const std::string& content) {
    const auto size = content.size();
    return std::string{static_cast<char>(tag), '\x82', static_cast<char>(size >> 8), static_cast<char>(size)} + content;
}

std::string indefinite(unsigned char tag, const std::string& content) {
    return std::string{static_cast<char>(tag), '\x80'} + content + "\0\0"s;
}

std::string number(char value) { return "\x02\x01"s + value; }

const auto algorithm = der(0x30, data_type + der(0x04, test::noise(16)));
const auto recipient = der(0x30, number(2) + der(0x80, test::noise(20)) + algorithm + der(0x04, test::noise(256)));
const auto ciphertext = der(0x80, test::noise(200));

std::string encrypted_content(const std::string& content = ciphertext) { return der(0x30, data_type + algorithm + content); }

std::string info(const std::string& type, const std::string& inside) { return der(0x30, type + der(0xA0, der(0x30, inside))); }

const auto good = info(enveloped, number(2) + der(0x31, recipient) + encrypted_content());

TEST(Cms, EnvelopedDataIsReadDownToItsContent) {
    const auto pieces = der(0x04, test::noise(100, 1)) + der(0x04, test::noise(100, 2));
    const std::string cases[] = {
        good,
        info(enveloped, number(2) + der(0xA0, "\x30\x00"s) + der(0x31, recipient + recipient) + encrypted_content() +
                            der(0xA1, "\x30\x00"s)),
        info(enveloped, number(2) + der(0x31, recipient) + encrypted_content(der(0xA0, pieces))),
        info(auth_enveloped,
             number(0) + der(0x31, recipient) + encrypted_content() + der(0xA1, "\x30\x00"s) + der(0x04, test::noise(16))),
        indefinite(0x30, enveloped + indefinite(0xA0, indefinite(0x30, number(2) + indefinite(0x31, recipient) +
                                                                           indefinite(0x30, data_type + algorithm +
                                                                                                indefinite(0xA0, pieces))))),
    };
    for (const auto& bytes : cases) EXPECT_TRUE(is_enveloped_cms(bytes)) << testing::PrintToString(bytes);
}

TEST(Cms, EverythingElseIsNot) {
    const auto recipients = der(0x31, recipient);
    const auto with_recipient = [](const std::string& one) {
        return info(enveloped, number(2) + der(0x31, one) + encrypted_content());
    };
    const std::string cases[] = {
        "",
        prose,
        "\x30",
        "\x30\x80",
        good + prose,
        good + "\r\n",
        info(signed_data, number(2) + recipients + encrypted_content()),
        info(enveloped, prose),
        der(0x30, enveloped),
        der(0x30, enveloped + der(0xA0, prose)), // as the red team had it
        der(0x30, enveloped + der(0xA0, der(0x30, prose))),
        der(0x30, enveloped + indefinite(0xA0, prose)),
        der(0x30, enveloped + der(0xA0, "")),
        info(enveloped, recipients + encrypted_content()),
        info(enveloped, number(9) + recipients + encrypted_content()),
        info(enveloped, number(2) + encrypted_content()),
        info(enveloped, number(2) + der(0x31, "") + encrypted_content()),
        info(enveloped, number(2) + recipients),
        info(enveloped, number(2) + recipients + encrypted_content("")),
        info(enveloped, number(2) + recipients + encrypted_content(der(0x80, ""))),
        info(enveloped, number(2) + recipients + encrypted_content(der(0x80, prose))),
        info(enveloped, number(2) + recipients + encrypted_content(der(0xA0, der(0x04, prose)))),
        info(enveloped, number(2) + recipients + encrypted_content(der(0xA0, ciphertext))),
        info(enveloped, number(2) + recipients + encrypted_content(ciphertext + prose)),
        info(enveloped, number(2) + recipients + encrypted_content() + der(0x04, prose)),
        info(enveloped, number(2) + recipients + encrypted_content() + der(0xA1, std::string(5000, 'x'))),
        info(enveloped, number(2) + der(0xA0, std::string(20'000, 'x')) + recipients + encrypted_content()),
        info(auth_enveloped, number(0) + recipients + encrypted_content()), // no authentication code
        info(auth_enveloped, number(0) + recipients + encrypted_content() + der(0x04, prose)),
        with_recipient(der(0x04, prose)),
        with_recipient(der(0x30, prose)),
        with_recipient(der(0x30, number(2) + der(0x80, "x") + algorithm + der(0x04, prose))),
        with_recipient(der(0x30, number(2) + der(0x80, "x") + algorithm)),
        with_recipient(recipient + der(0xA5, prose)),
    };
    for (const auto& bytes : cases) EXPECT_FALSE(is_enveloped_cms(bytes)) << testing::PrintToString(bytes);
}

// What is not encrypted can be read by everybody.
TEST(Cms, NoFieldHasRoomForALetter) {
    const std::string letter(600, 'x');
    const auto with_recipient = [](const std::string& one) {
        return info(enveloped, number(2) + der(0x31, one) + encrypted_content());
    };
    const auto key = der(0x04, test::noise(256));
    const auto kem = "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x0D\x03"s;
    const auto encapsulated = [&](const std::string& identifier) {
        return der(0xA4, identifier + der(0x30, number(0) + der(0x80, test::noise(20)) + algorithm + key + algorithm +
                                                    number(32) + algorithm + key));
    };
    const auto issued_by = [&](const std::string& name) {
        return der(0x30, number(0) + der(0x30, der(0x30, name) + number(7)) + algorithm + key);
    };
    const auto called = [](const std::string& name) { return der(0x31, der(0x30, "\x06\x03\x55\x04\x03" + der(0x0C, name))); };
    std::string issuers;
    for (int i = 0; i < 40; ++i) issuers += issued_by(called(std::string(450, static_cast<char>('a' + i))));
    EXPECT_TRUE(is_enveloped_cms(with_recipient(issued_by(called(std::string(200, 'x'))))));
    EXPECT_TRUE(is_enveloped_cms(with_recipient(encapsulated(kem))));
    std::string many;
    for (int i = 0; i < 1001; ++i) many += recipient;
    for (const auto& bytes :
         {with_recipient(issued_by(letter)), with_recipient(issued_by("x is no name")), with_recipient(issuers),
          with_recipient(issued_by(called(letter))),
          info(enveloped, number(2) + der(0xA0, "some words") + der(0x31, recipient) + encrypted_content()),
          with_recipient(der(0xA4, kem + der(0x30, letter))), with_recipient(encapsulated(der(0x06, "\x2A\x03"s))),
          with_recipient(many), with_recipient(der(0x30, number(2) + der(0x80, letter) + algorithm + key)),
          with_recipient(der(0x30, number(2) + der(0x80, "x") + der(0x30, data_type + der(0x04, letter)) + key)),
          with_recipient(der(0x30, number(2) + der(0x80, "x") + der(0x30, der(0x06, std::string(40, 'x'))) + key)),
          info(enveloped, number(2) + der(0x31, recipient) + der(0x30, der(0x06, letter) + algorithm + ciphertext))})
        EXPECT_FALSE(is_enveloped_cms(bytes)) << testing::PrintToString(bytes).substr(0, 200);
}

TEST(Cms, ALetterInTheKeysOfManyRecipientsIsFound) {
    const auto to = [](const std::string& key) {
        return der(0x30, number(2) + der(0x80, test::noise(20)) + algorithm + der(0x04, key));
    };
    std::string honest, letter;
    for (unsigned i = 0; i < 20; ++i) {
        honest += to(test::noise(256, i));
        letter += to(prose.substr(i, 30) + test::noise(40, i));
    }
    EXPECT_TRUE(is_enveloped_cms(info(enveloped, number(2) + der(0x31, honest) + encrypted_content())));
    EXPECT_TRUE(is_enveloped_cms(
        info(enveloped, number(2) + der(0x31, to(prose.substr(0, 30) + test::noise(40))) + encrypted_content())));
    EXPECT_FALSE(is_enveloped_cms(info(enveloped, number(2) + der(0x31, letter) + encrypted_content())));
}

TEST(Cms, NestingIsBounded) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "\x30\x80"s;
    EXPECT_FALSE(is_enveloped_cms(deep));
    EXPECT_FALSE(is_enveloped_cms("\x30\x80"s + enveloped + "\xA0\x80"s + deep));
}

TEST(Cms, EveryCutIsRefusedAndNoChangeCrashesIt) {
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(is_enveloped_cms(good.substr(0, size))) << size;
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int value = 0; value < 256; ++value) {
            auto changed = good;
            changed[at] = static_cast<char>(value);
            (void)is_enveloped_cms(changed);
        }
}

// What real programs make, in DER and streamed: `openssl cms`.
class OpensslCms : public testing::Test {
protected:
    static void SetUpTestSuite() {
        home = std::make_unique<temporary_directory>(std::filesystem::temp_directory_path());
        replace_file(path("text"), prose);
        replace_file(path("long"), test::noise(100'000));
        make_person("rsa", "rsa:2048");
        make_person("ec", "ec -pkeyopt ec_paramgen_curve:P-256");
    }
    static void TearDownTestSuite() { home.reset(); }

    static void make_person(const std::string& name, const std::string& key) {
        test::run("openssl req -x509 -nodes -newkey " + key + " -subj /CN=Bob/emailAddress=bob@example.org -days 9 -keyout " +
                  path(name + ".key") + " -out " + path(name) + " 2>/dev/null");
    }

    static std::string path(const std::string& file) { return (home->path() / file).string(); }

    static std::string openssl(const std::string& arguments) { return test::run("openssl " + arguments + " 2>/dev/null"); }

    static inline std::unique_ptr<temporary_directory> home;
};

TEST_F(OpensslCms, EncryptedIsEnveloped) {
    const auto rsa = path("rsa"), ec = path("ec");
    const auto to = [&](const std::string& who) { return " -outform DER -in " + path("text") + " " + who; };
    const std::string commands[] = {
        "smime -encrypt -aes256" + to(rsa),
        "smime -encrypt -des3" + to(rsa),
        "cms -encrypt -aes128" + to(rsa),
        "cms -encrypt -aes128 -stream" + to(rsa),
        "cms -encrypt -aes128 -stream -outform DER -in " + path("long") + " " + rsa,
        "cms -encrypt -aes256 -keyid" + to(rsa),
        "cms -encrypt -aes-256-gcm" + to(rsa),
        "cms -encrypt -aes-256-gcm -stream" + to(rsa),
        "cms -encrypt -aes256" + to(rsa + " " + ec),
        "cms -encrypt -aes256 -stream" + to(ec),
        "cms -encrypt -aes256 -recip " + rsa + " -keyopt rsa_padding_mode:oaep -outform DER -in " + path("text"),
        "cms -encrypt -aes256 -pwri_password x" + to(rsa),
        "cms -encrypt -aes256 -secretkey 000102030405060708090A0B0C0D0E0F -secretkeyid AA -outform DER -in " + path("text"),
    };
    for (const auto& command : commands) {
        const auto made = openssl(command);
        EXPECT_TRUE(is_enveloped_cms(made)) << command << "\n" << testing::PrintToString(made);
        EXPECT_FALSE(is_enveloped_cms(made + prose)) << command;
        EXPECT_FALSE(is_enveloped_cms(made.substr(0, made.size() - 1))) << command;
    }
}

TEST_F(OpensslCms, SignedAndCompressedAreNot) {
    const auto in = " -nodetach -outform DER -in " + path("text");
    EXPECT_FALSE(is_enveloped_cms(openssl("cms -sign -signer " + path("rsa") + " -inkey " + path("rsa.key") + in)));
    EXPECT_FALSE(is_enveloped_cms(openssl("cms -data_create -outform DER -in " + path("text"))));
    EXPECT_FALSE(is_enveloped_cms(openssl(
        "cms -EncryptedData_encrypt -aes128 -secretkey 000102030405060708090A0B0C0D0E0F -outform DER -in " + path("text"))));
}

} // namespace
} // namespace sealgate::keys
