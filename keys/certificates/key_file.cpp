#include "keys/certificates/key_file.hpp"

#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/lenient_armor.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
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
    return static_cast<packet_type>(type) == packet_type::public_key;
}

// Takes one block of OpenPGP data after the other.
class file_reader {
public:
    void read(std::string_view data) {
        const auto walked = walk_as_far_as_possible(data, most_certificate_packets);
        in_certificate_ = false;
        std::size_t whole = 0;
        for (const auto& p : walked.packets) {
            take(p);
            whole += p.whole.size();
        }
        if (!walked.problem.empty()) end_early(data.substr(whole), walked.problem);
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
    void end_early(std::string_view rest, const std::string& problem) {
        if (begins_certificate(rest))
            return out_.problems.push_back(
                "it is cut short or damaged in its last certificate, which was not taken; ask for the "
                "file again");
        if (!in_certificate_) return out_.problems.push_back("not OpenPGP data, or damaged: " + problem);
        const auto cut = std::move(out_.certificates.back());
        out_.certificates.pop_back();
        out_.problems.push_back("it is cut short or damaged in the certificate " +
                                (cut.fingerprint.empty() ? "at its end" : cut.fingerprint) +
                                ", which was not taken, nor what may follow it; ask for the file again");
        for (const auto& p : walk_as_far_as_possible(cut.binary, most_certificate_packets).packets)
            if (p.type == packet_type::signature)
                if (const auto made = read_signature(p.body); made && made->type == signature_type::key_revocation)
                    take_alone(p);
    }

    key_file out_;
    bool in_certificate_ = false;
    bool holds_secret_ = false, holds_message_ = false, holds_signature_ = false;
};

// What people mistake for a certificate; empty: nothing known.
std::string_view other_kind(std::string_view file) {
    if (file.empty()) return "it is empty";
    if (file.size() > 12 && file.substr(8, 4) == "KBXf")
        return "it is GnuPG's own key ring; what belongs here is an export: gpg --export ADDRESS > FILE";
    if (file.contains("-----BEGIN CERTIFICATE-----")) return "it holds an S/MIME (X.509) certificate, no OpenPGP one";
    if (file.starts_with("ssh-")) return "it holds a key for ssh, no OpenPGP certificate";
    return {};
}

// A text may begin with a letter that looks like a packet.
bool is_binary(std::string_view file) {
    if ((static_cast<unsigned char>(file.front()) & 0x80) == 0) return false;
    const auto walked = walk_as_far_as_possible(file, most_certificate_packets);
    return walked.problem.empty() || !file.contains("-----BEGIN PGP ");
}

} // namespace

std::expected<key_file, std::string> read_key_file(std::string_view file) {
    file_reader reader;
    if (const auto text = as_ascii_text(file); !text.empty() && !is_binary(text))
        for (const auto& block : read_lenient_armor(text)) reader.read(block.data);
    else
        reader.read(file);
    if (reader.holds_secret())
        return std::unexpected("holds a secret key, which does not belong here: export the certificate alone");
    auto read = reader.result();
    // Last: a file with certificates may hold other things too, and a certificate may have any octets anywhere.
    const auto other = read ? std::string_view{} : other_kind(file);
    return other.empty() ? std::move(read) : std::unexpected(std::string(other));
}

} // namespace sealgate::keys
