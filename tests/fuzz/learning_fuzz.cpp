// The input is an incoming message. What it teaches is about the one address of its From, is kept by what says beforehand how
// much of a message is needed, and comes from nothing but what a good signature covers: our server's word taken away, or the
// covered fields, nothing is learned; put below Received, a forged word changes nothing. Each field reads the same again.
#include "keys/certificates/one_address.hpp"
#include "keys/learning/attached_certificate.hpp"
#include "keys/learning/authentication_results.hpp"
#include "keys/learning/autocrypt_field.hpp"
#include "keys/learning/dkim_signature.hpp"
#include "keys/learning/learned_certificate.hpp"
#include "keys/learning/vouched_author.hpp"
#include "policy/base/text.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sealgate;

const keys::learning_rules usual{.authserv_ids = {"mx.example.org"}};

policy::message without(const policy::message& mail, std::string_view field) {
    auto out = mail;
    std::erase_if(out.fields, [&](const policy::header_field& one) { return text::iequals(one.name, field); });
    return out;
}

bool are_the_same(const std::vector<keys::learned_certificate>& a, const std::vector<keys::learned_certificate>& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
        return one.source == other.source && one.binary == other.binary && one.evidence == other.evidence;
    });
}

void check_fields(const policy::message& mail) {
    for (const auto& [name, value] : mail.fields) {
        if (const auto read = keys::read_authentication_results(value)) {
            require(!read->authserv_id.empty());
            for (const auto& one : read->results) require(!one.method.empty() && !one.method.contains(' '));
        }
        if (const auto read = keys::read_dkim_signature(value))
            require(!read->domain.empty() && !read->value.empty() && !read->fields.empty() &&
                    std::ranges::none_of(read->value, text::is_space));
        if (const auto read = keys::read_autocrypt_field(value))
            require(!read->certificate.empty() && !read->address_key.empty());
    }
    require(keys::attached_certificates(mail).size() <= keys::most_attached_certificates);
}

void check_kept(const policy::message& mail, const std::vector<keys::learned_certificate>& learned) {
    const auto extent = keys::lesson_in({.fields = mail.fields, .body = {}}, usual);
    policy::message kept;
    for (const auto& field : mail.fields)
        if (keys::is_read_to_learn(field.name)) kept.fields.push_back(field);
    if (extent == keys::lesson_extent::whole) kept.body = mail.body;
    require(are_the_same(keys::learn(kept, usual), learned));
    if (extent == keys::lesson_extent::nothing) require(learned.empty());
}

void check_trust(const policy::message& mail, const std::vector<keys::learned_certificate>& learned) {
    for (const auto* const needed : {"Authentication-Results", "DKIM-Signature", "From"})
        require(keys::learn(without(mail, needed), usual).empty());
    auto forged = mail;
    for (const auto* const value :
         {" mx.example.org; dkim=pass header.d=partner.example header.s=lab", " mx.example.org; dkim=fail"}) {
        forged.fields.push_back({.name = "Received", .value = " from a by b"});
        forged.fields.push_back({.name = "Authentication-Results", .value = value});
    }
    require(are_the_same(keys::learn(forged, usual), learned));
    auto added = mail;
    const std::string foreign(64, 'A');
    for (int i = 0; i < 100; ++i)
        added.fields.push_back({.name = "Autocrypt", .value = " addr=a@b.example; keydata=" + foreign});
    for (const auto& one : keys::learn(added, usual))
        if (one.source == policy::key_source::autocrypt)
            require(keys::vouched_author_of(added, usual.authserv_ids)->signatures.back().fields.size() > 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto mail = policy::parse_message({reinterpret_cast<const char*>(data), size});
    check_fields(mail);
    const auto learned = keys::learn(mail, usual);
    for (const auto& one : learned) {
        require(one.whose.key() == keys::only_author(mail)->key() && !one.fingerprint.empty());
        require(keys::with_one_address(one.binary, one.whose.key()) == one.binary);
        require(!one.evidence.empty() && one.evidence.size() < 2000 && !one.evidence.contains('\n'));
        require(one.source == policy::key_source::autocrypt || one.source == policy::key_source::attached);
    }
    check_kept(mail, learned);
    check_trust(mail, learned);
    return 0;
}
