#include "keys/certificates/key_file.hpp"

#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/lenient_armor.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/bytes.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

bool belongs_to_certificates(packet_type type) {
    using enum packet_type;
    switch (type) {
    case signature:
    case public_key:
    case trust:
    case user_id:
    case public_subkey:
    case user_attribute:
    case padding:
    case marker: return true;
    case pkesk:
    case skesk:
    case one_pass_signature:
    case secret_key:
    case secret_subkey:
    case compressed:
    case sed:
    case literal:
    case seipd:
    case ocb: return false;
    }
    return true; // RFC 9580 section 4.3: what is not known is passed over
}

bool says_nothing_here(packet_type type) {
    return type == packet_type::marker || type == packet_type::padding || type == packet_type::trust;
}

// By the first octet of what could not be read: RFC 9580 section 4.2.
bool begins_certificate(std::string_view rest) {
    if (rest.empty()) return false;
    const auto tag = static_cast<unsigned char>(rest.front());
    const auto type = (tag & 0x40) != 0 ? tag & 0x3F : tag >> 2 & 0x0F;
    return (tag & 0x80) != 0 && static_cast<packet_type>(type) == packet_type::public_key;
}

// Where in these octets a certificate begins, as far as its key and the packet behind that tell.
std::optional<std::size_t> find_certificate(std::string_view data) {
    constexpr std::string_view headers = "\x98\x99\x9A\xC6"; // of a public key
    constexpr std::size_t least = 12;                        // octets of a key
    for (auto at = data.find_first_of(headers); at != std::string_view::npos; at = data.find_first_of(headers, at + 1)) {
        bytes::cursor in(data.substr(at));
        const auto key = read_packet(in);
        if (!key || key->type != packet_type::public_key || key->body.size() < least) continue;
        if (key->body.front() != 4 && key->body.front() != 6) continue;
        const auto next = read_packet(in);
        using enum packet_type;
        if (next && (next->type == signature || next->type == user_id || next->type == public_subkey)) return at;
    }
    return std::nullopt;
}

enum class follows : std::uint8_t { nothing, another_block };

// Takes one block of OpenPGP data after the other.
class file_reader {
public:
    void read(std::string_view data, follows behind) {
        constexpr int most_broken = 100;
        constexpr std::size_t room_for_two = 64 * 1024; // packets
        for (int broken = 0;; ++broken) {
            auto walked = walk_as_far_as_possible(data, most_certificate_packets);
            in_certificate_ = false;
            bool has_key = false;
            std::size_t whole = 0, last_key = 0;
            for (const auto& p : walked.packets) {
                const bool is_foreign = in_certificate_ && !belongs_to_certificates(p.type);
                if (const auto within = is_foreign
                                            ? find_certificate(data.substr(last_key + 1, whole - last_key + room_for_two))
                                            : std::nullopt;
                    within && last_key + 1 + *within < whole) {
                    walked.problem = "a certificate within another";
                    break;
                }
                take(p);
                if (p.type == packet_type::public_key) {
                    has_key = true;
                    last_key = whole;
                }
                whole += p.whole.size();
            }
            if (walked.problem.empty()) return;
            // What is cut short has swallowed the beginning of what follows it, and what was read since may be anything.
            in_certificate_ = has_key;
            const bool looks_like_key = begins_certificate(data.substr(whole));
            const auto from = 1 + (has_key ? last_key : whole);
            const bool may_go_on = (looks_like_key || has_key) && broken < most_broken;
            const auto next = may_go_on ? find_certificate(data.substr(from)) : std::nullopt;
            const bool has_swallowed = next && from + *next < whole;
            end_early(looks_like_key && !has_swallowed, walked.problem,
                      next                               ? ""
                      : behind == follows::another_block ? ", nor what may follow it in its block"
                                                         : ", nor what may follow it");
            if (!next) return;
            data.remove_prefix(from + *next);
        }
    }

    // Its checksum does not fit. What revokes is looked for all the same: whether it holds, its signature says. `which`: "it".
    void read_damaged(std::string_view data, const std::string& which) {
        file_reader apart;
        apart.read(data, follows::nothing);
        holds_secret_ = holds_secret_ || apart.holds_secret_;
        for (const auto& one : apart.out_.certificates) take_revocations_of(one.binary);
        std::ranges::move(apart.out_.revocations, std::back_inserter(out_.revocations));
        out_.problems.push_back(
            which + " is damaged: its checksum does not fit. No certificate in it was taken; ask for the file again");
    }

    bool holds_secret() const { return holds_secret_; }

    std::expected<key_file, std::string> result() {
        if (!out_.certificates.empty() || !out_.revocations.empty()) return std::move(out_);
        if (!out_.problems.empty()) return std::unexpected(std::move(out_.problems.front()));
        if (holds_message_) return std::unexpected("holds a message, no certificate");
        if (holds_signature_) return std::unexpected("holds the signature of a document or a mail, no certificate");
        return std::unexpected("no OpenPGP data in it");
    }

private:
    void take(const packet& p) {
        if (is_secret(p.type)) holds_secret_ = true;
        if (says_nothing_here(p.type)) return;
        if (!belongs_to_certificates(p.type)) {
            holds_message_ = true;
            in_certificate_ = false;
        } else if (p.type == packet_type::public_key) {
            const auto version = p.body.empty() ? 0 : static_cast<unsigned char>(p.body.front());
            out_.certificates.push_back({.fingerprint = fingerprint_of_key(p.body),
                                         .version = static_cast<std::uint8_t>(version),
                                         .binary = std::string(p.whole)});
            in_certificate_ = true;
        } else if (in_certificate_) {
            out_.certificates.back().binary += p.whole;
        } else if (p.type == packet_type::signature) {
            take_alone(p);
        }
    }

