#include "keys/openpgp/packets.hpp"

#include "keys/openpgp/noise.hpp"
#include "keys/openpgp/session_key.hpp"
#include "policy/base/bytes.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t smallest_first_chunk = 512; // RFC 9580 section 4.2.1.4
constexpr std::size_t largest_session_key = 8192; // octets; the largest keys known need half of it
constexpr std::size_t most_passphrases = 8;

struct header {
    packet_type type;
    std::size_t length = 0;
    enum { whole, chunk, to_the_end } extent = whole;
};

std::unexpected<std::string> cut_short() { return std::unexpected(std::string("a packet is cut short")); }

bool may_be_partial(packet_type type) {
    using enum packet_type;
    return type == compressed || type == sed || type == literal || type == seipd || type == ocb;
}

// RFC 9580 section 4.2.1: the length of a new header, or of a further chunk.
bool read_new_length(bytes::cursor& in, header& out) {
    const auto first = in.u8();
    if (!first) return false;
    out.extent = header::whole;
    if (*first < 192) {
        out.length = *first;
    } else if (*first < 224) {
        const auto second = in.u8();
        if (!second) return false;
        out.length = (std::size_t{*first} - 192) * 256 + *second + 192;
    } else if (*first == 255) {
        const auto length = in.u32();
        if (!length) return false;
        out.length = *length;
    } else {
        out.length = std::size_t{1} << (*first & 0x1F);
        out.extent = header::chunk;
    }
    return true;
}

// RFC 9580 section 4.2.2.
bool read_old_length(bytes::cursor& in, unsigned length_type, header& out) {
    const auto accept = [&](auto length) {
        if (length) out.length = *length;
        return length.has_value();
    };
    switch (length_type) {
    case 0: return accept(in.u8());
    case 1: return accept(in.u16());
    case 2: return accept(in.u32());
    default:
        out.extent = header::to_the_end;
        out.length = in.rest().size();
        return true;
    }
}

std::expected<header, std::string> read_header(bytes::cursor& in) {
    const auto tag = in.u8();
    if (!tag) return cut_short();
    if ((*tag & 0x80) == 0) return std::unexpected("not OpenPGP data");
    const bool is_new = (*tag & 0x40) != 0;
    header out{.type = static_cast<packet_type>(is_new ? *tag & 0x3F : *tag >> 2 & 0x0F)};
    if (!(is_new ? read_new_length(in, out) : read_old_length(in, *tag & 3u, out))) return cut_short();
    if (out.extent != header::whole && !may_be_partial(out.type))
        return std::unexpected("a packet without a length that has to have one");
    if (out.extent == header::chunk && out.length < smallest_first_chunk)
        return std::unexpected("a first chunk below 512 octets");
    return out;
}

std::expected<packet, std::string> read_packet(bytes::cursor& in) {
    const auto before = in.rest();
    auto head = read_header(in);
    if (!head) return std::unexpected(std::move(head).error());
    const auto body = in.take(head->length);
    if (!body) return cut_short();
    packet out{.type = head->type, .body = *body, .size = body->size(), .whole = {}};
    while (head->extent == header::chunk) {
        if (!read_new_length(in, *head)) return cut_short();
        const auto more = in.take(head->length);
        if (!more) return cut_short();
        out.size += more->size();
    }
    out.whole = before.substr(0, before.size() - in.rest().size());
    return out;
}

// The chunks of a packet that has been walked, in their order.
void for_each_chunk(const packet& p, const auto& see) {
    bytes::cursor in(p.whole);
    auto head = read_header(in);
    assert(head && in.rest().size() >= head->length);
    see(*in.take(head->length));
    while (head->extent == header::chunk && read_new_length(in, *head)) see(*in.take(head->length));
}

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

partial_walk walk_as_far_as_possible(std::string_view bytes, std::size_t most_packets) {
    partial_walk out;
    bytes::cursor in(bytes);
    while (!in.at_end() && out.problem.empty()) {
        auto next = out.packets.size() < most_packets ? read_packet(in) : std::unexpected("too many packets");
        if (next) {
            out.packets.push_back(*next);
        } else {
            out.problem = std::move(next.error());
        }
    }
    return out;
}

std::expected<std::vector<packet>, std::string> walk_packets(std::string_view bytes, std::size_t most_packets) {
    auto walked = walk_as_far_as_possible(bytes, most_packets);
    if (!walked.problem.empty()) return std::unexpected(std::move(walked.problem));
    return std::move(walked.packets);
}

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
