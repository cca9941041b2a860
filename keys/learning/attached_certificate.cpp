#include "keys/learning/attached_certificate.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t most_key_parts = 10;

bool may_hold_keys(const policy::mime_part& part) {
    return part.is("application", "pgp-keys") || text::lower(part.file_name).ends_with(".asc");
}

// In their order; what is in a part that could be read in two ways could be no part at all.
void collect_key_parts(const policy::mime_part& part, std::vector<const policy::mime_part*>& to) {
    if (part.ambiguous || part.type == "message") return;
    if (part.is_leaf() && may_hold_keys(part)) to.push_back(&part);
    for (const auto& below : part.parts) collect_key_parts(below, to);
}

} // namespace

std::vector<certificate_piece> attached_certificates(const policy::message& mail) {
    const auto root = policy::parse_mime(mail);
    if (!root) return {};
    std::vector<const policy::mime_part*> parts;
    collect_key_parts(*root, parts);
    if (parts.size() > most_key_parts) parts.resize(most_key_parts);
    std::vector<certificate_piece> out;
    std::size_t octets = 0;
    for (const auto* part : parts) {
        if (part->body.size() > 2 * most_attached_octets) continue; // base64 takes four for three, with its line ends
        const auto content = policy::decoded_body(*part);
        if (!content || content->view().size() > most_attached_octets - octets) continue;
        octets += content->view().size();
        const bool is_armored = content->view().contains("-----BEGIN PGP PUBLIC KEY BLOCK-----");
        if (!is_armored && !part->is("application", "pgp-keys")) continue;
        if (auto read = read_key_file(content->view())) std::ranges::move(read->certificates, std::back_inserter(out));
    }
    if (out.size() > most_attached_certificates) out.clear();
    return out;
}

} // namespace sealgate::keys