    void take_alone(const packet& p) {
        const auto made = read_signature(p.body);
        if (made && made->type == signature_type::key_revocation)
            out_.revocations.push_back({.issuer = made->issuer, .binary = std::string(p.whole)});
        else
            holds_signature_ = true;
    }

    // The certificate that was under way is not whole: what it lacks may be a revocation of its subkeys. What revokes all of
    // it stands at its front, and counts.
    void end_early(bool at_key, const std::string& problem, std::string_view nor) {
        if (at_key)
            return out_.problems.push_back("it is cut short or damaged in " +
                                           std::string(nor.empty() ? "one of its certificates" : "its last certificate") +
                                           ", which was not taken; ask for the file again");
        if (!in_certificate_) return out_.problems.push_back("not OpenPGP data, or damaged: " + problem);
        const auto cut = std::move(out_.certificates.back());
        out_.certificates.pop_back();
        out_.problems.push_back("it is cut short or damaged in the certificate " +
                                (cut.fingerprint.empty() ? "at its end" : cut.fingerprint) + ", which was not taken" +
                                std::string(nor) + "; ask for the file again");
        take_revocations_of(cut.binary);
    }

    void take_revocations_of(std::string_view damaged) {
        for (const auto& p : walk_as_far_as_possible(damaged, most_certificate_packets).packets)
            if (p.type == packet_type::signature)
                if (const auto made = read_signature(p.body); made && made->type == signature_type::key_revocation)
                    out_.revocations.push_back({.issuer = made->issuer, .binary = std::string(p.whole), .is_of_damaged = true});
    }

    key_file out_;
    bool in_certificate_ = false;
    bool holds_secret_ = false, holds_message_ = false, holds_signature_ = false;
};

// What became of a certificate's armor; empty: nothing known.
std::string_view other_armor(std::string_view file) {
    constexpr std::string_view begins = "-----BEGIN PGP ", ends = "-----";
    if (file.contains(":-----BEGIN PGP "))
        return "it is the revocation that gpg keeps for a key of one's own: it revokes that key for good, once the colon "
               "before -----BEGIN "
               "is taken off";
    if (file.contains("-----<br") || file.contains("-----<BR"))
        return "its lines end in <br>, as in the source of a web page: copy the text that the browser shows";
    if (const auto at = file.find(begins); at != std::string_view::npos) {
        auto line = file.substr(at + begins.size());
        line = line.substr(0, line.find_first_of("\r\n"));
        const auto label = line.find(ends);
        if (label != std::string_view::npos && line.find_first_not_of(" \t", label + ends.size()) != std::string_view::npos)
            return "all of it stands on one line: the data belong on lines of their own, between the one with BEGIN and the "
                   "one "
                   "with END";
        return {};
    }
    if (file.contains("BEGIN PGP "))
        return "the line with BEGIN PGP is not as it has to be: -----BEGIN PGP PUBLIC KEY BLOCK-----, with five dashes on "
               "either side";
    if (file.contains("-----END PGP "))
        return "its first line is missing: -----BEGIN PGP PUBLIC KEY BLOCK-----, and an empty one behind it";
    const auto bare = text::decode_strict_base64(text::trim(file));
    if (bare && !bare->empty() && begins_certificate(*bare) && find_certificate(*bare) == 0u)
        return "it is base64 alone: put the line -----BEGIN PGP PUBLIC KEY BLOCK----- and an empty one before it, and "
               "-----END PGP PUBLIC KEY BLOCK----- behind it";
    return {};
}

// What people mistake for a certificate; empty: nothing known.
std::string_view other_kind(std::string_view file) {
    if (file.empty()) return "it is empty";
    if (file.size() > 12 && file.substr(8, 4) == "KBXf")
        return "it is GnuPG's own key ring; what belongs here is an export: gpg --export ADDRESS > FILE";
    if (file.contains("-----BEGIN CERTIFICATE-----")) return "it holds an S/MIME (X.509) certificate, no OpenPGP one";
    if (file.starts_with("ssh-")) return "it holds a key for ssh, no OpenPGP certificate";
    return other_armor(file);
}

// A text may begin with a letter that looks like a packet.
bool is_binary(std::string_view file) {
    if ((static_cast<unsigned char>(file.front()) & 0x80) == 0) return false;
    const auto walked = walk_as_far_as_possible(file, most_certificate_packets);
    return walked.problem.empty() || !file.contains("-----BEGIN PGP ");
}

void read_blocks(const std::vector<lenient_block>& blocks, file_reader& reader) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (!blocks[i].fits_checksum && blocks[i].label.contains("KEY BLOCK"))
            reader.read_damaged(blocks[i].data, blocks.size() == 1 ? "it" : "block " + std::to_string(i + 1) + " of it");
        else
            reader.read(blocks[i].data, i + 1 < blocks.size() ? follows::another_block : follows::nothing);
    }
}

} // namespace

std::expected<key_file, std::string> read_key_file(std::string_view file) {
    file_reader reader;
    if (const auto text = as_ascii_text(file); !text.empty() && !is_binary(text))
        read_blocks(read_lenient_armor(text), reader);
    else
        reader.read(text::without_byte_order_mark(file), follows::nothing);
    if (reader.holds_secret())
        return std::unexpected("holds a secret key, which does not belong here: export the certificate alone");
    auto read = reader.result();
    // Last: a file with certificates may hold other things too, and a certificate may have any octets anywhere.
    const auto other = read ? std::string_view{} : other_kind(file);
    return other.empty() ? std::move(read) : std::unexpected(std::string(other));
}

} // namespace sealgate::keys
