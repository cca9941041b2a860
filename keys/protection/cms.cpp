#include "keys/protection/cms.hpp"

#include "keys/openpgp/noise.hpp"
#include "keys/protection/ber.hpp"
#include "policy/base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

namespace sealgate::keys {

namespace {

using namespace std::string_view_literals;
using ber::constructed_context;
using ber::context;

constexpr auto enveloped_data = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"sv;              // 1.2.840.113549.1.7.3
constexpr auto auth_enveloped_data = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"sv; // 1.2.840.113549.1.9.16.1.23

constexpr auto kem_recipient = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x0D\x03"sv; // 1.2.840.113549.1.9.16.13.3

constexpr std::size_t smallest_key = 16;     // octets, encrypted
constexpr std::size_t smallest_rsa_key = 64; // the same, of an RSA key of 512 bits
constexpr std::size_t smallest_content = 8;  // one block of an old cipher
// What is not encrypted has room for what it is, and for little more: all of it can be read.
constexpr std::size_t most_recipients = 1000;
constexpr std::size_t largest_recipient = 65536; // one may name many keys
constexpr std::size_t largest_identifier = 32;   // of an object
constexpr std::size_t largest_algorithm = 256;
constexpr std::size_t largest_issuer = 512;    // and its serial number
constexpr std::size_t largest_issuers = 16384; // of all recipients together, each counted once
constexpr std::size_t largest_serial_number = 24;
constexpr std::size_t largest_key_identifier = 128;
constexpr std::size_t largest_public_key = 1024; // of the sender, for agreement; or who has it
constexpr std::size_t largest_originator = 4096; // certificates
constexpr std::size_t largest_attributes = 512;

bool is_version(std::optional<std::string_view> integer) {
    return integer && integer->size() == 1 && static_cast<unsigned char>(integer->front()) <= 5;
}

bool take_bounded(ber::reader& in, std::uint8_t tag, std::size_t largest) {
    const auto value = in.take(tag);
    return value && value->size() <= largest;
}

// Passes over an optional value that encrypts nothing. False: it is too large to be what it should.
bool skip_bounded(ber::reader& in, std::uint8_t tag, std::size_t largest) {
    const auto passed = in.take(tag);
    return !passed || passed->size() <= largest;
}

// What all recipients have together: what is short enough alone could be a letter.
class recipients {
public:
    // Whether their encrypted keys look like noise.
    bool add_key(std::string_view key) {
        keys_.add(key);
        return keys_.is_noise();
    }

