// The header of Autocrypt Level 1: which are taken, and which are void.
#include "keys/learning/autocrypt_field.hpp"
#include "tests/keys/support/signed_mail.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

const auto plain = policy::parse_address("plain@partner.example");

// Put for the data of plain's certificate.
std::string with_data(std::string attributes) {
    if (const auto at = attributes.find("{data}"); at != std::string::npos) attributes.replace(at, 6, test::keydata_of_plain());
    return attributes;
}

bool is_taken(const std::vector<std::string>& values) {
    policy::message mail;
    for (const auto& one : values) mail.fields.push_back({"Autocrypt", with_data(one)});
    const auto found = autocrypt_field_of(mail, plain);
    EXPECT_TRUE(!found || found->certificate == test::certificate_of_plain());
    return found.has_value();
}

TEST(AutocryptField, IsTaken) {
    EXPECT_TRUE(is_taken({" addr=plain@partner.example; keydata={data}"}));
    EXPECT_TRUE(is_taken({" addr=plain@partner.example; prefer-encrypt=mutual; keydata={data};"}));
    EXPECT_TRUE(is_taken({" addr=plain@partner.example; prefer-encrypt=sometimes; keydata={data}"}));
    EXPECT_TRUE(is_taken({" addr=PLAIN@Partner.Example; _mine=1; keydata={data}"}));
    EXPECT_TRUE(is_taken({" addr=list@other.example; keydata={data}", " addr=plain@partner.example; keydata={data}"}))
        << "one for another address is void";
    auto folded = with_data(" addr=plain@partner.example; keydata=\n {data}");
    for (std::size_t at = 60; at < folded.size(); at += 70) folded.insert(at, "\n\t ");
    EXPECT_TRUE(is_taken({folded}));
}

TEST(AutocryptField, IsVoid) {
    for (const auto* const value :
         {"", "addr=plain@partner.example", "keydata={data}", "addr=plain@partner.example; shiny=1; keydata={data}",
          "addr=plain@partner.example; addr=plain@partner.example; keydata={data}",
          "addr=plain@partner.example; keydata={data}; keydata={data}", "addr=list@other.example; keydata={data}",
          "addr=; keydata={data}", "addr=plain@partner.example; stray; keydata={data}",
          "addr=plain@partner.example;; keydata={data}", "addr=plain@partner.example; keydata=!!!notbase64",
          "addr=plain@partner.example; keydata=!{data}", "addr=plain@partner.example; keydata={data}{data}",
          "addr=plain@partner.example; keydata=-----BEGIN PGP PUBLIC KEY BLOCK-----",
          "addr=plain@partner.example; keydata=", "{data}"})
        EXPECT_FALSE(is_taken({value})) << value;
    const std::string good = " addr=plain@partner.example; keydata={data}";
    EXPECT_FALSE(is_taken({good, good})) << "two that are valid: none";
    EXPECT_FALSE(is_taken({}));
}

TEST(AutocryptField, HoldsOneCertificateAlone) {
    const auto holds = [](const std::string& binary) {
        return is_taken({"addr=plain@partner.example; keydata=" + text::encode_base64(binary)});
    };
    const auto& binary = test::certificate_of_plain();
    EXPECT_TRUE(holds(binary));
    EXPECT_FALSE(holds(binary + binary));
    EXPECT_FALSE(holds(binary.substr(0, binary.size() - 1)));
    EXPECT_FALSE(holds(test::armored_plain()));
    auto secret = binary;
    secret.front() = '\x95';
    EXPECT_FALSE(holds(secret));
}

TEST(AutocryptField, OfThirdPersonsIsNone) {
    policy::message mail;
    mail.fields.push_back({"Autocrypt-Gossip", with_data("addr=plain@partner.example; keydata={data}")});
    EXPECT_FALSE(autocrypt_field_of(mail, plain));
}

} // namespace
} // namespace sealgate::keys
