// A message of plain@partner.example as our mail server hands it over: with its word on a DKIM signature, and with whatever a
// test puts into its header and body.
#pragma once

#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "policy/base/base64.hpp"
#include "policy/mail/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::test {

inline const std::string& certificate_of_plain() {
    static const auto binary = keys::read_key_file(keys::read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "plain.asc"))
                                   ->certificates.at(0)
                                   .binary;
    return binary;
}

inline std::string armored_plain() { return keys::read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "plain.asc"); }

inline std::string keydata_of_plain() { return text::encode_base64(certificate_of_plain()); }

struct signed_mail {
    std::vector<policy::header_field> results = {{"Authentication-Results",
                                                  " mx.example.org;\n\tdkim=pass (2048-bit key; unprotected) "
                                                  "header.d=partner.example header.i=@partner.example header.a=rsa-sha256 "
                                                  "header.s=lab header.b=\"Ab/dEfG+\""}};
    std::vector<policy::header_field> transport = {{"Received", " from a by b; Sat, 28 Nov 2026 12:00:00 +0000"}};
    std::string covered = "From:To:Subject:Autocrypt:Autocrypt";
    std::string signature =
        " v=1; a=rsa-sha256; c=relaxed/relaxed; d=partner.example;\n\ts=lab; t=1700000000; bh=x=;\n\th={h};\n"
        "\tb=Ab/dEf\n\t G+ijklMN==";
    std::vector<policy::header_field> more = {};
    std::string from = " Plain <plain@partner.example>";
    std::string type = {}; // Content-Type
    std::string body = "hello\r\n";

    policy::message message() const {
        policy::message out;
        out.fields = results;
        out.fields.insert(out.fields.end(), transport.begin(), transport.end());
        auto value = signature;
        if (const auto at = value.find("{h}"); at != std::string::npos) value.replace(at, 3, covered);
        if (!value.empty()) out.fields.push_back({"DKIM-Signature", value});
        out.fields.push_back({"From", from});
        out.fields.push_back({"Message-ID", " <1@partner.example>"});
        if (!type.empty()) out.fields.push_back({"Content-Type", type});
        out.fields.insert(out.fields.end(), more.begin(), more.end());
        out.body = body;
        return out;
    }
};

inline policy::header_field autocrypt_of_plain(const std::string& attributes = "addr=plain@partner.example; ") {
    return {"Autocrypt", " " + attributes + "keydata=\n " + keydata_of_plain()};
}

} // namespace sealgate::test
