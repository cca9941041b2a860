// What is really encrypted is believed, and nothing that anybody can read is.
#include "keys/base/files.hpp"
#include "policy/base/base64.hpp"
#include "tests/keys/support/inspected.hpp"

#include <filesystem>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;
using policy::protection;

TEST_F(Inspect, OrdinaryMailIsNone) {
    EXPECT_EQ(kind({}), protection::none);
    EXPECT_EQ(kind(mail("text/plain", "hello\r\n")), protection::none);
    EXPECT_EQ(kind(mail("text/plain", "about the .pgp file you sent, and BEGIN PGP\r\n")), protection::none);
    EXPECT_EQ(kind(mail("multipart/mixed; boundary=b",
                        multipart({part("text/plain", "key attached"), part("application/pgp-keys", certificate)}))),
              protection::none);
}

TEST_F(Inspect, PgpMimeAsTheStandardHasItIsPgpMime) {
    const auto judged = inspect(mail(encrypted_type, multipart({version, data})));
    EXPECT_EQ(judged.kind, protection::pgp_mime) << judged.why;
    EXPECT_EQ(judged.why, "PGP/MIME, encrypted to 1 key");
    ASSERT_EQ(judged.messages.size(), 1u);
    ASSERT_EQ(judged.messages.front().readers.size(), 1u);
    EXPECT_EQ(judged.messages.front().readers.front().key_id, key_id);
}

TEST_F(Inspect, PgpMimeAsMailProgramsWriteItIsPgpMime) {
    const auto sentence = "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\r\n"s;
    const policy::message cases[] = {
        mail(encrypted_type, sentence + multipart({version, data})),
        mail("Multipart/Encrypted;\n protocol=Application/PGP-Encrypted;\n boundary=\"b\"",
             multipart({version, data}) + "\r\n\r\n"),
        mail(encrypted_type, multipart({part("application/pgp-encrypted; name=\"v\"", "Version: 1",
                                             "Content-Description: PGP/MIME version identification\r\n"),
                                        data})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", "\r\n" + armored + "\r\n")})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", text::encode_base64(armored),
                                                      "Content-Transfer-Encoding: base64\r\n")})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", passphrase)})),
    };
    for (const auto& m : cases)
        EXPECT_EQ(kind(m), protection::pgp_mime) << inspect(m).why << "\n" << m.body.view().substr(0, 200);
}

TEST_F(Inspect, WhatOnlySaysItIsEncryptedIsFake) {
    const auto with = [](const std::string& second) {
        return mail(encrypted_type, multipart({version, part("application/octet-stream", second)}));
    };
    const policy::message cases[] = {
        with("the price is 42"),
        with(stored),
        with(signed_only),
        with("-----BEGIN PGP MESSAGE-----\r\n\r\nthe price is 42\r\n-----END PGP MESSAGE-----"),
        with(certificate),
        with(""),
        with(armored.substr(0, armored.size() / 2)),
        with(armor_message(cipher.substr(0, cipher.size() - 1))),
        with(armor_message(cipher + "\xCB\x0B"
                                    "b\0\0\0\0\0clear"s)),
        mail(encrypted_type, "the price is 42"),
        mail(encrypted_type, multipart({version})),
        mail(encrypted_type, multipart({version, part("text/plain", "the price is 42")})),
        mail("multipart/encrypted; boundary=b", multipart({version, part("application/octet-stream", "42")})),
        mail("application/pgp-encrypted", "the price is 42"),
        mail("text/plain", stored),
        mail("text/plain", "-----BEGIN PGP MESSAGE-----\r\nthe price is 42"),
        mail("text/plain", "hello\r\n" + signed_only),
    };
    for (const auto& m : cases)
        EXPECT_EQ(kind(m), protection::pgp_fake) << inspect(m).why << "\n" << m.body.view().substr(0, 300);
}

TEST_F(Inspect, SomethingReadableBesideMakesItPartial) {
    const auto clear = part("text/plain", "the price is 42");
    const policy::message cases[] = {
        mail(encrypted_type, multipart({version, data, clear})),
        mail(encrypted_type, multipart({clear, version, data})),
        mail(encrypted_type, "the price is 42\r\n" + multipart({version, data})),
        mail(encrypted_type, multipart({version, data}) + "the price is 42\r\n"),
        mail(encrypted_type, multipart({part("application/pgp-encrypted", "Version: 1\r\nthe price is 42"), data})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", "the price is 42\r\n" + armored)})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", armored + "the price is 42\r\n")})),
        mail(encrypted_type, multipart({version, part("application/octet-stream", armored + armored)})),
        mail("multipart/mixed; boundary=b", multipart({part("text/plain", armored), clear})),
        mail("multipart/mixed; boundary=b", multipart({part("text/plain", armored), part("text/plain", stored)})),
        mail("multipart/mixed; boundary=b",
             multipart({part("text/plain", armored), part("message/rfc822", "Subject: 42\r\n\r\n" + armored)})),
        mail("text/plain", "hello bob\r\n" + armored),
        mail("text/plain", armored + "-- \r\nAnn\r\n"),
    };
    for (const auto& m : cases)
        EXPECT_EQ(kind(m), protection::pgp_partial) << inspect(m).why << "\n" << m.body.view().substr(0, 300);
}

