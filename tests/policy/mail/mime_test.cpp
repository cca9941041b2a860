// The tree of parts, and what of it two readers could read differently.
#include "policy/mail/mime.hpp"
#include "policy/mail/mime_field.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

using namespace std::string_literals;

message mail(const std::string& content_type, const std::string& body) {
    return {.fields = {{"Content-Type", " " + content_type}}, .body = body};
}

// The tree in one line: type(parts), with "!" behind what is ambiguous.
std::string shape(const mime_part& part) {
    auto out = part.type + "/" + part.subtype + (part.ambiguous ? "!" : "");
    for (std::size_t i = 0; i < part.parts.size(); ++i) out += (i == 0 ? "(" : " ") + shape(part.parts[i]);
    return out + (part.parts.empty() ? "" : ")");
}

std::string shape_of(const message& m) {
    const auto root = parse_mime(m);
    return root ? shape(*root) : "too complex";
}

const auto two_parts = "before\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\n<two>\r\n\r\n--b--\r\nbehind"s;

TEST(Mime, MessageWithoutFieldsIsPlainText) {
    const message plain{.fields = {}, .body = "hello\r\n"};
    const auto root = parse_mime(plain);
    ASSERT_TRUE(root);
    EXPECT_EQ(shape(*root), "text/plain");
    EXPECT_EQ(root->body, "hello\r\n");
    EXPECT_EQ(root->encoding, "7bit");
}

TEST(Mime, PartsPreambleAndEpilogueAreTold) {
    const auto m = mail("Multipart/Mixed; Boundary=b", two_parts);
    const auto root = parse_mime(m);
    ASSERT_TRUE(root);
    EXPECT_EQ(shape(*root), "multipart/mixed(text/plain text/html)");
    EXPECT_EQ(root->preamble, "before");
    EXPECT_EQ(root->epilogue, "behind");
    EXPECT_EQ(root->parts[0].body, "one");
    EXPECT_EQ(root->parts[1].body, "<two>\r\n");
}

TEST(Mime, LineEndsMayBeBare) {
    EXPECT_EQ(shape_of(mail("multipart/mixed; boundary=b", "--b\n\none\n--b\nContent-Type: a/b\n\ntwo\n--b--\n")),
              "multipart/mixed(text/plain a/b)");
}

TEST(Mime, FieldsOfPartsAreRead) {
    const auto m = mail("multipart/mixed; boundary=b",
                        "--b\r\n"
                        "content-type: Application/PDF;\r\n\tname=\"a.pdf\"\r\n"
                        "CONTENT-TRANSFER-ENCODING: Base64\r\n"
                        "X-Other: y\r\n"
                        "Content-Disposition: attachment; filename=\"b.pdf\"\r\n\r\naGVs\r\nbG8=\r\n--b--\r\n");
    const auto root = parse_mime(m);
    ASSERT_TRUE(root);
    ASSERT_EQ(root->parts.size(), 1u);
    const auto& part = root->parts[0];
    EXPECT_TRUE(part.is("application", "pdf"));
    EXPECT_FALSE(part.ambiguous);
    EXPECT_EQ(part.encoding, "base64");
    EXPECT_EQ(part.file_name, "b.pdf");
    EXPECT_EQ(part.parameter("name"), "a.pdf");
    EXPECT_EQ(decoded_body(part)->view(), "hello");
}

TEST(Mime, OuterBoundaryEndsInnerParts) {
    EXPECT_EQ(shape_of(mail("multipart/mixed; boundary=b", "--b\r\nContent-Type: multipart/x; "
                                                           "boundary=i\r\n\r\n--i\r\n\r\nin\r\n--b\r\n\r\nout\r\n--b--\r\n")),
              "multipart/mixed(multipart/x!(text/plain) text/plain)");
}

TEST(Mime, EmbeddedMessagesAreOpened) {
    EXPECT_EQ(shape_of(mail("message/rfc822", "Subject: x\r\nContent-Type: text/html\r\n\r\nhi")), "message/rfc822(text/html)");
    EXPECT_EQ(shape_of(mail("multipart/digest; boundary=b", "--b\r\n\r\nSubject: x\r\n\r\nhi\r\n--b--\r\n")),
              "multipart/digest(message/rfc822(text/plain))");
}

