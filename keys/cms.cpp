#include "keys/cms.hpp"

#include "keys/ber.hpp"
#include "keys/noise.hpp"

#include <cstddef>
#include <optional>

namespace sealgate::keys {

namespace {

using namespace std::string_view_literals;
using ber::constructed_context;
using ber::context;

constexpr auto enveloped_data = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"sv;              // 1.2.840.113549.1.7.3
constexpr auto auth_enveloped_data = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"sv; // 1.2.840.113549.1.9.16.1.23

constexpr auto kem_recipient = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x0D\x03"sv; // 1.2.840.113549.1.9.16.13.3

constexpr std::size_t smallest_key = 16;    // octets, encrypted
constexpr std::size_t smallest_content = 8; // one block of an old cipher
// What is not encrypted has room for what it is, and for little more: all of it can be read.
constexpr std::size_t most_recipients = 1000;
constexpr std::size_t largest_recipient = 65536; // one may name many keys
constexpr std::size_t largest_identifier = 32;   // of an object
constexpr std::size_t largest_algorithm = 256;
constexpr std::size_t largest_issuer = 512; // and its serial number
constexpr std::size_t largest_key_identifier = 128;
constexpr std::size_t largest_public_key = 1024; // of the sender, for agreement; or who has it
constexpr std::size_t largest_originator = 4096; // certificates
constexpr std::size_t largest_attributes = 1024;

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

// IssuerAndSerialNumber, or a key identifier of that tag.
bool take_recipient_identifier(ber::reader& in, std::uint8_t key_identifier) {
    const auto named = in.take(ber::sequence);
    if (!named) return take_bounded(in, key_identifier, largest_key_identifier);
    ber::reader inside(*named);
    return named->size() <= largest_issuer && inside.take(ber::sequence) && inside.take(ber::integer) && inside.at_end();
}

// AlgorithmIdentifier: an OID and what belongs to it.
bool take_algorithm(ber::reader& in) {
    const auto inside = in.take(ber::sequence);
    if (!inside || inside->size() > largest_algorithm) return false;
    ber::reader algorithm(*inside);
    if (!take_bounded(algorithm, ber::object_identifier, largest_identifier)) return false;
    return algorithm.at_end() || (algorithm.next() && algorithm.at_end());
}

// The keys of all recipients are looked at as one: what is short enough alone could be a letter together.
bool take_encrypted_key(ber::reader& in, noise_meter& keys) {
    const auto key = in.take(ber::octet_string);
    if (!key || key->size() < smallest_key) return false;
    keys.add(*key);
    return keys.is_noise();
}

// KeyTransRecipientInfo: whose certificate, by issuer and serial number or by key identifier; algorithm; key.
bool is_key_transport(ber::reader in, noise_meter& keys) {
    if (!is_version(in.take(ber::integer))) return false;
    return take_recipient_identifier(in, context(0)) && take_algorithm(in) && take_encrypted_key(in, keys) && in.at_end();
}

// KeyAgreeRecipientInfo: the sender's key, algorithm, and for each recipient who and the key.
bool is_key_agreement(ber::reader in, noise_meter& keys) {
    if (!is_version(in.take(ber::integer)) || !take_bounded(in, constructed_context(0), largest_public_key)) return false;
    if (!skip_bounded(in, constructed_context(1), largest_key_identifier) || !take_algorithm(in)) return false;
    const auto recipients = in.take(ber::sequence);
    if (!recipients || recipients->empty() || !in.at_end()) return false;
    for (ber::reader all(*recipients); !all.at_end();) {
        const auto one = all.take(ber::sequence);
        if (!one) return false;
        ber::reader recipient(*one);
        if (!take_recipient_identifier(recipient, constructed_context(0))) return false;
        if (!take_encrypted_key(recipient, keys) || !recipient.at_end()) return false;
    }
    return true;
}

// KEKRecipientInfo: a key both sides have already.
bool is_shared_key(ber::reader in, noise_meter& keys) {
    return is_version(in.take(ber::integer)) && take_bounded(in, ber::sequence, largest_key_identifier) && take_algorithm(in) &&
           take_encrypted_key(in, keys) && in.at_end();
}

bool is_passphrase(ber::reader in, noise_meter& keys) {
    return is_version(in.take(ber::integer)) && skip_bounded(in, constructed_context(0), largest_algorithm) &&
           take_algorithm(in) && take_encrypted_key(in, keys) && in.at_end();
}

// OtherRecipientInfo: key encapsulation (RFC 9629 section 3) is the one that is known.
bool is_other(ber::reader in, noise_meter& keys) {
    if (in.take(ber::object_identifier) != kem_recipient) return false;
    const auto value = in.take(ber::sequence);
    if (!value || !in.at_end()) return false;
    ber::reader kem(*value);
    if (!is_version(kem.take(ber::integer)) || !take_recipient_identifier(kem, context(0)) || !take_algorithm(kem))
        return false;
    return take_encrypted_key(kem, keys) && take_algorithm(kem) && take_bounded(kem, ber::integer, 3) &&
           skip_bounded(kem, constructed_context(0), largest_key_identifier) && take_algorithm(kem) &&
           take_encrypted_key(kem, keys) && kem.at_end();
}

bool is_recipient(const ber::value& info, noise_meter& keys) {
    if (info.content.size() > largest_recipient) return false;
    const ber::reader in(info.content);
    switch (info.tag) {
    case ber::sequence: return is_key_transport(in, keys);
    case constructed_context(1): return is_key_agreement(in, keys);
    case constructed_context(2): return is_shared_key(in, keys);
    case constructed_context(3): return is_passphrase(in, keys);
    case constructed_context(4): return is_other(in, keys);
    }
    return false;
}

bool take_recipients(ber::reader& in) {
    const auto set = in.take(ber::set);
    if (!set || set->empty()) return false;
    noise_meter keys;
    std::size_t count = 0;
    for (ber::reader all(*set); !all.at_end();) {
        const auto one = all.next();
        if (!one || !is_recipient(*one, keys) || ++count > most_recipients) return false;
    }
    return true;
}

// One octet string, or one in pieces.
bool take_ciphertext(ber::reader& in) {
    const auto is_ciphertext = [](const noise_meter& meter, std::size_t size) {
        return size >= smallest_content && meter.is_noise();
    };
    noise_meter meter;
    if (const auto whole = in.take(context(0))) {
        meter.add(*whole);
        return is_ciphertext(meter, whole->size());
    }
    const auto pieces = in.take(constructed_context(0));
    if (!pieces) return false;
    std::size_t size = 0;
    for (ber::reader all(*pieces); !all.at_end();) {
        const auto piece = all.take(ber::octet_string);
        if (!piece) return false;
        meter.add(*piece);
        size += piece->size();
    }
    return is_ciphertext(meter, size);
}

bool take_encrypted_content(ber::reader& in) {
    const auto info = in.take(ber::sequence);
    if (!info) return false;
    ber::reader content(*info);
    return take_bounded(content, ber::object_identifier, largest_identifier) && take_algorithm(content) &&
           take_ciphertext(content) && content.at_end();
}

bool take_head(ber::reader& in) {
    return is_version(in.take(ber::integer)) && skip_bounded(in, constructed_context(0), largest_originator) &&
           take_recipients(in) && take_encrypted_content(in);
}

bool is_enveloped(ber::reader in) {
    return take_head(in) && skip_bounded(in, constructed_context(1), largest_attributes) && in.at_end();
}

bool is_auth_enveloped(ber::reader in) {
    constexpr std::size_t largest_mac = 64;
    if (!take_head(in) || !skip_bounded(in, constructed_context(1), largest_attributes)) return false;
    const auto mac = in.take(ber::octet_string);
    return mac && !mac->empty() && mac->size() <= largest_mac && skip_bounded(in, constructed_context(2), largest_attributes) &&
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