TEST_F(Inspect, APageThatSaysTheMarkOfASignatureAloneSaysNothing) {
    const std::string gmails =
        "<div dir=\"ltr\"><br clear=\"all\"><div><br></div><span class=\"gmail_signature_prefix\">-- </span><br>"
        "<div dir=\"ltr\" class=\"gmail_signature\" data-smartmail=\"gmail_signature\"></div></div>";
    const auto beside = [](const std::string& page) {
        return mail("multipart/mixed; boundary=b", multipart({part("text/html", page), data}));
    };
    EXPECT_EQ(inspect(beside(gmails)).why, inspect(beside("<div></div>")).why);
    EXPECT_EQ(kind(beside(gmails)), kind(beside("<div></div>")));
    EXPECT_NE(kind(beside(gmails)), protection::pgp_partial);
    for (const auto* signs : {"<div>-- <br>Ann</div>", "<div>---</div>", "<div>-- --</div>"})
        EXPECT_EQ(kind(beside(signs)), protection::pgp_partial) << signs;
}

TEST_F(Inspect, WhatIsNoMessageIsToldToBeNoneWhateverItsDigitsSay) {
    const auto file = [](std::string_view content) {
        return mail("multipart/mixed; boundary=b",
                    multipart({part("text/plain", "see"),
                               part("application/octet-stream; name=trustdb.gpg", text::encode_base64(content),
                                    "Content-Transfer-Encoding: base64\r\n")}));
    };
    const auto trust_database = inspect(file("\1gpg\3\3\1\5\1"s + std::string(220, '\0')));
    EXPECT_EQ(trust_database.kind, protection::pgp_fake);
    EXPECT_EQ(trust_database.why, "looks encrypted (OpenPGP) and is not: not OpenPGP data");
    const auto spelled = "-----BEGIN PGP MESSAGE-----\r\n\r\n" + std::string(200, 'A') + "\r\n-----END PGP MESSAGE-----\r\n";
    EXPECT_EQ(inspect(mail("text/plain", spelled)).why, "looks encrypted (OpenPGP) and is not: not OpenPGP data");
}

TEST_F(Inspect, TextInTheEncodingOfAnEncryptedPartIsNotOverlooked) {
    const auto hidden = text::encode_base64(armored) + "\r\nthe price is 42\r\n";
    const auto m =
        mail(encrypted_type,
             multipart({version, part("application/octet-stream", hidden, "Content-Transfer-Encoding: base64\r\n")}));
    EXPECT_EQ(kind(m), protection::pgp_fake) << inspect(m).why;
}

TEST_F(Inspect, WhatReadersMayReadDifferentlyIsNotTrusted) {
    const auto whole = multipart({version, data});
    policy::message two_types = mail(encrypted_type, whole);
    two_types.fields.push_back({"Content-Type", " text/plain"});
    const policy::message cases[] = {
        two_types,
        mail(encrypted_type + "; boundary=c", whole),
        mail(encrypted_type, whole.substr(0, whole.size() - 7)),
        mail(encrypted_type, "--bc\r\n\r\nthe price is 42\r\n" + whole),
        mail(encrypted_type, multipart({version, part("application/octet-stream", armored, "Content-Type: text/html\r\n")})),
    };
    for (const auto& m : cases) EXPECT_EQ(kind(m), protection::pgp_partial) << inspect(m).why;
}

TEST_F(Inspect, EveryLeafEncryptedIsInline) {
    const auto binary = part("application/octet-stream; name=\"offer.pdf.pgp\"", text::encode_base64(cipher),
                             "Content-Transfer-Encoding: base64\r\n");
    const policy::message cases[] = {
        mail("text/plain", armored),
        mail("text/plain; charset=utf-8", "\r\n" + armored + "\r\n\r\n"),
        mail("application/pgp; x-action=encrypt", armored),
        mail("multipart/mixed; boundary=b", multipart({part("text/plain", armored), binary})),
        mail("multipart/mixed; boundary=b",
             multipart({part("text/plain", armored), part("application/octet-stream; name=\"x.asc\"", armored)})),
    };
    for (const auto& m : cases)
        EXPECT_EQ(kind(m), protection::pgp_inline) << inspect(m).why << "\n" << m.body.view().substr(0, 200);
    EXPECT_EQ(inspect(cases[3]).messages.size(), 2u);
}