TEST(Mime, WhatTwoReadersMayReadDifferentlyIsAmbiguous) {
    struct {
        const char* why;
        message m;
    } const cases[] = {
        {"two types", {.fields = {{"Content-Type", " text/plain"}, {"content-type", " a/b"}}, .body = {}}},
        {"two encodings",
         {.fields = {{"Content-Transfer-Encoding", " 7bit"}, {"Content-Transfer-Encoding", " base64"}}, .body = {}}},
        {"two boundaries", mail("multipart/mixed; boundary=b; boundary=c", two_parts)},
        {"a boundary in pieces", mail("multipart/mixed; boundary=b; boundary*0=c", two_parts)},
        {"a semicolon in quotes", mail("multipart/mixed; boundary=\"b;c\"", two_parts)},
        {"an escape", mail("multipart/mixed; boundary=\"\\b\"", two_parts)},
        {"a comment", mail("multipart/mixed (x); boundary=b", two_parts)},
        {"no boundary", mail("multipart/mixed", two_parts)},
        {"an endless boundary", mail("multipart/mixed; boundary=" + std::string(71, 'b'), two_parts)},
        {"no delimiter", mail("multipart/mixed; boundary=nowhere", two_parts)},
        {"no end", mail("multipart/mixed; boundary=b", "--b\r\n\r\none\r\n")},
        {"only an end", mail("multipart/mixed; boundary=b", "--b--\r\n")},
        {"a line that begins with the boundary", mail("multipart/mixed; boundary=b", "--bcd\r\n\r\none\r\n--b--\r\n")},
        {"text behind the end", mail("multipart/mixed; boundary=b", "--b\r\n\r\none\r\n--b--x\r\n")},
        {"no type", mail("nonsense", "")},
        {"an endless value", mail("text/plain; x=" + std::string(5000, 'x'), "")},
        {"an encoded multipart",
         {.fields = {{"Content-Type", " multipart/mixed; boundary=b"}, {"Content-Transfer-Encoding", " base64"}},
          .body = two_parts}},
    };
    for (const auto& c : cases) {
        const auto root = parse_mime(c.m);
        ASSERT_TRUE(root) << c.why;
        EXPECT_TRUE(root->ambiguous) << c.why << ": " << shape(*root);
    }
    EXPECT_EQ(shape_of(mail("multipart/mixed; boundary=b", "--b\r\nno header at all\r\n--b--\r\n")),
              "multipart/mixed(text/plain!)");
}

TEST(Mime, HeadersOfPartsThatReadersReadDifferentlyAreAmbiguous) {
    const auto part_with = [](const std::string& header) {
        return shape_of(mail("multipart/mixed; boundary=b", "--b\r\n" + header + "\r\n\r\nx\r\n--b--\r\n"));
    };
    const std::string headers[] = {
        "Content-Type: text/plain\r\nThe source is Jane Roe, meet her at: 5pm",
        "Content-Type: text/plain\r\nX-A: a\r\r<The source is Jane Roe>\r",
        "Content-Type: text/plain\r\n \r\nThe source: is Jane Roe",
        "Content-Type: text/plain\r\n\t \r\n the source is Jane Roe",
        "Content-Type : text/plain",
        "Content-Type: text/plain; x=\"a\rb\"",
        "Content-Type: text/plain\r\nX-A: a"s + '\0' + "b",
        "Content-Type: text/plain\r\nX-\xC3\xA4: b",
        "Content-Type: text/plain\r\n: b",
    };
    for (const auto& header : headers) EXPECT_TRUE(part_with(header).ends_with("!)")) << header;
    EXPECT_EQ(part_with("Content-Type:\r\n text/plain;\r\n\tcharset=utf-8"), "multipart/mixed(text/plain)");
    EXPECT_TRUE(parse_mime(mail("text/plain\n \n x", ""))->ambiguous);
}

