#include "keys/openpgp/encrypted_message.hpp"

#include "keys/openpgp/noise.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/session_key.hpp"
#include "policy/base/bytes.hpp"

#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t largest_session_key = 8192; // octets; the largest keys known need half of it
constexpr std::size_t most_passphrases = 8;

// Whether all chunks together look like ciphertext.
bool is_noise(const packet& p) {
    noise_meter meter;
    for_each_chunk(p, [&](std::string_view chunk) { meter.add(chunk); });
    return meter.is_noise();
}

std::uint8_t version_of(const packet& p) { return p.body.empty() ? 0 : static_cast<std::uint8_t>(p.body.front()); }

// Version, cipher, AEAD algorithm and chunk size, as SEIPD version 2 and OCB packets begin.
bool is_aead_head(const packet& p, std::uint8_t largest_chunk_size) {
    bytes::cursor in(p.body);
    const auto version = in.u8(), cipher = in.u8(), aead = in.u8(), chunk_size = in.u8();
    return version && is_cipher(cipher.value_or(0)) && nonce_size(aead.value_or(0)) && chunk_size &&
           *chunk_size <= largest_chunk_size;
}

// What a message is that does not begin as an encrypted one.
std::string_view other_kind(packet_type first) {
    using enum packet_type;
    switch (first) {
    case signature:
    case one_pass_signature: return "signed, not encrypted";
    case compressed: return "compressed, not encrypted";
    case literal: return "plain data, not encrypted";
    case secret_key:
    case secret_subkey: return "a secret key, not a message";
    case public_key:
    case public_subkey: return "a certificate, not a message";
    case sed: return without_integrity;
    case ocb:
    case seipd: return to_nobody;
    case pkesk:
    case skesk:
    case marker:
    case trust:
    case user_id:
    case user_attribute:
    case padding: break;
    }
    return "not an OpenPGP message";
}

class message_reader {
public:
    explicit message_reader(piecemeal_noise& of_mail)
        : of_mail_(of_mail) {}

    // False at the first packet that has no place here; problem() says why.
    bool read(const packet& p) {
        using enum packet_type;
        if (done_) return fail("something follows the encrypted data");
        if (p.type == pkesk) return read_pkesk(p);
        if (p.type == skesk) return read_skesk(p);
        if (p.type == seipd || p.type == ocb) return read_data(p);
        if (p.type == marker) return p.body == "PGP" || fail("a marker packet with something in it");
        if (p.type == padding) return read_padding(p);
        if (p.type == sed && !is_noise(p)) return fail(readable_ciphertext);
        return fail(other_kind(p.type));
    }

    bool done() const { return done_; }
    const std::string& problem() const { return problem_; }
    encrypted_message take() { return std::move(out_); }

private:
    bool fail(std::string_view why) {
        problem_ = why;
        return false;
    }

    bool read_pkesk(const packet& p) {
        auto content = p.size <= largest_session_key ? keys::read_pkesk(p.body) : std::nullopt;
        if (!content) return fail("an encrypted session key that cannot be read");
        if (!content->name.empty() && !of_mail_.add_reader(content->name)) return fail(readable_ciphertext);
        out_.readers.push_back({.key_id = std::move(content->key_id),
                                .fingerprint = std::move(content->fingerprint),
                                .algorithm = content->algorithm,
                                .longest_session_key = longest_session_key(*content)});
        note_version(content->version);
        return looks_encrypted(content->value);
    }

    bool read_skesk(const packet& p) {
        const auto content = keys::read_skesk(p.body);
        if (!content) return fail("a passphrase packet that cannot be read");
        if (++out_.passphrases > most_passphrases) return fail("more passphrases than anybody needs");
        note_version(content->version);
        return looks_encrypted(p.body.substr(before_salt, salt_size)) &&
               looks_encrypted(p.body.substr(std::min(p.body.size(), behind_count)));
    }

    bool read_padding(const packet& p) {
        if (std::exchange(has_padding_, true)) return fail("more than one padding packet");
        return looks_encrypted(p.body);
    }

    bool looks_encrypted(std::string_view octets) { return of_mail_.add_session_key(octets) || fail(readable_ciphertext); }

    bool looks_encrypted(const packet& data) {
        bool is_so = is_noise(data);
        if (piecemeal_noise::takes_data_of(data.size))
            for_each_chunk(data, [&](std::string_view chunk) { is_so = of_mail_.add_data(chunk) && is_so; });
        return is_so || fail(readable_ciphertext);
    }

    // Version 5 is LibrePGP's.
    void note_version(std::uint8_t of_session_key) {
        has_v5_ = has_v5_ || of_session_key == 5;
        has_v6_ = has_v6_ || of_session_key == 6;
        has_older_ = has_older_ || of_session_key < 5;
    }

    // The sizes are the least that prefix, one literal packet and its check can have.
    bool fits(const packet& p) const {
        const auto version = version_of(p);
        if (p.type == packet_type::ocb) // LibrePGP section 5.16: version, cipher, mode, chunk size, nonce, two tags
            return version == 1 && !has_v6_ && is_aead_head(p, 56) && p.size >= 4 + 15 + 8 + 32;
        if (version == 1) return p.size >= 1 + 10 + 8 + 22 && !has_v5_ && !has_v6_; // RFC 9580 section 5.13.1
        return version == 2 && !has_older_ && !has_v5_ && is_aead_head(p, 16) && p.size >= 4 + 32 + 8 + 32; // and 5.13.2
    }

    bool read_data(const packet& p) {
        if (out_.readers.empty() && out_.passphrases == 0) return fail(other_kind(p.type));
        done_ = true;
        if (!fits(p)) return fail("encrypted data that cannot be read");
        out_.seipd_version = p.type == packet_type::seipd ? version_of(p) : 0;
        return looks_encrypted(p);
    }

    // Of a version 4 SKESK: version, cipher, method and digest, and the count, are the same in all that a program makes.
    static constexpr std::size_t before_salt = 4, salt_size = 8, behind_count = 13;

    piecemeal_noise& of_mail_;
    encrypted_message out_;
    std::string problem_;
    bool has_padding_ = false;
    bool has_older_ = false, has_v5_ = false, has_v6_ = false; // versions of session key packets
    bool done_ = false;
};

} // namespace

std::expected<encrypted_message, std::string> read_encrypted_message(std::string_view bytes) {
    piecemeal_noise alone;
    return read_encrypted_message(bytes, alone);
}

std::expected<encrypted_message, std::string> read_encrypted_message(std::string_view bytes, piecemeal_noise& of_mail) {
    const auto packets = walk_packets(bytes, most_message_packets);
    if (!packets) return std::unexpected(packets.error());
    message_reader reader(of_mail);
    for (const auto& p : *packets)
        if (!reader.read(p)) return std::unexpected(reader.problem());
    if (!reader.done()) return std::unexpected("no encrypted data");
    return reader.take();
}

} // namespace sealgate::keys