    // Whether no more is said of who certifies them than there usually is.
    bool add_issuer(std::string_view name) {
        if (issuers_.insert(name).second) issuers_size_ += name.size();
        return issuers_size_ <= largest_issuers;
    }

private:
    noise_meter keys_;
    std::set<std::string_view> issuers_;
    std::size_t issuers_size_ = 0;
};

// Name (RFC 5280 section 4.1.2.4): sets of pairs of an OID and a string.
bool is_name(std::string_view content) {
    for (ber::reader all(content); !all.at_end();) {
        const auto part = all.take(ber::set);
        if (!part || part->empty()) return false;
        for (ber::reader pairs(*part); !pairs.at_end();) {
            const auto pair = pairs.take(ber::sequence);
            if (!pair) return false;
            ber::reader inside(*pair);
            if (!take_bounded(inside, ber::object_identifier, largest_identifier) || !inside.next() || !inside.at_end())
                return false;
        }
    }
    return true;
}

// IssuerAndSerialNumber, or a key identifier of that tag.
bool take_recipient_identifier(ber::reader& in, std::uint8_t key_identifier, recipients& all) {
    const auto named = in.take(ber::sequence);
    if (!named) return take_bounded(in, key_identifier, largest_key_identifier);
    ber::reader inside(*named);
    const auto issuer = inside.take(ber::sequence);
    return named->size() <= largest_issuer && issuer && is_name(*issuer) && all.add_issuer(*issuer) &&
           take_bounded(inside, ber::integer, largest_serial_number) && inside.at_end();
}

// AlgorithmIdentifier: an OID and what belongs to it.
bool take_algorithm(ber::reader& in) {
    const auto inside = in.take(ber::sequence);
    if (!inside || inside->size() > largest_algorithm) return false;
    ber::reader algorithm(*inside);
    if (!take_bounded(algorithm, ber::object_identifier, largest_identifier)) return false;
    return algorithm.at_end() || (algorithm.next() && algorithm.at_end());
}

bool take_encrypted_key(ber::reader& in, recipients& all, std::size_t smallest = smallest_key) {
    const auto key = in.take(ber::octet_string);
    return key && key->size() >= smallest && all.add_key(*key);
}

// Values one behind the other, all of them well-formed to the innermost.
bool are_values(std::string_view content, int depth = 0) {
    constexpr std::uint8_t constructed = 0x20;
    constexpr int deepest = 16;
    if (depth > deepest) return false;
    for (ber::reader all(content); !all.at_end();) {
        const auto one = all.next();
        if (!one || ((one->tag & constructed) != 0 && !are_values(one->content, depth + 1))) return false;
    }
    return true;
}

// Passes over optional values that encrypt nothing.
bool skip_values(ber::reader& in, std::uint8_t tag, std::size_t largest) {
    const auto passed = in.take(tag);
    return !passed || (passed->size() <= largest && are_values(*passed));
}

// KeyTransRecipientInfo: whose certificate, by issuer and serial number or by key identifier; algorithm; key.
bool is_key_transport(ber::reader in, recipients& all) {
    if (!is_version(in.take(ber::integer))) return false;
    return take_recipient_identifier(in, context(0), all) && take_algorithm(in) &&
           take_encrypted_key(in, all, smallest_rsa_key) && in.at_end();
}

// KeyAgreeRecipientInfo: the sender's key, algorithm, and for each recipient who and the key.
bool is_key_agreement(ber::reader in, recipients& all) {
    if (!is_version(in.take(ber::integer)) || !take_bounded(in, constructed_context(0), largest_public_key)) return false;
    if (!skip_bounded(in, constructed_context(1), largest_key_identifier) || !take_algorithm(in)) return false;
    const auto keys = in.take(ber::sequence);
    if (!keys || keys->empty() || !in.at_end()) return false;
    for (ber::reader each(*keys); !each.at_end();) {
        const auto one = each.take(ber::sequence);
        if (!one) return false;
        ber::reader recipient(*one);
        if (!take_recipient_identifier(recipient, constructed_context(0), all)) return false;
        if (!take_encrypted_key(recipient, all) || !recipient.at_end()) return false;
    }
    return true;
}

// KEKRecipientInfo: a key both sides have already.
bool is_shared_key(ber::reader in, recipients& all) {
    return is_version(in.take(ber::integer)) && take_bounded(in, ber::sequence, largest_key_identifier) && take_algorithm(in) &&
           take_encrypted_key(in, all) && in.at_end();
}

bool is_passphrase(ber::reader in, recipients& all) {
    return is_version(in.take(ber::integer)) && skip_bounded(in, constructed_context(0), largest_algorithm) &&
           take_algorithm(in) && take_encrypted_key(in, all) && in.at_end();
}

// OtherRecipientInfo: key encapsulation (RFC 9629 section 3) is the one that is known.
bool is_other(ber::reader in, recipients& all) {
    if (in.take(ber::object_identifier) != kem_recipient) return false;
    const auto value = in.take(ber::sequence);
    if (!value || !in.at_end()) return false;
    ber::reader kem(*value);
    if (!is_version(kem.take(ber::integer)) || !take_recipient_identifier(kem, context(0), all) || !take_algorithm(kem))
        return false;
    return take_encrypted_key(kem, all) && take_algorithm(kem) && take_bounded(kem, ber::integer, 3) &&
           skip_bounded(kem, constructed_context(0), largest_key_identifier) && take_algorithm(kem) &&
           take_encrypted_key(kem, all) && kem.at_end();
}

bool is_recipient(const ber::value& info, recipients& all) {
    if (info.content.size() > largest_recipient) return false;
    const ber::reader in(info.content);
    switch (info.tag) {
    case ber::sequence: return is_key_transport(in, all);
    case constructed_context(1): return is_key_agreement(in, all);
    case constructed_context(2): return is_shared_key(in, all);
    case constructed_context(3): return is_passphrase(in, all);
    case constructed_context(4): return is_other(in, all);
    }
    return false;
}

bool take_recipients(ber::reader& in) {
    const auto set = in.take(ber::set);
    if (!set || set->empty()) return false;
    recipients all;
    std::size_t count = 0;
    for (ber::reader each(*set); !each.at_end();) {
        const auto one = each.next();
        if (!one || !is_recipient(*one, all) || ++count > most_recipients) return false;
    }
    return true;
}

// Base64 of the groups of three octets behind those skipped.
std::string whole_groups(std::string_view octets, std::size_t skipped) {
    octets.remove_prefix(std::min(skipped, octets.size()));
    return text::encode_base64(octets.substr(0, octets.size() / 3 * 3));
}

// Content that looks like noise, and whose base64 does: a mail shows the digits.
class ciphertext {
public:
    void add(std::string_view octets) {
        size_ += octets.size();
        octets_.add(octets);
        for (std::size_t skipped = 0; skipped < digits_.size(); ++skipped) // a group of digits begins at one of three octets
            digits_[skipped].add(whole_groups(octets, skipped));
    }