TEST_F(Inspect, OtherProtocolIsNotPgpMime) {
    const auto whole = multipart({version, data});
    EXPECT_EQ(kind(mail("multipart/encrypted; boundary=b", whole)), protection::pgp_inline);
    EXPECT_EQ(kind(mail("multipart/encrypted; protocol=\"application/other\"; boundary=b", whole)), protection::pgp_inline);
}

TEST_F(Inspect, ReadersAreTold) {
    EXPECT_EQ(inspect(mail(encrypted_type, multipart({version, part("application/octet-stream", passphrase)}))).why,
              "PGP/MIME, encrypted to a passphrase");
}

TEST_F(Inspect, BinaryDataCountOnlyUnderAPgpName) {
    const auto binary = [](const std::string& name) {
        return part("application/octet-stream; name=\"" + name + "\"", text::encode_base64(cipher),
                    "Content-Transfer-Encoding: base64\r\n");
    };
    EXPECT_EQ(kind(mail("multipart/mixed; boundary=b", multipart({part("text/plain", armored), binary("x.GPG")}))),
              protection::pgp_inline);
    EXPECT_EQ(kind(mail("multipart/mixed; boundary=b", multipart({part("text/plain", armored), binary("x.dat")}))),
              protection::pgp_partial);
}

TEST_F(Inspect, SignedIsNotEncrypted) {
    const auto m = mail("multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=b",
                        multipart({part("text/plain", "the price is 42"), part("application/pgp-signature", "x")}));
    EXPECT_EQ(kind(m), protection::pgp_signed);
}

TEST_F(Inspect, SmimeIsJudgedByWhatItHolds) {
    const auto smime = [](const std::string& type, const std::string& der) {
        return policy::message{.fields = {{"Content-Type", " " + type}, {"Content-Transfer-Encoding", " base64"}},
                               .body = text::encode_base64(der) + "\r\n"};
    };
    const temporary_directory home(std::filesystem::temp_directory_path());
    const auto file = [&](const char* name) { return (home.path() / name).string(); };
    replace_file(file("text"), "the price is 42");
    test::run("openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=Bob -keyout " + file("key") + " -out " + file("bob") +
              " 2>/dev/null");
    const auto enveloped = test::run("openssl smime -encrypt -aes256 -outform DER -in " + file("text") + " " + file("bob"));
    const auto type = "application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\""s;
    EXPECT_EQ(kind(smime(type, enveloped)), protection::smime);
    EXPECT_EQ(kind(smime("application/x-pkcs7-mime", enveloped)), protection::smime);
    EXPECT_EQ(kind(smime(type, enveloped + "the price is 42")), protection::none);
    EXPECT_EQ(kind(smime(type, "the price is 42")), protection::none);
    EXPECT_EQ(kind(smime(type, "\x30\x1E\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03\xA0\x11\x30\x0Fthe price is 42"s)),
              protection::none);
    EXPECT_EQ(kind(smime("application/octet-stream", enveloped)), protection::none);
}

TEST_F(Inspect, TextInAPartHeaderMakesItPartial) {
    const auto with_header = [](const std::string& header) {
        return mail("multipart/mixed; boundary=b", multipart({header + "\r\n\r\n" + armored}));
    };
    const auto version_with = [](const std::string& fields) {
        return mail(encrypted_type, multipart({part("application/pgp-encrypted", "Version: 1\r\n", fields), data}));
    };
    ASSERT_EQ(kind(with_header("Content-Type: text/plain")), protection::pgp_inline);
    const policy::message cases[] = {
        with_header("Content-Type: text/plain\r\nThe source is Jane Roe, meet her at: 5pm in Berlin"),
        with_header("Content-Type: text/plain\r\nX-A: a\r\r<The source is Jane Roe>\r"),
        with_header("Content-Type: text/plain\r\n \r\nThe source: is Jane Roe"),
        with_header("Content-Type: text/plain\r\nContent-Description: " + std::string(9000, 'x')),
        with_header("Content-Type: text/plain\r\nX-Note: the source is Jane Roe"),
        version_with("Dear Bob, here is all: the secret text\r\n"),
        version_with("Comments: the secret text\r\n"),
        mail(encrypted_type, multipart({version, part("application/octet-stream", armored, "X-Note: the text\r\n")})),
        mail("multipart/mixed; boundary=b",
             multipart({part("text/plain", "", "Subject: the secret text\r\n"), part("text/plain", armored)})),
        mail("multipart/mixed; boundary=b",
             multipart({part("multipart/mixed; boundary=c", "--c\r\n\r\n" + armored + "\r\n--c--\r\n",
                             "Comments: the secret text\r\n")})),
    };
    for (const auto& m : cases)
        EXPECT_EQ(kind(m), protection::pgp_partial) << inspect(m).why << "\n" << m.body.view().substr(0, 300);
}

