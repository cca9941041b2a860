#include "keys/leaf.hpp"

#include "keys/armor.hpp"
#include "keys/empty_html.hpp"
#include "keys/noise.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::keys {

namespace {

// RFC 3156 section 4: the first part says the version and no more.
bool is_version(const policy::mime_part& leaf, std::string_view content) {
    return leaf.is("application", "pgp-encrypted") && text::iequals(text::trim(content), "Version: 1");
}

// Names that mail programs give to armored ciphertext alone.
constexpr auto names_of_armor =
    std::to_array<std::string_view>({"encrypted.asc", "msg.asc", "message.asc", "openpgp-encrypted-message.asc"});

std::string name_of(const policy::mime_part& leaf) { return text::lower(text::trim(leaf.file_name)); }

// Types that mail programs give to an encrypted file when they do not know better.
constexpr auto types_of_files = std::to_array<std::string_view>(
    {"octet-stream", "x-pgp", "x-gpg", "gpg", "x-pgp-encrypted", "x-extension-pgp", "x-extension-gpg"});

bool has_binary_name(const policy::mime_part& leaf) {
    const auto name = name_of(leaf);
    return leaf.type != "text" && (name.ends_with(".pgp") || name.ends_with(".gpg"));
}

bool is_encrypted_file(const policy::mime_part& leaf) {
    return has_binary_name(leaf) && leaf.type == "application" &&
           std::ranges::find(types_of_files, leaf.subtype) != types_of_files.end();
}

bool may_be_binary(const policy::mime_part& leaf) {
    return leaf.is("application", "pgp-encrypted") || leaf.is("application", "pgp") || has_binary_name(leaf);
}

// application/pgp is older than MIME's own types, and says in a parameter what was done.
bool claims_encryption(const policy::mime_part& leaf) {
    if (leaf.is("application", "pgp")) return text::iequals(leaf.parameter("x-action"), "encrypt");
    if (leaf.is("application", "octet-stream") && std::ranges::find(names_of_armor, name_of(leaf)) != names_of_armor.end())
        return true;
    return leaf.is("application", "pgp-encrypted") || is_encrypted_file(leaf);
}

// Files of these kinds have .pgp names too, and hide nothing.
bool is_certificate_or_signature(std::string_view binary) {
    const auto packets = walk_packets(binary, most_message_packets);
    if (!packets || packets->empty()) return false;
    const auto first = packets->front().type;
    return first == packet_type::public_key || first == packet_type::signature;
}

bool is_clear_signed(std::string_view content) {
    return text::trim(content).starts_with("-----BEGIN PGP SIGNED MESSAGE-----") &&
           content.contains("\n-----BEGIN PGP SIGNATURE-----");
}

// Takes note of the first problem.
void read_message(leaf_reading& into, std::string_view binary, piecemeal_noise& of_mail) {
    auto message = read_encrypted_message(binary, of_mail);
    if (message) {
        into.messages.push_back(*std::move(message));
    } else if (into.problem.empty()) {
        into.problem = std::move(message.error());
    }
}

// What does not say that it is a message: binary data, or no data at all.
leaf_reading read_unannounced(const policy::mime_part& leaf, std::string_view content, piecemeal_noise& of_mail) {
    leaf_reading out;
    if (is_clear_signed(content)) return {.kind = leaf_kind::clear_signed};
    if (may_be_binary(leaf)) read_message(out, content, of_mail);
    if (!out.messages.empty()) {
        out.kind = leaf_kind::encrypted;
    } else if (out.problem == readable_ciphertext || (claims_encryption(leaf) && !is_certificate_or_signature(content))) {
        out.kind = leaf_kind::fake;
        if (out.problem.empty()) out.problem = "no armored data";
    }
    return out;
}

leaf_reading read_armored(std::string_view content, piecemeal_noise& of_mail) {
    leaf_reading out{.kind = leaf_kind::fake, .armored = true};
    const auto armor = read_armor(content);
    if (armor.blocks.empty()) out.problem = "the armored data are broken";
    for (const auto& block : armor.blocks) {
        const bool spelled = spells_text(block.digits) || !of_mail.add_digits(block.digits);
        if (block.label == "PGP MESSAGE" && !spelled) {
            read_message(out, block.data, of_mail);
        } else if (out.problem.empty()) {
            out.problem = spelled ? readable_ciphertext : "armored data that are no message";
        }
    }
    if (out.messages.empty()) return out;
    const bool alone = out.messages.size() == 1 && armor.blocks.size() == 1 && !armor.other_text;
    out.kind = alone ? leaf_kind::encrypted : leaf_kind::partial;
    if (!alone && out.problem.empty()) out.problem = "there is text or another block beside the encrypted one";
    return out;
}

} // namespace

leaf_reading read_leaf(const policy::mime_part& leaf, piecemeal_noise& of_mail) {
    const auto content = decoded_body(leaf);
    if (!content) {
        if (!announces_message(leaf.body)) return {};
        return {.kind = leaf_kind::fake, .problem = "its transfer encoding cannot be undone"};
    }
    const auto bytes = content->view();
    if (text::trim(bytes).empty()) return {.kind = leaf_kind::empty};
    if (leaf.is("text", "html") && is_empty_html(bytes)) return {.kind = leaf_kind::empty};
    if (is_version(leaf, bytes)) return {.kind = leaf_kind::version};
    const bool shows_digits = leaf.encoding == "base64" && may_be_binary(leaf);
    if (shows_digits && (spells_text(leaf.body) || !of_mail.add_digits(leaf.body)))
        return {.kind = leaf_kind::fake, .problem = std::string(readable_ciphertext)};
    return announces_message(bytes) ? read_armored(bytes, of_mail) : read_unannounced(leaf, bytes, of_mail);
}

std::vector<std::string> openpgp_data(const policy::mime_part& leaf) {
    const auto content = decoded_body(leaf);
    std::vector<std::string> out;
    if (!content) return out;
    for (auto& block : read_armor(content->view()).blocks) out.push_back(std::move(block.data));
    if (out.empty() && may_be_binary(leaf)) out.emplace_back(content->view());
    return out;
}

} // namespace sealgate::keys
