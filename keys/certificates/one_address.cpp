#include "keys/certificates/one_address.hpp"

#include "keys/certificates/unproved.hpp"
#include "keys/certificates/user_id.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

namespace sealgate::keys {

namespace {

// Reads the packets in their order; each signature is about what stands before it.
class address_filter {
public:
    address_filter(std::string_view fingerprint, std::span<const std::string_view> address_keys)
        : fingerprint_(fingerprint)
        , address_keys_(address_keys) {}

    void take(const packet& p) {
        using enum packet_type;
        if (p.type == signature) return take_signature(p);
        if (p.type != public_key && p.type != public_subkey && p.type != user_id && p.type != user_attribute) return;
        end_user_id();
        about_user_id_ = p.type == user_id;
        stays_ = p.type == public_key || p.type == public_subkey ||
                 (about_user_id_ && std::ranges::find(address_keys_, address_in_user_id(p.body)) != address_keys_.end());
        if (stays_) (about_user_id_ ? of_user_id_ : out_) += p.whole;
    }

    std::string result() {
        end_user_id();
        return std::move(out_);
    }

    bool has_user_id() const { return has_user_id_; }

private:
    void take_signature(const packet& p) {
        const auto made = stays_ ? read_signature(p.body) : std::nullopt;
        if (!made) return;
        const bool is_own = is_made_by(*made, fingerprint_);
        if (!is_own && made->type != signature_type::key_revocation) return; // a designated revoker's counts
        if (about_user_id_ && is_own && is_certification(made->type)) is_claimed_ = true;
        (about_user_id_ ? of_user_id_ : out_) += p.whole;
    }

    void end_user_id() {
        if (is_claimed_) {
            out_ += of_user_id_;
            has_user_id_ = true;
        }
        of_user_id_.clear();
        is_claimed_ = false;
    }

    std::string_view fingerprint_;
    std::span<const std::string_view> address_keys_;
    std::string out_, of_user_id_;
    bool stays_ = false, about_user_id_ = false; // what is read now
    bool is_claimed_ = false, has_user_id_ = false;
};

std::string_view primary_key_body(std::string_view certificate) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    return packets && !packets->empty() && packets->front().type == packet_type::public_key ? packets->front().body
                                                                                            : std::string_view{};
}

// Whatever their headers are.
std::set<std::pair<packet_type, std::string_view>> contents_of(std::string_view certificate) {
    std::set<std::pair<packet_type, std::string_view>> out;
    if (const auto packets = walk_packets(certificate, most_certificate_packets))
        for (const auto& p : *packets) out.emplace(p.type, p.body);
    return out;
}

} // namespace

std::string with_one_address(std::string_view certificate, std::string_view address_key) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets || packets->empty() || packets->front().type != packet_type::public_key || address_key.empty()) return {};
    const auto fingerprint = fingerprint_of_key(packets->front().body);
    const std::array wanted{address_key};
    address_filter filter(fingerprint, wanted);
    for (const auto& p : *packets) filter.take(p);
    auto out = filter.result();
    return filter.has_user_id() ? out : std::string{};
}

bool brings_more(std::string_view known, std::string_view other) {
    return !std::ranges::includes(contents_of(known), contents_of(other));
}

std::string update_of(std::string_view known, std::string_view fetched, const std::vector<std::string>& address_keys) {
    const auto packets = walk_packets(fetched, most_certificate_packets);
    if (!packets || packets->empty() || packets->front().body != primary_key_body(known)) return {};
    const auto fingerprint = fingerprint_of_key(packets->front().body);
    const std::vector<std::string_view> wanted(address_keys.begin(), address_keys.end());
    address_filter filter(fingerprint, wanted);
    for (const auto& p : *packets) filter.take(p);
    auto out = filter.result();
    return brings_more(known, out) ? out : std::string{};
}

} // namespace sealgate::keys
