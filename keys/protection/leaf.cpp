#include "keys/protection/leaf.hpp"

#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/noise.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/shown_digits.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

// RFC 3156 section 4: the first part says the version and no more. FlowCrypt and Gmail leave it empty.
bool is_version(const policy::mime_part& leaf, std::string_view content) {
    const auto said = text::trim(content);
    return leaf.is("application", "pgp-encrypted") && (said.empty() || text::iequals(said, "Version: 1"));
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

bool begins_as_certificate_or_signature(std::string_view binary) {
    const auto packets = walk_packets(binary, most_certificate_packets);
    if (!packets || packets->empty()) return false;
    const auto first = packets->front().type;
    return first == packet_type::public_key || first == packet_type::signature;
}

// Files of these kinds have .pgp names too, and hide nothing.
bool is_certificate_or_signature(std::string_view content) {
    const auto blocks = read_armor(content).blocks;
    return begins_as_certificate_or_signature(blocks.empty() ? content : std::string_view(blocks.front().data));
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

// Digits are shown as they are, whatever they were made of.
bool digits_are_noise(std::string_view digits, std::string_view octets, piecemeal_noise& of_mail) {
    const auto without_zeros = without_hidden_ids(digits, octets);
    const std::string_view shown = without_zeros ? *without_zeros : digits;
    return !spells_text(shown) && of_mail.add_digits(shown);
}

// Why data are not believed whose digits can be read. What is no encrypted message has no encrypted data that could be.
std::string trouble_of_spelled(std::string_view octets) {
    const auto message = read_encrypted_message(octets);
    return message ? std::string(readable_ciphertext) : message.error();
}

// What does not say that it is a message: binary data, or no data at all.
leaf_reading read_unannounced(const policy::mime_part& leaf, std::string_view content, piecemeal_noise& of_mail) {
    leaf_reading out;
    if (is_clear_signed(content)) return {.kind = leaf_kind::clear_signed};
    if (!may_be_binary(leaf) && !claims_encryption(leaf)) return out;
    if (is_certificate_or_signature(content)) return out;
    if (!may_be_binary(leaf)) return {.kind = leaf_kind::fake, .problem = "no armored data"};
    if (leaf.encoding == "base64" && !digits_are_noise(leaf.body, content, of_mail))
        return {.kind = leaf_kind::fake, .problem = trouble_of_spelled(content)};
    read_message(out, content, of_mail);
    if (!out.messages.empty()) {
        out.kind = leaf_kind::encrypted;
    } else if (out.problem == readable_ciphertext || claims_encryption(leaf)) {
        out.kind = leaf_kind::fake;
    }
    return out;
}

// What is pasted into a text may be several messages; programs open the first one in a file.
leaf_reading read_armored(const policy::mime_part& leaf, std::string_view content, piecemeal_noise& of_mail) {
    constexpr std::size_t most_in_a_text = 16;
    const std::size_t most_messages = leaf.type == "text" ? most_in_a_text : 1;
    leaf_reading out{.kind = leaf_kind::fake, .armored = true};
    const auto armor = read_armor(content);
    if (armor.blocks.empty()) out.problem = "the armored data are broken";
    for (const auto& block : armor.blocks) {
        const bool spelled = !digits_are_noise(block.digits, block.data, of_mail);
        const bool is_message = block.label == "PGP MESSAGE";
        if (is_message && !spelled) {
            read_message(out, block.data, of_mail);
        } else if (out.problem.empty()) {
            out.problem = is_message ? trouble_of_spelled(block.data) : "armored data that are no message";
        }
    }
    if (out.messages.empty()) return out;
    const auto messages = out.messages.size();
    const bool alone = messages <= most_messages && messages == armor.blocks.size() && !armor.other_text;
    out.kind = alone ? leaf_kind::encrypted : leaf_kind::partial;
    if (!alone && out.problem.empty()) out.problem = "there is text or another block beside the encrypted one";
    return out;
}

} // namespace

leaf_reading leaf_reader::read(const policy::mime_part& leaf) {
    const auto content = decoded_body(leaf);
    if (content) return read_content(leaf, content->view());
    if (!announces_message(leaf.body)) return {};
    return {.kind = leaf_kind::fake, .problem = "its transfer encoding cannot be undone"};
}

// Nothing where it is no HTML of these kinds.
std::optional<leaf_kind> leaf_reader::kind_of_html(std::string_view content) {
    constexpr std::size_t largest_skeleton = 1024; // octets around no text
    const bool may_be_empty = content.size() <= largest_skeleton;
    const auto shown = may_be_empty || !armored_texts_.empty() ? html_.text_of(content) : std::nullopt;
    if (!shown) return std::nullopt;
    constexpr std::string_view mark_of_a_signature = "--"; // Gmail puts it where nobody signs, too
    if (may_be_empty && (shown->empty() || *shown == mark_of_a_signature)) return leaf_kind::empty;
    return armored_texts_.erase(sha256_hex(*shown)) != 0 ? std::optional(leaf_kind::copy) : std::nullopt;
}

leaf_reading leaf_reader::read_content(const policy::mime_part& leaf, std::string_view content) {
    if (is_version(leaf, content)) return {.kind = leaf_kind::version};
    if (text::trim(content).empty()) return {.kind = leaf_kind::empty};
    if (leaf.is("text", "html"))
        if (const auto kind = kind_of_html(content)) return {.kind = *kind};
    if (!announces_message(content)) return read_unannounced(leaf, content, noise_);
    // The digits of armor are looked at, and those of the encoding around it.
    if (leaf.encoding == "base64" && spells_text(leaf.body, digits_of::armor))
        return {.kind = leaf_kind::fake, .problem = std::string(readable_ciphertext)};
    auto reading = read_armored(leaf, content, noise_);
    if (reading.kind == leaf_kind::encrypted && leaf.is("text", "plain"))
        armored_texts_.insert(sha256_hex(without_white_space(content)));
    return reading;
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