    bool is_noise() const {
        return size_ >= smallest_content && octets_.is_noise() && std::ranges::none_of(digits_, &digit_meter::spells_text);
    }

private:
    std::size_t size_ = 0;
    noise_meter octets_;
    std::array<digit_meter, 3> digits_;
};

// One octet string, or one in pieces.
bool take_ciphertext(ber::reader& in) {
    ciphertext all;
    if (const auto whole = in.take(context(0))) {
        all.add(*whole);
        return all.is_noise();
    }
    const auto pieces = in.take(constructed_context(0));
    if (!pieces) return false;
    for (ber::reader each(*pieces); !each.at_end();) {
        const auto piece = each.take(ber::octet_string);
        if (!piece) return false;
        all.add(*piece);
    }
    return all.is_noise();
}

bool take_encrypted_content(ber::reader& in) {
    const auto info = in.take(ber::sequence);
    if (!info) return false;
    ber::reader content(*info);
    return take_bounded(content, ber::object_identifier, largest_identifier) && take_algorithm(content) &&
           take_ciphertext(content) && content.at_end();
}

bool take_head(ber::reader& in) {
    return is_version(in.take(ber::integer)) && skip_values(in, constructed_context(0), largest_originator) &&
           take_recipients(in) && take_encrypted_content(in);
}

bool is_enveloped(ber::reader in) {
    return take_head(in) && skip_values(in, constructed_context(1), largest_attributes) && in.at_end();
}

bool is_auth_enveloped(ber::reader in) {
    constexpr std::size_t largest_mac = 64;
    if (!take_head(in) || !skip_values(in, constructed_context(1), largest_attributes)) return false;
    const auto mac = in.take(ber::octet_string);
    return mac && !mac->empty() && mac->size() <= largest_mac && skip_values(in, constructed_context(2), largest_attributes) &&
           in.at_end();
}

} // namespace

bool is_enveloped_cms(std::string_view der) {
    ber::reader outermost(der);
    const auto info = outermost.take(ber::sequence);
    if (!info || !outermost.at_end()) return false;
    ber::reader inside(*info);
    const auto type = inside.take(ber::object_identifier);
    const auto explicit_content = inside.take(constructed_context(0));
    if (!type || !explicit_content || !inside.at_end()) return false;
    ber::reader only(*explicit_content);
    const auto content = only.take(ber::sequence);
    if (!content || !only.at_end()) return false;
    if (*type == enveloped_data) return is_enveloped(ber::reader(*content));
    return *type == auth_enveloped_data && is_auth_enveloped(ber::reader(*content));
}

} // namespace sealgate::keys