TEST(Mime, PartsThatSayMoreThanFieldsOfProgramsAreWordy) {
    const auto is_wordy = [](const std::string& header) {
        const auto m = mail("multipart/mixed; boundary=b", "--b\r\n" + header + "\r\n\r\nx\r\n--b--\r\n");
        return parse_mime(m)->parts.at(0).wordy_header;
    };
    EXPECT_FALSE(is_wordy("Content-Type: application/octet-stream; name=\"a.pgp\"\r\n"
                          "Content-Transfer-Encoding: base64\r\nContent-Description: a.pgp\r\n"
                          "content-disposition: attachment; filename=\"a.pgp\"; size=17341;\r\n"
                          "\tcreation-date=\"Mon, 23 Nov 2026 09:00:00 GMT\";\r\n"
                          "\tmodification-date=\"Mon, 23 Nov 2026 09:00:00 GMT\"\r\n"
                          "Content-ID: <ABCDEF0123456789@eurprd01.prod.exchangelabs.com>\r\n"
                          "MIME-Version: 1.0\r\nX-Attachment-Id: f_abc"));
    EXPECT_FALSE(is_wordy(""));
    EXPECT_TRUE(is_wordy("Content-Description: " + std::string(9000, 'x')));
    EXPECT_TRUE(is_wordy("Content-Description: the source\r\nContent-Description: is Jane Roe"));
    EXPECT_TRUE(is_wordy("X-Note: the source is Jane Roe"));
    EXPECT_TRUE(is_wordy("Subject: the source is Jane Roe"));
    EXPECT_TRUE(is_wordy("Content-Note: the source is Jane Roe"));
    EXPECT_TRUE(is_wordy("MIME-Version: 1.0 (the source is Jane Roe)"));
}

TEST(Mime, DelimiterMayHaveSpaceBehindIt) {
    EXPECT_EQ(shape_of(mail("multipart/mixed; boundary=b", "--b \t\r\n\r\none\r\n--b-- \r\n")), "multipart/mixed(text/plain)");
    EXPECT_EQ(shape_of(mail("multipart/mixed; boundary=\"b b\"", "--b b\r\n\r\none\r\n--b b--")),
              "multipart/mixed(text/plain)");
}

TEST(Mime, BoundaryInsideALineIsNone) {
    const auto m = mail("multipart/mixed; boundary=b", "--b\r\n\r\nx --b--\r\n--b--\r\n");
    const auto root = parse_mime(m);
    ASSERT_TRUE(root);
    EXPECT_EQ(shape(*root), "multipart/mixed(text/plain)");
    EXPECT_EQ(root->parts[0].body, "x --b--");
}