TEST_F(Inspect, TextInArmorHeadersMakesItPartial) {
    const auto with = [](const std::string& lines) {
        auto out = armored;
        return mail("text/plain", out.insert(out.find('\n') + 1, lines));
    };
    EXPECT_EQ(kind(with("Version: GnuPG v2\r\nComment: https://gnupg.org\r\n")), protection::pgp_inline);
    std::string letter;
    for (int i = 0; i < 8; ++i)
        letter += "Comment: the source is Jane Roe, meet her tonight at five in the old town, bring cash\r\n";
    for (const auto& lines : {letter, "Secret: the price is 42\r\n"s})
        EXPECT_EQ(kind(with(lines)), protection::pgp_partial) << lines;
}

TEST_F(Inspect, ReasonsAreTrueOfThePartTheyName) {
    const auto with_data = [](const std::string& type, const std::string& fields) {
        return inspect(mail(encrypted_type, multipart({version, part(type, armored, fields)}))).why;
    };
    const auto secret = "X-Secret: the price is 42\r\n"s;
    EXPECT_TRUE(with_data("application/octet-stream", secret).ends_with("something to read in the header of its second part"));
    EXPECT_TRUE(with_data("application/octet-stream", "Content-Type: text/plain\r\n")
                    .ends_with("its second part can be read in two ways"));
    EXPECT_TRUE(with_data("text/plain", secret).ends_with("its second part is not application/octet-stream"));
    const auto wordy = part("application/pgp-encrypted", "Version: 1\r\n", secret);
    EXPECT_TRUE(inspect(mail(encrypted_type, multipart({wordy, data}))).why.ends_with("in the header of its first part"));
}

TEST_F(Inspect, ReadableCiphertextIsFake) {
    const auto html = "<html><body><h1>The source is Jane Roe</h1><p>Meet at five.</p></body></html>"s;
    auto forged = cipher.substr(0, cipher.size() / 2);
    forged = forged.substr(0, 2 + static_cast<unsigned char>(forged[1])) + "\xD2" + static_cast<char>(1 + html.size()) +
             "\x01" + html;
    const auto binary = [&](const std::string& type) {
        return policy::message{.fields = {{"Content-Type", " " + type}, {"Content-Transfer-Encoding", " 8bit"}},
                               .body = forged};
    };
    for (const auto& m :
         {mail("text/plain", armor_message(forged)), binary("application/octet-stream; name=x.pgp"),
          binary("application/pgp-encrypted"), binary("image/png; name=x.pgp"),
          mail(encrypted_type, multipart({version, part("application/octet-stream", armor_message(forged))}))}) {
        EXPECT_EQ(kind(m), protection::pgp_fake);
        EXPECT_TRUE(inspect(m).why.ends_with("its encrypted data can be read as they are")) << inspect(m).why;
    }
    for (const auto* type : {"text/html; name=x.pgp", "text/plain; name=x.pgp"})
        EXPECT_EQ(kind(binary(type)), protection::none) << type;
}

TEST_F(Inspect, BinaryDataUnderATypeThatIsShownAsTextAreNotEncrypted) {
    const auto m = [](const std::string& type) {
        return policy::message{.fields = {{"Content-Type", " " + type}, {"Content-Transfer-Encoding", " base64"}},
                               .body = text::encode_base64(cipher)};
    };
    for (const auto* type : {"application/octet-stream; name=x.pgp", "application/pgp-encrypted", "application/pgp",
                             "image/png; name=x.pgp", "application/pdf; name=x.pdf.gpg"})
        EXPECT_EQ(kind(m(type)), protection::pgp_inline) << type;
    for (const auto* type : {"text/html; name=x.pgp", "text/plain; name=x.gpg", "image/png; name=x.png"})
        EXPECT_EQ(kind(m(type)), protection::none) << type;
}

TEST_F(Inspect, ArmorInBase64IsFound) {
    const auto encoded = [](const std::string& content) {
        return policy::message{.fields = {{"Content-Type", " text/plain"}, {"Content-Transfer-Encoding", " base64"}},
                               .body = text::encode_base64(content)};
    };
    for (const auto* before : {"", "\n", "\r\n"}) EXPECT_EQ(kind(encoded(before + armored)), protection::pgp_inline);
    // In lines as short as that the scan does not see it. Then it is encrypted once more: the safe side.
    auto short_lines = encoded(armored);
    std::string digits(short_lines.body);
    for (std::size_t at = 10; at < digits.size(); at += 12) digits.insert(at, "\r\n");
    short_lines.body = std::move(digits);
    EXPECT_EQ(kind(short_lines), protection::none);
}

} // namespace
} // namespace sealgate::keys