TEST(Mime, NestingIsBounded) {
    const auto nested = [](int depth) {
        std::string body;
        for (int i = 0; i < depth; ++i)
            body += "--b" + std::to_string(1'000'000 + i) + "\r\nContent-Type: multipart/mixed; boundary=b" +
                    std::to_string(1'000'001 + i) + "\r\n\r\n";
        return mail("multipart/mixed; boundary=b1000000", body);
    };
    EXPECT_NE(shape_of(nested(50)), "too complex");
    EXPECT_EQ(shape_of(nested(101)), "too complex");
    EXPECT_EQ(shape_of(nested(200'000)), "too complex");
    std::string messages;
    for (int i = 0; i < 200'000; ++i) messages += "Content-Type: message/rfc822\r\n\r\n";
    EXPECT_EQ(shape_of(mail("message/rfc822", messages)), "too complex");
}

TEST(Mime, PartsAreBounded) {
    const auto with = [](int parts) {
        std::string body;
        for (int i = 0; i < parts; ++i) body += "--b\r\n\r\nx\r\n";
        return mail("multipart/mixed; boundary=b", body + "--b--\r\n");
    };
    EXPECT_NE(shape_of(with(999)), "too complex");
    EXPECT_EQ(shape_of(with(1000)), "too complex");
}

// Anything but linear time would end in the test runner's timeout.
TEST(Mime, HugeHostileInputIsRead) {
    (void)shape_of(mail("multipart/mixed; boundary=b", "--b\r\nA: " + std::string(20'000'000, 'a') + "\r\n\r\n--b--\r\n"));
    std::string lines;
    for (int i = 0; i < 2'000'000; ++i) lines += "--\r\n ";
    (void)shape_of(mail("multipart/mixed; boundary=" + std::string(60, '-'), "--b\r\n" + lines));
    (void)shape_of(mail("multipart/mixed; boundary=" + std::string(70, '-'), std::string(20'000'000, '-')));
}

TEST(Mime, NoCutCrashesIt) {
    for (std::size_t size = 0; size < two_parts.size(); ++size)
        (void)shape_of(mail("multipart/mixed; boundary=b", two_parts.substr(0, size)));
}

TEST(MimeBody, IsDecoded) {
    const auto decoded = [](const std::string& encoding, const std::string& body) {
        const message m{.fields = {{"Content-Transfer-Encoding", encoding}}, .body = body};
        const auto root = parse_mime(m);
        const auto bytes = decoded_body(*root);
        return bytes ? std::optional(std::string(bytes->view())) : std::nullopt;
    };
    EXPECT_EQ(decoded(" 8bit", "h\xC3\xA4"), "h\xC3\xA4");
    EXPECT_EQ(decoded(" BASE64", "aGVs\r\nbG8=\r\n"), "hello");
    EXPECT_EQ(decoded("quoted-printable", "a=3Db=\r\nc"), "a=bc");
    EXPECT_EQ(decoded("x-uuencode", "x"), std::nullopt);
}

TEST(QuotedPrintable, UndoesEscapesAndSoftBreaks) {
    EXPECT_EQ(decode_quoted_printable("=2D=2d-BEGIN PGP"), "---BEGIN PGP");
    EXPECT_EQ(decode_quoted_printable("a= \t\r\nb=\nc"), "abc");
    EXPECT_EQ(decode_quoted_printable("a=ZZ=4"), "a=ZZ=4");
    EXPECT_EQ(decode_quoted_printable("=\r"), "=\r");
    EXPECT_EQ(decode_quoted_printable("="), "=");
    EXPECT_EQ(decode_quoted_printable("=00x"), "\0x"s);
}

std::string disposition_file_name(std::string_view value) { return file_name_in(disposition_parameters(value), "filename"); }

TEST(ContentType, PlainValuesAreTakenApart) {
    const auto read = parse_content_type("Multipart/Encrypted; Protocol=\"application/pgp-encrypted\";boundary = \"x y\"");
    EXPECT_EQ(read.type, "multipart");
    EXPECT_EQ(read.subtype, "encrypted");
    EXPECT_TRUE(read.plain);
    EXPECT_EQ(read.parameters, (std::vector<mime_parameter>{{"protocol", "application/pgp-encrypted"}, {"boundary", "x y"}}));
    EXPECT_EQ(disposition_file_name("attachment; filename=\"a b.pgp\""), "a b.pgp");
    EXPECT_EQ(disposition_file_name("inline"), "");
}

TEST(ContentDisposition, FileNamesAreReadInEveryWayTheyAreWritten) {
    for (const auto* value :
         {"attachment; filename=\"kündigung.pdf.pgp\"", "attachment; filename=\"=?UTF-8?Q?k=C3=BCndigung=2Epdf=2Epgp?=\"",
          "attachment; filename*=UTF-8''k%C3%BCndigung.pdf%2Epgp", "attachment; filename*=utf-8'de'k%c3%bcndigung.pdf.pgp",
          "attachment; filename*0*=UTF-8''k%C3%BCndigung; filename*1=\".pdf\"; filename*2*=%2Epgp"})
        EXPECT_EQ(disposition_file_name(value), "kündigung.pdf.pgp") << value;
    EXPECT_EQ(disposition_file_name("attachment; filename*=UTF-8''50%"), "50%");
    EXPECT_EQ(disposition_file_name("attachment; filename*=%4"), "%4");
    EXPECT_EQ(disposition_file_name("attachment; filename*1=a"), "");
}

} // namespace
} // namespace sealgate::policy
